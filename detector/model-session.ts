import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Detection } from '../domain/detection.ts';
import type { Box } from '../domain/geometry.ts';
import { modelLayouts, type ModelManifest } from '../domain/model.ts';
import { decode, type OutputTensor } from './layouts.ts';
import { fillTensor, fitOf, letterboxFor, regionOf, type Picture } from './letterbox.ts';
import type { ModelFile } from './protocol.ts';

/** A loaded model that has proven itself in a warm-up run. Lives in a worker thread: the runtime blocks while it computes. */
export interface ModelSession {
  /** @throws Error when the run fails or its outputs make no sense */
  run(picture: Picture, region: Box | null): Promise<Detection[]>;
  close(): Promise<void>;
}

/** Why a model is refused; starts with a code that pages can translate. */
export class ModelRefused extends Error {
  override readonly name = 'ModelRefused';
}

const words = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n')[0]!.slice(0, 300);

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
  return bytes;
}

function checkInputs(session: InferenceSession, manifest: ModelManifest): { image: string; sizes: string | null } {
  let image: string | null = null;
  let sizes: string | null = null;
  for (const input of session.inputMetadata) {
    if (!input.isTensor) throw new ModelRefused(`model_layout: input ${input.name} is not a tensor`);
    if (input.name === 'orig_target_sizes' && input.type === 'int64' && manifest.layout === 'detr') {
      sizes = input.name;
      continue;
    }
    const wanted = [1, 3, manifest.input.height, manifest.input.width];
    // a text is a size that the model leaves open
    const fits = input.shape.length === 4 && input.shape.every((size, i) => typeof size === 'string' || size < 0 || size === wanted[i]);
    if (image !== null || input.type !== 'float32' || !fits) {
      throw new ModelRefused(`model_layout: input ${input.name} is ${input.type} ${input.shape.join('×')}; wanted is one of float32 ${wanted.join('×')}`);
    }
    image = input.name;
  }
  if (image === null) throw new ModelRefused('model_layout: the model has no picture input');
  return { image, sizes };
}

function copyOut(name: string, tensor: Tensor): OutputTensor {
  if (tensor.type === 'float32') return { name, dims: tensor.dims, data: tensor.data as Float32Array };
  if (tensor.type === 'int64') return { name, dims: tensor.dims, data: Float32Array.from(tensor.data as BigInt64Array, Number) };
  if (tensor.type === 'int32') return { name, dims: tensor.dims, data: Float32Array.from(tensor.data as Int32Array) };
  throw new Error(`output ${name} is ${tensor.type}; float32, int32 and int64 are read`);
}

/**
 * Opens a model and runs it once on a grey picture. What is hashed is what is loaded: the bytes are read once.
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
  const run = async (picture: Picture, part: Box | null): Promise<Detection[]> => {
    const region = regionOf(part, picture);
    const letterbox = letterboxFor(picture, region, manifest.input, fitOf(manifest));
    const { width, height } = manifest.input;
    const feeds: Record<string, Tensor> = { [names.image]: new Tensor('float32', fillTensor(picture, letterbox, manifest.input), [1, 3, height, width]) };
    if (names.sizes !== null) feeds[names.sizes] = new Tensor('int64', BigInt64Array.of(BigInt(width), BigInt(height)), [1, 2]);
    const results = await session.run(feeds);
    const detections = decode(session.outputNames.map((name) => copyOut(name, results[name] as Tensor)), manifest, letterbox);
    for (const tensor of Object.values(results)) (tensor as Tensor).dispose();
    return detections;
  };
  let names: { image: string; sizes: string | null };
  try {
    names = checkInputs(session, manifest);
    const grey = { width: 64, height: 48, data: new Uint8Array(64 * 48 * 3).fill(114) };
    await run(grey, null);
  } catch (error) {
    await session.release();
    throw error instanceof ModelRefused ? error : new ModelRefused(`model_layout: the warm-up run failed: ${words(error)}`, { cause: error });
  }
  return { run, close: () => session.release() };
}
