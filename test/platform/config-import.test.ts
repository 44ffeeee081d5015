import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { parseConfigText, type FileConfig } from '../../config/index.ts';
import { demoCameras, seedDemoCity } from '../../demo/city/index.ts';
import { importConfig } from '../../platform/config-import.ts';
import { openDatabase, type Db } from '../../platform/db/index.ts';
import { createSealer } from '../../platform/secrets.ts';
import { seedCatalogue } from '../../dispatcher/index.ts';
import { startTestServers, type TestServers } from '../support/servers.ts';

let servers: TestServers;
let db: Db;
const sealer = createSealer('test');
beforeAll(async () => {
  servers = await startTestServers();
  db = openDatabase(servers.databaseUrl);
  await seedCatalogue(db);
});
afterAll(async () => {
  await db.destroy();
  await servers.close();
});
beforeEach(async () => {
  for (const table of ['cameras', 'routes', 'grid_cells', 'users', 'units', 'settings'] as const) await db.deleteFrom(table).execute();
});

function fileOf(config: object): FileConfig {
  const { file, errors } = parseConfigText(JSON.stringify(config), '/');
  if (file === null) throw new Error(JSON.stringify(errors));
  return file;
}
const camera = (id: string, more: object = {}): object => ({
  id, name: id, inputs: [{ url: `rtsp://192.0.2.1/${id}`, roles: ['detect'] }], zones: [{ id: 'z', polygon: [[0, 0], [1, 0], [1, 1]], point: [108.62, 21.95] }], ...more,
});
const unit = (id: string, level: 1 | 2, area?: [number, number][]) =>
  db.insertInto('units').values({ id, name: id, level, kind: level === 1 ? 'centre' : 'district', area: area === undefined ? null : JSON.stringify(area) }).execute();
const districts = async (): Promise<Record<string, string | null>> =>
  Object.fromEntries((await db.selectFrom('cameras').select(['id', 'district_id']).orderBy('id').execute()).map((c) => [c.id, c.district_id]));
const revisions = async (): Promise<Record<string, string>> =>
  Object.fromEntries((await db.selectFrom('cameras').select(['id', 'revision']).execute()).map((c) => [c.id, String(c.revision)]));

const south: [number, number][] = [[108.6, 21.9], [108.7, 21.9], [108.7, 22], [108.6, 22]];

describe('the district of a camera', () => {
  test('is the one it names, else that of its point, else that of what it watches', async () => {
    await unit('south', 2, south);
    await unit('north', 2);
    await importConfig(db, fileOf({ cameras: [
      camera('named', { district: 'north', point: [108.65, 21.95] }), camera('standing', { point: [108.65, 21.95] }), camera('watching'), camera('far', { point: [100, 20] }),
    ] }), sealer);
    expect(await districts()).toEqual({ named: 'north', standing: 'south', watching: 'south', far: null });
  });

  test('is found at the next import when the unit comes later; an unchanged camera keeps its revision', async () => {
    const file = fileOf({ cameras: [camera('a'), camera('far', { point: [100, 20] })] });
    await importConfig(db, file, sealer);
    expect(await districts()).toEqual({ a: null, far: null });
    await unit('south', 2, south);
    await importConfig(db, file, sealer);
    expect(await districts()).toEqual({ a: 'south', far: null });
    expect(await revisions()).toEqual({ a: '2', far: '1' });
    await importConfig(db, file, sealer);
    expect(await revisions()).toEqual({ a: '2', far: '1' });
  });

  test('that is not there is a mistake of the configuration, each is named, and nothing is imported', async () => {
    await unit('centre', 1);
    await unit('south', 2);
    const file = fileOf({ cameras: [camera('a', { district: 'nowhere' }), camera('b'), camera('c', { district: 'centre' })] });
    await expect(importConfig(db, file, sealer)).rejects.toMatchObject({ name: 'Invalid', errors: [
      { path: 'cameras[0].district', message: 'there is no unit of level 2 "nowhere"; allowed: south' }, { path: 'cameras[2].district' },
    ] });
    expect(await districts()).toEqual({});
  });

  test('is known for every camera of the demo city', async () => {
    await seedDemoCity(db, servers.dataDir);
    await importConfig(db, fileOf({ cameras: demoCameras((clip) => `rtsp://127.0.0.1:1/${clip.id}`) }), sealer, 'demo');
    const all = Object.values(await districts());
    expect(all.length).toBeGreaterThan(3);
    expect(new Set(all)).toEqual(new Set(['wanghai', 'binjiang']));
  });
});
