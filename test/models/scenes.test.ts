import { describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findChromium } from '../../models/scenes/browser.ts';
import { CLASS_NAMES } from '../../models/scenes/classes.ts';
import { scenario, TOPICS } from '../../models/scenes/clips/scenario.ts';
import { HELD_OUT, STYLES, TRAINING_STYLES } from '../../models/scenes/page/styles.ts';

const run = promisify(execFile);
const RENDER = join(import.meta.dirname, '../../models/scenes/render.ts');

async function inFolder<T>(work: (out: string) => Promise<T>): Promise<T> {
  const out = await mkdtemp(join(tmpdir(), 'scenes-test-'));
  try {
    return await work(out);
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

const render = (seed: number, ...more: string[]): Promise<{ labels: string; names: string[]; jpeg: Buffer; classes: string; truth: string }> => inFolder(async (out) => {
  await run(process.execPath, [RENDER, 'pictures', '--count', '1', '--per-scene', '1', '--seed', String(seed), '--samples', '1', '--calm', '0', '--size', '320x180', '--out', out, ...more]);
  const names = await readdir(join(out, 'images'));
  const name = (names[0] ?? '').replace(/\.jpg$/, '');
  return { names, labels: await readFile(join(out, 'labels', `${name}.txt`), 'utf8'), jpeg: await readFile(join(out, 'images', `${name}.jpg`)), classes: await readFile(join(out, 'classes.txt'), 'utf8'), truth: await readFile(join(out, 'truth.jsonl'), 'utf8') };
});

describe('held-out style', () => {
  test('shares no stall, parasol, front or pavement with the styles that are trained on', () => {
    expect(TRAINING_STYLES).not.toContain(HELD_OUT);
    const held = STYLES[HELD_OUT];
    for (const name of TRAINING_STYLES) {
      const style = STYLES[name];
      expect(style.front).not.toBe(held.front);
      expect(style.walk).not.toBe(held.walk);
      expect(style.stalls.filter((kind) => (held.stalls as readonly string[]).includes(kind))).toEqual([]);
      expect(style.parasols.filter((kind) => (held.parasols as readonly string[]).includes(kind))).toEqual([]);
    }
  });
});

describe('event scripts', () => {
  const scripts = Array.from({ length: 78 }, (_, seed) => scenario(seed));

  test('the same seed gives the same script, other seeds others', () => {
    expect(scenario(7)).toEqual(scripts[7]);
    expect(new Set(scripts.map((s) => JSON.stringify({ ...s, seed: 0, name: '' }))).size).toBe(scripts.length);
  });

  test('go through every topic, event, weather and fault, and stay within 3 to 10 minutes', () => {
    const kinds = (list: readonly string[]): string[] => [...new Set(list)].toSorted();
    expect(kinds(scripts.map((s) => s.name.replace(/-\d+$/, '')))).toEqual([...TOPICS].toSorted());
    expect(kinds(scripts.flatMap((s) => s.events.map((e) => e.type)))).toEqual(['bin_overflow', 'debris', 'rubbish', 'stall']);
    expect(kinds(scripts.flatMap((s) => s.faults.map((f) => f.kind)))).toEqual(['black', 'exposure', 'frozen', 'light', 'moved']);
    expect(kinds(scripts.map((s) => s.weather))).toEqual(['dusk', 'fog', 'haze', 'lowsun', 'night', 'overcast', 'rain', 'sun']);
    for (const s of scripts) {
      expect(s.seconds).toBeGreaterThanOrEqual(180);
      expect(s.seconds).toBeLessThanOrEqual(600);
      expect(s.style).not.toBe(HELD_OUT);
    }
  });

  test('what must be found stands whole for 100 s within the clip, and its actors are in it', () => {
    for (const s of scripts) {
      const ids = new Set(s.actors.map((a) => a.id));
      for (const e of s.events) {
        expect(e.from).toBeLessThan(e.grown);
        expect(e.shrinks - e.grown).toBeGreaterThanOrEqual(100);
        expect(e.to).toBeLessThanOrEqual(s.seconds);
        for (const id of e.actors) expect(ids).toContain(id);
      }
      for (const o of s.others) for (const id of o.actors) expect(ids).toContain(id);
    }
  });

  test('a clip that is too short for its events is refused', () => {
    expect(() => scenario(1, { seconds: 60 })).toThrow('180 s is the least');
  });
});

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
  }, 900_000);

  test('the held-out style is drawn only where it is asked for', async () => {
    const held = await render(53, '--style', 'holdout');
    expect(JSON.parse(held.truth)).toMatchObject({ style: HELD_OUT });
    await expect(render(53, '--style', 'nowhere')).rejects.toThrow('--style nowhere');
  }, 900_000);

  test('an event clip has a picture for every sample and boxes for what stands', async () => {
    const script = scenario(0, { seconds: 180 });
    await inFolder(async (out) => {
      await run(process.execPath, [RENDER, 'events', '--seed', '0', '--seconds', '180', '--every', '45', '--size', '160x90', '--out', out]);
      const folder = join(out, script.name);
      const truth = JSON.parse(await readFile(join(folder, 'truth.json'), 'utf8')) as { pictures: { file: string; t: number }[]; events: { type: string; from: number; box: number[] }[]; zones: { polygon: number[][] }[] };
      expect(truth.pictures.map((p) => p.t)).toEqual([0, 45, 90, 135, 180]);
      expect((await readdir(folder)).filter((n) => n.endsWith('.jpg')).toSorted()).toEqual(truth.pictures.map((p) => p.file));
      expect(truth.events.map((e) => e.type)).toEqual(script.events.map((e) => e.type));
      for (const { box: [x = -1, y = -1, w = 0, h = 0] } of truth.events) {
        expect(w * h).toBeGreaterThan(0.002);
        expect(x).toBeGreaterThanOrEqual(0);
        expect(y).toBeGreaterThanOrEqual(0);
        expect(x + w).toBeLessThanOrEqual(1.0001);
        expect(y + h).toBeLessThanOrEqual(1.0001);
      }
      const [before, during] = await Promise.all(['00000.jpg', '00090.jpg'].map((n) => readFile(join(folder, n))));
      expect(before?.equals(during ?? Buffer.alloc(0))).toBe(false);
    });
  }, 900_000);
});
