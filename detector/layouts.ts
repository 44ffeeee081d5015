import type { Detection } from '../domain/detection.ts';
import type { ModelManifest } from '../domain/model.ts';
import { detr } from './layouts-detr.ts';
import { boxFromInput, type Letterbox } from './letterbox.ts';
import { nms } from './nms.ts';
import { best, expectSize, LayoutError, shapesOf, single, type Decoder, type OutputTensor, type Push } from './outputs.ts';

/** Lowest score that leaves a model in service: what lies below is of no use even to a recheck. */
export const scoreFloor = 0.1;

const yoloxStrides = [8, 16, 32] as const;
/** Logarithm of a size in strides that no thing has. */
const largestLog = 12;

/** 1 × N × (5 + C): cx, cy, w, h in input pixels, objectness, classes. */
function yolov5(outputs: readonly OutputTensor[], manifest: ModelManifest, floor: number, push: Push): void {
  const { data, columns } = single(outputs, manifest);
  expectSize(columns, 5 + manifest.labels.length, 'the last dimension', outputs, manifest);
  for (let at = 0; at < data.length; at += columns) {
    const object = data[at + 4]!;
    if (object < floor) continue;
    const { index, value } = best(data, at + 5, manifest.labels.length, 1);
    const [cx, cy, w, h] = [data[at]!, data[at + 1]!, data[at + 2]!, data[at + 3]!];
    if (w < 0 || h < 0) throw new LayoutError('sizes below zero: these boxes are not decoded, as those of layout yolox are');
    push(index, object * value, cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2);
  }
}

/** 1 × (4 + C) × N: cx, cy, w, h in input pixels, classes. */
function yolov8(outputs: readonly OutputTensor[], manifest: ModelManifest, floor: number, push: Push): void {
  const { data, rows, columns: n } = single(outputs, manifest);
  expectSize(rows, 4 + manifest.labels.length, 'the second dimension', outputs, manifest);
  for (let i = 0; i < n; i++) {
    const { index, value } = best(data, 4 * n + i, manifest.labels.length, n);
    if (value < floor) continue;
    const [cx, cy, w, h] = [data[i]!, data[n + i]!, data[2 * n + i]!, data[3 * n + i]!];
    push(index, value, cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2);
  }
}

/** 1 × N × 6: x1, y1, x2, y2 in input pixels, score, class; already suppressed by the model. */
function end2end(outputs: readonly OutputTensor[], manifest: ModelManifest, _floor: number, push: Push): void {
  const { data, columns } = single(outputs, manifest);
  expectSize(columns, 6, 'the last dimension', outputs, manifest);
  for (let at = 0; at < data.length; at += 6) push(data[at + 5]!, data[at + 4]!, data[at]!, data[at + 1]!, data[at + 2]!, data[at + 3]!);
}

/** 1 × N × (5 + C) over the grids of strides 8, 16, 32: offsets within the cell and logarithms of sizes, in strides. */
function yolox(outputs: readonly OutputTensor[], manifest: ModelManifest, floor: number, push: Push): void {
  const { data, rows: cells, columns: width } = single(outputs, manifest);
  const grids = yoloxStrides.map((stride) => ({ stride, columns: Math.floor(manifest.input.width / stride), rows: Math.floor(manifest.input.height / stride) }));
  expectSize(cells, grids.reduce((sum, g) => sum + g.columns * g.rows, 0), 'the number of grid cells', outputs, manifest);
  expectSize(width, 5 + manifest.labels.length, 'the last dimension', outputs, manifest);
  let at = 0;
  for (const { stride, columns, rows } of grids) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++, at += width) {
        const object = data[at + 4]!;
        if (object < floor) continue;
        const { index, value } = best(data, at + 5, manifest.labels.length, 1);
        const [lw, lh] = [data[at + 2]!, data[at + 3]!];
        if (lw > largestLog || lh > largestLog) throw new LayoutError('sizes beyond all measure: these boxes are decoded already, as those of layout yolov5 are');
        const cx = (data[at]! + column) * stride;
        const cy = (data[at + 1]! + row) * stride;
        const w = Math.exp(lw) * stride;
        const h = Math.exp(lh) * stride;
        push(index, object * value, cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2);
      }
    }
  }
}

/** 1 × C: softmax over the labels unless they sum to 1 already. The box is the whole region that was looked at. */
function classifier(outputs: readonly OutputTensor[], manifest: ModelManifest, _floor: number, push: Push): void {
  const [output] = outputs;
  if (outputs.length !== 1 || output === undefined) throw new LayoutError(`outputs are ${shapesOf(outputs)}; a classifier has one`);
  expectSize(output.data.length, manifest.labels.length, 'the number of values', outputs, manifest);
  const values = [...output.data];
  const sum = values.reduce((a, b) => a + b, 0);
  const already = values.every((v) => v >= 0 && v <= 1) && Math.abs(sum - 1) < 1e-3;
  const top = Math.max(...values);
  const exps = values.map((v) => Math.exp(v - top));
  const total = exps.reduce((a, b) => a + b, 0);
  values.forEach((v, i) => push(i, already ? v : exps[i]! / total, 0, 0, manifest.input.width, manifest.input.height));
}

const decoders: Record<ModelManifest['layout'], Decoder> = { yolov5, yolov8, end2end, yolox, detr, classifier };

/**
 * Reads a model's outputs: detections in the whole picture's coordinates, best first, suppressed per class.
 * @param floor lowest score of a detection; states are always told
 * @throws LayoutError when shapes do not fit the manifest, numbers are not finite, or a class has no label
 */
export function decode(outputs: readonly OutputTensor[], manifest: ModelManifest, letterbox: Letterbox, floor = scoreFloor): Detection[] {
  for (const { name, data } of outputs) {
    for (let i = 0; i < data.length; i++) {
      if (!Number.isFinite(data[i])) throw new LayoutError(`output ${name} holds numbers that are not finite`);
    }
  }
  const candidates: Detection[] = [];
  decoders[manifest.layout](outputs, manifest, floor, (index, score, x1, y1, x2, y2) => {
    if (score < floor && manifest.layout !== 'classifier') return;
    const label = manifest.labels[index];
    if (label === undefined) throw new LayoutError(`the model answered class ${index}, but the manifest has ${manifest.labels.length} labels`);
    const box = boxFromInput(x1, y1, x2, y2, letterbox);
    if (box[2] > 0 && box[3] > 0) candidates.push({ label, score: Math.min(1, Math.max(0, score)), box });
  });
  return nms(candidates);
}
