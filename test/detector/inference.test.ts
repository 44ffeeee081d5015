import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { createInferencePool, type InferencePool } from '../../detector/inference-pool.ts';
import { openModels, type ModelFile, type Models } from '../../detector/index.ts';
import { createSlots } from '../../detector/slots.ts';
import { overlap } from '../../domain/geometry.ts';
import type { ModelManifest } from '../../domain/model.ts';
import { until } from '../support/until.ts';
import { cocoLabels, fixtures, modelFile, sharedData, silentLog } from './support.ts';

const lamps = (over: Partial<ModelManifest> = {}): ModelFile => modelFile(join(fixtures, 'lamps.onnx'), { id: 'lamps', labels: ['left', 'right'], ...over });
const plain = (red: number, green: number, blue: number, width = 64, height = 64): { width: number; height: number; data: Uint8Array } => ({
  width, height, data: Uint8Array.from({ length: width * height * 3 }, (_, i) => [red, green, blue][i % 3]!),
});

describe('models', () => {
  let folder: string;
  const opened: Models[] = [];
  const open = (models: readonly ModelFile[]): Models => {
    const all = openModels({ models, log: silentLog });
    opened.push(all);
    return all;
  };
  beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'xuncheng-models-')); });
  afterEach(async () => { for (const models of opened.splice(0)) await models.close(); });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('a small model runs in its thread and answers in the coordinates of the picture', async () => {
    const models = open([lamps()]);
    expect(await models.check('lamps')).toEqual({ state: 'ready', reason: null });
    const [right, left] = await models.infer('lamps', plain(128, 204, 0));
    expect(right).toMatchObject({ label: 'right', box: [0.625, 0.4375, 0.25, 0.375] });
    expect(right!.score).toBeCloseTo(0.8, 5);
    expect(left).toMatchObject({ label: 'left', box: [0.125, 0.4375, 0.25, 0.375] });
    // in a wide picture the middle of the input is what is seen: 64 × 32 pixels of a 64 × 64 input
    const [wide] = await models.infer('lamps', plain(0, 255, 0, 128, 64));
    expect(wide!.box[1]).toBeCloseTo((28 - 16) / 32, 5);
  });

  test('a classifier answers the state of a picture', async () => {
    const models = open([modelFile(join(fixtures, 'state.onnx'), { id: 'state', kind: 'state', layout: 'classifier', labels: ['dirty', 'clean'], input: { width: 32, height: 32, colour: 'rgb', divisor: 255 } })]);
    const [top] = await models.infer('state', plain(200, 0, 0));
    expect(top).toMatchObject({ label: 'dirty', box: [0, 0, 1, 1] });
    expect(top!.score).toBeCloseTo(1 / (1 + Math.exp(-20 * (200 / 255 - 0.5))), 4);
    expect((await models.infer('state', plain(50, 0, 0)))[0]!.label).toBe('clean');
  });

  test.each<[string, () => ModelFile | Promise<ModelFile>, RegExp]>([
    ['a file that is not there', () => ({ ...lamps(), path: '/nowhere/lamps.onnx' }), /^model_missing: .*ENOENT.*\/nowhere\/lamps.onnx/],
    ['another file than was listed', () => lamps({ sha256: 'a'.repeat(64) }), /^model_hash: .*lamps.onnx has SHA-256 [0-9a-f]{64}, the manifest says a{64}/],
    ['a truncated file', async () => {
      const path = join(folder, 'half.onnx');
      await writeFile(path, (await readFile(join(fixtures, 'lamps.onnx'))).subarray(0, 300));
      return modelFile(path, { id: 'lamps', labels: ['left', 'right'] });
    }, /^model_unreadable: /],
    ['a text', async () => {
      const path = join(folder, 'text.onnx');
      await writeFile(path, 'not a model');
      return modelFile(path, { id: 'lamps' });
    }, /^model_unreadable: /],
    ['a layout nobody knows', () => lamps({ layout: 'fastestdet' as 'yolov8' }), /^model_layout: unknown layout fastestdet; known are yolov5/],
    ['another layout', () => lamps({ layout: 'yolov5' }), /^model_layout: .*1×6×2; layout yolov5 with 2 labels/],
    ['too many labels', () => lamps({ labels: ['left', 'right', 'middle'] }), /^model_layout: .*3 labels.* = 7, found 6/],
    ['another input size', () => lamps({ input: { width: 96, height: 64, colour: 'rgb', divisor: 255 } }), /^model_layout: input images is float32 1×3×64×64; wanted is one of float32 or float16 1×3×64×96/],
    ['a detector that calls itself a classifier', () => lamps({ layout: 'classifier' }), /^model_layout: kind detector does not go with layout classifier/],
    ['numbers that are none, already in the warm-up', () => lamps({ input: { width: 64, height: 64, colour: 'rgb', divisor: 100 } }), /^model_layout: the warm-up run failed: output out holds numbers that are not finite/],
  ])('refuses %s', async (_, file, reason) => {
    const models = open([await file()]);
    const state = await models.check('lamps');
    expect(state.state).toBe('failed');
    expect(state.reason).toMatch(reason);
    await expect(models.infer('lamps', plain(0, 0, 0))).rejects.toThrow(reason);
  });

  test('a run that makes no sense is an error of that run', async () => {
    const models = open([lamps()]);
    await expect(models.infer('lamps', plain(0, 0, 255))).rejects.toThrow(/^model_run: output out holds numbers that are not finite/);
    expect(await models.infer('lamps', plain(255, 0, 0))).toHaveLength(1);
  });

  test('bytes that are no picture are refused', async () => {
    await expect(open([lamps()]).infer('lamps', Buffer.from('nothing'))).rejects.toThrow();
  });
});

const onnx = join(sharedData, 'onnx');
const withMaterial = existsSync(join(onnx, 'yolox_nano.onnx')) ? describe : describe.skip;
if (withMaterial === describe.skip) console.warn('skipped: the ONNX files and videos for real inference are not beside this checkout');

withMaterial('real models on real pictures', () => {
  let folder: string;
  let models: Models;
  const coco = (file: string, over: Partial<ModelManifest>): ModelFile => modelFile(join(onnx, file), { file, labels: cocoLabels, ...over });
  const size = (edge: number, colour: 'rgb' | 'bgr', divisor: number) => ({ width: edge, height: edge, colour, divisor });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'xuncheng-frames-'));
    const cut = (video: string, at: number): Promise<unknown> => promisify(execFile)('ffmpeg', ['-v', 'error', '-ss', String(at), '-i', join(sharedData, 'video', video), '-frames:v', '1', join(folder, `${video}.png`)]);
    await Promise.all([cut('one-by-one-person-detection.mp4', 12), cut('car-detection.mp4', 18)]);
    models = openModels({
      log: silentLog,
      models: [
        coco('yolox_nano.onnx', { id: 'yolox', layout: 'yolox', input: size(416, 'bgr', 1) }),
        coco('yolov5-layout_from_yolox_nano_416.onnx', { id: 'yolov5', layout: 'yolov5', input: size(416, 'rgb', 255) }),
        coco('deimv2_atto_coco_int8.onnx', { id: 'detr', layout: 'detr', input: size(320, 'rgb', 255) }),
        coco('yolox_nano.onnx', { id: 'not-yolov5', layout: 'yolov5', input: size(416, 'bgr', 1) }),
        coco('yolov5-layout_from_yolox_nano_416.onnx', { id: 'not-yolox', layout: 'yolox', input: size(416, 'rgb', 255) }),
        coco('FastestDet.onnx', { id: 'fastest', layout: 'yolov5', input: size(352, 'bgr', 255) }),
      ],
    });
  });
  afterAll(async () => {
    await models.close();
    await rm(folder, { recursive: true, force: true });
  });

  test.each([['yolox', 0.6], ['yolov5', 0.6], ['detr', 0.2]] as const)('%s finds the person', async (id, score) => {
    const [best] = await models.infer(id, await readFile(join(folder, 'one-by-one-person-detection.mp4.png')));
    expect(best!.label).toBe('person');
    expect(best!.score).toBeGreaterThan(score);
    expect(overlap(best!.box, [0.5, 0.04, 0.17, 0.9])).toBeGreaterThan(0.7);
  });

  test('yolox finds a vehicle', async () => {
    const found = await models.infer('yolox', await readFile(join(folder, 'car-detection.mp4.png')));
    expect(found.filter((d) => ['car', 'truck', 'bus'].includes(d.label) && d.score > 0.4)).not.toEqual([]);
  });

  test('of two layouts of the same shape the wrong one is refused', async () => {
    expect((await models.check('not-yolov5')).reason).toMatch(/sizes below zero: these boxes are not decoded, as those of layout yolox are/);
    expect((await models.check('not-yolox')).reason).toMatch(/these boxes are decoded already, as those of layout yolov5 are/);
  });

  test('FastestDet is refused with the reason', async () => {
    expect(await models.check('fastest')).toEqual({ state: 'failed', reason: expect.stringMatching(/^model_layout: .*1×85×22×22; layout yolov5/) });
  });
});

describe('slots', () => {
  test('whoever offers most often is not served most often', () => {
    const slots = createSlots<string>();
    const served: string[] = [];
    for (let round = 0; round < 5; round++) {
      for (const camera of ['busy', 'busy', 'busy', 'quiet', 'busy', 'other']) slots.offer(camera, camera);
      const next = slots.take()!;
      served.push(next.camera);
      slots.done(next.camera);
    }
    expect(served).toEqual(['busy', 'quiet', 'other', 'busy', 'quiet']);
  });

  test('a busy camera keeps its place and holds up nobody', () => {
    const slots = createSlots<number>();
    slots.offer('a', 1);
    expect(slots.take()).toEqual({ camera: 'a', item: 1 });
    expect(slots.offer('a', 2)).toBe(false);
    expect(slots.offer('b', 3)).toBe(false);
    expect(slots.offer('a', 4)).toBe(true);
    expect(slots.take()).toEqual({ camera: 'b', item: 3 });
    expect(slots.take()).toBeNull();
    slots.done('a');
    expect(slots.take()).toEqual({ camera: 'a', item: 4 });
    expect(slots.waiting).toBe(0);
  });
});

describe('the pool', () => {
  let pool: InferencePool | undefined;
  const workers: Worker[] = [];
  let loaded = 0;
  const spawn = (): Worker => {
    const worker = new Worker(new URL('mortal-worker.ts', import.meta.url), { workerData: { executionProviders: ['cpu'] } });
    worker.on('message', (message: { type: string }) => { if (message.type === 'loaded') loaded += 1; });
    workers.push(worker);
    return worker;
  };
  const die = (worker: Worker | undefined): void => worker!.postMessage({ type: 'die' });
  const start = async (threads: number): Promise<InferencePool> => {
    pool = createInferencePool({ log: silentLog, threads, spawn });
    pool.setModels([lamps()]);
    expect(await pool.settled('lamps')).toEqual({ state: 'ready', reason: null });
    return pool;
  };
  const job = { picture: plain(255, 0, 0), tasks: [{ model: 'lamps', region: null }] };
  afterEach(async () => {
    await pool?.close();
    workers.length = 0;
    loaded = 0;
  });

  test('serves cameras in turn, drops all but the newest, one at a time for each camera', async () => {
    const running = await start(1);
    const served: string[] = [];
    const together = new Set<string>();
    const finish = (name: string) => async (): Promise<void> => {
      expect(together.has(name[0]!)).toBe(false);
      together.add(name[0]!);
      await new Promise((resolve) => setTimeout(resolve, 5));
      together.delete(name[0]!);
      served.push(name);
    };
    const drops = ['a1', 'a2', 'a3', 'b1', 'a4', 'c1', 'b2'].filter((name) => running.offer(name[0]!, job, finish(name)));
    await until('all four jobs are served', () => served.length === 4);
    expect(served[0]).toBe('a1');
    expect(served.toSorted()).toEqual(['a1', 'a4', 'b2', 'c1']);
    expect(drops).toEqual(['a3', 'a4', 'b2']);
  });

  test('a thread that dies is started again; its job is told; others go on', async () => {
    const running = await start(2);
    await until('both threads have the model', () => loaded === 2);
    die(workers[0]);
    const answers = await Promise.all(Array.from({ length: 6 }, () => running.run(job).catch(() => null)));
    expect(answers.filter((a) => a?.[0]?.ok === true).length).toBeGreaterThanOrEqual(5);
    await until('the thread is replaced', () => loaded === 3);
    expect(running.counters().restarts).toBe(1);
    for (const worker of workers.slice(1)) die(worker);
    await until('both threads are replaced', () => loaded === 5 && running.model('lamps')?.state === 'ready');
    expect((await running.run(job))[0]).toMatchObject({ ok: true });
  });

  test('a job that is with a thread when it dies is answered with nothing', async () => {
    const running = await start(1);
    die(workers[0]);
    expect(await new Promise((resolve) => void running.offer('a', job, async (answers) => resolve(answers)))).toBeNull();
  });

  test('closing in the midst of a run ends the run first', async () => {
    const running = await start(1);
    const answers = Array.from({ length: 20 }, () => running.run(job).then(([a]) => a?.ok, () => false));
    await answers[0];
    await running.close();
    expect(await Promise.all(answers)).toContain(true);
  });

  test('a model is replaced and removed while running', async () => {
    const running = await start(1);
    running.setModels([lamps({ labels: ['one', 'two'] })]);
    await until('the model is replaced', () => running.model('lamps')?.state === 'ready');
    const [answer] = await running.run(job);
    expect(answer).toMatchObject({ ok: true, detections: [{ label: 'one' }] });
    running.setModels([]);
    expect(running.model('lamps')).toBeNull();
    expect((await running.run(job))[0]).toMatchObject({ ok: false });
  });

  test('jobs without work keep their order and need no thread', async () => {
    const running = await start(1);
    const answers = await new Promise((resolve) => void running.offer('a', { ...job, tasks: [] }, async (a) => resolve(a)));
    expect(answers).toEqual([]);
  });

  test('closing twice is closing once, and what waits is told', async () => {
    const running = await start(1);
    const waiting = [running.run(job), running.run(job)].map((p) => p.then(() => 'answered', () => 'refused'));
    expect(running.close()).toBe(running.close());
    await running.close();
    for (const outcome of await Promise.all(waiting)) expect(['answered', 'refused']).toContain(outcome);
    await expect(running.run(job)).rejects.toThrow(/closed/);
  });
});
