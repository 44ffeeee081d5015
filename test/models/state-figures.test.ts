import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { openModels, type Models } from '../../detector/index.ts';
import { areaUnderCurve, calibrationError, chosen, evaluateState, stateFigures, type StateAnswer } from '../../models/evaluate/state.ts';
import { fixtures, modelFile, silentLog } from '../detector/support.ts';

const labels = ['clean', 'dirty'];
const rows = (of: readonly [truth: string, dirty: number][]): StateAnswer[] => of.map(([truth, dirty]) => ({ truth, scores: [1 - dirty, dirty] }));

describe('figures', () => {
  test('the area under the curve counts pairs, equal scores by half', () => {
    expect(areaUnderCurve([0.9, 0.8], [0.1, 0.2])).toBe(1);
    expect(areaUnderCurve([0.1], [0.9])).toBe(0);
    expect(areaUnderCurve([0.5, 0.9], [0.5, 0.1])).toBe(3.5 / 4);
    expect(areaUnderCurve([], [0.1])).toBeNull();
    const score = fc.integer({ min: 0, max: 6 }).map((n) => n / 6);
    fc.assert(fc.property(fc.array(score, { minLength: 1, maxLength: 20 }), fc.array(score, { minLength: 1, maxLength: 20 }), (positives, negatives) => {
      let pairs = 0;
      for (const p of positives) for (const n of negatives) pairs += p > n ? 1 : p === n ? 0.5 : 0;
      expect(areaUnderCurve(positives, negatives)).toBeCloseTo(pairs / (positives.length * negatives.length), 10);
    }));
  });

  test('a label is chosen when its score reaches its threshold', () => {
    const thresholds = { clean: 0.7, dirty: 0.3 };
    expect(chosen([0.71, 0.29], labels, thresholds)).toBe('clean');
    expect(chosen([0.7, 0.3], labels, thresholds)).toBe('dirty');
    expect(chosen([0.51, 0.49], labels)).toBe('clean');
    expect(chosen([0.5, 0.5], labels)).toBe('dirty');
    expect(chosen([0.2, 0.5, 0.3], ['a', 'b', 'c'])).toBe('b');
  });

  test('accuracy, recalls and precision by hand', () => {
    const figures = stateFigures(rows([['clean', 0.1], ['clean', 0.2], ['clean', 0.6], ['clean', 0.3], ['dirty', 0.9], ['dirty', 0.4]]), { labels });
    expect(figures.pictures).toBe(6);
    expect(figures.accuracy).toBeCloseTo(4 / 6, 10);
    expect(figures.balancedAccuracy).toBeCloseTo((3 / 4 + 1 / 2) / 2, 10);
    // of 8 pairs, 0.4 loses to 0.6
    expect(figures.auroc).toBeCloseTo(7 / 8, 10);
    expect(figures.perClass['dirty']).toEqual({ pictures: 2, recall: 0.5, precision: 0.5, threshold: 0.5 });
    expect(figures.perClass['clean']).toEqual({ pictures: 4, recall: 0.75, precision: 0.75, threshold: 0.5 });
    const moved = stateFigures(rows([['clean', 0.1], ['dirty', 0.4]]), { labels, thresholds: { clean: 0.65, dirty: 0.35 } });
    expect(moved.balancedAccuracy).toBe(1);
  });

  test('a label that does not occur is left out of the means', () => {
    const figures = stateFigures(rows([['clean', 0.1], ['clean', 0.9]]), { labels });
    expect(figures.balancedAccuracy).toBe(0.5);
    expect(figures.auroc).toBeNull();
    expect(figures.perClass['dirty']).toMatchObject({ pictures: 0, recall: null, precision: 0 });
    expect(() => stateFigures([], { labels })).toThrow(/no picture/);
  });

  test('the calibration error is the gap between what is said and what is right', () => {
    // said 0.9 ten times, right nine times: no gap
    expect(calibrationError(rows([...Array.from({ length: 9 }, (): [string, number] => ['dirty', 0.9]), ['clean', 0.9]]), labels)).toBeCloseTo(0, 10);
    expect(calibrationError(rows([['clean', 0.9], ['clean', 0.9]]), labels)).toBeCloseTo(0.9, 10);
    // two bins: 0.95 and always right (gap 0.05), 0.6 and never right (gap 0.6)
    expect(calibrationError(rows([['dirty', 0.95], ['dirty', 0.95], ['dirty', 0.95], ['clean', 0.6]]), labels)).toBeCloseTo((3 * 0.05 + 0.6) / 4, 10);
    expect(calibrationError(rows([['dirty', 1], ['clean', 0]]), labels)).toBe(0);
  });
});

describe('a folder of pictures', () => {
  let data: string;
  let models: Models;
  const model = modelFile(join(fixtures, 'state.onnx'), {
    id: 'redness', kind: 'state', layout: 'classifier', labels: ['dirty', 'clean'], input: { width: 32, height: 32, colour: 'rgb', divisor: 255 },
  });
  const picture = (red: number): Promise<Buffer> => sharp({ create: { width: 40, height: 30, channels: 3, background: { r: red, g: 0, b: 0 } } }).png().toBuffer();
  const folder = async (pictures: Readonly<Record<string, Buffer>>): Promise<string> => {
    const root = await mkdtemp(join(data, 'set-'));
    for (const [name, bytes] of Object.entries(pictures)) {
      await mkdir(join(root, name, '..'), { recursive: true });
      await writeFile(join(root, name), bytes);
    }
    return root;
  };
  const evaluate = (root: string): Promise<unknown> => evaluateState({ models, manifest: model.manifest, data: root });
  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), 'xuncheng-state-'));
    models = openModels({ models: [model], log: silentLog });
  });
  afterAll(async () => {
    await models.close();
    await rm(data, { recursive: true, force: true });
  });

  test('is judged picture by picture through the product', async () => {
    const root = await folder({ 'dirty/a.png': await picture(220), 'dirty/b.png': await picture(200), 'dirty/c.png': await picture(20), 'clean/a.png': await picture(60), 'clean/b.png': await picture(30), 'clean/readme.txt': Buffer.from('no picture') });
    expect(await evaluate(root)).toMatchObject({ pictures: 5, accuracy: 0.8, balancedAccuracy: (2 / 3 + 1) / 2, auroc: 4 / 6, perClass: { dirty: { pictures: 3 }, clean: { pictures: 2, recall: 1 } } });
  });

  test('is refused with the reason', async () => {
    await expect(evaluate(await folder({ 'dirty/a.png': await picture(220), 'rusty/a.png': await picture(0) }))).rejects.toThrow(/dirty, rusty; wanted is one for each label of redness: dirty, clean/);
    await expect(evaluate(await folder({ 'dirty/torn.png': (await picture(220)).subarray(0, 40) }))).rejects.toThrow(/torn\.png/);
  });
});
