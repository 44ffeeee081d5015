import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decode } from '../../detector/layouts.ts';
import { letterboxFor, regionOf } from '../../detector/letterbox.ts';
import { nms } from '../../detector/nms.ts';
import type { OutputTensor } from '../../detector/outputs.ts';
import { overlap, type Box } from '../../domain/geometry.ts';
import type { Detection } from '../../domain/detection.ts';
import type { ModelManifest } from '../../domain/model.ts';

const labels = ['stall', 'bin'];
const manifest = (layout: ModelManifest['layout'], size = 100): ModelManifest => ({
  id: 'm', kind: layout === 'classifier' ? 'state' : 'detector', file: 'm.onnx', sha256: '0'.repeat(64), layout, labels,
  input: { width: size, height: size, colour: 'rgb', divisor: 255 },
});
/** A picture of 200 × 100 in an input of 100 × 100: scale 0.5, padded by 25 above and below when centred. */
const wide = { width: 200, height: 100 };
const fitted = (fit: 'centre' | 'corner' | 'stretch', size = 100): ReturnType<typeof letterboxFor> => letterboxFor(wide, regionOf(null, wide), { width: size, height: size }, fit);
const tensor = (dims: readonly number[], data: readonly number[], name = 'out'): OutputTensor => ({ name, dims, data: Float32Array.from(data) });
const zeros = (length: number): number[] => Array.from({ length }, () => 0);
const transpose = (rows: readonly (readonly number[])[]): number[] => rows[0]!.flatMap((_, c) => rows.map((r) => r[c]!));

function expectOne(detections: readonly Detection[], label: string, score: number, box: Box): void {
  expect(detections).toHaveLength(1);
  expect(detections[0]!.label).toBe(label);
  expect(detections[0]!.score).toBeCloseTo(score, 5);
  box.forEach((v, i) => expect(detections[0]!.box[i]).toBeCloseTo(v, 5));
}

describe('layouts', () => {
  // a box of 20 × 10 input pixels around (50, 50) is 40 × 20 of 200 × 100 picture pixels around (100, 50)
  const there: Box = [0.4, 0.4, 0.2, 0.2];

  test('yolov5: 1 × N × (5 + C)', () => {
    const out = tensor([1, 2, 7], [50, 50, 20, 10, 0.8, 0.1, 0.9, 10, 10, 5, 5, 0.05, 1, 1]);
    expectOne(decode([out], manifest('yolov5'), fitted('centre')), 'bin', 0.72, there);
  });

  test('yolov8: 1 × (4 + C) × N', () => {
    const out = tensor([1, 6, 3], transpose([[50, 50, 20, 10, 0.7, 0.2], [50.5, 50, 20, 10, 0.6, 0.2], [9, 9, 5, 5, 0.01, 0.05]]));
    expectOne(decode([out], manifest('yolov8'), fitted('centre')), 'stall', 0.7, there);
  });

  test('end2end: 1 × N × 6', () => {
    const out = tensor([1, 2, 6], [40, 45, 60, 55, 0.9, 1, 0, 0, 0, 0, 0, 0]);
    expectOne(decode([out], manifest('end2end'), fitted('centre')), 'bin', 0.9, there);
  });

  test('yolox: every cell of the grids finds its place again', () => {
    const grids = [[8, 8], [16, 4], [32, 2]] as const;
    const cells = 64 + 16 + 4;
    let at = 0;
    for (const [stride, n] of grids) {
      for (let row = 0; row < n; row++) {
        for (let column = 0; column < n; column++, at++) {
          const data = zeros(cells * 7);
          data.splice(at * 7, 7, 0.5, 0.25, Math.log(0.5), 0, 0.9, 1, 0.2);
          const [detection] = decode([tensor([1, cells, 7], data)], manifest('yolox', 64), letterboxFor({ width: 64, height: 64 }, regionOf(null, { width: 64, height: 64 }), { width: 64, height: 64 }, 'corner'));
          const [cx, cy] = [(column + 0.5) * stride, (row + 0.25) * stride];
          const top = Math.max(0, cy - stride / 2) / 64;
          expect(detection!.label).toBe('stall');
          expect(detection!.score).toBeCloseTo(0.9, 5);
          expect(detection!.box[0]).toBeCloseTo((cx - stride / 4) / 64, 5);
          expect(detection!.box[1]).toBeCloseTo(top, 5);
          expect(detection!.box[2]).toBeCloseTo(stride / 2 / 64, 5);
          expect(detection!.box[3]).toBeCloseTo(Math.min(1, (cy + stride / 2) / 64) - top, 5);
        }
      }
    }
    expect(at).toBe(cells);
  });

  test('detr: labels, boxes, scores in any order, with or without a batch dimension', () => {
    for (const batch of [[], [1]]) {
      const outs = [tensor([...batch, 2], [0.9, 0.02], 'scores'), tensor([...batch, 2, 4], [40, 40, 60, 60, 0, 0, 1, 1], 'boxes'), tensor([...batch, 2], [1, 0], 'labels')];
      expectOne(decode(outs, manifest('detr'), fitted('stretch')), 'bin', 0.9, [0.4, 0.4, 0.2, 0.2]);
    }
  });

  test('detr: corners as parts of the input, where no size was told', () => {
    const outs = [tensor([1, 1, 4], [0.4, 0.4, 0.6, 0.6], 'boxes'), tensor([1, 1], [1], 'labels'), tensor([1, 1], [0.9], 'scores')];
    expectOne(decode(outs, manifest('detr'), fitted('stretch')), 'bin', 0.9, [0.4, 0.4, 0.2, 0.2]);
  });

  test('detr: one output of boxes and scores; parts that only their shapes tell', () => {
    expectOne(decode([tensor([1, 2, 6], [0.5, 0.5, 0.2, 0.2, 0.1, 0.7, 0, 0, 0, 0, 0.05, 0.02])], manifest('detr'), fitted('stretch')), 'bin', 0.7, there);
    const outs = [tensor([1, 1, 2], [-5, 2], 'labels'), tensor([1, 1, 4], [0.5, 0.5, 0.2, 0.2], 'dets')];
    expectOne(decode(outs, manifest('detr'), fitted('stretch')), 'bin', 1 / (1 + Math.exp(-2)), there);
  });

  test('without a batch dimension, and beside raw heads, an output is still the output', () => {
    const heads = [tensor([1, 3, 8, 8, 7], zeros(1344), 'head')];
    expectOne(decode([tensor([1, 7], [50, 50, 20, 10, 0.8, 0.1, 0.9]), ...heads], manifest('yolov5'), fitted('centre')), 'bin', 0.72, there);
    expectOne(decode([tensor([6, 1], [50, 50, 20, 10, 0.7, 0.2])], manifest('yolov8'), fitted('centre')), 'stall', 0.7, there);
    expectOne(decode([tensor([1, 6], [40, 45, 60, 55, 0.9, 1])], manifest('end2end'), fitted('centre')), 'bin', 0.9, there);
  });

  test('the floor is the lowest score that is told', () => {
    const out = tensor([1, 6, 2], transpose([[50, 50, 20, 10, 0.04, 0.02], [10, 60, 5, 5, 0.01, 0.005]]));
    expect(decode([out], manifest('yolov8'), fitted('centre'))).toEqual([]);
    expect(decode([out], manifest('yolov8'), fitted('centre'), 0.02).map((d) => d.score)).toEqual([expect.closeTo(0.04, 5)]);
    expect(decode([out], manifest('yolov8'), fitted('centre'), 0.001)).toHaveLength(2);
  });

  test('detr: boxes and logits, by sigmoid, or by softmax with "nothing" last', () => {
    const boxes = tensor([1, 2, 4], [0.5, 0.5, 0.2, 0.2, 0.1, 0.1, 0.1, 0.1], 'pred_boxes');
    const sigmoid = tensor([1, 2, 2], [2, -3, -6, -7], 'logits');
    expectOne(decode([sigmoid, boxes], manifest('detr'), fitted('stretch')), 'stall', 1 / (1 + Math.exp(-2)), there);
    const softmax = tensor([1, 2, 3], [Math.log(1), Math.log(7), Math.log(2), 0, 0, 9], 'pred_logits');
    expectOne(decode([softmax, boxes], manifest('detr'), fitted('stretch')), 'bin', 0.7, there);
  });

  test('classifier: softmax over the labels, or probabilities as they are; the box is the region', () => {
    const region = regionOf([0.5, 0, 0.5, 1], wide);
    const l = letterboxFor(wide, region, { width: 100, height: 100 }, 'stretch');
    for (const data of [[Math.log(3), 0], [0.75, 0.25]]) {
      const [first, second] = decode([tensor([1, 2], data)], manifest('classifier'), l);
      expect(first).toMatchObject({ label: 'stall', box: [0.5, 0, 0.5, 1] });
      expect(first!.score).toBeCloseTo(0.75, 5);
      expect(second!.score).toBeCloseTo(0.25, 5);
    }
  });

  test.each<[string, ModelManifest['layout'], OutputTensor[], RegExp]>([
    ['rank 4', 'yolov5', [tensor([1, 7, 2, 2], zeros(28))], /outputs are out 1×7×2×2; layout yolov5/],
    ['two outputs', 'yolov8', [tensor([1, 6, 1], zeros(6)), tensor([1], [0])], /layout yolov8 has one/],
    ['too many labels', 'yolov5', [tensor([1, 1, 8], zeros(8))], /2 labels.* wants the last dimension = 7, found 8/],
    ['transposed', 'yolov8', [tensor([1, 3, 6], zeros(18))], /second dimension = 6, found 3/],
    ['another grid', 'yolox', [tensor([1, 10, 7], zeros(70))], /grid cells/],
    ['a class without label', 'end2end', [tensor([1, 1, 6], [0, 0, 9, 9, 0.9, 2])], /class 2.*2 labels/],
    ['not a number', 'yolov8', [tensor([1, 6, 1], [1, 1, 1, 1, NaN, 0])], /not finite/],
    ['infinite', 'end2end', [tensor([1, 1, 6], [0, 0, Infinity, 9, 0.9, 1])], /not finite/],
    ['unknown parts', 'detr', [tensor([1, 2, 3], zeros(6), 'a'), tensor([1, 2], zeros(2), 'b')], /labels, boxes and scores/],
    ['one output with another number of classes', 'detr', [tensor([1, 2, 4], zeros(8), 'a')], /last dimension = 6, found 4/],
    ['logits of other classes', 'detr', [tensor([1, 2, 5], zeros(10), 'logits'), tensor([1, 2, 4], zeros(8), 'boxes')], /last dimension of the logits = 2, found 5/],
    ['boxes that are not decoded', 'yolov5', [tensor([1, 1, 7], [0.5, 0.5, -1, 0.3, 0.9, 1, 0])], /not decoded.*yolox/],
    ['boxes that are decoded already', 'yolox', [tensor([1, 189, 7], [...zeros(7 * 188), 30, 30, 20, 20, 0.9, 1, 0])], /decoded already.*yolov5/],
    ['wrong number of states', 'classifier', [tensor([1, 3], [1, 2, 3])], /number of values = 2, found 3/],
  ])('refuses: %s', (_, layout, outputs, message) => {
    expect(() => decode(outputs, manifest(layout), fitted('centre'))).toThrow(message);
  });
});

describe('nms', () => {
  const box = fc.tuple(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 8 }), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })).map((b) => b.map((v) => v / 12) as unknown as Box);
  const detection = fc.record({ label: fc.constantFrom('a', 'b'), score: fc.double({ min: 0, max: 1, noNaN: true }), box });

  test('keeps one box of each thing and suppresses only within a class', () => {
    const a = { label: 'a', score: 0.9, box: [0, 0, 0.5, 0.5] } as const;
    const near = { label: 'a', score: 0.8, box: [0.01, 0, 0.5, 0.5] } as const;
    const other = { label: 'b', score: 0.7, box: [0.01, 0, 0.5, 0.5] } as const;
    const far = { label: 'a', score: 0.6, box: [0.5, 0.5, 0.5, 0.5] } as const;
    expect(nms([far, near, other, a])).toEqual([a, other, far]);
  });

  test('what is kept does not overlap within a class, and everything thrown away overlaps something better', () => {
    fc.assert(fc.property(fc.array(detection, { maxLength: 30 }), (all) => {
      const kept = nms(all);
      kept.forEach((k, i) => kept.slice(0, i).forEach((o) => expect(o.label !== k.label || overlap(o.box, k.box) <= 0.45).toBe(true)));
      for (const d of all) {
        if (!kept.includes(d)) expect(kept.some((k) => k.label === d.label && k.score >= d.score && overlap(k.box, d.box) > 0.45)).toBe(true);
      }
    }));
  });

  test('gives at most the limit, best first', () => {
    const many = Array.from({ length: 20 }, (_, i) => ({ label: 'a', score: i / 20, box: [i / 20, 0, 0.02, 0.02] as const }));
    expect(nms(many, 5).map((d) => d.score)).toEqual([0.95, 0.9, 0.85, 0.8, 0.75]);
  });
});
