import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import pg from 'pg';
import { isAlive, commandOf, descendants } from '../support/processes.ts';
import { startTestServers, type TestServers } from '../support/servers.ts';
import { until } from '../support/until.ts';

let servers: TestServers;
beforeAll(async () => { servers = await startTestServers({ migrated: false }); });
afterAll(async () => { await servers.close(); });

async function query<T extends object>(url: string, text: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<T>(text)).rows;
  } finally {
    await client.end();
  }
}

test('PostgreSQL does not run as root, and knows an owner and an application that is not', async () => {
  expect(statSync(`/proc/${servers.postgres.pid()}`).uid).not.toBe(0);
  await query(servers.adminUrl, 'create schema kept; create table kept.rows (n int); insert into kept.rows values (1)');
  await expect(query(servers.databaseUrl, 'select * from kept.rows')).rejects.toThrow('permission denied');
  await expect(query(servers.databaseUrl, 'create schema mine')).rejects.toThrow('permission denied');
  const [role] = await query<{ rolsuper: boolean }>(servers.databaseUrl, 'select bool_or(rolsuper) as rolsuper from pg_roles where rolname like \'xuncheng%\'');
  expect(role).toEqual({ rolsuper: false });
});

test('a wrong password is refused by both', async () => {
  const wrong = new URL(servers.databaseUrl);
  wrong.password = 'wrong';
  await expect(query(wrong.href, 'select 1')).rejects.toThrow('password authentication failed');
  const redis = new Redis(new URL(servers.redisUrl).host.replace(/^/, 'redis://'), { lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => undefined);
  await expect(redis.connect().then(() => redis.get('x'))).rejects.toThrow(/NOAUTH|closed/);
  redis.disconnect();
});

test('passwords are in files for us alone and in no process list', () => {
  const folder = join(servers.dataDir, 'secrets');
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  for (const name of readdirSync(folder)) expect([name, statSync(join(folder, name)).mode & 0o777]).toEqual([name, 0o600]);
  for (const pid of [servers.postgres.pid()!, servers.redis.pid()!]) {
    for (const url of [servers.databaseUrl, servers.adminUrl, servers.redisUrl]) expect(commandOf(pid)).not.toContain(new URL(url).password);
  }
});

test('Redis keeps an append-only file and evicts nothing', async () => {
  const redis = new Redis(servers.redisUrl);
  expect(await redis.config('GET', 'appendonly')).toEqual(['appendonly', 'yes']);
  expect(await redis.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
  await redis.quit();
});

test('after SIGKILL PostgreSQL is back at the same address with what was committed', async () => {
  const before = servers.postgres.pid()!;
  const children = descendants(before);
  const held = new pg.Client({ connectionString: servers.adminUrl });
  held.on('error', () => undefined);
  await held.connect();
  await held.query('insert into kept.rows values (2)');
  process.kill(before, 'SIGKILL');
  await until('it accepts connections again', () => query(servers.adminUrl, 'select 1').then(() => servers.postgres.pid() !== before, () => false));
  expect(await query(servers.adminUrl, 'select n from kept.rows order by n')).toEqual([{ n: 1 }, { n: 2 }]);
  expect(children.length).toBeGreaterThan(0);
  expect(children.filter(isAlive)).toEqual([]);
  await held.end().catch(() => undefined);
});

test('after SIGKILL Redis is back at the same address with its data', async () => {
  const redis = new Redis(servers.redisUrl, { maxRetriesPerRequest: null });
  redis.on('error', () => undefined);
  await redis.set('kept', 'yes');
  await redis.config('SET', 'appendfsync', 'always');
  await redis.set('kept-too', 'yes');
  const before = servers.redis.pid()!;
  process.kill(before, 'SIGKILL');
  await until('it is back', () => servers.redis.pid() !== before && isAlive(servers.redis.pid()!));
  expect(await redis.mget('kept', 'kept-too')).toEqual(['yes', 'yes']);
  redis.disconnect();
});
