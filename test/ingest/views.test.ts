import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { PictureJudge } from '../../ingest/picture-judge.ts';
import { matchView } from '../../ingest/view-match.ts';
import { ViewJudge, type ViewMemory, type ViewVerdict } from '../../ingest/view-judge.ts';
import type { ViewSignature } from '../../ingest/view-signature.ts';
import { openViews, viewsKey } from '../../ingest/views.ts';
import { makeCamera, sharedData, silentLog } from '../detector/support.ts';
import { crowd, height, lights, lorry, signed, street, width, type Rgb } from './streets.ts';

const seeds = [1, 2, 3, 4, 5];

describe('a picture against its reference', () => {
  const names = Object.keys(lights) as (keyof typeof lights)[];
  test.each(names)('is the same view: %s', async (light) => {
    for (const seed of seeds) {
      const rgb = await street(seed);
      expect([seed, matchView(signed(rgb), signed(lights[light](rgb, seed)))]).toEqual([seed, expect.objectContaining({ kind: 'same' })]);
    }
  });

  test.each([
    ['with a lorry before half of it', lorry(160, 320)],
    ['with a crowd', crowd(5)],
    ['with a lorry and a crowd', crowd(9) + lorry(380, 200)],
  ])('is the same view: %s', async (_, things) => {
    for (const seed of seeds) expect([seed, matchView(signed(await street(seed)), signed(await street(seed, { things })))]).toEqual([seed, expect.objectContaining({ kind: 'same' })]);
  });

  test('is the same view when it sways by a hundredth', async () => {
    for (const seed of seeds) expect(matchView(signed(await street(seed)), signed(await street(seed, { from: 7, down: -4 }))).kind).toBe('same');
  });

  test.each([[48, 0], [-90, 20], [150, -36], [0, 60]])('is seen to have moved by %d, %d pixels', async (from, down) => {
    for (const seed of seeds) {
      const match = matchView(signed(await street(seed)), signed(await street(seed, { from, down })));
      expect([seed, match.kind]).toEqual([seed, 'shifted']);
      if (match.kind !== 'shifted') continue;
      expect(Math.abs((match.at.dx * width) / 80 + from)).toBeLessThanOrEqual(8);
      expect(Math.abs((match.at.dy * height) / 40 + down)).toBeLessThanOrEqual(9);
    }
  });

  test('is another view where it shows another street, or hardly anything of this one', async () => {
    for (const seed of seeds) {
      const reference = signed(await street(seed));
      expect(matchView(reference, signed(await street(seed + 100))).kind).toBe('other');
      expect(matchView(reference, signed(await street(seed, { from: 380 }))).kind).not.toBe('same');
      expect(matchView(reference, signed(lights.night(await street(seed + 200), 3))).kind).not.toBe('same');
    }
  });

  test('cannot be told where nothing is seen', async () => {
    const flat = signed(new Uint8Array(width * height * 3).fill(120));
    expect(matchView(signed(await street(1)), flat)).toEqual({ kind: 'blind' });
  });
});

const pictures = join(sharedData, 'bags-unlabelled');
(existsSync(pictures) ? describe : describe.skip)('photographs of streets', () => {
  const files = existsSync(pictures) ? readdirSync(pictures).filter((f) => /\.jpe?g$/i.test(f)).toSorted() : [];
  const read = async (file: string): Promise<Rgb> => new Uint8Array(await sharp(join(pictures, file)).resize(width, height, { fit: 'cover' }).removeAlpha().toColourspace('srgb').raw().toBuffer());
  test('are never taken for one another, and always for themselves in another light', async () => {
    // far apart in the list, so that no two show the same place
    const chosen = await Promise.all(files.filter((_, i) => i % 25 === 0).slice(0, 15).map(read));
    const signatures = chosen.map(signed);
    for (const [i, a] of signatures.entries()) {
      for (const [j, b] of signatures.entries()) if (i !== j) expect([i, j, matchView(a, b).kind]).not.toEqual([i, j, 'same']);
      expect([i, matchView(a, signed(lights.dusk(chosen[i]!, 1))).kind]).toEqual([i, 'same']);
    }
  });
});

/** Pictures every two seconds. */
function feed(judge: ViewJudge, frames: readonly Rgb[], from = 0): ViewVerdict[] {
  return frames.map((rgb, i) => judge.judge(signed(rgb), from + i * 2000));
}
const states = (verdicts: readonly ViewVerdict[]): string => verdicts.map((v) => v.state[0]).join('');
const times = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));

describe('a camera that stands still', () => {
  let day: Rgb;
  let bus: Rgb;
  let bumped: Rgb;
  beforeAll(async () => {
    day = await street(3);
    bus = await street(3, { things: lorry(20, 610) });
    bumped = await street(3, { from: 70, down: 12 });
  });
  const still = (memory: ViewMemory | null = null): ViewJudge => new ViewJudge({ references: [], memory, movedAfter: 20_000 });

  test('learns its view and knows it from day to night and back', () => {
    const judge = still();
    const { day: d, dusk, lamps, night, bright } = lights;
    for (const light of [d, dusk, lamps, night, bright, d]) expect(states(feed(judge, times(6, (i) => light(day, i + 1))))).toBe('kkkkkk');
  });
  test('is covered while a bus passes, and well at once afterwards', () => {
    const judge = still();
    feed(judge, times(10, () => day));
    expect(states(feed(judge, [...times(5, () => bus), day, day], 20_000))).toBe('ccccckk');
  });
  test('has moved when it stays so, says how far, and is well when it is put back', () => {
    const judge = still();
    feed(judge, times(10, () => day));
    const verdicts = feed(judge, times(15, (i) => lights.day(bumped, i + 1)), 20_000);
    expect(states(verdicts)).toBe('ccccccccccmmmmm');
    expect(verdicts.at(-1)!.shift![0]).toBeCloseTo(-70 / width, 1);
    expect(states(feed(judge, [day, bumped], 60_000))).toBe('kc');
  });
  test('does not take a bus that was there first for its view', () => {
    const judge = still();
    feed(judge, [bus, bus, day, day, day, day, day, day]);
    expect(states(feed(judge, [day, bus, day], 20_000))).toBe('kck');
  });
  test('says nothing of what it cannot see', () => {
    const judge = still();
    feed(judge, times(10, () => day));
    expect(states(feed(judge, times(20, () => new Uint8Array(day.length).fill(90)), 20_000))).toBe('k'.repeat(20));
  });
  test('remembers its view over a restart, also at night', () => {
    const before = still();
    feed(before, times(10, (i) => lights.day(day, i + 1)));
    expect(before.learned).toBeGreaterThan(0);
    const memory = JSON.parse(JSON.stringify(before.memory())) as ViewMemory;
    expect(states(feed(still(memory), times(3, (i) => lights.night(day, i + 1))))).toBe('kkk');
    expect(states(feed(still(memory), times(12, () => bumped)))).toBe('ccccccccccmm');
  });
  test('keeps looks of several lights and no more', async () => {
    const judge = still();
    const show = (signature: ViewSignature, n: number): void => times(n, (i) => judge.judge(signature, i * 2000)).forEach((v) => expect(v.state).toBe('known'));
    show(signed(day), 120);
    for (let i = 0; i < 6; i += 1) show(signed(await street(3, { things: crowd(i) + lorry(40 + 50 * i, 280) })), 14);
    expect(judge.memory()[0]!.templates.length).toBeGreaterThan(1);
    expect(judge.memory()[0]!.templates.length).toBeLessThanOrEqual(4);
    expect(states(feed(judge, [day, bumped], 90_000))).toBe('kc');
  });
});

describe('a camera that turns', () => {
  let north: Rgb;
  let south: Rgb;
  let way: Rgb;
  beforeAll(async () => {
    [north, south, way] = await Promise.all([street(11), street(12), street(13)]);
  });
  const turning = (): ViewJudge => new ViewJudge({ references: [{ id: 'north', signature: signed(north) }, { id: 'south', signature: signed(south) }], movedAfter: 20_000 });

  test('is known by the view that it shows, and by none on the way', () => {
    const verdicts = feed(turning(), [north, way, lights.dusk(south, 1), lights.dusk(south, 2), way, lights.night(north, 3)]);
    expect(verdicts.map((v) => v.view)).toEqual(['north', null, 'south', 'south', null, 'north']);
    expect(states(verdicts)).toBe('kckkck');
  });
  test('shows no view that it was not given, however long', () => {
    const verdicts = feed(turning(), [north, ...times(14, (i) => lights.day(way, i + 1))]);
    expect(states(verdicts)).toBe('kccccccccccmmmm');
    expect(verdicts.at(-1)!.view).toBeNull();
  });
  test('is unknown where nothing is seen', () => {
    expect(feed(turning(), [north, new Uint8Array(north.length).fill(90)]).map((v) => v.view)).toEqual(['north', null]);
  });
  test('with many views finds each', async () => {
    const all = await Promise.all(times(8, (i) => street(40 + i)));
    const judge = new ViewJudge({ references: all.map((rgb, i) => ({ id: `v${i}`, signature: signed(rgb) })), movedAfter: 20_000 });
    expect(feed(judge, all.map((rgb, i) => lights.lamps(rgb, i + 1))).map((v) => v.view)).toEqual(all.map((_, i) => `v${i}`));
  });
});

describe('what is kept of views', () => {
  const folder = mkdtempSync(join(tmpdir(), 'xuncheng-views-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const zones = [{ id: 'z', polygon: [[0, 0], [1, 0], [1, 1]] as const }];
  const open = (file: string, camera = makeCamera({ zones })) => openViews({ camera, file: join(folder, file), movedAfter: 20_000, log: silentLog });

  test('is found by the next process, until zones are drawn anew', async () => {
    const [day, bumped] = await Promise.all([street(3), street(3, { from: 70 })]);
    const first = await open('sub/a.json');
    feed(first.judge, times(10, () => day));
    await first.save();
    expect(states(feed((await open('sub/a.json')).judge, [bumped, day]))).toBe('ck');
    const drawnAnew = makeCamera({ zones: [{ id: 'z', polygon: [[0, 0], [0.5, 0], [1, 1]] }] });
    expect(states(feed((await open('sub/a.json', drawnAnew)).judge, [bumped, bumped]))).toBe('kk');
  });
  test('is thrown away when it is damaged', async () => {
    for (const [name, views] of [['b', '{'], ['c', JSON.stringify({ key: viewsKey({ zones }), views: [{ id: null, templates: [{ edges: 'AAAA', samples: 9 }] }] })]] as const) {
      writeFileSync(join(folder, `${name}.json`), views);
      expect((await open(`${name}.json`)).judge.memory()).toEqual([{ id: null, templates: [] }]);
    }
  });
  test('are pictures of the configuration for a camera that turns', async () => {
    const [north, south] = await Promise.all([street(11), street(12)]);
    const picture = async (rgb: Rgb): Promise<string> => (await sharp(rgb, { raw: { width, height, channels: 3 } }).resize(320).jpeg({ quality: 70 }).toBuffer()).toString('base64');
    const camera = makeCamera({ views: [{ id: 'north', picture: await picture(north) }, { id: 'south', picture: await picture(south) }], zones });
    expect(feed((await open('d.json', camera)).judge, [south, north]).map((v) => v.view)).toEqual(['south', 'north']);
  });
});

test('the judgement of a picture: its quality first, then its view', async () => {
  const [day, other] = await Promise.all([street(3), street(103)]);
  const judge = new PictureJudge(1e9);
  const of = (rgb: Rgb, at: number, damaged = false) => judge.judge(rgb, width, height, at, damaged);
  expect(of(other, 0)).toEqual({ quality: 'ok', view: null, shift: null });
  judge.views = 'opening';
  expect(of(day, 0).quality).toBe('covered');
  judge.views = new ViewJudge({ references: [{ id: 'north', signature: signed(day) }], movedAfter: 20_000 });
  expect(of(day, 0)).toEqual({ quality: 'ok', view: 'north', shift: null });
  expect(of(day, 2000, true)).toEqual({ quality: 'damaged', view: null, shift: null });
  expect(of(new Uint8Array(day.length), 4000).quality).toBe('black');
  expect(of(other, 6000)).toEqual({ quality: 'covered', view: null, shift: null });
});
