import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signIn, startProduct, type Person, type Product } from '../support/product.ts';
import type { ApiAlert } from '../support/shift.ts';
import { until } from '../support/until.ts';

const password = 'a-password-for-this-test';
const dataDir = mkdtempSync(join(tmpdir(), 'xuncheng-restarts-'));
let product: Product;

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** Every process below `root`, from /proc. */
function descendants(root: number): Process[] {
  const all = readdirSync('/proc').filter((d) => /^\d+$/.test(d)).flatMap((pid): Process[] => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      return [{ pid: Number(pid), parent, command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() }];
    } catch {
      return []; // ended meanwhile
    }
  });
  const found: Process[] = [];
  const below = (pid: number): void => {
    for (const p of all.filter((a) => a.parent === pid)) {
      found.push(p);
      below(p.pid);
    }
  };
  below(root);
  return found;
}

const alive = (pid: number): boolean => {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

/** Sends one event until it is stored, as a careful sender does. */
async function sendEvent(admin: Person, key: string): Promise<string> {
  return until(`event ${key} is stored`, async () => {
    try {
      const response = await admin.raw('/api/events', {
        method: 'POST', headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ key, camera: cameraId, eventType: 'stall', score: 0.9, raisedAt: new Date().toISOString() }),
      });
      return response.ok ? ((await response.json()) as { alertId: string }).alertId : null;
    } catch {
      return null;
    }
  }, 90_000);
}

let cameraId = '';

async function start(): Promise<Person> {
  product = await startProduct({ dataDir, env: { XUNCHENG_ADMIN_PASSWORD: password } });
  return signIn(product.url, 'admin', password);
}

let admin: Person;
beforeAll(async () => {
  admin = await start();
  cameraId = (await admin.get<{ items: { id: string }[] }>('/api/cameras')).items[0]!.id;
}, 300_000);
afterAll(async () => {
  await product?.close();
  rmSync(dataDir, { recursive: true, force: true });
}, 60_000);

describe('whatever is killed comes back', () => {
  test.each([
    ['the vision role', /--role[ =]vision/],
    ['the dispatcher role', /--role[ =]dispatcher/],
    ['the dashboard role', /--role[ =]dashboard/],
    ['Redis', /redis-server/],
    ['PostgreSQL', /postgres.* -D /],
    ['an ffmpeg of a camera', /ffmpeg .*-stats_period/],
    ['the video worker', /mediasoup-worker/],
    ['the cameras of the demo', /--role[ =]demo/],
  ])('%s', async (name, pattern) => {
    const those = (): Process[] => descendants(product.pid).filter((p) => pattern.test(p.command) && !/setpriv|unshare|watchdog/.test(p.command));
    const victims = await until(`${name} runs`, () => (those().length > 0 ? those() : null), 60_000);
    const victim = victims[0]!;
    const before = `before-${name.replaceAll(/\W/g, '')}-${victim.pid}`;
    const first = await sendEvent(admin, before);
    process.kill(victim.pid, 'SIGKILL');
    await until(`${name} runs again`, () => !alive(victim.pid) && those().length >= victims.length && those().some((p) => !victims.some((old) => old.pid === p.pid)), 90_000);
    await sendEvent(admin, `after-${name.replaceAll(/\W/g, '')}-${victim.pid}`);
    // what was stored before is there, once
    expect(await sendEvent(admin, before)).toBe(first);
    await until('the product is healthy, and each camera live and analysed', async () => {
      const response = await fetch(`${product.url}/api/health`).catch(() => null);
      if (response?.ok !== true) return false;
      const { status, cameras } = (await response.json()) as { status: string; cameras: { total: number; live: number; analysed: number } };
      return status === 'ok' && cameras.live === cameras.total && cameras.analysed === cameras.total;
    }, 120_000);
  }, 400_000);

  test('a second vision process in the same data folder is refused, and the first goes on', async () => {
    const { code, stderr } = await new Promise<{ code: number | null; stderr: string }>((resolve) => {
      const child = execFile(join(import.meta.dirname, '../../node_modules/.bin/node'), ['main.ts', '--role', 'vision'], {
        cwd: join(import.meta.dirname, '../..'), timeout: 60_000,
        env: { PATH: process.env['PATH'], HOME: process.env['HOME'], XUNCHENG_DATA: dataDir, DATABASE_URL: 'postgres://nobody:x@127.0.0.1:9/none', REDIS_URL: 'redis://127.0.0.1:9', XUNCHENG_SECRET: 'x'.repeat(40) },
      }, (_error, _stdout, text) => resolve({ code: child.exitCode, stderr: text }));
    });
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('another vision process uses') });
    expect(descendants(product.pid).some((p) => /--role[ =]vision/.test(p.command))).toBe(true);
  }, 90_000);

  test('after SIGKILL of the supervisor nothing is left running, and the next start has lost nothing', async () => {
    const count = async (person: Person): Promise<string[]> => (await person.get<{ items: ApiAlert[] }>('/api/alerts?limit=200')).items.map((a) => a.id);
    const known = await count(admin);
    const children = descendants(product.pid);
    expect(children.length).toBeGreaterThan(4);
    await product.kill();
    await until('every process has ended', () => children.every((c) => !alive(c.pid)), 60_000);
    admin = await start();
    expect(await count(admin)).toEqual(expect.arrayContaining(known));
  }, 300_000);

  test('Ctrl-C ends everything in order', async () => {
    const children = descendants(product.pid);
    expect(await product.stop()).toBe(0);
    expect(children.filter((c) => alive(c.pid)).map((c) => c.command)).toEqual([]);
  }, 60_000);
});
