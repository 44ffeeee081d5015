import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { freePort } from '../../platform/process/free-port.ts';
import { descendants, isAlive } from '../support/processes.ts';
import { signIn } from '../support/product.ts';
import { startTestServers, type TestServers } from '../support/servers.ts';
import { until } from '../support/until.ts';

jest.setTimeout(180_000);

const root = resolve(import.meta.dirname, '../..');
const password = 'a-password-for-this-test';
let servers: TestServers;
let folder: string;
const running: ChildProcess[] = [];
beforeAll(async () => {
  servers = await startTestServers({ migrated: false });
  folder = mkdtempSync(join(tmpdir(), 'xuncheng-hosts-'));
  mkdirSync(join(folder, 'evidence'));
});
afterAll(async () => {
  for (const child of running) {
    const below = descendants(child.pid!);
    child.kill('SIGTERM');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    await until('nothing is left', () => below.every((pid) => !isAlive(pid)));
  }
  await servers.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A host: a data folder and a configuration of its own, with the model of the file at its own place; evidence is shared. */
function host(name: string): NodeJS.ProcessEnv {
  const home = join(folder, name);
  mkdirSync(join(home, 'data'), { recursive: true });
  symlinkSync(join(folder, 'evidence'), join(home, 'data/evidence'));
  copyFileSync(join(root, 'test/detector/fixtures/lamps.onnx'), join(home, `${name}.onnx`));
  writeFileSync(join(home, 'city.yaml'), `
cameras:
  - id: gate
    name: 门
    inputs: [{ url: "rtsp://127.0.0.1:9/none", roles: [detect] }]
    zones: [{ id: z, polygon: [[0, 0], [1, 0], [1, 1]] }]
    rules: [{ zone: z, eventType: stall, model: lamps, classes: { any: [left] } }]
models: [{ id: lamps, file: ./${name}.onnx, layout: yolov8, labels: [left, right], input: { width: 64, height: 64 } }]
`);
  return { XUNCHENG_DATA: join(home, 'data'), XUNCHENG_CONFIG: join(home, 'city.yaml') };
}

function start(args: readonly string[], env: NodeJS.ProcessEnv): { child: ChildProcess; output: () => string } {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(NODE_OPTIONS|JEST_|DATABASE_|REDIS_|XUNCHENG_|HOST$|PORT$|TLS_)/.test(name)));
  const child = spawn(process.execPath, ['main.ts', ...args], {
    cwd: root, stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...inherited, LOG_LEVEL: 'warn', DATABASE_URL: servers.databaseUrl, REDIS_URL: servers.redisUrl, XUNCHENG_SECRET: 'the same secret on every host of it', ...env },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => { text += chunk.toString(); });
  running.push(child);
  return { child, output: () => text };
}

async function ended(args: readonly string[], env: NodeJS.ProcessEnv): Promise<{ code: number | null; output: string }> {
  const { child, output } = start(args, env);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output: output() };
}

test('three roles on hosts of their own, prepared by one command, are one installation', async () => {
  const centre = host('centre');
  const street = host('street');
  const port = await freePort();

  // before it is prepared, and without what the hosts share, each says what to do
  const early = await ended(['--role', 'dispatcher'], centre);
  expect(early).toMatchObject({ code: 1, output: expect.stringMatching(/^the database lacks 0001-.*: run "main.ts --prepare" once/) });
  expect(await ended(['--role', 'vision'], { ...street, XUNCHENG_SECRET: '' })).toEqual({ code: 1, output: '--role vision alone needs XUNCHENG_SECRET, the same as on the other hosts\n' });
  expect((await ended(['--prepare'], centre)).output).toBe('--prepare needs DATABASE_ADMIN_URL, the owner of the database, who migrates\n');

  // two at once are one after the other
  const owner = { ...centre, DATABASE_ADMIN_URL: servers.adminUrl, XUNCHENG_ADMIN_PASSWORD: password };
  for (const { code, output } of await Promise.all([ended(['--prepare'], owner), ended(['--prepare'], owner)])) expect([code, output]).toEqual([0, 'Xuncheng is prepared\n']);

  const roles = [start(['--role', 'dispatcher'], centre), start(['--role', 'dashboard'], { ...centre, PORT: String(port) }), start(['--role', 'vision'], street)];
  await until('all are ready', () => {
    for (const { child, output } of roles) if (child.exitCode !== null) throw new Error(output());
    return roles.every(({ output }) => /Xuncheng (dispatcher|dashboard|vision) is ready/.test(output()));
  }, 60_000);
  const admin = await signIn(`http://127.0.0.1:${port}`, 'admin', password);
  const health = () => admin.get<{ roles: Record<string, unknown>; cameras: { total: number } }>('/api/health');
  await until('all roles are there', async () => {
    const { vision, dispatcher, dashboard } = (await health()).roles;
    return [vision, dispatcher, dashboard].every((state) => state === 'up');
  });
  expect((await health()).cameras.total).toBe(1);
  // the street's host has the models at places of its own
  const models = () => admin.get<{ items: { id: string; state: string; stateReason: string | null }[] }>('/api/models');
  const seen = await until('the model was looked at', async () => {
    const lamps = (await models()).items.find((m) => m.id === 'lamps');
    return lamps?.state === 'unchecked' ? null : lamps;
  }, 60_000);
  expect(seen).toMatchObject({ state: 'ready', stateReason: null });
  const camera = () => admin.get<{ state: string; stateReason: string | null }>('/api/cameras/gate');
  expect(await until('the camera is dialled', async () => { const c = await camera(); return c.state === 'offline' ? c : null; }, 60_000)).toMatchObject({ state: 'offline' });
});
