import type { Detection } from '../domain/detection.ts';
import type { Box } from '../domain/geometry.ts';
import type { ModelManifest } from '../domain/model.ts';
import type { Picture } from './letterbox.ts';

/** What passes between the detector's thread and its inference workers. */

/** A model as the registry lists it: `path` is its ONNX file. */
export interface ModelFile {
  readonly manifest: ModelManifest;
  readonly path: string;
}

/** One model over one picture, or over a part of it (a bin's fixed region). */
export interface InferenceTask {
  readonly model: string;
  readonly region: Box | null;
  /** Lowest score of a detection; absent = what the service needs. */
  readonly floor?: number | undefined;
}

export type InferenceAnswer =
  | { readonly ok: true; readonly detections: readonly Detection[]; readonly ms: number; readonly networkMs: number }
  | { readonly ok: false; readonly reason: string };

export type ToWorker =
  | { readonly type: 'load'; readonly generation: number; readonly model: ModelFile }
  | { readonly type: 'unload'; readonly id: string }
  | { readonly type: 'close' }
  | { readonly type: 'run'; readonly ticket: number; readonly picture: Picture; readonly tasks: readonly InferenceTask[] };

export type FromWorker =
  | { readonly type: 'loaded'; readonly generation: number; readonly id: string; readonly reason: string | null }
  | { readonly type: 'result'; readonly ticket: number; readonly answers: readonly InferenceAnswer[] };
