import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, type Db } from '../../platform/db/index.ts';
import { registerModels } from '../../platform/register-models.ts';
import { manifestOf, silentLog } from '../detector/support.ts';
import { startTestServers, type TestServers } from '../support/servers.ts';

let servers: TestServers;
let db: Db;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xuncheng-models-'));
  servers = await startTestServers();
  db = openDatabase(servers.databaseUrl);
});
afterAll(async () => {
  await db.destroy();
  await servers.close();
  await rm(folder, { recursive: true, force: true });
});

const put = (id: string, over: object = {}): Promise<void> => writeFile(join(folder, `${id}.json`), JSON.stringify(manifestOf({ id, file: `${id}.onnx`, ...over })));
const rows = () => db.selectFrom('models').select(['id', 'path', 'source', 'state', 'revision']).orderBy('id').execute();

test('models of a folder are known, changes are new revisions, what is gone is gone, what is not of the folder stays', async () => {
  await db.insertInto('models').values({ id: 'other', manifest: JSON.stringify(manifestOf({ id: 'other' })), path: '/elsewhere/other.onnx', source: 'api' }).execute();
  await registerModels(db, join(folder, 'missing'), 'api', silentLog);
  expect((await rows()).map((r) => r.id)).toEqual(['other']);

  await put('a');
  await put('b');
  await writeFile(join(folder, 'broken.json'), '{');
  await registerModels(db, folder, 'api', silentLog);
  expect(await rows()).toEqual([
    expect.objectContaining({ id: 'a', path: 'a.onnx', source: 'api', state: 'unchecked' }), expect.objectContaining({ id: 'b' }), expect.objectContaining({ id: 'other' }),
  ]);

  await db.updateTable('models').set({ state: 'ready' }).where('id', 'in', ['a', 'b']).execute();
  await put('b', { labels: ['other'] });
  await registerModels(db, folder, 'api', silentLog);
  const [a, b] = await rows();
  expect([a!.state, Number(a!.revision), b!.state, Number(b!.revision)]).toEqual(['ready', 1, 'unchecked', 2]);

  await rm(join(folder, 'a.json'));
  await registerModels(db, folder, 'api', silentLog);
  expect((await rows()).map((r) => r.id)).toEqual(['b', 'other']);
});
