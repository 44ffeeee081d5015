import type { ModelFit, ModelManifest } from '../domain/model.ts';
import type { Box } from '../domain/geometry.ts';

/** RGB picture, 8 bits a channel, row by row. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Part of a picture, in its pixels. */
export interface Region {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** How a region lies in a model's input: input = region × scale + pad, in pixels. */
export interface Letterbox {
  readonly region: Region;
  /** Size of the picture that the region is part of. */
  readonly picture: { readonly width: number; readonly height: number };
  readonly scaleX: number;
  readonly scaleY: number;
  readonly padX: number;
  readonly padY: number;
}

/** Grey that YOLO models are trained with around the picture. */
const padding = 114;

/** The custom of each layout's own training code. */
export function fitOf(manifest: Pick<ModelManifest, 'layout' | 'input'>): ModelFit {
  if (manifest.input.fit !== undefined) return manifest.input.fit;
  switch (manifest.layout) {
    case 'yolox': return 'corner';
    case 'yolov5': case 'yolov8': case 'end2end': return 'centre';
    case 'detr': case 'classifier': return 'stretch';
  }
}

export function letterboxFor(picture: { width: number; height: number }, region: Region, input: { width: number; height: number }, fit: ModelFit): Letterbox {
  const { width, height } = picture;
  if (fit === 'stretch') {
    return { region, picture: { width, height }, scaleX: input.width / region.width, scaleY: input.height / region.height, padX: 0, padY: 0 };
  }
  const scale = Math.min(input.width / region.width, input.height / region.height);
  const centred = fit === 'centre';
  return {
    region,
    picture: { width, height },
    scaleX: scale,
    scaleY: scale,
    padX: centred ? (input.width - region.width * scale) / 2 : 0,
    padY: centred ? (input.height - region.height * scale) / 2 : 0,
  };
}

/** Corners x1, y1, x2, y2 in input pixels → box in the whole picture, 0..1, cut at its edges. Exact inverse of the letterbox. */
export function boxFromInput(x1: number, y1: number, x2: number, y2: number, l: Letterbox): Box {
  const back = (v: number, pad: number, scale: number, offset: number, size: number): number =>
    Math.min(1, Math.max(0, ((v - pad) / scale + offset) / size));
  const left = back(x1, l.padX, l.scaleX, l.region.x, l.picture.width);
  const top = back(y1, l.padY, l.scaleY, l.region.y, l.picture.height);
  const right = back(x2, l.padX, l.scaleX, l.region.x, l.picture.width);
  const bottom = back(y2, l.padY, l.scaleY, l.region.y, l.picture.height);
  return [left, top, Math.max(0, right - left), Math.max(0, bottom - top)];
}

/** Box in the whole picture, 0..1 → corners in input pixels. */
export function boxToInput(box: Box, l: Letterbox): [number, number, number, number] {
  const there = (v: number, pad: number, scale: number, offset: number, size: number): number => (v * size - offset) * scale + pad;
  return [
    there(box[0], l.padX, l.scaleX, l.region.x, l.picture.width),
    there(box[1], l.padY, l.scaleY, l.region.y, l.picture.height),
    there(box[0] + box[2], l.padX, l.scaleX, l.region.x, l.picture.width),
    there(box[1] + box[3], l.padY, l.scaleY, l.region.y, l.picture.height),
  ];
}

/** Where each input pixel along one axis takes its value: two source pixels and the weight of the second; -1 outside. */
function taps(inputSize: number, scale: number, pad: number, offset: number, size: number): { low: Int32Array; high: Int32Array; weight: Float32Array } {
  const low = new Int32Array(inputSize).fill(-1);
  const high = new Int32Array(inputSize);
  const weight = new Float32Array(inputSize);
  for (let i = 0; i < inputSize; i++) {
    // centres of pixels: the middle of input pixel i lies at i + 0.5
    const source = (i + 0.5 - pad) / scale - 0.5;
    if (source < -0.5 || source >= size - 0.5) continue;
    const clamped = Math.min(size - 1, Math.max(0, source));
    const floor = Math.floor(clamped);
    low[i] = floor + offset;
    high[i] = Math.min(size - 1, floor + 1) + offset;
    weight[i] = clamped - floor;
  }
  return { low, high, weight };
}

/** Scales the region bilinearly into a planar float tensor 1 × 3 × height × width, as the manifest wants it. */
export function fillTensor(picture: Picture, letterbox: Letterbox, input: ModelManifest['input']): Float32Array {
  const { width, height, divisor } = input;
  const plane = width * height;
  const out = new Float32Array(3 * plane);
  const { region } = letterbox;
  const xs = taps(width, letterbox.scaleX, letterbox.padX, region.x, region.width);
  const ys = taps(height, letterbox.scaleY, letterbox.padY, region.y, region.height);
  const { data } = picture;
  const stride = picture.width * 3;
  for (let channel = 0; channel < 3; channel++) {
    const source = input.colour === 'rgb' ? channel : 2 - channel;
    const mean = input.mean?.[channel] ?? 0;
    const std = input.std?.[channel] ?? 1;
    const factor = 1 / (divisor * std);
    const shift = mean / std;
    const empty = padding * factor - shift;
    const base = channel * plane;
    for (let y = 0; y < height; y++) {
      const row = base + y * width;
      const y0 = ys.low[y]!;
      if (y0 < 0) {
        out.fill(empty, row, row + width);
        continue;
      }
      const top = y0 * stride + source;
      const bottom = ys.high[y]! * stride + source;
      const wy = ys.weight[y]!;
      for (let x = 0; x < width; x++) {
        const x0 = xs.low[x]!;
        if (x0 < 0) {
          out[row + x] = empty;
          continue;
        }
        const left = x0 * 3;
        const right = xs.high[x]! * 3;
        const wx = xs.weight[x]!;
        const a = data[top + left]!;
        const b = data[bottom + left]!;
        const upper = a + (data[top + right]! - a) * wx;
        const lower = b + (data[bottom + right]! - b) * wx;
        out[row + x] = (upper + (lower - upper) * wy) * factor - shift;
      }
    }
  }
  return out;
}

/** The pixels that a normalised box covers, at least one, inside the picture. */
export function regionOf(box: Box | null, picture: { width: number; height: number }): Region {
  if (box === null) return { x: 0, y: 0, width: picture.width, height: picture.height };
  const x = Math.min(picture.width - 1, Math.max(0, Math.floor(box[0] * picture.width)));
  const y = Math.min(picture.height - 1, Math.max(0, Math.floor(box[1] * picture.height)));
  return {
    x,
    y,
    width: Math.max(1, Math.min(picture.width, Math.ceil((box[0] + box[2]) * picture.width)) - x),
    height: Math.max(1, Math.min(picture.height, Math.ceil((box[1] + box[3]) * picture.height)) - y),
  };
}
