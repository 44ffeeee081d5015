/**
 * `npm run evaluate -- --model ID --data FOLDER`: figures of a model of models/ on pictures with known truth, through the product's own
 * inference. A state model wants a folder with one sub-folder for each label. The last line on stdout is one line of JSON.
 */
import { parseArgs } from 'node:util';
import { openModels } from '../../detector/index.ts';
import { createLog } from '../../platform/log.ts';
import { readManifests } from '../manifests.ts';
import { evaluateState } from './state.ts';

const folder = `${import.meta.dirname}/..`;

async function evaluateModel(args: readonly string[]): Promise<unknown> {
  const { values } = parseArgs({ args: [...args], options: { model: { type: 'string' }, data: { type: 'string' } } });
  if (values.model === undefined || values.data === undefined) throw new Error('usage: npm run evaluate -- --model ID --data FOLDER');
  const all = await readManifests(folder);
  const found = all.find(({ manifest }) => manifest.id === values.model);
  if (found === undefined) throw new Error(`there is no model ${values.model}; known are ${all.map(({ manifest }) => manifest.id).join(', ')}`);
  const { manifest } = found;
  const log = createLog('evaluate');
  log.level = process.env['LOG_LEVEL'] ?? 'silent';
  const models = openModels({ models: [found], log });
  try {
    switch (manifest.kind) {
      case 'state': return { model: manifest.id, data: values.data, ...await evaluateState({ models, manifest, data: values.data }) };
      case 'detector': throw new Error(`${manifest.id} is a detector: its figures are not taken here yet`);
    }
  } finally {
    await models.close();
  }
}

try {
  process.stdout.write(`${JSON.stringify(await evaluateModel(process.argv.slice(2)))}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
