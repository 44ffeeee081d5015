import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { modelLayouts, modelManifestSchema, usualInput, type ModelFit, type ModelManifest } from '../domain/model.ts';
import { shapesOf } from '../detector/outputs.ts';
import { classCount, guessLayout, whyNot } from './guess.ts';
import { inspect, type Inspection } from './inspect.ts';
import { addedFolder, knownModels, sha256Of } from './manifests.ts';
import { withModels } from './with-models.ts';

/** What a person says of a model; what is absent is guessed from the file. */
export interface Wishes {
  readonly id?: string | undefined;
  readonly layout?: string | undefined;
  readonly labels?: readonly string[] | undefined;
  readonly size?: { readonly width: number; readonly height: number } | undefined;
  readonly colour?: 'rgb' | 'bgr' | undefined;
  readonly divisor?: number | undefined;
  readonly mean?: readonly number[] | undefined;
  readonly std?: readonly number[] | undefined;
  readonly fit?: ModelFit | undefined;
  readonly aliases?: ModelManifest['aliases'];
  readonly thresholds?: ModelManifest['thresholds'];
  readonly licence?: string | undefined;
}

export interface Proposal {
  readonly manifest: ModelManifest;
  /** What nobody said and the file does not say for certain, in words. */
  readonly guessed: readonly string[];
  readonly inspection: Inspection;
}

type Layout = ModelManifest['layout'];
const layouts: readonly string[] = [...modelLayouts, 'classifier'];
const usualSize = (size: { width: number; height: number }): string => `${size.width}×${size.height}`;

function layoutFor(wish: string | undefined, { answers, size }: Inspection, labels: readonly string[] | undefined, guessed: string[]): Layout {
  if (wish !== undefined && !layouts.includes(wish)) throw new Error(`model_layout: unknown layout ${wish}; known are ${layouts.join(', ')}`);
  const guess = guessLayout(answers, size, labels?.length ?? null);
  if (wish !== undefined) return wish as Layout;
  if (guess === null) throw new Error(`model_layout: outputs are ${shapesOf(answers)}; that is no layout that is known (${layouts.join(', ')})`);
  guessed.push(`layout ${guess}, from outputs ${shapesOf(answers)}`);
  return guess;
}

/** Class names for a model that are only numbers: for measuring its speed. */
export const numberedLabels = (count: number): string[] => Array.from({ length: count }, (_, i) => `class-${i}`);

/**
 * Looks into a file, runs it once and makes a manifest of what is said and what can be guessed.
 * @throws Error with the reason, code first, when the file is none, is unknown or does not fit what is said of it
 */
export async function propose(file: string, wishes: Wishes): Promise<Proposal & { bytes: Buffer }> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new Error(`model_missing: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  });
  const inspection = await inspect(bytes, wishes.size);
  const guessed: string[] = [];
  const { fixed, size, answers } = inspection;
  if (wishes.size !== undefined && (wishes.size.width !== size.width || wishes.size.height !== size.height)) {
    throw new Error(`model_layout: its input is ${usualSize(size)}, --size says ${usualSize(wishes.size)}`);
  }
  if (wishes.size === undefined && (fixed.width === null || fixed.height === null)) guessed.push(`size ${usualSize(size)}, which the model leaves open`);
  const layout = layoutFor(wishes.layout, inspection, wishes.labels, guessed);
  const count = classCount(layout, answers);
  const labels = wishes.labels;
  if (labels === undefined) throw new Error(`model_labels: name its labels with --labels${count === null ? '' : `: its answers speak of ${count} classes`}${count === 80 ? ', as many as COCO has (--labels coco)' : ''}`);
  const why = whyNot(answers, layout, labels, size);
  if (why !== null) {
    const other = guessLayout(answers, size, labels.length);
    throw new Error(`model_layout: ${why}${other !== null && other !== layout && whyNot(answers, other, labels, size) === null ? `; it looks like layout ${other}` : ''}`);
  }
  const usual = usualInput[layout];
  if (wishes.colour === undefined) guessed.push(`colours in the order ${usual.colour}, as is usual for ${layout} (--colour)`);
  if (wishes.divisor === undefined) guessed.push(`values 0 to ${Math.round(255 / usual.divisor)}, as is usual for ${layout} (--divisor)`);
  const id = wishes.id ?? parse(file).name;
  const manifest = modelManifestSchema.parse({
    id, kind: layout === 'classifier' ? 'state' : 'detector', file: `${id}.onnx`, sha256: sha256Of(bytes), layout,
    input: {
      ...size, colour: wishes.colour ?? usual.colour, divisor: wishes.divisor ?? usual.divisor,
      mean: wishes.mean, std: wishes.std, fit: wishes.fit,
    },
    labels, aliases: wishes.aliases, thresholds: wishes.thresholds, licence: wishes.licence,
  } satisfies ModelManifest);
  const strange = [...Object.keys(manifest.thresholds ?? {}), ...Object.values(manifest.aliases ?? {}).flat()].filter((label) => !labels.includes(label));
  if (strange.length > 0) throw new Error(`model_labels: ${strange.join(', ')} is no label of the model`);
  return { manifest, guessed, inspection, bytes };
}

/** Writes a file whole or not at all. */
async function put(path: string, content: Uint8Array | string): Promise<void> {
  const part = `${path}.part`;
  try {
    await writeFile(part, content, { flag: 'wx' });
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

/**
 * Accepts a model of somebody else: it must open, run and answer sense in the product's own inference; then file and manifest are put
 * into the data folder. When it is refused, nothing is left behind.
 * @throws Error with the reason, code first
 */
export async function addModel(file: string, wishes: Wishes): Promise<Proposal> {
  const { bytes, ...proposal } = await propose(file, wishes);
  const { manifest } = proposal;
  const { models, problems } = await knownModels();
  const same = models.find((m) => m.manifest.id === manifest.id)?.source ?? (problems.some((p) => p.id === manifest.id) ? 'added' : undefined);
  if (same !== undefined) throw new Error(`model_taken: there is a${same === 'added' ? 'n added' : ' shipped'} model ${manifest.id} already; ${same === 'added' ? 'remove it first, or ' : ''}give another name with --id`);
  const { state, reason } = await withModels([{ manifest, path: file }], (opened) => opened.check(manifest.id));
  if (state !== 'ready') throw new Error(reason ?? 'model_refused');
  const folder = addedFolder();
  await mkdir(folder, { recursive: true });
  const onnx = join(folder, manifest.file);
  await put(onnx, bytes);
  try {
    // the manifest comes last: without it the file is nothing
    await put(join(folder, `${manifest.id}.json`), `${JSON.stringify(manifest, null, 2)}\n`);
  } catch (error) {
    await rm(onnx, { force: true });
    throw error;
  }
  return proposal;
}

/** Takes an added model away, manifest first. @throws Error when it is none */
export async function removeModel(id: string): Promise<void> {
  const folder = addedFolder();
  const manifest = join(folder, `${id}.json`);
  if (!/^[\w.-]+$/.test(id) || !existsSync(manifest)) {
    const shipped = (await knownModels()).models.some((m) => m.manifest.id === id && m.source === 'shipped');
    throw new Error(shipped ? `model_shipped: ${id} is part of the product and stays` : `model_missing: no model ${id} was added`);
  }
  await rm(manifest);
  await rm(join(folder, `${id}.onnx`), { force: true });
}
