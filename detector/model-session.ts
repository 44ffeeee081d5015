import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { InferenceSession, type Tensor } from 'onnxruntime-node';
import type { Detection } from '../domain/detection.ts';
import type { Box } from '../domain/geometry.ts';
import { modelLayouts } from '../domain/model.ts';
import { decode, scoreFloor } from './layouts.ts';
import { fitOf, letterboxFor, regionOf, type Picture } from './letterbox.ts';
import { feedsFor, inputsOf, numbersOf, type ModelInputs } from './model-inputs.ts';
import type { OutputTensor } from './outputs.ts';
import type { ModelFile } from './protocol.ts';

/** A loaded model that has proven itself in a warm-up run. Lives in a worker thread: the runtime blocks while it computes. */
export interface ModelSession {
  /**
   * @param floor lowest score of a detection
   * @throws Error when the run fails or its outputs make no sense
   */
  run(picture: Picture, region: Box | null, floor?: number): Promise<SessionAnswer>;
  close(): Promise<void>;
}

export interface SessionAnswer {
  readonly detections: readonly Detection[];
  /** Milliseconds in the runtime alone, without bringing the picture to size and reading the answer. */
  readonly networkMs: number;
}

/** Bars of red, green, blue and white: on plain grey some models have nothing to say, and what they say wrongly would not show. */
function testCard(): Picture {
  const [width, height] = [64, 48];
  const bars = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]] as const;
  return { width, height, data: Uint8Array.from({ length: width * height * 3 }, (_, i) => bars[Math.floor((Math.floor(i / 3) % width) / 16)]![i % 3]!) };
}

/** In the warm-up every candidate is read, so that a class without label shows at once; fillers of an exporter score 0 or less. */
const anyScore = 1e-6;

/** Why a model is refused; starts with a code that pages can translate. */
export class ModelRefused extends Error {
  override readonly name = 'ModelRefused';
}

const words = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n')[0]!.slice(0, 300);

/** How an ONNX file begins the name of another file: the key "location" of a tensor's external data. */
const externalMark = Buffer.from('\n\u0008location');

/** @throws ModelRefused when weights stand in another file: no hash covers it, and the runtime would look for it wherever the process runs */
export function refuseOutsideWeights(bytes: Buffer): void {
  if (bytes.includes(externalMark)) throw new ModelRefused('model_external: its weights stand in another file, which its SHA-256 does not cover; save the model with all weights inside');
}

async function readChecked({ manifest, path }: ModelFile): Promise<Buffer> {
  if (!(modelLayouts as readonly string[]).includes(manifest.layout) && manifest.layout !== 'classifier') {
    throw new ModelRefused(`model_layout: unknown layout ${String(manifest.layout)}; known are ${modelLayouts.join(', ')}, classifier`);
  }
  if ((manifest.kind === 'state') !== (manifest.layout === 'classifier')) {
    throw new ModelRefused(`model_layout: kind ${manifest.kind} does not go with layout ${manifest.layout}`);
  }
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new ModelRefused(`model_missing: ${words(error)}`, { cause: error });
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (manifest.sha256 === '') throw new ModelRefused(`model_hash: no SHA-256 is listed for ${path}; the file has ${sha256}`);
  if (sha256 !== manifest.sha256) throw new ModelRefused(`model_hash: ${path} has SHA-256 ${sha256}, the manifest says ${manifest.sha256}`);
  refuseOutsideWeights(bytes);
  return bytes;
}

/**
 * Opens a model and runs it once. What is hashed is what is loaded: the bytes are read once.
 * @throws ModelRefused with a reason a person can act on
 */
export async function openModel(model: ModelFile, executionProviders: readonly string[] = ['cpu']): Promise<ModelSession> {
  const { manifest } = model;
  const bytes = await readChecked(model);
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(bytes, {
      intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: 'sequential', logSeverityLevel: 4, executionProviders: [...executionProviders],
    });
  } catch (error) {
    throw new ModelRefused(`model_unreadable: ${words(error)}`, { cause: error });
  }
  const run = async (picture: Picture, part: Box | null, floor = scoreFloor): Promise<SessionAnswer> => {
    const region = regionOf(part, picture);
    const letterbox = letterboxFor(picture, region, manifest.input, fitOf(manifest));
    const feeds = feedsFor(inputs, picture, letterbox, manifest.input);
    const start = performance.now();
    const results = await session.run(feeds);
    const networkMs = performance.now() - start;
    const outputs: OutputTensor[] = session.outputNames.map((name) => {
      const tensor = results[name] as Tensor;
      return { name, dims: tensor.dims, data: numbersOf(name, tensor) };
    });
    const detections = decode(outputs, manifest, letterbox, floor);
    for (const tensor of Object.values(results)) (tensor as Tensor).dispose();
    return { detections, networkMs };
  };
  let inputs: ModelInputs;
  try {
    inputs = inputsOf(session.inputMetadata, manifest);
  } catch (error) {
    await session.release();
    throw new ModelRefused(`model_layout: ${words(error)}`, { cause: error });
  }
  try {
    await run(testCard(), null, anyScore);
  } catch (error) {
    await session.release();
    throw new ModelRefused(`model_layout: the warm-up run failed: ${words(error)}`, { cause: error });
  }
  return { run, close: () => session.release() };
}
