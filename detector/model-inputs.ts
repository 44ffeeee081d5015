import { Tensor, type InferenceSession } from 'onnxruntime-node';
import type { ModelManifest } from '../domain/model.ts';
import { fillTensor, type Letterbox, type Picture } from './letterbox.ts';

/** What a model wants to be fed: a picture and, from some of the DETR family, the size in whose pixels it shall answer. */
export interface ModelInputs {
  readonly image: { readonly name: string; readonly type: 'float32' | 'float16'; readonly dims: readonly number[] };
  readonly sizes: { readonly name: string; readonly type: 'int64' | 'int32' | 'float32'; readonly dims: readonly number[] } | null;
}

/** Node has the array, the types of this target not yet. */
interface HalfArrays {
  Float16Array?: { new (values: ArrayLike<number>): { readonly buffer: ArrayBuffer }; new (buffer: ArrayBufferLike, offset: number, length: number): ArrayLike<number> };
}
const realm = globalThis as unknown as HalfArrays;
const Float16Array = realm.Float16Array!;
let settled = false;

/**
 * The runtime takes half precision as Uint16Array alone, but its JavaScript makes Float16Array of it where it finds one, and looks for it
 * once, at its first tensor. So it must find none.
 */
function keepHalvesAsBits(): void {
  if (settled) return;
  settled = true;
  delete realm.Float16Array;
  try {
    void new Tensor('float16', new Uint16Array(1), [1]);
  } finally {
    Object.defineProperty(realm, 'Float16Array', { value: Float16Array, writable: true, configurable: true });
  }
}

const open = (size: number | string): boolean => typeof size === 'string' || size < 0;

/** True when a shape allows these sizes; what the model leaves open allows any. A shape that is not told at all is empty. */
const allows = (shape: readonly (number | string)[], wanted: readonly number[]): boolean =>
  shape.length === 0 || (shape.length === wanted.length && shape.every((size, i) => open(size) || size === wanted[i]));

const shapeText = (shape: readonly (number | string)[]): string => shape.map((size) => (open(size) ? '?' : size)).join('×');

/** @throws Error that names the input which cannot be fed */
export function inputsOf(inputs: readonly InferenceSession.ValueMetadata[], manifest: Pick<ModelManifest, 'input' | 'layout'>): ModelInputs {
  keepHalvesAsBits();
  let image: ModelInputs['image'] | null = null;
  let sizes: ModelInputs['sizes'] = null;
  const planes = [3, manifest.input.height, manifest.input.width];
  for (const input of inputs) {
    if (!input.isTensor) throw new Error(`input ${input.name} is not a tensor`);
    const { name, type, shape } = input;
    const sizeDims = shape.length === 1 ? [2] : [1, 2];
    if (manifest.layout === 'detr' && /size/i.test(name) && (type === 'int64' || type === 'int32' || type === 'float32') && allows(shape, sizeDims)) {
      sizes = { name, type, dims: sizeDims };
      continue;
    }
    const dims = shape.length === 3 ? planes : [1, ...planes];
    if (image !== null || (type !== 'float32' && type !== 'float16') || !allows(shape, dims)) {
      throw new Error(`input ${name} is ${type} ${shapeText(shape)}; wanted is one of float32 or float16 ${dims.join('×')}`);
    }
    image = { name, type, dims };
  }
  if (image === null) throw new Error('the model has no picture input');
  return { image, sizes };
}

/** The tensors of one run. */
export function feedsFor({ image, sizes }: ModelInputs, picture: Picture, letterbox: Letterbox, input: ModelManifest['input']): Record<string, Tensor> {
  const values = fillTensor(picture, letterbox, input);
  const feeds: Record<string, Tensor> = {
    [image.name]: image.type === 'float32' ? new Tensor('float32', values, image.dims) : new Tensor('float16', new Uint16Array(new Float16Array(values).buffer), image.dims),
  };
  if (sizes !== null) {
    const pair = [input.width, input.height];
    feeds[sizes.name] = sizes.type === 'int64' ? new Tensor('int64', BigInt64Array.from(pair, BigInt), sizes.dims)
      : sizes.type === 'int32' ? new Tensor('int32', Int32Array.from(pair), sizes.dims) : new Tensor('float32', Float32Array.from(pair), sizes.dims);
  }
  return feeds;
}

/** The numbers of an output as float32. @throws Error when its type is none that is read */
export function numbersOf(name: string, tensor: Tensor): Float32Array {
  switch (tensor.type) {
    case 'float32': return tensor.data as Float32Array;
    case 'float16': {
      const { buffer, byteOffset, length } = tensor.data as Uint16Array;
      return Float32Array.from(new Float16Array(buffer, byteOffset, length));
    }
    case 'int64': return Float32Array.from(tensor.data as BigInt64Array, Number);
    case 'int32': return Float32Array.from(tensor.data as Int32Array);
    default: throw new Error(`output ${name} is ${tensor.type}; float32, float16, int32 and int64 are read`);
  }
}
