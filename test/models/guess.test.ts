import { describe, expect, test } from '@jest/globals';
import type { OutputTensor } from '../../detector/outputs.ts';
import { classCount, guessLayout, whyNot } from '../../models/guess.ts';

const size = { width: 128, height: 128 };
const cells = 256 + 64 + 16;
const out = (dims: readonly number[], value: (i: number) => number = () => 0.5, name = 'out'): OutputTensor => ({ name, dims, data: Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => value(i)) });
/** Rows that begin with these four numbers and go on with 0.25. */
const rows = (n: number, columns: number, box: readonly [number, number, number, number], rest = 0.25): OutputTensor => out([1, n, columns], (i) => box[i % columns] ?? rest);
const pixels = [30, 20, 8, 9] as const;

describe('a layout is guessed from what a model answers', () => {
  test.each<[string, OutputTensor[], number | null, string | null, number | null]>([
    ['many rows of boxes, objectness and classes', [rows(500, 85, pixels)], null, 'yolov5', 80],
    ['the same with raw heads beside it', [rows(500, 85, pixels), out([1, 3, 8, 8, 85])], null, 'yolov5', 80],
    ['columns of boxes and classes', [out([1, 84, 500])], null, 'yolov8', 80],
    ['columns without a batch', [out([84, 500])], null, 'yolov8', 80],
    ['a grid with logarithms', [rows(cells, 85, [0.3, 0.2, -1, -0.5])], null, 'yolox', 80],
    ['a grid that is decoded', [rows(cells, 85, pixels)], null, 'yolov5', 80],
    ['some hundred rows of six', [rows(300, 6, pixels, 0)], 80, 'end2end', null],
    ['rows of six that do not end with classes', [rows(300, 6, [0.5, 0.5, 0.1, 0.1])], 2, 'detr', 2],
    ['rows of six with one label', [rows(300, 6, pixels)], 1, 'yolov5', 1],
    ['many rows of six', [rows(2000, 6, pixels)], 1, 'yolov5', 1],
    ['labels, boxes and scores', [out([1, 300], undefined, 'labels'), out([1, 300, 4], undefined, 'boxes'), out([1, 300], undefined, 'scores')], 80, 'detr', null],
    ['the same without a batch', [out([300], undefined, 'labels'), out([300, 4], undefined, 'boxes'), out([300], undefined, 'scores')], 80, 'detr', null],
    ['boxes and logits', [out([1, 300, 91], undefined, 'logits'), out([1, 300, 4], undefined, 'pred_boxes')], null, 'detr', 91],
    ['one output of boxes 0..1 and scores', [rows(300, 84, [0.5, 0.5, 0.1, 0.1])], null, 'detr', 80],
    ['one number for each of some states', [out([1, 5])], null, 'classifier', 5],
    ['states without a batch', [out([5])], null, 'classifier', 5],
    ['a map', [out([1, 85, 22, 22])], null, null, null],
    ['a batch of four', [out([4, 84, 500])], null, null, null],
    ['outputs without boxes', [out([1, 7]), out([1, 9])], null, null, null],
    ['nothing', [], null, null, null],
  ])('%s', (_, outputs, labels, layout, count) => {
    const guess = guessLayout(outputs, size, labels);
    expect(guess).toBe(layout);
    if (guess !== null) expect(classCount(guess, outputs)).toBe(count);
  });

  test('why not is said in the words of the layout', () => {
    expect(whyNot([out([1, 6, 20])], 'yolov8', ['a', 'b'], size)).toBeNull();
    expect(whyNot([out([1, 6, 20])], 'yolov8', ['a'], size)).toMatch(/layout yolov8 with 1 labels and input 128×128 wants the second dimension = 5, found 6/);
  });
});
