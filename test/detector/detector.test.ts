import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import sharp from 'sharp';
import { startDetector, type Detector, type ModelFile } from '../../detector/index.ts';
import type { DetectorSettings } from '../../detector/index.ts';
import type { Camera, Rule } from '../../domain/camera.ts';
import { detectionEventSchema, type DetectionMessage, type MediaRef } from '../../domain/detection.ts';
import type { Frame } from '../../domain/frame.ts';
import { openDatabase, type Db } from '../../platform/db/index.ts';
import { folderEvidenceStore, type EvidenceStore } from '../../platform/evidence-store.ts';
import { until } from '../support/until.ts';
import { fakeFootage, type FakeFootage } from './fake-footage.ts';
import { fixtures, makeCamera, makeRule, modelFile, silentLog } from './support.ts';

type Of<K extends DetectionMessage['kind']> = Extract<DetectionMessage, { kind: K }>;

/** The whole detector on the model of two lamps: red in the picture is a thing on the left, green one on the right. */
describe('detector', () => {
  let folder: string;
  let footage: FakeFootage;
  let evidence: EvidenceStore;
  let db: Db;
  let detector: Detector;
  let sent: DetectionMessage[];
  let cameras: Camera[];
  let models: ModelFile[];
  let now: number;

  const lamps = (): ModelFile => modelFile(join(fixtures, 'lamps.onnx'), { id: 'lamps', labels: ['left', 'right'] });
  const rule = (over: Partial<Rule> = {}): Rule => makeRule({ model: 'lamps', classes: { any: ['left', 'right'] }, ...over });
  const of = <K extends DetectionMessage['kind']>(kind: K): Of<K>[] => sent.filter((m): m is Of<K> => m.kind === kind);
  const uniqueKeys = (kind: 'raised'): Set<string> => new Set(of(kind).map((m) => m.event.key));

  const start = async (settings: Partial<DetectorSettings> = {}): Promise<void> => {
    detector = await startDetector({
      db, log: silentLog, dataDir: folder, evidence, footage,
      send: async (message) => void sent.push(message),
      seen: async (keys) => new Map(keys.map((key) => [key, {
        raised: of('raised').some((m) => m.event.key === key), evidence: () => of('evidence').some((m) => m.key === key), gone: of('gone').some((m) => m.key === key),
      }])),
      models: async () => models,
      cameras: () => cameras,
      settings: { threads: 1, resendMs: 100, evidence: { picturesWithin: 3000, preRoll: 5, postRoll: 5, retryEvery: 50, giveUpAfter: 300 }, ...settings },
    });
    await until('the model is loaded', () => detector.analysisOf('cam').reason?.startsWith('model_loading') !== true);
  };

  /** One sample, two seconds after the last, judged before this resolves. */
  const show = async (red: number, green: number, over: Partial<Frame> = {}, blue = 0): Promise<void> => {
    const judged = (): number => detector.counters().cameras['cam']!.judged;
    const before = judged();
    now += 2000;
    const colours = [red, green, blue];
    detector.offer({
      cameraId: 'cam', view: null, width: 64, height: 64, data: Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => colours[i % 3]! * 255),
      streamTime: now / 1000, arrivedAt: 1_790_000_000_000 + now, monotonic: now, quality: 'ok', run: 'run-1', fence: 7, ...over,
    });
    await until('the sample is judged', () => judged() > before);
  };
  const showFor = async (n: number, red: number, green: number, over: Partial<Frame> = {}): Promise<void> => {
    for (let i = 0; i < n; i++) await show(red, green, over);
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'xuncheng-detector-'));
    footage = await fakeFootage();
    evidence = folderEvidenceStore(join(folder, 'evidence'), { minFreeBytes: 0 });
    // nobody listens there: the detector works without its database
    db = openDatabase('postgres://nobody@127.0.0.1:9/none');
    sent = [];
    now = 0;
    models = [lamps()];
    cameras = [makeCamera({ name: '人民路口', rules: [rule()] })];
  });
  afterEach(async () => {
    footage.mode = 'fine';
    await detector.close();
    await db.destroy();
    await footage.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function stored(ref: MediaRef | null): Promise<Buffer> {
    expect(ref).not.toBeNull();
    const bytes = await buffer(evidence.read(ref!.sha256));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(ref!.sha256);
    expect(bytes.length).toBe(ref!.bytes);
    return bytes;
  }

  test('a thing that stays is raised once with its pictures, then its clip and manifest follow, then it goes', async () => {
    await start();
    await showFor(3, 0, 0);
    await showFor(3, 0.9, 0);
    await until('the event left', () => of('raised').length > 0);
    const { event } = of('raised')[0]!;
    expect(detectionEventSchema.parse(event)).toEqual(event);
    expect(event).toMatchObject({
      camera: 'cam', zone: 'z', rule: 'rule', eventType: 'stall', threshold: 0.5, fence: 7, model: { id: 'lamps', sha256: models[0]!.manifest.sha256 },
      firstSeenAt: new Date(1_790_000_008_000).toISOString(), raisedAt: new Date(1_790_000_012_000).toISOString(),
      boxes: [{ label: 'left', box: [0.125, 0.4375, 0.25, 0.375] }], box: [0.125, 0.4375, 0.25, 0.375],
    });
    expect(event.score).toBeCloseTo(0.9, 2);
    expect(event.ruleHash).toMatch(/^[0-9a-f]{64}$/);
    expect(event.scores.map((s) => s.state)).toEqual(['present', 'present', 'present']);

    const original = await stored(event.evidence.original);
    expect(event.evidence.original).toMatchObject({ mime: 'image/jpeg', width: 1280, height: 720 });
    const marked = await stored(event.evidence.annotated);
    const pixel = async (jpeg: Buffer, x: number, y: number): Promise<number[]> => [...(await sharp(jpeg).extract({ left: x, top: y, width: 1, height: 1 }).raw().toBuffer())];
    // the left edge of the box is drawn in red, the original is not
    const [onEdge, plain] = [await pixel(marked, 160, 450), await pixel(original, 160, 450)];
    expect(onEdge[0]! - onEdge[1]!).toBeGreaterThan(100);
    expect(plain[0]! - plain[1]!).toBeLessThan(50);
    // the thing was first seen at 8 s: the picture before it is of 2 s, not of 6 s
    await stored(event.evidence.before);
    expect(footage.asked.toSorted((a, b) => a - b)).toEqual([2, 12]);

    await until('the evidence left', () => of('evidence').length > 0);
    const second = of('evidence')[0]!;
    expect(second).toMatchObject({ key: event.key, failure: null });
    expect((await stored(second.clip)).toString()).toBe('clip of run-1 from 7 to 17');
    const manifest = JSON.parse((await stored(second.manifest)).toString()) as { key: string; files: ({ part: string } & MediaRef)[]; event: unknown };
    expect(manifest.key).toBe(event.key);
    expect(manifest.event).toEqual(event);
    expect(manifest.files.map((f) => f.part)).toEqual(['original', 'annotated', 'before', 'clip']);
    for (const file of manifest.files) await stored(file);

    await showFor(6, 0, 0);
    await until('it went', () => of('gone').length > 0);
    expect(of('gone')[0]).toMatchObject({ key: event.key });
    await until('the spool is empty', () => detector.counters().spool.messages + detector.counters().spool.tasks === 0);
    expect(uniqueKeys('raised').size).toBe(1);
    await until('nothing is pinned', () => footage.pins.size === 0);
  });

  test('two things side by side are two events; what stays is told now and then', async () => {
    await start();
    await showFor(3, 0.9, 0.8);
    await until('both left', () => uniqueKeys('raised').size === 2);
    await showFor(16, 0.9, 0.8);
    expect(uniqueKeys('raised').size).toBe(2);
    expect(of('still')).toHaveLength(2);
    expect(new Set(of('still').map((m) => m.key))).toEqual(uniqueKeys('raised'));
  });

  test('an event leaves without pictures when there are none in time, and they follow', async () => {
    footage.mode = 'hangs';
    await start({ evidence: { picturesWithin: 50, preRoll: 5, postRoll: 5, retryEvery: 50, giveUpAfter: 5000 } });
    await showFor(3, 0.9, 0);
    await until('the event left', () => of('raised').length > 0);
    expect(of('raised')[0]!.event.evidence).toEqual({ original: null, annotated: null, before: null });
    footage.mode = 'fine';
    await until('the evidence left', () => of('evidence').length > 0);
    const { pictures, failure } = of('evidence')[0]!;
    await stored(pictures!.original);
    await stored(pictures!.annotated);
    expect(failure).toBeNull();
  });

  test('what cannot be had is said in words', async () => {
    footage.mode = 'fails';
    footage.clips = 'fails';
    await start();
    await showFor(3, 0.9, 0);
    await until('the evidence left', () => of('evidence').length > 0);
    const message = of('evidence')[0]!;
    expect(message).toMatchObject({ clip: null, failure: 'pictures: the ring has nothing of this time; clip: the ring was thrown away' });
    expect(JSON.parse((await stored(message.manifest)).toString())).toMatchObject({ files: [], failure: message.failure });
  });

  test('identity and verdict survive a restart; what was begun is finished', async () => {
    await start();
    await showFor(3, 0.9, 0);
    await until('the event left', () => of('raised').length > 0);
    await detector.close();
    await start();
    await showFor(4, 0.9, 0);
    await until('the evidence left', () => of('evidence').length > 0);
    expect(uniqueKeys('raised').size).toBe(1);
    await showFor(5, 0, 0);
    await until('it went', () => of('gone').length > 0);
    expect(of('gone')[0]!.key).toBe(of('raised')[0]!.event.key);
  });

  test('a frame of an older lease is ignored, and so is that of a stranger', async () => {
    await start();
    await show(0.9, 0);
    detector.offer({ cameraId: 'cam', view: null, width: 2, height: 2, data: new Uint8Array(12), streamTime: 9, arrivedAt: 9, monotonic: 9, quality: 'ok', run: 'old', fence: 6 });
    detector.offer({ cameraId: 'other', view: null, width: 2, height: 2, data: new Uint8Array(12), streamTime: 9, arrivedAt: 9, monotonic: 9, quality: 'ok', run: 'r', fence: 9 });
    expect(detector.counters()).toMatchObject({ cameras: { cam: { offered: 2, ignored: 1 } }, strangers: 1 });
  });

  test('bad pictures and other views are neither presence nor absence', async () => {
    cameras = [makeCamera({ views: [{ id: 'north', picture: '' }], zones: [{ id: 'z', polygon: [[0, 0], [1, 0], [1, 1], [0, 1]], view: 'north' }], rules: [rule()] })];
    await start();
    await showFor(3, 0.9, 0, { view: 'north' });
    await until('the event left', () => of('raised').length > 0);
    await showFor(8, 0, 0, { view: 'south' });
    await showFor(8, 0, 0, { view: 'north', quality: 'black' });
    expect(of('gone')).toEqual([]);
    await showFor(4, 0, 0, { view: 'north' });
    await until('it went', () => of('gone').length > 0);
  });

  test('a rule that sleeps sees nothing, and its dwell begins when it wakes', async () => {
    // 1 790 000 000 s is 2026-09-21 22:13:20 in Shanghai
    cameras = [makeCamera({ rules: [rule({ schedule: { permitted: [{ hours: '22:13-22:14' }] } })] })];
    await start();
    await showFor(19, 0.9, 0);
    expect(detector.counters().inference.runs).toBe(0);
    await showFor(2, 0.9, 0);
    expect(of('raised')).toEqual([]);
    await show(0.9, 0);
    await until('the event left', () => of('raised').length > 0);
    expect(of('raised')[0]!.event.firstSeenAt).toBe(new Date(1_790_000_040_000).toISOString());
  });

  test('analysed is said only of what was analysed, and why not', async () => {
    cameras = [makeCamera({ id: 'cam', rules: [rule()] }), makeCamera({ id: 'empty' }), makeCamera({ id: 'odd', rules: [rule({ zone: 'nowhere' })] }), makeCamera({ id: 'lost', rules: [rule({ model: 'other' })] })];
    await start();
    expect(detector.analysisOf('cam')).toEqual({ analysed: false, reason: 'starting: waiting for the first picture', lastSampleAt: null });
    expect(detector.analysisOf('empty').reason).toMatch(/^no_rules/);
    expect(detector.analysisOf('odd').reason).toMatch(/^rule_zone/);
    expect(detector.analysisOf('lost').reason).toMatch(/^model_missing/);
    expect(detector.analysisOf('unheard').reason).toMatch(/^not_held/);
    await show(0.9, 0);
    expect(detector.analysisOf('cam')).toEqual({ analysed: true, reason: null, lastSampleAt: new Date(1_790_000_002_000).toISOString() });
    await show(0.9, 0, {}, 1);
    expect(detector.analysisOf('cam')).toMatchObject({ analysed: false, reason: expect.stringMatching(/^model_run: .*not finite/) });
    await show(0.9, 0);
    expect(detector.analysisOf('cam').analysed).toBe(true);
  });

  test('a manifest that is none is told, and harms nothing else', async () => {
    models = [lamps(), { path: '/x', manifest: { id: 'odd' } as unknown as ModelFile['manifest'] }];
    cameras = [makeCamera({ rules: [rule()] }), makeCamera({ id: 'cam2', rules: [rule({ model: 'odd' })] })];
    await start();
    await show(0, 0);
    expect(detector.analysisOf('cam').analysed).toBe(true);
    expect(detector.analysisOf('cam2').reason).toMatch(/^model_manifest: /);
  });

  test('a refused model stops its cameras alone, and a model that is mended starts them', async () => {
    models = [lamps(), { ...lamps(), manifest: { ...lamps().manifest, id: 'wrong', sha256: 'f'.repeat(64) } }];
    cameras = [makeCamera({ rules: [rule()] }), makeCamera({ id: 'cam2', rules: [rule({ model: 'wrong' })] })];
    await start();
    await until('it is refused', () => detector.analysisOf('cam2').reason?.startsWith('model_hash'));
    await show(0, 0);
    expect(detector.analysisOf('cam').analysed).toBe(true);
    models = [lamps(), { ...lamps(), manifest: { ...lamps().manifest, id: 'wrong' } }];
    await detector.reloadModels();
    await until('it is accepted', () => detector.analysisOf('cam2').reason?.startsWith('starting'));
  });

  test('a full spool delays an event, it does not lose it', async () => {
    await start({ spoolLimitBytes: 10 });
    await showFor(4, 0.9, 0);
    expect(sent).toEqual([]);
    await detector.close();
    await start();
    await show(0.9, 0);
    await until('the event left', () => of('raised').length > 0);
    expect(uniqueKeys('raised').size).toBe(1);
  });

  test('a changed rule and a removed camera are taken over at once', async () => {
    await start();
    await showFor(2, 0.6, 0);
    detector.reconcile([makeCamera({ rules: [rule({ minScore: 0.7 })] })]);
    await showFor(8, 0.6, 0);
    expect(of('raised')).toEqual([]);
    detector.reconcile([]);
    expect(detector.counters().cameras).toEqual({});
  });

  test('a state classifier judges its region', async () => {
    models = [modelFile(join(fixtures, 'state.onnx'), { id: 'bin-state', kind: 'state', layout: 'classifier', labels: ['dirty', 'clean'], input: { width: 32, height: 32, colour: 'rgb', divisor: 255 } })];
    cameras = [makeCamera({
      zones: [{ id: 'z', polygon: [[0.25, 0.5], [0.75, 0.5], [0.75, 1], [0.25, 1]] }],
      rules: [rule({ model: 'bin-state', eventType: 'overflow', classes: { any: ['dirty'] } })],
    })];
    await start();
    await showFor(3, 0.9, 0);
    await until('the event left', () => of('raised').length > 0);
    expect(of('raised')[0]!.event).toMatchObject({ eventType: 'overflow', box: [0.25, 0.5, 0.5, 0.5], boxes: [{ label: 'dirty' }] });
  });

  describe('looking again', () => {
    const left = [0.125, 0.4375, 0.25, 0.375] as const;
    const right = [0.625, 0.4375, 0.25, 0.375] as const;
    const look = (box: readonly [number, number, number, number] | null, over = {}): ReturnType<Detector['recheck']> => detector.recheck({ cameraId: 'cam', zoneId: 'z', eventType: 'stall', box, ...over });

    test('present at its place, absent at another, by two samples that agree', async () => {
      await start();
      const answers = [look(left), look(right), look(null)];
      await show(0.9, 0.3);
      await show(0.9, 0.3);
      const [there, elsewhere, anywhere] = await Promise.all(answers);
      expect(there).toMatchObject({ answer: 'present', reason: null });
      expect(there!.score).toBeCloseTo(0.9, 2);
      expect(elsewhere).toMatchObject({ answer: 'absent' });
      expect(elsewhere!.score).toBeCloseTo(0.3, 1);
      expect(anywhere!.answer).toBe('present');
      expect(await sharp(there!.jpeg!).metadata()).toMatchObject({ format: 'jpeg', width: 1280, height: 720 });
    });

    test('one flicker does not decide', async () => {
      await start();
      const answer = look(left);
      await show(0.9, 0);
      await show(0, 0);
      await show(0, 0);
      expect((await answer).answer).toBe('absent');
    });

    test('looks also while the rule sleeps, and falls back on the picture that was judged', async () => {
      cameras = [makeCamera({ rules: [rule({ schedule: { permitted: [{ hours: '00:00-24:00' }] } })] })];
      await start();
      footage.mode = 'fails';
      const answer = look(left);
      await show(0.9, 0);
      await show(0.9, 0);
      const { answer: verdict, jpeg } = await answer;
      expect(verdict).toBe('present');
      expect(await sharp(jpeg!).metadata()).toMatchObject({ width: 64, height: 64 });
      expect(of('raised')).toEqual([]);
    });

    test('says why it does not know', async () => {
      await start();
      expect(await look(left, { cameraId: 'other' })).toMatchObject({ answer: 'unknown', jpeg: null, reason: expect.stringMatching(/^not_held/) });
      expect(await look(left, { eventType: 'debris' })).toMatchObject({ answer: 'unknown', reason: expect.stringMatching(/^no_rule/) });
    });
  });
});
