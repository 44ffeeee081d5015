import type { ModelManifest } from '../domain/model.ts';
import { best, expectSize, LayoutError, matrixOf, shapesOf, single, type OutputTensor, type Push } from './outputs.ts';

/** The family of DETR: RT-DETR, D-FINE, DEIM and whatever else answers a fixed number of queries, in the forms their exporters write. */

/** Boxes that all lie within this are parts of the input, not pixels of it. */
const unitLimit = 2;

const named = (outputs: readonly OutputTensor[], ...parts: readonly string[]): OutputTensor | undefined =>
  parts.map((part) => outputs.find((o) => o.name.toLowerCase().includes(part))).find((o) => o !== undefined);

/**
 * Labels, corners and scores, one for each query. Corners are pixels where the model was told a size (orig_target_sizes, for which it is
 * given its input's), and parts of the input where it was not.
 */
function decoded(labels: OutputTensor, boxes: OutputTensor, scores: OutputTensor, outputs: readonly OutputTensor[], manifest: ModelManifest, push: Push): void {
  const n = scores.data.length;
  expectSize(labels.data.length, n, 'the number of labels', outputs, manifest);
  expectSize(boxes.data.length, 4 * n, 'the number of box values', outputs, manifest);
  const unit = boxes.data.every((v) => Math.abs(v) <= unitLimit);
  const [sx, sy] = unit ? [manifest.input.width, manifest.input.height] : [1, 1];
  for (let i = 0; i < n; i++) {
    const [x1, y1, x2, y2] = boxes.data.subarray(4 * i, 4 * i + 4) as unknown as [number, number, number, number];
    push(labels.data[i]!, scores.data[i]!, x1 * sx, y1 * sy, x2 * sx, y2 * sy);
  }
}

/** Tells a box of centre and size, in parts of the input. */
function pushCentred(data: Float32Array, at: number, { input: { width, height } }: ModelManifest, index: number, score: number, push: Push): void {
  const [cx, cy, w, h] = [data[at]! * width, data[at + 1]! * height, data[at + 2]! * width, data[at + 3]! * height];
  push(index, score, cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2);
}

/** Boxes (cx, cy, w, h, 0..1) and logits. As many logits as labels: independent (sigmoid); one more: the last is "nothing" (softmax). */
function raw(boxes: OutputTensor, logits: OutputTensor, outputs: readonly OutputTensor[], manifest: ModelManifest, push: Push): void {
  const classes = logits.dims.at(-1) ?? 0;
  const count = manifest.labels.length;
  const withNothing = classes === count + 1;
  if (!withNothing) expectSize(classes, count, 'the last dimension of the logits', outputs, manifest);
  const n = logits.data.length / classes;
  expectSize(boxes.data.length, 4 * n, 'the number of box values', outputs, manifest);
  for (let i = 0; i < n; i++) {
    const { index, value } = best(logits.data, i * classes, count, 1);
    let score = 1 / (1 + Math.exp(-value));
    if (withNothing) {
      const top = Math.max(value, logits.data[i * classes + count]!);
      let sum = 0;
      for (let c = 0; c < classes; c++) sum += Math.exp(logits.data[i * classes + c]! - top);
      score = Math.exp(value - top) / sum;
    }
    pushCentred(boxes.data, 4 * i, manifest, index, score, push);
  }
}

/** One output 1 × N × (4 + C), as Ultralytics writes RT-DETR: centre and size 0..1, then scores. */
function joined(outputs: readonly OutputTensor[], manifest: ModelManifest, push: Push): void {
  const { data, rows, columns } = single(outputs, manifest);
  expectSize(columns, 4 + manifest.labels.length, 'the last dimension', outputs, manifest);
  for (let i = 0; i < rows; i++) {
    const { index, value } = best(data, i * columns + 4, manifest.labels.length, 1);
    pushCentred(data, i * columns, manifest, index, value, push);
  }
}

/** What has four numbers a query are the boxes; beside them stand logits (numbers for every class) or labels and scores (one each). */
export function detr(outputs: readonly OutputTensor[], manifest: ModelManifest, _floor: number, push: Push): void {
  if (outputs.length === 1) {
    joined(outputs, manifest, push);
    return;
  }
  const boxes = named(outputs, 'box', 'dets') ?? outputs.find((o) => o.dims.length > 1 && o.dims.at(-1) === 4);
  const n = (boxes?.data.length ?? 0) / 4;
  const others = outputs.filter((o) => o !== boxes);
  const logits = named(others, 'logit') ?? others.find((o) => o.dims.length === boxes?.dims.length && matrixOf(o)?.rows === n);
  const perQuery = others.filter((o) => o !== logits && o.dims.length + 1 === boxes?.dims.length);
  const scores = named(perQuery, 'score', 'conf');
  const labels = named(perQuery, 'label', 'class') ?? perQuery.find((o) => o !== scores);
  if (boxes !== undefined && boxes.dims.at(-1) === 4 && logits !== undefined) raw(boxes, logits, outputs, manifest, push);
  else if (boxes !== undefined && boxes.dims.at(-1) === 4 && labels !== undefined && scores !== undefined) decoded(labels, boxes, scores, outputs, manifest, push);
  else throw new LayoutError(`outputs are ${shapesOf(outputs)}; layout detr has labels, boxes and scores, or boxes and logits, or one output 1×N×(4 + labels)`);
}
