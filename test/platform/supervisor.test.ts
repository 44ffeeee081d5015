import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { commandOf, descendants, isAlive } from '../support/processes.ts';
import { prepareDataFolder } from '../support/servers.ts';
import { until } from '../support/until.ts';

// each test starts a whole tree of processes, some twice
jest.setTimeout(240_000);

const fixture = join(import.meta.dirname, 'fixtures/small-product.ts');
let dataDir: string;
let running: Started[];

interface Started {
  readonly child: ChildProcess;
  output(): string;
  readonly ended: () => Promise<number | null>;
}

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'xuncheng-supervisor-'));
  await prepareDataFolder(dataDir);
  running = [];
});
afterEach(async () => {
  for (const { child, ended } of running) {
    const below = child.pid === undefined ? [] : descendants(child.pid);
    child.kill('SIGKILL');
    await ended();
    await until('nothing is left', () => below.every((pid) => !isAlive(pid)));
  }
  rmSync(dataDir, { recursive: true, force: true });
});

function start(env: NodeJS.ProcessEnv = {}): Started {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(NODE_OPTIONS|JEST_|DATABASE_|REDIS_|XUNCHENG_|HOST$|PORT$|TLS_)/.test(name)));
  const child = spawn(process.execPath, [fixture], { env: { ...inherited, LOG_LEVEL: 'warn', PORT: '0', XUNCHENG_DATA: dataDir, ...env } });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => { text += chunk.toString(); });
  const exit = once(child, 'exit') as Promise<[number | null]>;
  const started: Started = { child, output: () => text, ended: async () => (await exit)[0] };
  running.push(started);
  return started;
}

async function startReady(env: NodeJS.ProcessEnv = {}): Promise<Started & { url: string }> {
  const started = start(env);
  await until('it is ready', () => {
    if (started.child.exitCode !== null) throw new Error(started.output());
    return started.output().includes('Xuncheng is ready');
  }, 120_000);
  return { ...started, url: /Xuncheng is ready: (\S+)/.exec(started.output())![1]! };
}

const find = (root: number, words: RegExp): number => descendants(root).find((pid) => words.test(commandOf(pid)))!;

test('Ctrl-C ends everything in order and leaves nothing; the next start finds its data', async () => {
  const product = await startReady();
  const answer = await fetch(product.url);
  expect(await answer.text()).toBe('dashboard');
  const all = descendants(product.child.pid!);
  expect(all.length).toBeGreaterThanOrEqual(10);
  product.child.kill('SIGINT');
  expect(await product.ended()).toBe(0);
  expect(product.output()).toContain('Ctrl-C again ends at once');
  expect(readFileSync(join(dataDir, 'ends.log'), 'utf8').trim().split('\n')).toEqual(['dashboard', 'vision', 'dispatcher', 'demo']);
  expect(all.filter(isAlive).map(commandOf)).toEqual([]);

  const again = await startReady();
  expect(again.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
});

test('SIGKILL of any child brings it back', async () => {
  const product = await startReady();
  const root = product.child.pid!;
  for (const words of [/--role vision/, /--role dispatcher/, /--role dashboard/, /--role demo/, /^redis-server/, /bin\/postgres/]) {
    const before = find(root, words);
    expect([words, before]).toEqual([words, expect.any(Number)]);
    process.kill(before, 'SIGKILL');
    await until(`${words} is back`, () => {
      const now = find(root, words);
      return now !== undefined && now !== before;
    });
  }
  await until('the dashboard answers again', () => fetch(product.url).then((r) => r.ok, () => false));
});

test('SIGKILL of the supervisor leaves nothing running, and the next start works', async () => {
  const product = await startReady();
  const all = descendants(product.child.pid!);
  expect(all.map(commandOf).filter((command) => command.startsWith('sleep'))).toHaveLength(4);
  product.child.kill('SIGKILL');
  await product.ended();
  await until('nothing is left', () => all.every((pid) => !isAlive(pid)));
  await startReady();
});

test('a second Ctrl-C ends at once and says so', async () => {
  const product = await startReady();
  const all = descendants(product.child.pid!);
  // a role that is stopped cannot end in order
  process.kill(find(product.child.pid!, /--role dashboard/), 'SIGSTOP');
  product.child.kill('SIGINT');
  await until('it says so', () => product.output().includes('Ending in order'));
  await until('it ends at once', () => {
    product.child.kill('SIGINT');
    return product.child.exitCode !== null;
  });
  expect(product.output()).toContain('Ending at once.');
  expect(product.child.exitCode).toBe(130);
  await until('nothing is left', () => all.every((pid) => !isAlive(pid)));
});

test('Ctrl-C during the start ends it', async () => {
  const product = start();
  await until('something has started', () => descendants(product.child.pid!).length > 2);
  const all = descendants(product.child.pid!);
  product.child.kill('SIGINT');
  expect(await product.ended()).toBe(0);
  expect(product.output()).not.toContain('is ready');
  await until('nothing is left', () => all.every((pid) => !isAlive(pid)));
});

test('a data folder serves one supervisor', async () => {
  await startReady();
  const second = start();
  expect(await second.ended()).toBe(1);
  expect(second.output()).toBe(`another Xuncheng is running on the data folder ${dataDir}: end it, or choose another by XUNCHENG_DATA\n`);
});

test('a port in use is one clear line', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const product = start({ PORT: String(port) });
  expect(await product.ended()).toBe(1);
  expect(product.output()).toBe(`port ${port} of 127.0.0.1 is in use: end what listens on it, or choose another by PORT\n`);
  server.close();
});

test('a role that cannot start ends the start with its words, and the others', async () => {
  writeFileSync(join(dataDir, 'refuse-vision'), '');
  const product = start();
  expect(await product.ended()).toBe(1);
  expect(product.output()).toContain('vision refuses to start');
  expect(product.output()).not.toContain('is ready');
});
