import { describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findChromium } from '../../models/scenes/browser.ts';
import { CLASS_NAMES } from '../../models/scenes/classes.ts';

const run = promisify(execFile);
const RENDER = join(import.meta.dirname, '../../models/scenes/render.ts');

async function render(seed: number): Promise<{ labels: string; names: string[]; jpeg: Buffer; classes: string }> {
  const out = await mkdtemp(join(tmpdir(), 'scenes-test-'));
  try {
    await run(process.execPath, [RENDER, 'pictures', '--count', '1', '--per-scene', '1', '--seed', String(seed), '--samples', '1', '--calm', '0', '--size', '320x180', '--out', out]);
    const names = await readdir(join(out, 'images'));
    const name = (names[0] ?? '').replace(/\.jpg$/, '');
    return { names, labels: await readFile(join(out, 'labels', `${name}.txt`), 'utf8'), jpeg: await readFile(join(out, 'images', `${name}.jpg`)), classes: await readFile(join(out, 'classes.txt'), 'utf8') };
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

const withBrowser = findChromium() ? describe : describe.skip;
if (!findChromium()) process.stderr.write('scenes.test.ts skipped: Chromium is not installed\n');

withBrowser('scene generator', () => {
  test('labels lie within the picture, and the same seed gives the same picture', async () => {
    const first = await render(53);
    expect(first.names).toHaveLength(1);
    expect(first.jpeg.subarray(0, 2).toString('hex')).toBe('ffd8');
    expect(first.classes.trim().split('\n')).toEqual([...CLASS_NAMES]);
    const lines = first.labels.trim().split('\n').map((line) => line.split(' ').map(Number));
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) {
      expect(line).toHaveLength(5);
      const [cls = -1, x = -1, y = -1, w = -1, h = -1] = line;
      expect(CLASS_NAMES[cls]).toBeDefined();
      expect(w).toBeGreaterThan(0);
      expect(h).toBeGreaterThan(0);
      expect(x - w / 2).toBeGreaterThanOrEqual(-1e-4);
      expect(y - h / 2).toBeGreaterThanOrEqual(-1e-4);
      expect(x + w / 2).toBeLessThanOrEqual(1 + 1e-4);
      expect(y + h / 2).toBeLessThanOrEqual(1 + 1e-4);
    }
    const second = await render(53);
    expect(second.labels).toBe(first.labels);
    expect(second.jpeg.equals(first.jpeg)).toBe(true);
    const other = await render(54);
    expect(other.labels).not.toBe(first.labels);
  }, 300_000);
});
