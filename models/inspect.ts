import { InferenceSession, type Tensor } from 'onnxruntime-node';
import { feedsFor, inputsOf, numbersOf } from '../detector/model-inputs.ts';
import { refuseOutsideWeights } from '../detector/model-session.ts';
import type { OutputTensor } from '../detector/outputs.ts';
import { letterboxFor, regionOf, type Picture } from '../detector/letterbox.ts';
import { usualInput, type ModelLayout, type ModelManifest } from '../domain/model.ts';

/** What an ONNX file says of itself, and what it answered once. */
export interface Inspection {
  /** `images float32 1×3×640×640`; ? = left open. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Width and height that the model insists on; null = left open. */
  readonly fixed: { readonly width: number | null; readonly height: number | null };
  /** Size with which it was tried. */
  readonly size: { readonly width: number; readonly height: number };
  readonly answers: readonly OutputTensor[];
}

const words = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n')[0]!.slice(0, 300);
const describe = (list: readonly InferenceSession.ValueMetadata[]): string[] =>
  list.map((m) => (m.isTensor ? `${m.name} ${m.type} ${m.shape.map((s) => (typeof s === 'string' || s < 0 ? '?' : s)).join('×')}` : `${m.name} (no tensor)`));

/** Noise: many models say nothing at all on a plain picture. */
const noise: Picture = { width: 320, height: 240, data: Uint8Array.from({ length: 320 * 240 * 3 }, (_, i) => (Math.imul(i, 2654435761) >>> 16) & 255) };

function fixedSize(inputs: readonly InferenceSession.ValueMetadata[]): Inspection['fixed'] {
  const image = inputs.find((m) => m.isTensor && (m.shape.length === 4 || m.shape.length === 3));
  const [height, width] = image?.isTensor === true ? image.shape.slice(-2) : [];
  const number = (size: number | string | undefined): number | null => (typeof size === 'number' && size > 0 ? size : null);
  return { width: number(width), height: number(height) };
}

/**
 * Opens a file and runs it once on noise. Runs in this process: only for commands.
 * @param wanted size for what the model leaves open
 * @throws Error with the reason when it is no ONNX file, cannot be fed, or fails in the run
 */
export async function inspect(bytes: Buffer, wanted: { width?: number | undefined; height?: number | undefined } = {}): Promise<Inspection> {
  refuseOutsideWeights(bytes);
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(bytes, { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 4 });
  } catch (error) {
    throw new Error(`model_unreadable: ${words(error)}`, { cause: error });
  }
  try {
    const fixed = fixedSize(session.inputMetadata);
    const open = usualInput.yolov8;
    const size = { width: fixed.width ?? wanted.width ?? open.width, height: fixed.height ?? wanted.height ?? open.height };
    // a second input for sizes is the mark of the DETR family
    const layout: ModelLayout = session.inputMetadata.length > 1 ? 'detr' : 'yolov8';
    const input: ModelManifest['input'] = { ...size, colour: 'rgb', divisor: 255 };
    const feeds = feedsFor(inputsOf(session.inputMetadata, { layout, input }), noise, letterboxFor(noise, regionOf(null, noise), input, 'stretch'), input);
    const results = await session.run(feeds).catch((error: unknown) => {
      throw new Error(`the first run failed: ${words(error)}`, { cause: error });
    });
    const answers = session.outputNames.map((name) => {
      const tensor = results[name] as Tensor;
      return { name, dims: tensor.dims, data: numbersOf(name, tensor) };
    });
    return { inputs: describe(session.inputMetadata), outputs: describe(session.outputMetadata), fixed, size, answers };
  } catch (error) {
    throw new Error(`model_layout: ${words(error)}`, { cause: error });
  } finally {
    await session.release();
  }
}
