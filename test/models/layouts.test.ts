import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { openModels, type ModelFile, type Models } from '../../detector/index.ts';
import type { Box } from '../../domain/geometry.ts';
import type { ModelLayout, ModelManifest } from '../../domain/model.ts';
import { modelFile, silentLog } from '../detector/support.ts';

/**
 * One small network, exported in every form in which detectors come (fixtures/make.py), finds what is red and what is green in a picture:
 * whatever the form, the answer is the same.
 */
const folder = join(import.meta.dirname, 'fixtures');
const forms: readonly (readonly [file: string, layout: ModelLayout])[] = [
  ['yolov5', 'yolov5'], ['yolov8', 'yolov8'], ['yolov8-open', 'yolov8'], ['yolov8-half', 'yolov8'], ['yolov8-unbatched', 'yolov8'],
  ['end2end', 'end2end'], ['yolox', 'yolox'], ['detr-sized', 'detr'], ['detr-sized-open', 'detr'], ['detr-sized-unbatched', 'detr'],
  ['detr-unsized', 'detr'], ['detr-unsized-unbatched', 'detr'], ['detr-logits', 'detr'], ['detr-softmax', 'detr'], ['detr-dets', 'detr'],
  ['detr-joined', 'detr'],
];

const file = (name: string, layout: ModelLayout, over: Partial<ModelManifest> = {}): ModelFile => modelFile(join(folder, `${name}.onnx`), {
  id: name, layout, labels: ['red', 'green'],
  input: layout === 'yolox' ? { width: 64, height: 64, colour: 'bgr', divisor: 1 } : { width: 64, height: 64, colour: 'rgb', divisor: 255 }, ...over,
});

const red: Box = [0.125, 0.125, 0.25, 0.5];
const green: Box = [0.625, 0.25, 0.125, 0.25];

/** Black, with a red and a green box. */
function picture(width: number, height: number): { width: number; height: number; data: Uint8Array } {
  const data = new Uint8Array(width * height * 3);
  const inside = (x: number, y: number, [bx, by, bw, bh]: Box): boolean => x >= bx * width && x < (bx + bw) * width && y >= by * height && y < (by + bh) * height;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (inside(x, y, red)) data[(y * width + x) * 3] = 255;
      if (inside(x, y, green)) data[(y * width + x) * 3 + 1] = 255;
    }
  }
  return { width, height, data };
}

describe('models of others, in every form', () => {
  let models: Models;
  beforeAll(() => {
    models = openModels({
      log: silentLog,
      models: [...forms.map(([name, layout]) => file(name, layout)), file('yolov8-open', 'yolov8', { id: 'larger', input: { width: 160, height: 96, colour: 'rgb', divisor: 255 } })],
    });
  });
  afterAll(() => models.close());

  test.each([...forms.map(([name]) => name), 'larger'])('%s finds both things where they are', async (id) => {
    expect(await models.check(id)).toEqual({ state: 'ready', reason: null });
    for (const [width, height] of [[128, 64], [64, 128], [64, 64], [320, 192]] as const) {
      const found = await models.infer(id, picture(width, height));
      expect(found.map((d) => d.label).toSorted()).toEqual(['green', 'red']);
      for (const { label, score, box } of found) {
        expect(score).toBeCloseTo(0.9, 2);
        // a pixel of the input, in parts of the picture
        (label === 'red' ? red : green).forEach((v, i) => expect(Math.abs(box[i]! - v)).toBeLessThan(1 / 32));
      }
    }
  });

  test('nothing is found where nothing is', async () => {
    const nothing = { width: 90, height: 50, data: new Uint8Array(90 * 50 * 3).fill(80) };
    for (const [name] of forms) expect(await models.infer(name, nothing)).toEqual([]);
  });
});

describe('what does not fit is refused with the reason', () => {
  test.each<[string, ModelFile, RegExp]>([
    ['a layout of another family', file('yolov8', 'yolov5'), /1×6×12; layout yolov5 with 2 labels.*last dimension = 7, found 12/],
    ['a second input where the layout has none', file('detr-sized', 'end2end'), /^model_layout: input orig_target_sizes is int64 1×2/],
    ['too few labels', file('end2end', 'end2end', { labels: ['red'] }), /class 1, but the manifest has 1 label/],
    ['too many labels', file('detr-logits', 'detr', { labels: ['a', 'b', 'c', 'd'] }), /last dimension of the logits = 4, found 2/],
    ['a size that the model does not take', file('yolov5', 'yolov5', { input: { width: 96, height: 96, colour: 'rgb', divisor: 255 } }), /images is float32 1×3×64×64/],
    ['a file that fails in its first run', file('broken-first-run', 'yolov8'), /the warm-up run failed/],
    ['weights that stand in another file', file('broken-external', 'yolov8'), /^model_external: its weights stand in another file/],
    ['height × width × channels', file('broken-channels-last', 'yolov8'), /input images is float32 1×64×64×3; wanted is one of float32 or float16 1×3×64×64/],
  ])('%s', async (_, model, reason) => {
    const models = openModels({ models: [model], log: silentLog });
    try {
      const answer = await models.check(model.manifest.id);
      expect(answer.state).toBe('failed');
      expect(answer.reason).toMatch(reason);
    } finally {
      await models.close();
    }
  });
});
