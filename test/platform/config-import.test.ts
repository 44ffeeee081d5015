import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { parseConfigText, type FileConfig } from '../../config/index.ts';
import { demoCameras, seedDemoCity } from '../../demo/city/index.ts';
import { importConfig } from '../../platform/config-import.ts';
import { openDatabase, type Db } from '../../platform/db/index.ts';
import { createSealer } from '../../platform/secrets.ts';
import { seedCatalogue } from '../../dispatcher/index.ts';
import { suggestUnit } from '../../dispatcher/suggest-unit.ts';
import { locate } from '../../platform/places.ts';
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
  await db.updateTable('units').set({ duty_user: null }).execute();
  for (const table of ['cameras', 'routes', 'grid_cells', 'users', 'units', 'settings', 'calendar_days'] as const) await db.deleteFrom(table).execute();
});

function fileOf(config: object, folder = '/'): FileConfig {
  const { file, errors } = parseConfigText(JSON.stringify(config), folder);
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

describe('a city in the file', () => {
  let folder: string;
  beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'xuncheng-city-')); });
  afterAll(() => rmSync(folder, { recursive: true }));

  const square = (west: number): [number, number][] => [[west, 21.9], [west + 0.1, 21.9], [west + 0.1, 22], [west, 22]];
  const closed = (west: number): [number, number][] => [...square(west), [west, 21.9]];
  const cell = (code: string, district: string, west: number): object => ({ type: 'Feature', properties: { code, name: code, district }, geometry: { type: 'Polygon', coordinates: [closed(west)] } });
  const put = (name: string, content: object): void => writeFileSync(join(folder, name), JSON.stringify(content));
  const city = (over: object = {}): object => ({
    units: [
      { id: 'patrol', name: '南区执法大队', level: 3, parent: 'south' }, { id: 'centre', name: '中心', level: 1 },
      { id: 'south', name: '南区', level: 2, parent: 'centre', area: square(108.6) }, { id: 'east', name: '东区', level: 2, kind: 'committee', parent: 'centre', area: './east.geojson' },
    ],
    routes: [{ code: '04', district: 'south', lead: 'patrol', with: ['centre'] }, { lead: 'east', reason: '其他' }],
    cells: 'cells.geojson',
    calendar: [{ day: '2027-01-01', working: false, name: '元旦' }],
    ...over,
  });
  const units = () => db.selectFrom('units').select(['id', 'level', 'kind', 'parent_id', 'area', 'revision']).orderBy('id').execute();

  beforeEach(() => {
    put('east.geojson', { type: 'FeatureCollection', features: [{ type: 'Feature', properties: null, geometry: { type: 'Polygon', coordinates: [closed(108.7)] } }] });
    put('cells.geojson', { type: 'FeatureCollection', features: [cell('450702001001001', 'south', 108.6), cell('450702001001002', 'east', 108.7)] });
  });

  test('is there, its cameras stand in it, and its cases find their unit', async () => {
    const file = fileOf({ city: city(), cameras: [camera('a'), camera('b', { point: [108.75, 21.95], district: 'east' })] }, folder);
    await importConfig(db, file, sealer);
    expect((await units()).map((u) => [u.id, u.level, u.kind, u.parent_id, u.area?.length ?? null])).toEqual([
      ['centre', 1, 'centre', null, null], ['east', 2, 'committee', 'centre', 4], ['patrol', 3, 'department', 'south', null], ['south', 2, 'district', 'centre', 4],
    ]);
    expect(await districts()).toEqual({ a: 'south', b: 'east' });
    expect(await locate(db, [108.75, 21.95])).toEqual({ cell: '450702001001002', districtId: 'east' });
    expect(await suggestUnit(db, { code: '0406' }, 'south')).toEqual({ leadUnit: { id: 'patrol', name: '南区执法大队' }, coUnits: [{ id: 'centre', name: '中心' }], reason: '职责分工：南区执法大队' });
    expect(await suggestUnit(db, { code: '0110' }, 'south')).toMatchObject({ leadUnit: { id: 'east' }, reason: '其他' });
    expect(await db.selectFrom('calendar_days').select(['day', 'working']).execute()).toEqual([{ day: '2027-01-01', working: false }]);
    await importConfig(db, file, sealer);
    expect((await units()).map((u) => Number(u.revision))).toEqual([1, 1, 1, 1]);
  });

  test('follows the file: what is gone goes, what cases or people belong to stays without ground', async () => {
    await importConfig(db, fileOf({ city: city() }, folder), sealer);
    await db.insertInto('users').values({ username: 'li', display_name: 'li', password_hash: 'x', roles: ['district'], unit_id: 'east' }).execute();
    put('cells.geojson', { type: 'FeatureCollection', features: [cell('450702001001001', 'south', 108.65)] });
    const next = city({ units: [{ id: 'centre', name: '新中心', level: 1 }, { id: 'south', name: '南区', level: 2, area: square(108.65) }], routes: [{ lead: 'south' }], calendar: [] });
    await importConfig(db, fileOf({ city: next, cameras: [camera('a')] }, folder), sealer);
    expect((await units()).map((u) => [u.id, u.area?.[0] ?? null])).toEqual([['centre', null], ['east', null], ['south', [108.65, 21.9]]]);
    expect(await districts()).toEqual({ a: null });
    expect((await db.selectFrom('grid_cells').select('code').execute()).map((c) => c.code)).toEqual(['450702001001001']);
    expect(await db.selectFrom('routes').select(['lead_unit_id', 'position']).execute()).toEqual([{ lead_unit_id: 'south', position: 0 }]);
    expect(await db.selectFrom('calendar_days').selectAll().execute()).toEqual([]);
    // a file without a city leaves it as it is
    await importConfig(db, fileOf({ cameras: [] }), sealer);
    expect(await units()).toHaveLength(3);
  });

  test('with mistakes is refused with all of them', () => {
    put('cells.geojson', { type: 'FeatureCollection', features: [cell('12', 'south', 108.6), cell('450702001001002', 'nowhere', 108.7), cell('450702001001003', 'south', 108.6), cell('450702001001003', 'south', 108.6)] });
    put('east.geojson', { type: 'Polygon', coordinates: [closed(108.7), closed(108.71)] });
    const { errors } = parseConfigText(JSON.stringify({
      cameras: [{ id: 'a', name: 'a', inputs: [] }],
      city: city({
        units: [{ id: 'south', name: 's', level: 2, parent: 'patrol' }, { id: 'south', name: 's', level: 2 }, { id: 'patrol', name: 'p', level: 3, area: square(1) }, { id: 'east', name: 'e', level: 2, area: './east.geojson' }],
        routes: [{ lead: 'nobody', district: 'patrol' }],
      }),
    }), folder);
    expect(errors.map((e) => e.path)).toEqual([
      'cameras[0].inputs', 'city.units[1].id', 'city.units[0].parent', 'city.units[2].area', 'city.units[3].area', 'city.routes[0].district', 'city.routes[0]',
      'city.cells[0]', 'city.cells[1].district', 'city.cells[2].code',
    ]);
    expect(parseConfigText('city: { units: [{ id: a, name: b, level: 4 }], cells: 7 }', '/').errors.map((e) => `${e.path}: ${e.message}`)).toEqual([
      'city.units[0].level: allowed: 1, 2, 3', 'city.cells: Invalid input: expected string, received number',
    ]);
    expect(parseConfigText('city: { cells: ./none.geojson }', '/nowhere').errors[0]?.message).toContain('ENOENT');
  });
});

describe('views of a camera that turns', () => {
  const folder = mkdtempSync(join(tmpdir(), 'xuncheng-views-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const turning = (picture: string): object => camera('dome', { views: [{ id: 'north', picture }], zones: [{ id: 'z', polygon: [[0, 0], [1, 0], [1, 1]], view: 'north' }] });
  const stored = () => db.selectFrom('cameras').select(['views', 'revision']).where('id', '=', 'dome').executeTakeFirstOrThrow();
  const paint = async (grey: number): Promise<void> => {
    await sharp({ create: { width: 1920, height: 1080, channels: 3, background: { r: grey, g: grey, b: grey } } }).jpeg().toFile(join(folder, 'north.jpg'));
  };

  test('come with their pictures, made small; another picture is another revision', async () => {
    await paint(80);
    await importConfig(db, fileOf({ cameras: [turning('./north.jpg')] }, folder), sealer);
    const first = await stored();
    expect(first.views).toMatchObject([{ id: 'north' }]);
    expect(await sharp(Buffer.from(first.views[0]!.picture, 'base64')).metadata()).toMatchObject({ format: 'jpeg', width: 640, height: 360 });
    await importConfig(db, fileOf({ cameras: [turning('./north.jpg')] }, folder), sealer);
    expect((await stored()).revision).toBe(first.revision);
    await paint(160);
    await importConfig(db, fileOf({ cameras: [turning('./north.jpg')] }, folder), sealer);
    expect(Number((await stored()).revision)).toBe(Number(first.revision) + 1);
  });

  test('whose picture cannot be read is a mistake of the configuration', async () => {
    writeFileSync(join(folder, 'text.jpg'), 'no picture');
    await expect(importConfig(db, fileOf({ cameras: [turning('./text.jpg'), camera('b', { views: [{ id: 'n', picture: './none.jpg' }], zones: [] })] }, folder), sealer)).rejects.toMatchObject({
      name: 'Invalid', errors: [{ path: 'cameras[0].views[0].picture', message: expect.stringMatching(/^is no picture/) }, { path: 'cameras[1].views[0].picture' }],
    });
  });
});
