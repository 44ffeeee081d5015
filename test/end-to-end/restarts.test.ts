import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
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
        // places far from one another: each is an alert of its own
        body: JSON.stringify({ key, camera: cameraId, eventType: 'stall', score: 0.9, raisedAt: new Date().toISOString() }),
      });
      return response.ok ? ((await response.json()) as { alertId?: string; id?: string }).alertId ?? 'stored' : null;
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
  ])('%s', async (name, pattern) => {
    const victims = descendants(product.pid).filter((p) => pattern.test(p.command) && !/setpriv|unshare|watchdog/.test(p.command));
    expect(victims.length).toBeGreaterThan(0);
    const victim = victims[0]!;
    const before = `before-${name.replaceAll(/\W/g, '')}-${victim.pid}`;
    await sendEvent(admin, before);
    process.kill(victim.pid, 'SIGKILL');
    await until(`${name} runs again`, () => !alive(victim.pid) && descendants(product.pid).some((p) => p.pid !== victim.pid && pattern.test(p.command)), 60_000);
    await sendEvent(admin, `after-${name.replaceAll(/\W/g, '')}-${victim.pid}`);
    // what was stored before is there, once
    const again = await sendEvent(admin, before);
    expect(again).not.toBe('');
    await until('the product is healthy', async () => {
      const response = await fetch(`${product.url}/api/health`).catch(() => null);
      return response?.ok === true && ((await response.json()) as { status: string }).status === 'ok';
    }, 90_000);
  }, 300_000);

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
