import { mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Ring, type RingOptions } from '../../ingest/ring.ts';
import { createLog } from '../../platform/log.ts';

const MiB = 2 ** 20;
const minute = 60_000;
const log = createLog('ring-test');
log.level = 'silent';

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'xuncheng-ring-')); });
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A recording of pieces of 64 MiB (on paper), each so many minutes old. */
function record(camera: string, ages: readonly number[]): void {
  const run = join(folder, camera, 'run');
  mkdirSync(run, { recursive: true });
  writeFileSync(join(run, 'list.csv'), ages.map((_, i) => `${String(i).padStart(6, '0')}.ts,${i * 2}.0,${i * 2 + 2}.0\n`).join(''));
  for (const [i, age] of ages.entries()) {
    const file = join(run, `${String(i).padStart(6, '0')}.ts`);
    writeFileSync(file, '');
    // sparse: it says its size and takes none
    truncateSync(file, 64 * MiB);
    const at = new Date(Date.now() - age * minute);
    utimesSync(file, at, at);
  }
}
const left = (camera: string): number => readdirSync(join(folder, camera, 'run')).filter((name) => name.endsWith('.ts')).length;
const open = (limits: RingOptions['limits'], free = 1000 * 1024 * MiB): Promise<Ring> => Ring.open({ folder, limits, log, free: () => Promise.resolve(free) });

describe('the recording ring', () => {
  test('keeps what the configuration says: age', async () => {
    record('gate', [90, 70, 50, 10]);
    await (await open({ bytes: 1024 * MiB, age: 60 * minute })).sweep();
    expect(left('gate')).toBe(2);
  });

  test('and size, whichever camera takes it: the oldest of all go first', async () => {
    record('busy', [40, 35, 30, 25, 20, 15, 10, 5]);
    record('quiet', [22, 12]);
    const ring = await open({ bytes: 6 * 64 * MiB, age: 60 * minute });
    await ring.sweep();
    expect([left('busy'), left('quiet')]).toEqual([4, 2]);
    expect(ring.bytes()).toBe(6 * 64 * MiB);
  });

  test('throws nothing away at a restart because the disk is filled by itself', async () => {
    record('gate', Array.from({ length: 12 }, (_, i) => 20 - i));
    const ring = await open({ bytes: 12 * 64 * MiB, age: 60 * minute }, 12 * 64 * MiB);
    await ring.sweep();
    expect(left('gate')).toBe(12);
  });

  test('leaves half of the disk to others', async () => {
    record('gate', Array.from({ length: 12 }, (_, i) => 20 - i));
    await (await open({ bytes: 1000 * 64 * MiB, age: 60 * minute }, 4 * 64 * MiB)).sweep();
    expect(left('gate')).toBe(8);
  });

  test('keeps what is pinned beyond its age, but not beyond the size', async () => {
    record('gate', [90, 80, 70, 60]);
    record('bridge', [95, 85, 75, 1]);
    const ring = await open({ bytes: 1024 * MiB, age: 30 * minute });
    ring.pin('event', 'gate', 'run', 0, 8);
    await ring.sweep();
    expect([left('gate'), left('bridge')]).toEqual([4, 1]);
    await ring.close();
    const small = await open({ bytes: 2 * 64 * MiB, age: 30 * minute });
    await small.sweep();
    expect([left('gate'), left('bridge')]).toEqual([2, 0]);
    await small.close();
  });
});
