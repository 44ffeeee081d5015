import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { parseEnvironment } from '../config/environment.ts';
import { addedModelsFolder } from '../config/index.ts';
import { readModelFolder, type ListedModel, type ModelFolder } from '../platform/model-folder.ts';

export type { ListedModel } from '../platform/model-folder.ts';

export interface KnownModel extends ListedModel {
  readonly source: 'shipped' | 'added';
}

export const shippedFolder = import.meta.dirname;

/** @throws Error when the environment is malformed */
export function addedFolder(env: NodeJS.ProcessEnv = process.env): string {
  const environment = parseEnvironment(env);
  if (!environment.success) throw new Error(`the environment: ${z.prettifyError(environment.error)}`);
  return addedModelsFolder(environment.data);
}

/** All models of this installation. */
export async function knownModels(): Promise<{ models: readonly KnownModel[]; problems: ModelFolder['problems'] }> {
  const [shipped, added] = await Promise.all([readModelFolder(shippedFolder), readModelFolder(addedFolder())]);
  const marked = (folder: ModelFolder, source: KnownModel['source']): KnownModel[] => folder.models.map((model) => ({ ...model, source }));
  return { models: [...marked(shipped, 'shipped'), ...marked(added, 'added')], problems: [...shipped.problems, ...added.problems] };
}

/** @throws Error that names the models there are */
export async function modelNamed(id: string): Promise<KnownModel> {
  const { models, problems } = await knownModels();
  const found = models.find(({ manifest }) => manifest.id === id);
  if (found !== undefined) return found;
  const problem = problems.find((p) => p.id === id);
  throw new Error(problem?.reason ?? `there is no model ${id}; known are ${models.map(({ manifest }) => manifest.id).join(', ') || '(none)'}`);
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export const sha256OfFile = async (path: string): Promise<string> => sha256Of(await readFile(path));
