import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '../../platform/db/migrate.ts';
import { startTestServers, type TestServers } from '../support/servers.ts';

const shipped = join(import.meta.dirname, '../../platform/db/migrations');
let servers: TestServers;
let folder: string;
beforeAll(async () => {
  servers = await startTestServers({ migrated: false });
  folder = mkdtempSync(join(tmpdir(), 'xuncheng-migrations-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await servers.close();
});

test('an installation of any earlier version is brought up to date, one migration at a time', async () => {
  const names = readdirSync(shipped).filter((f) => f.endsWith('.sql')).toSorted();
  for (const name of names) {
    copyFileSync(join(shipped, name), join(folder, name));
    // each on a connection of its own, as an update of the product does
    expect(await migrate(servers.adminUrl, folder)).toEqual([name]);
  }
  expect(await migrate(servers.adminUrl)).toEqual([]);
});
