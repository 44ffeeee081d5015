import { describe, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import type { InferenceAnswer } from '../../detector/protocol.ts';
import type { ModelManifest } from '../../domain/model.ts';
import { cameraOf, readClip, typesOf, type EventClip, type EventTruth } from '../../models/evaluate/event-clip.ts';
import { errorsOf } from '../../models/evaluate/event-errors.ts';
import { eventFigures, percentile } from '../../models/evaluate/event-figures.ts';
import { dueOf, judgeClip, samePlace } from '../../models/evaluate/event-matching.ts';
import { playClip, type Alert, type Played } from '../../models/evaluate/play-clip.ts';
import { scenario } from '../../models/scenes/clips/scenario.ts';

const place: [number, number, number, number] = [0.4, 0.5, 0.2, 0.2];
const beside: typeof place = [0.7, 0.5, 0.2, 0.2];
const rules = { dwell: 60, grace: 45 };
const quick = { dwell: 30, grace: 15 };
type Event = EventTruth['events'][number];
const event = (more: Partial<Event> = {}): Event => ({ type: 'stall', from: 20, grown: 26, shrinks: 150, to: 156, box: place, ...more });
const alert = (at: number, more: Partial<Alert> = {}): Alert => ({ type: 'stall', at, box: place, zone: 'pavement', ...more });
const truth = (events: Event[], faults: EventTruth['faults'] = []): Pick<EventTruth, 'events' | 'faults' | 'seconds' | 'every'> => ({ events, faults, seconds: 180, every: 2 });

describe('what is the same place', () => {
  test('a part of a thing, and a box around it and a bit more; not the neighbour', () => {
    expect(samePlace(place, place)).toBe(1);
    expect(samePlace(place, [0.45, 0.6, 0.05, 0.05])).toBeGreaterThan(0);
    expect(samePlace(place, [0.35, 0.4, 0.3, 0.35])).toBeGreaterThan(0);
    expect(samePlace(place, beside)).toBe(0);
    expect(samePlace(place, [0.55, 0.5, 0.2, 0.2])).toBe(0);
  });
});

describe('when an event is due', () => {
  test('a dwell after it stands whole', () => expect(dueOf(event(), [], rules)).toBe(86));
  test('a light that changes excuses nothing', () => expect(dueOf(event(), [{ kind: 'light', from: 20, to: 100 }], rules)).toBe(86));
  test('when the camera sees again, if it was blind at that moment', () => expect(dueOf(event(), [{ kind: 'black', from: 80, to: 95 }], rules)).toBe(95));
  test('a dwell after the camera sees again, if it was blind for longer than the grace', () => expect(dueOf(event(), [{ kind: 'black', from: 50, to: 100 }], rules)).toBe(160));
  test('a dwell after the camera sees again, if it came unseen', () => expect(dueOf(event(), [{ kind: 'frozen', from: 10, to: 40 }], rules)).toBe(100));
});

describe('alerts and what was true', () => {
  test('the first one finds, a further one is a duplicate, another type or place or time is false', () => {
    const { alerts, events } = judgeClip(truth([event()]), [
      alert(120), alert(88), alert(100, { type: 'debris' }), alert(100, { box: beside }), alert(170),
    ], rules);
    expect(alerts.map(({ alert: { at, type }, verdict }) => [at, type, verdict])).toEqual([
      [88, 'stall', 'true'], [100, 'debris', 'false'], [100, 'stall', 'false'], [120, 'stall', 'duplicate'], [170, 'stall', 'false'],
    ]);
    expect(events).toMatchObject([{ due: 86, tellable: true, alert: { at: 88 } }]);
  });

  test('two things side by side are two, and a second alert goes to the one that has none', () => {
    const near: typeof place = [0.45, 0.5, 0.2, 0.2];
    const { alerts } = judgeClip(truth([event(), event({ box: near })]), [alert(86), alert(88)], rules);
    expect(alerts.map((a) => [a.verdict, a.event?.box])).toEqual([['true', place], ['true', near]]);
  });

  test('what nobody could have told is not missed', () => {
    const events = [event(), event({ box: beside, from: 100, grown: 108 })];
    expect(judgeClip(truth(events), [], rules).events.map((e) => e.tellable)).toEqual([true, false]);
    expect(judgeClip(truth(events, [{ kind: 'moved', from: 50, to: 181 }]), [], rules).events.map((e) => e.tellable)).toEqual([false, false]);
  });
});

describe('figures', () => {
  test('percentiles by nearest rank', () => {
    expect([0.5, 0.95, 1].map((share) => percentile([4, 1, 3, 2], share))).toEqual([2, 4, 4]);
    expect(percentile([], 0.5)).toBeNull();
  });

  test('are those that were counted by hand', () => {
    const first = truth([event(), event({ type: 'debris', box: beside })], [{ kind: 'black', from: 100, to: 130 }]);
    const second = truth([]);
    const outcomes = [
      { truth: first, judged: judgeClip(first, [alert(89), alert(110), alert(112, { type: 'debris' })], rules) },
      { truth: second, judged: judgeClip(second, [], rules) },
    ];
    const figures = eventFigures(outcomes, ['stall', 'debris']);
    expect(figures).toMatchObject({
      clips: 2, hours: 0.1, truths: 2, alerts: 3, precision: 0.5, recall: 0.5, duplicates: 1, falseAlerts: 1, falsePerCameraDay: 240, untellable: 0,
      delayMs: { p50: 3000, p95: 3000, max: 3000 },
      perType: { stall: { precision: 1, recall: 1, duplicates: 1 }, debris: { precision: 0, recall: 0, delayMs: { p50: null } } },
      faults: { black: { clips: 1, seconds: 30, alerts: 2, falseAlerts: 1 } },
    });
  });
});

const manifest: ModelManifest = {
  id: 'street', kind: 'detector', file: 'street.onnx', sha256: '0'.repeat(64), layout: 'yolov8', input: { width: 64, height: 64, colour: 'rgb', divisor: 255 },
  labels: ['stall', 'debris', 'person'], thresholds: { stall: 0.4, debris: 0.4 }, licence: 'Apache-2.0',
};

const [width, height] = [160, 90];
/** A street of stripes and speckles. */
const street = Uint8Array.from({ length: width * height }, (_, i) => 60 + 40 * ((Math.floor((i % width) / 23) * 7 + Math.floor(i / width / 17) * 5) % 4) + ((i * 31) % 23));

/** The street, not quite the same at any time, or nothing. */
const picture = (t: number, black: boolean): Promise<Buffer> =>
  sharp(black ? Buffer.alloc(width * height, 3) : street.map((v) => v + (t % 4 === 0 ? 4 : 0)), { raw: { width, height, channels: 1 } }).jpeg({ quality: 90 }).toBuffer();

/** Plays a clip of a minute in which a detector sees a stall from 10 s on. */
async function play(black: readonly [number, number] | null): Promise<{ played: Played; clip: EventClip }> {
  const folder = await mkdtemp(join(tmpdir(), 'event-clip-'));
  try {
    const times = Array.from({ length: 31 }, (_, k) => 2 * k);
    const dark = (t: number): boolean => black !== null && t >= black[0] && t < black[1];
    for (const t of times) await writeFile(join(folder, `${t}.jpg`), await picture(t, dark(t)));
    await writeFile(join(folder, 'truth.json'), JSON.stringify({
      name: 'tiny-1', seed: 1, style: 'parade', weather: 'sun', seconds: 60, every: 2, clock: '10:00:00', camera: { name_zh: '白沙街' },
      events: [event({ from: 8, grown: 10, shrinks: 60, to: 60 })], others: [], faults: black === null ? [] : [{ kind: 'black', from: black[0], to: black[1] }],
      zones: [{ id: 'pavement', name: '人行道', kind: 'watch', polygon: [[0.1, 0.2], [0.9, 0.2], [0.9, 1.02], [0.1, 1]] }], pictures: times.map((t) => ({ file: `${t}.jpg`, t })),
    }));
    const clip = await readClip(folder);
    const usable = times.filter((t) => !dark(t));
    let asked = 0;
    const run = async (): Promise<InferenceAnswer[]> => [{ ok: true, detections: usable[asked++]! >= 10 ? [{ label: 'stall', score: 0.8, box: place }] : [], ms: 1, networkMs: 1 }];
    return { clip, played: await playClip({ clip, camera: cameraOf(clip, manifest, quick), manifest, pool: { run } }) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe('a clip that the product watches', () => {
  test('types without a class are not watched for', () => expect(typesOf(manifest)).toEqual(['stall', 'debris']));

  test('one alert after the dwell, on the clock of the clip; what is missed is listed with what the detector saw of it', async () => {
    const { clip, played } = await play(null);
    expect(played.seen.map((s) => s.quality)).toEqual(played.seen.map(() => 'ok'));
    expect(played.alerts).toEqual([{ type: 'stall', at: 40, box: place, zone: 'pavement' }]);
    expect(errorsOf(clip, played, judgeClip(clip.truth, played.alerts, quick), manifest)).toEqual([]);
    expect(errorsOf(clip, played, judgeClip(clip.truth, [alert(50, { box: beside })], quick), manifest)).toEqual([
      { seed: 1, clip: 'tiny-1', kind: 'missed', type: 'stall', at: 40, seen: 1 },
      { seed: 1, clip: 'tiny-1', kind: 'false', type: 'stall', at: 50, really: null },
    ]);
  });

  test('black pictures are not shown to the detector and raise nothing', async () => {
    const { clip, played } = await play([34, 46]);
    expect(played.seen.filter((s) => s.quality !== 'ok').map((s) => [s.t, s.quality])).toEqual([34, 36, 38, 40, 42, 44].map((t) => [t, 'black']));
    expect(played.alerts.map((a) => a.at)).toEqual([46]);
    expect(errorsOf(clip, played, judgeClip(clip.truth, played.alerts, quick), manifest)).toEqual([]);
  });
});

describe('the clips of the evaluation', () => {
  const scripts = Array.from({ length: 60 }, (_, k) => scenario(k + 1));

  test('every event can be told within a dwell of a minute unless the camera is blind', () => {
    for (const { events, seconds } of scripts) for (const e of events) expect(dueOf(e, [], rules) + 2).toBeLessThanOrEqual(Math.min(e.shrinks, seconds));
  });
});
