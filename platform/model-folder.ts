import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { modelManifestSchema, type ModelManifest } from '../domain/model.ts';

/** A model of a folder: its manifest NAME.json and the ONNX file beside it. */
export interface ListedModel {
  readonly manifest: ModelManifest;
  readonly path: string;
}

export interface ModelFolder {
  readonly models: readonly ListedModel[];
  /** Manifests that cannot be read, and why. */
  readonly problems: readonly { readonly id: string; readonly reason: string }[];
}

async function readManifest(folder: string, name: string): Promise<ListedModel> {
  const parsed = modelManifestSchema.safeParse(JSON.parse(await readFile(join(folder, name), 'utf8')));
  if (!parsed.success) throw new Error(parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; '));
  return { manifest: parsed.data, path: join(folder, parsed.data.file) };
}

/** Reads the manifests of a folder, in order of their names. A folder that is not there holds none. */
export async function readModelFolder(folder: string): Promise<ModelFolder> {
  if (!existsSync(folder)) return { models: [], problems: [] };
  const names = readdirSync(folder).filter((name) => name.endsWith('.json')).toSorted();
  const read = await Promise.all(names.map(async (name) => readManifest(folder, name).catch((error: unknown) => ({
    id: name.slice(0, -'.json'.length), reason: `model_manifest: ${name}: ${error instanceof Error ? error.message : String(error)}`,
  }))));
  return { models: read.filter((r) => 'manifest' in r), problems: read.filter((r) => 'reason' in r) };
}
