import type { Detection } from '../domain/detection.ts';
import type { ModelManifest } from '../domain/model.ts';
import { boxFromInput, type Letterbox } from './letterbox.ts';
import { nms } from './nms.ts';

/** An output of a model, copied out of the runtime. */
export interface OutputTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** The tensors do not fit what the manifest says. */
export class LayoutError extends Error {
  override readonly name = 'LayoutError';
}

/** Lowest score that leaves a model: what lies below is of no use even to a recheck. */
export const scoreFloor = 0.1;

const yoloxStrides = [8, 16, 32] as const;

const shapes = (outputs: readonly OutputTensor[]): string => outputs.map((o) => `${o.name} ${o.dims.join('×')}`).join(', ');

/** The one output of rank 3 that YOLO layouts have. */
function single(outputs: readonly OutputTensor[], manifest: ModelManifest): OutputTensor {
  const [output] = outputs;
  if (outputs.length !== 1 || output === undefined || output.dims.length !== 3 || output.dims[0] !== 1) {
    throw new LayoutError(`outputs are ${shapes(outputs)}; layout ${manifest.layout} has one of 1×N×M`);
  }
  return output;
}

function expect(actual: number | undefined, wanted: number, what: string, outputs: readonly OutputTensor[], manifest: ModelManifest): void {
  if (actual !== wanted) {
    throw new LayoutError(`outputs are ${shapes(outputs)}; layout ${manifest.layout} with ${manifest.labels.length} labels and input ${manifest.input.width}×${manifest.input.height} wants ${what} = ${wanted}, found ${actual}`);
  }
}

/** Index and value of the largest of `count` numbers that lie `step` apart. */
function best(data: Float32Array, from: number, count: number, step: number): { index: number; value: number } {
  let index = 0;
  let value = -Infinity;
  for (let i = 0; i < count; i++) {
    const v = data[from + i * step]!;
    if (v > value) {
      value = v;
      index = i;
    }
  }
  return { index, value };
}

type Push = (label: number, score: number, x1: number, y1: number, x2: number, y2: number) => void;

/** 1 × N × (5 + C): cx, cy, w, h in input pixels, objectness, classes. */
function yolov5(outputs: readonly OutputTensor[], manifest: ModelManifest, push: Push): void {
  const { data, dims } = single(outputs, manifest);
  const width = 5 + manifest.labels.length;
  expect(dims[2], width, 'the last dimension', outputs, manifest);
  for (let at = 0; at < data.length; at += width) {
    const object = data[at + 4]!;
    if (object < scoreFloor) continue;
    const { index, value } = best(data, at + 5, manifest.labels.length, 1);
    const [cx, cy, w, h] = [data[at]!, data[at + 1]!, data[at + 2]!, data[at + 3]!];
    push(index, object * value, cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2);
  }
}

/** 1 × (4 + C) × N: cx, cy, w, h in input pixels, classes. */
function yolov8(outputs: readonly OutputTensor[], manifest: ModelManifest, push: Push): void {
  const { data, dims } = single(outputs, manifest);
  expect(dims[1], 4 + manifest.labels.length, 'the second dimension', outputs, manifest);
  const n = dims[2]!;
  for (let i = 0; i < n; i++) {
    const { index, value } = best(data, 4 * n + i, manifest.labels.length, n);
    if (value < scoreFloor) continue;
    const [cx, cy, w, h] = [data[i]!, data[n + i]!, data[2 * n + i]!, data[3 * n + i]!];
    push(index, value, cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2);
  }
}

/** 1 × N × 6: x1, y1, x2, y2 in input pixels, score, class; already suppressed by the model. */
function end2end(outputs: readonly OutputTensor[], manifest: ModelManifest, push: Push): void {
  const { data, dims } = single(outputs, manifest);
  expect(dims[2], 6, 'the last dimension', outputs, manifest);
  for (let at = 0; at < data.length; at += 6) {
    if (data[at + 4]! >= scoreFloor) push(data[at + 5]!, data[at + 4]!, data[at]!, data[at + 1]!, data[at + 2]!, data[at + 3]!);
  }
}

/** 1 × N × (5 + C) over the grids of strides 8, 16, 32: offsets within the cell and logarithms of sizes, in strides. */
function yolox(outputs: readonly OutputTensor[], manifest: ModelManifest, push: Push): void {
  const { data, dims } = single(outputs, manifest);
  const width = 5 + manifest.labels.length;
  const grids = yoloxStrides.map((stride) => ({ stride, columns: Math.floor(manifest.input.width / stride), rows: Math.floor(manifest.input.height / stride) }));
  expect(dims[1], grids.reduce((sum, g) => sum + g.columns * g.rows, 0), 'the number of grid cells', outputs, manifest);
  expect(dims[2], width, 'the last dimension', outputs, manifest);
  let at = 0;
  for (const { stride, columns, rows } of grids) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++, at += width) {
        const object = data[at + 4]!;
        if (object < scoreFloor) continue;
        const { index, value } = best(data, at + 5, manifest.labels.length, 1);
        const cx = (data[at]! + column) * stride;
        const cy = (data[at + 1]! + row) * stride;
        const w = Math.exp(data[at + 2]!) * stride;
        const h = Math.exp(data[at + 3]!) * stride;
        push(index, object * value, cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2);
      }
    }
  }
}

/** Labels, boxes (x1, y1, x2, y2 in pixels of orig_target_sizes = the input's size) and scores, with or without a batch dimension. */
function detrDecoded(labels: OutputTensor, boxes: OutputTensor, scores: OutputTensor, outputs: readonly OutputTensor[], manifest: ModelManifest, push: Push): void {
  const n = scores.data.length;
  expect(labels.data.length, n, 'the number of labels', outputs, manifest);
  expect(boxes.data.length, 4 * n, 'the number of box values', outputs, manifest);
  for (let i = 0; i < n; i++) {
    if (scores.data[i]! < scoreFloor) continue;
    push(labels.data[i]!, scores.data[i]!, boxes.data[4 * i]!, boxes.data[4 * i + 1]!, boxes.data[4 * i + 2]!, boxes.data[4 * i + 3]!);
  }
}

/**
 * Boxes (cx, cy, w, h, 0..1) and logits. As many logits as labels: independent (sigmoid); one more: the last is "nothing" (softmax).
 */
function detrRaw(boxes: OutputTensor, logits: OutputTensor, outputs: readonly OutputTensor[], manifest: ModelManifest, push: Push): void {
  const classes = logits.dims.at(-1) ?? 0;
  const count = manifest.labels.length;
  const withNothing = classes === count + 1;
  if (!withNothing) expect(classes, count, 'the last dimension of the logits', outputs, manifest);
  const n = logits.data.length / classes;
  expect(boxes.data.length, 4 * n, 'the number of box values', outputs, manifest);
  const { width, height } = manifest.input;
  for (let i = 0; i < n; i++) {
    const { index, value } = best(logits.data, i * classes, count, 1);
    let score: number;
    if (withNothing) {
      let sum = 0;
      for (let c = 0; c < classes; c++) sum += Math.exp(logits.data[i * classes + c]! - value);
      score = 1 / sum;
    } else {
      score = 1 / (1 + Math.exp(-value));
    }
    if (score < scoreFloor) continue;
    const [cx, cy, w, h] = [boxes.data[4 * i]! * width, boxes.data[4 * i + 1]! * height, boxes.data[4 * i + 2]! * width, boxes.data[4 * i + 3]! * height];
    push(index, score, cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2);
  }
}

function detr(outputs: readonly OutputTensor[], manifest: ModelManifest, push: Push): void {
  const named = (part: string): OutputTensor | undefined => outputs.find((o) => o.name.toLowerCase().includes(part));
  const [boxes, logits, labels, scores] = [named('box'), named('logit'), named('label'), named('score')];
  if (boxes !== undefined && logits !== undefined) detrRaw(boxes, logits, outputs, manifest, push);
  else if (boxes !== undefined && labels !== undefined && scores !== undefined) detrDecoded(labels, boxes, scores, outputs, manifest, push);
  else throw new LayoutError(`outputs are ${shapes(outputs)}; layout detr has labels, boxes and scores, or boxes and logits`);
}

/** 1 × C: softmax over the labels unless they sum to 1 already. The box is the whole region that was looked at. */
function classifier(outputs: readonly OutputTensor[], manifest: ModelManifest, push: Push): void {
  const [output] = outputs;
  if (outputs.length !== 1 || output === undefined) throw new LayoutError(`outputs are ${shapes(outputs)}; a classifier has one`);
  expect(output.data.length, manifest.labels.length, 'the number of values', outputs, manifest);
  const values = [...output.data];
  const sum = values.reduce((a, b) => a + b, 0);
  const already = values.every((v) => v >= 0 && v <= 1) && Math.abs(sum - 1) < 1e-3;
  const top = Math.max(...values);
  const exps = values.map((v) => Math.exp(v - top));
  const total = exps.reduce((a, b) => a + b, 0);
  values.forEach((v, i) => push(i, already ? v : exps[i]! / total, 0, 0, manifest.input.width, manifest.input.height));
}

const decoders = { yolov5, yolov8, end2end, yolox, detr, classifier } satisfies Record<ModelManifest['layout'], unknown>;

/**
 * Reads a model's outputs: detections in the whole picture's coordinates, best first, suppressed per class.
 * @throws LayoutError when shapes do not fit the manifest, numbers are not finite, or a class has no label
 */
export function decode(outputs: readonly OutputTensor[], manifest: ModelManifest, letterbox: Letterbox): Detection[] {
  for (const { name, data } of outputs) {
    for (let i = 0; i < data.length; i++) {
      if (!Number.isFinite(data[i])) throw new LayoutError(`output ${name} holds numbers that are not finite`);
    }
  }
  const candidates: Detection[] = [];
  decoders[manifest.layout](outputs, manifest, (index, score, x1, y1, x2, y2) => {
    const label = manifest.labels[index];
    if (label === undefined) throw new LayoutError(`the model answered class ${index}, but the manifest has ${manifest.labels.length} labels`);
    if (score < scoreFloor && manifest.layout !== 'classifier') return;
    const box = boxFromInput(x1, y1, x2, y2, letterbox);
    if (box[2] > 0 && box[3] > 0) candidates.push({ label, score: Math.min(1, Math.max(0, score)), box });
  });
  return nms(candidates);
}
