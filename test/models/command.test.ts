import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { sharedData } from '../detector/support.ts';

/** The commands as a person types them, each in a process of its own, with a data folder of their own. */
const root = resolve(import.meta.dirname, '../..');
const fixtures = join(import.meta.dirname, 'fixtures');
let data: string;
let work: string;

interface Outcome<T> {
  readonly code: number;
  /** The last line on stdout. */
  readonly answer: T;
  readonly stderr: string;
}

async function command<T>(script: string, args: readonly string[]): Promise<Outcome<T>> {
  const env = { ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(NODE_OPTIONS|JEST_|XUNCHENG_)/.test(name))), XUNCHENG_DATA: data };
  const { code, stdout, stderr } = await promisify(execFile)(join(root, 'node_modules/.bin/node'), [join(root, script), ...args], { cwd: work, env, maxBuffer: 1e8 })
    .then((r) => ({ code: 0, ...r }), (e: { code: number; stdout: string; stderr: string }) => ({ code: e.code, stdout: e.stdout, stderr: e.stderr }));
  const last = stdout.trim().split('\n').at(-1)!;
  return { code, stderr, answer: (last === '' ? null : JSON.parse(last)) as T };
}

interface Added { id: string; state: string; reason: string | null; guessed: string[]; manifest: { layout: string; input: { width: number; height: number; colour: string }; labels: string[] } }
const models = <T = Added>(...args: string[]): Promise<Outcome<T>> => command<T>('models/index.ts', args);
const evaluate = <T>(...args: string[]): Promise<Outcome<T>> => command<T>('models/evaluate/index.ts', args);
const added = async (): Promise<string[]> => (existsSync(join(data, 'models')) ? (await readdir(join(data, 'models'))).toSorted() : []);
const fixture = (name: string): string => join(fixtures, `${name}.onnx`);

/** Black with a red thing in the left half and a green one in the right. */
async function picture(path: string): Promise<void> {
  const block = (background: string) => ({ input: { create: { width: 64, height: 64, channels: 3 as const, background } } });
  await sharp({ create: { width: 256, height: 256, channels: 3, background: '#000' } })
    .composite([{ ...block('#f00'), left: 32, top: 96 }, { ...block('#0f0'), left: 160, top: 96 }]).png().toFile(path);
}

beforeAll(async () => { work = await mkdtemp(join(tmpdir(), 'xuncheng-command-')); });
beforeEach(async () => {
  data = join(work, 'data');
  await rm(data, { recursive: true, force: true });
});
afterAll(() => rm(work, { recursive: true, force: true }));

describe('adding a model', () => {
  test.each([
    ['yolov8-half', 'yolov8'], ['yolov8-unbatched', 'yolov8'], ['end2end', 'end2end'], ['detr-sized-unbatched', 'detr'], ['detr-logits', 'detr'],
  ])('%s: layout and size are guessed, and it says so', async (name, layout) => {
    const { code, answer } = await models('add', fixture(name), '--labels', 'red,green');
    expect(answer).toMatchObject({ id: name, state: 'ready', reason: null, manifest: { layout, input: { width: 64, height: 64, colour: 'rgb' } } });
    expect(answer.guessed).toEqual(expect.arrayContaining([expect.stringMatching(new RegExp(`^layout ${layout}, from outputs `))]));
    expect(code).toBe(0);
    expect(await added()).toEqual([`${name}.json`, `${name}.onnx`]);
  });

  test('what a person says is taken as it is; labels may stand in a file; a size that the model leaves open is said', async () => {
    await writeFile(join(work, 'names.txt'), 'red\ngreen\n\n');
    const { answer } = await models<{ manifest: unknown; guessed: string[] }>('add', fixture('yolov8-open'), '--id', 'mine', '--layout', 'yolov8', '--labels', 'names.txt', '--size', '96x64', '--colour', 'rgb',
      '--divisor', '255', '--mean', '0.1,0.2,0.3', '--std', '1,1,1', '--fit', 'stretch', '--alias', 'light=red,green', '--threshold', 'red=0.3', '--licence', 'MIT');
    expect(answer.manifest).toMatchObject({
      id: 'mine', file: 'mine.onnx', labels: ['red', 'green'], input: { width: 96, height: 64, colour: 'rgb', divisor: 255, mean: [0.1, 0.2, 0.3], std: [1, 1, 1], fit: 'stretch' },
      aliases: { light: ['red', 'green'] }, thresholds: { red: 0.3 }, licence: 'MIT',
    });
    expect(answer.guessed).toEqual([]);
    const open = await models('add', fixture('yolov8-open'), '--labels', 'red,green');
    expect(open.answer.guessed).toEqual(expect.arrayContaining([expect.stringMatching(/^size 640×640, which the model leaves open/)]));
  });

  test.each<[string, string[], RegExp]>([
    ['a file that is not there', ['nowhere.onnx', '--labels', 'a,b'], /^model_missing: /],
    ['a text', [join(root, 'README.md'), '--labels', 'a,b'], /^model_unreadable: /],
    ['weights in another file', [fixture('broken-external'), '--labels', 'a,b'], /^model_external: /],
    ['what fails in its first run', [fixture('broken-first-run'), '--labels', 'a,b'], /^model_layout: the first run failed: /],
    ['channels last', [fixture('broken-channels-last'), '--labels', 'a,b'], /^model_layout: input images is float32 1×64×64×3/],
    ['too many labels', [fixture('yolov8'), '--labels', 'a,b,c'], /^model_layout: .*second dimension = 7, found 6/],
    ['no labels', [fixture('yolov8')], /^model_labels: .*2 classes/],
    ['another layout, naming the likely one', [fixture('yolov8'), '--layout', 'yolov5', '--labels', 'a,b'], /^model_layout: .*; it looks like layout yolov8/],
    ['another size', [fixture('yolov8'), '--labels', 'a,b', '--size', '128x128'], /^model_layout: its input is 64×64, --size says 128×128/],
    ['a name that is taken by the product', [fixture('yolov8'), '--labels', 'a,b', '--id', 'street'], /^model_taken: there is a shipped model street/],
    ['a name that is no file name', [fixture('yolov8'), '--labels', 'a,b', '--id', '../../evil'], /pattern|id/i],
    ['a threshold of a label that is none', [fixture('yolov8'), '--labels', 'a,b', '--threshold', 'c=0.5'], /^model_labels: c is no label/],
  ])('refuses %s, and leaves nothing behind', async (_, args, reason) => {
    const { code, answer } = await models('add', ...args);
    expect(answer).toMatchObject({ state: 'failed' });
    expect(answer.reason).toMatch(reason);
    expect(code).toBe(1);
    expect(await added()).toEqual([]);
  });

  test('truncated, early or late, it is refused', async () => {
    const whole = await readFile(fixture('yolov8'));
    for (const share of [0.3, 0.98]) {
      const path = join(work, 'part.onnx');
      await writeFile(path, whole.subarray(0, Math.round(whole.length * share)));
      expect((await models('add', path, '--labels', 'a,b')).answer.state).toBe('failed');
    }
    expect(await added()).toEqual([]);
  });

  test.each([[['list', 'more']], [['add']], [['add', 'x.onnx', '--size', '64']], [['add', 'x.onnx', '--layout', 'strange']], [['add', 'x.onnx', '--labels', 'a,a']], [['test', 'street']], [['dance']]])('%j is a mistake of the command', async (args) => {
    const { code, answer, stderr } = await models(...args);
    expect([code, answer]).toEqual([2, null]);
    expect(stderr).toMatch(/usage|--/);
  });

  test('a name that is taken must be removed first; what is shipped stays', async () => {
    await models('add', fixture('yolov8'), '--id', 'mine', '--labels', 'red,green');
    const again = await models('add', fixture('end2end'), '--id', 'mine', '--labels', 'red,green');
    expect(again.answer.reason).toMatch(/^model_taken: there is an added model mine already/);
    const listed = await models<{ models: { id: string; source: string; state: string; layout: string }[] }>('list', '--json');
    expect(listed.code).toBe(0);
    expect(listed.answer.models).toEqual(expect.arrayContaining([expect.objectContaining({ id: 'mine', source: 'added', layout: 'yolov8', state: 'ready' }), expect.objectContaining({ id: 'street', source: 'shipped', state: 'ready' })]));
    expect((await models('remove', 'mine')).code).toBe(0);
    expect(await added()).toEqual([]);
    expect(await models('remove', 'mine')).toMatchObject({ code: 1, stderr: expect.stringMatching(/no model mine was added/) });
    expect(await models('remove', 'street')).toMatchObject({ code: 1, stderr: expect.stringMatching(/part of the product/) });
  });

  test('a model whose file was changed afterwards, and a manifest that is none, are listed as failed', async () => {
    await models('add', fixture('yolov8'), '--id', 'mine', '--labels', 'red,green');
    await writeFile(join(data, 'models/mine.onnx'), await readFile(fixture('end2end')));
    await writeFile(join(data, 'models/odd.json'), '{"id": "odd"}');
    const { code, answer } = await models<{ models: { id: string; state: string; reason: string }[] }>('list', '--json');
    expect(code).toBe(1);
    expect(answer.models.find((m) => m.id === 'mine')).toMatchObject({ state: 'failed', reason: expect.stringMatching(/^model_hash: /) });
    expect(answer.models.find((m) => m.id === 'odd')).toMatchObject({ state: 'failed', reason: expect.stringMatching(/^model_manifest: odd\.json: /) });
  });
});

describe('drawing and measuring', () => {
  test('a picture: what is found is drawn where it is', async () => {
    await models('add', fixture('yolov8'), '--id', 'mine', '--labels', 'red,green');
    await picture(join(work, 'p.png'));
    const { code, answer } = await models<{ out: string; detections: { label: string; box: number[] }[] }>('test', 'mine', 'p.png');
    expect(code).toBe(0);
    expect(answer).toMatchObject({ out: 'p.mine.jpg', detections: [{ label: expect.stringMatching(/red|green/) }, {}] });
    expect(answer.detections.find((d) => d.label === 'green')!.box).toEqual([0.625, 0.375, 0.25, 0.25].map((v) => expect.closeTo(v, 1)));
    const drawn = await sharp(join(work, 'p.mine.jpg')).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    expect([drawn.info.width, drawn.info.height]).toEqual([256, 256]);
    // the left edge of the green thing's frame
    const at = (128 * 256 + 160) * 3;
    expect(drawn.data[at]!).toBeGreaterThan(80);
  });

  test('a clip: a contact sheet, or a film', async () => {
    await models('add', fixture('yolov8'), '--id', 'mine', '--labels', 'red,green');
    await promisify(execFile)('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', 'color=red:s=128x96:d=6:r=5', '-pix_fmt', 'yuv420p', join(work, 'clip.mp4')]);
    const sheet = await models<{ pictures: { at: number; detections: { label: string }[] }[] }>('test', 'mine', 'clip.mp4', '--out', 'sheet.jpg');
    expect(sheet.answer.pictures).toHaveLength(12);
    expect(sheet.answer.pictures.map((p) => p.detections.map((d) => d.label))).toEqual(Array.from({ length: 12 }, () => ['red']));
    expect(await sharp(join(work, 'sheet.jpg')).metadata()).toMatchObject({ width: 1920, height: 3 * 360 });
    const film = await models<{ pictures: unknown[] }>('test', 'mine', 'clip.mp4', '--out', 'film.mp4');
    expect(film.answer.pictures).toHaveLength(12);
    const { stdout } = await promisify(execFile)('ffprobe', ['-v', 'error', '-show_entries', 'stream=width,height,nb_frames', '-of', 'csv=p=0', join(work, 'film.mp4')]);
    expect(stdout.trim()).toBe('128,96,12');
  });

  test('neither picture nor clip, or no such model', async () => {
    expect(await models('test', 'street', join(root, 'package.json'))).toMatchObject({ code: 1, stderr: expect.stringMatching(/neither a picture nor a clip/) });
    expect(await models('test', 'nobody', 'x.png')).toMatchObject({ code: 1, stderr: expect.stringMatching(/there is no model nobody; known are .*street/) });
  });

  test('figures of a folder, worked by hand; and the speed as a ratio', async () => {
    await models('add', fixture('yolov8'), '--id', 'mine', '--labels', 'red,green', '--alias', 'light=red,green');
    const folder = await mkdtemp(join(work, 'set-'));
    for (const sub of ['images', 'labels']) await promisify(execFile)('mkdir', [join(folder, sub)]);
    await picture(join(folder, 'images/both.png'));
    await picture(join(folder, 'images/half.png'));
    await sharp({ create: { width: 256, height: 256, channels: 3, background: '#000' } }).png().toFile(join(folder, 'images/none.png'));
    // the first is labelled whole, of the second only the red thing: the green one is a false alarm on a picture that shows none
    await writeFile(join(folder, 'labels/both.txt'), '0 0.25 0.5 0.25 0.25\n1 0.75 0.5 0.25 0.25\n');
    await writeFile(join(folder, 'labels/half.txt'), '0 0.25 0.5 0.25 0.25\n');
    await writeFile(join(folder, 'classes.txt'), 'red\ngreen\n');
    const { answer, code } = await evaluate<Record<string, unknown>>('--model', 'mine', '--data', folder, '--speed', '--against', fixture('end2end'));
    expect(code).toBe(0);
    expect(answer).toMatchObject({
      model: 'mine', pictures: 3, boxes: 3, precision: 0.75, recall: 1, falsePerPicture: 0, picturesWithout: 1,
      perClass: { red: { ap50: 1, precision: 1, recall: 1, falsePerPicture: 0, picturesWithout: 1 }, green: { precision: 0.5, recall: 1, falsePerPicture: 0.5, picturesWithout: 2 } },
      speed: { against: { model: 'against end2end', ratio: expect.any(Number) } },
    });
    expect(answer['msPerPicture']).toBeGreaterThan(0);
    // two detections of green with the same score, one right: precision 1/2 or 1, as they come; both are said as they are
    expect([0.5, 1, 0.75]).toContain(answer['ap50']);
    const light = await evaluate<Record<string, unknown>>('--model', 'mine', '--data', folder, '--labels', 'light,light2');
    expect(light.answer).toMatchObject({ boxes: 2, notes: [expect.stringMatching(/no class for: light2/)], perClass: { light: { labels: ['red', 'green'] } } });
    const negatives = await evaluate<Record<string, unknown>>('--model', 'mine', '--data', folder, '--negatives', '--labels', 'light');
    expect(negatives.answer).toMatchObject({ ap50: null, recall: null, falsePerPicture: 4 / 3, picturesWithout: 3 });
    expect(await evaluate('--model', 'mine', '--data', folder, '--labels', 'dragon,snake')).toMatchObject({ code: 2, stderr: expect.stringMatching(/knows none of dragon/) });
  });
});

const withMaterial = existsSync(join(sharedData, 'onnx')) ? test : test.skip;
if (withMaterial === test.skip) console.warn('skipped: the ONNX files of others are not beside this checkout');

withMaterial('every model that lies beside the checkout runs, or is refused as it should', async () => {
  const onnx = join(sharedData, 'onnx');
  const wanted: Record<string, string | RegExp> = {
    'yolox_nano.onnx': 'yolox', 'yolov5-layout_from_yolox_nano_416.onnx': 'yolov5', 'deimv2_atto_coco_int8.onnx': 'detr',
    'FastestDet.onnx': /^model_layout: outputs are 758 1×85×22×22; that is no layout that is known/,
  };
  for (const file of (await readdir(onnx)).filter((name) => name.endsWith('.onnx'))) {
    const { answer } = await models('add', join(onnx, file), '--labels', 'coco');
    const expected = wanted[file];
    if (typeof expected === 'string') expect(answer).toMatchObject({ state: 'ready', manifest: { layout: expected } });
    else if (expected === undefined) expect(answer.state === 'ready' || answer.reason !== null).toBe(true);
    else expect(answer.reason).toMatch(expected);
  }
  const truncated = join(work, 'half.onnx');
  const whole = await readFile(join(onnx, 'yolox_nano.onnx'));
  await writeFile(truncated, whole.subarray(0, whole.length / 2));
  expect((await models('add', truncated, '--labels', 'coco')).answer.reason).toMatch(/^model_unreadable: /);
});
