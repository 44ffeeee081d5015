import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { modelManifestSchema, type ModelManifest } from '../domain/model.ts';

/** A model of a folder: its manifest NAME.json and the ONNX file beside it. */
export interface ListedModel {
  readonly manifest: ModelManifest;
  readonly path: string;
}

/** @throws Error naming the file and what is wrong with it */
export async function readManifest(folder: string, name: string): Promise<ListedModel> {
  const text = await readFile(join(folder, name), 'utf8');
  const parsed = modelManifestSchema.safeParse(JSON.parse(text));
  if (!parsed.success) throw new Error(`${name}: ${parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; ')}`);
  return { manifest: parsed.data, path: join(folder, parsed.data.file) };
}

export async function readManifests(folder: string): Promise<readonly ListedModel[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).toSorted();
  return Promise.all(names.map((name) => readManifest(folder, name)));
}

export async function sha256Of(path: string): Promise<string> {
  return createHash('sha256').update(await readFile(path)).digest('hex');
}
