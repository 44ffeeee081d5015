import { decode } from '../detector/layouts.ts';
import { letterboxFor, regionOf } from '../detector/letterbox.ts';
import { matrixOf, type Matrix, type OutputTensor } from '../detector/outputs.ts';
import { usualInput, type ModelManifest } from '../domain/model.ts';

type Layout = ModelManifest['layout'];
type Size = { readonly width: number; readonly height: number };

/** Models without suppression of their own answer thousands of candidates, those with it some hundreds at most. */
const fewRows = 1000;

const cellsOf = ({ width, height }: Size): number => [8, 16, 32].reduce((n, stride) => n + Math.floor(width / stride) * Math.floor(height / stride), 0);

/** Whether the first four numbers of every row lie within the picture as parts of it. */
function isUnit({ data, columns }: Matrix): boolean {
  return data.every((v, i) => i % columns > 3 || Math.abs(v) <= 2);
}

/** Sizes below zero can only be logarithms. */
function hasLogarithms({ data, columns }: Matrix): boolean {
  return data.some((v, i) => (i % columns === 2 || i % columns === 3) && v < 0);
}

/** Whether the last number of every row can be the number of a class. */
function endsWithClasses({ data, columns }: Matrix): boolean {
  return data.every((v, i) => i % columns !== columns - 1 || Number.isInteger(v));
}

/** How many classes a layout's outputs speak of; null = they do not tell. */
export function classCount(layout: Layout, outputs: readonly OutputTensor[]): number | null {
  const flat = outputs.filter((o) => o.dims.length < 4);
  const matrix = flat.length === 1 ? matrixOf(flat[0]!) : null;
  switch (layout) {
    case 'yolov5': case 'yolox': return matrix === null ? null : matrix.columns - 5;
    case 'yolov8': return matrix === null ? null : matrix.rows - 4;
    case 'end2end': return null;
    case 'classifier': return flat[0]?.data.length ?? null;
    case 'detr': {
      if (matrix !== null) return matrix.columns - 4;
      const logits = outputs.find((o) => o.name.toLowerCase().includes('logit')) ?? outputs.find((o) => o.dims.length === 3 && o.dims.at(-1) !== 4);
      return logits?.dims.at(-1) ?? null;
    }
  }
}

/**
 * The layout that a model's answers look like; null = none that is known.
 * @param labels number of labels, where it is known
 */
export function guessLayout(outputs: readonly OutputTensor[], size: Size, labels: number | null): Layout | null {
  const flat = outputs.filter((o) => o.dims.length < 4);
  if (flat.length > 1) return flat.some((o) => o.dims.at(-1) === 4 && o.dims.length > 1) ? 'detr' : null;
  const [only] = flat;
  if (only === undefined) return null;
  const matrix = matrixOf(only);
  if (only.dims.length < 2 || matrix === null) return only.dims.length === 1 ? 'classifier' : null;
  if (matrix.rows === 1) return 'classifier';
  if (matrix.columns === 6 && matrix.rows <= fewRows && labels !== 1 && endsWithClasses(matrix)) return 'end2end';
  if (matrix.rows < matrix.columns) return 'yolov8';
  if (matrix.rows === cellsOf(size) && hasLogarithms(matrix)) return 'yolox';
  if (labels === matrix.columns - 4 || (labels === null && matrix.rows <= fewRows && isUnit(matrix))) return 'detr';
  return 'yolov5';
}

/** Why outputs cannot be read by a layout with these labels; null = they can. */
export function whyNot(outputs: readonly OutputTensor[], layout: Layout, labels: readonly string[], size: Size): string | null {
  const picture = { width: size.width, height: size.height };
  const manifest: ModelManifest = {
    id: 'guess', kind: layout === 'classifier' ? 'state' : 'detector', file: '-', sha256: '', layout, labels, input: { ...usualInput[layout], ...size },
  };
  try {
    decode(outputs, manifest, letterboxFor(picture, regionOf(null, picture), size, 'stretch'), 1e-6);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
