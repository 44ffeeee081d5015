import type { ModelManifest } from '../domain/model.ts';

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

/** Takes one candidate: index of its label, score 0..1, corners in input pixels. Scores below the floor may be left out. */
export type Push = (label: number, score: number, x1: number, y1: number, x2: number, y2: number) => void;

/** Reads the outputs of one layout. Candidates below `floor` need not be told. */
export type Decoder = (outputs: readonly OutputTensor[], manifest: ModelManifest, floor: number, push: Push) => void;

export const shapesOf = (outputs: readonly OutputTensor[]): string => outputs.map((o) => `${o.name} ${o.dims.join('×')}`).join(', ');

/** @throws LayoutError when a size is not what the layout wants with these labels and this input */
export function expectSize(actual: number | undefined, wanted: number, what: string, outputs: readonly OutputTensor[], manifest: ModelManifest): void {
  if (actual !== wanted) {
    throw new LayoutError(`outputs are ${shapesOf(outputs)}; layout ${manifest.layout} with ${manifest.labels.length} labels and input ${manifest.input.width}×${manifest.input.height} wants ${what} = ${wanted}, found ${actual}`);
  }
}

/** An output without its batch dimension. */
export interface Matrix {
  readonly data: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

/** Rows and columns of an output of rank 3 with a batch of one, or of rank 2 without one; null when it is neither. */
export function matrixOf({ dims, data }: OutputTensor): Matrix | null {
  const [rows, columns] = dims.slice(-2);
  return dims.length < 2 || dims.length > 3 || (dims.length === 3 && dims[0] !== 1) ? null : { data, rows: rows!, columns: columns! };
}

/** The one output that a layout has. The raw heads (rank 4 or more) that old exporters add to it are let be. */
export function single(outputs: readonly OutputTensor[], manifest: ModelManifest): Matrix {
  const flat = outputs.filter((o) => o.dims.length < 4);
  const matrix = flat.length === 1 ? matrixOf(flat[0]!) : null;
  if (matrix === null) throw new LayoutError(`outputs are ${shapesOf(outputs)}; layout ${manifest.layout} has one of 1×N×M`);
  return matrix;
}

/** Index and value of the largest of `count` numbers that lie `step` apart. */
export function best(data: Float32Array, from: number, count: number, step: number): { index: number; value: number } {
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
