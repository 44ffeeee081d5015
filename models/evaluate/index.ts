/**
 * `npm run evaluate -- --model NAME --data FOLDER`: figures of a model on pictures with known truth, through the product's own inference.
 * A state model wants a folder with one sub-folder for each label; a detector one with images/, labels/ (YOLO txt) and classes.txt or
 * data.yaml. `--labels a,b` names the classes of the label files, `--negatives` takes every picture for one that shows nothing.
 * `--speed [--against NAME|FILE.onnx]` times one picture on one thread. NAME may be the path of a manifest.
 * `npm run evaluate -- events`: figures of events on rendered clips, through everything between a camera's picture and an alert (events.ts).
 * The last line on stdout is one line of JSON.
 */
import { readFile } from 'node:fs/promises';
import { dirname, parse, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Models } from '../../detector/index.ts';
import { readModelFolder, type ListedModel } from '../../platform/model-folder.ts';
import { numberedLabels, propose } from '../add.ts';
import { classCount, guessLayout } from '../guess.ts';
import { inspect } from '../inspect.ts';
import { readLabels } from '../labels.ts';
import { modelNamed } from '../manifests.ts';
import { withModels } from '../with-models.ts';
import { evaluateDetection, median } from './detection.ts';
import { evaluateEvents, eventsOptions } from './events.ts';
import { compareSpeed } from './speed.ts';
import { evaluateState } from './state.ts';

const usage = 'usage: npm run evaluate -- --model NAME --data FOLDER [--labels a,b|FILE] [--negatives] [--speed [--against NAME|FILE.onnx]]';
const note = (line: string): void => void process.stderr.write(`${line}\n`);

/** A model by its name, or by the path of its manifest. */
async function find(name: string): Promise<ListedModel> {
  if (!name.endsWith('.json')) return modelNamed(name);
  const { models, problems } = await readModelFolder(dirname(resolve(name)));
  const found = models.find(({ manifest }) => manifest.id === parse(name).name);
  if (found === undefined) throw new Error(problems.find((p) => p.id === parse(name).name)?.reason ?? `there is no model in ${name}`);
  return found;
}

/** What a model is timed against: one that is known, or a file, whose labels do not matter here. */
async function reference(name: string): Promise<ListedModel> {
  if (!name.endsWith('.onnx')) return find(name);
  const { answers, size } = await inspect(await readFile(name));
  const layout = guessLayout(answers, size, null);
  const labels = numberedLabels((layout === null ? null : classCount(layout, answers)) ?? 1000);
  const { manifest } = await propose(name, { labels });
  return { manifest: { ...manifest, id: `against ${manifest.id}` }, path: resolve(name) };
}

/** Notes the time of every picture. */
function timed(models: Models): { models: Models; times: number[] } {
  const times: number[] = [];
  const look: Models['look'] = async (...args) => {
    const seen = await models.look(...args);
    times.push(seen.ms);
    return seen;
  };
  return { times, models: { ...models, look, infer: async (id, picture) => (await look(id, picture)).detections } };
}

async function figures(opened: Models, { manifest }: ListedModel, data: string, labels: string | undefined, negatives: boolean): Promise<object> {
  const { models, times } = timed(opened);
  switch (manifest.kind) {
    case 'state': {
      const state = await evaluateState({ models, manifest, data });
      return { ...state, msPerPicture: median(times) };
    }
    case 'detector': return evaluateDetection({
      manifest, folder: data, labels: labels === undefined ? null : await readLabels(labels), negatives, say: note, look: (picture, floor) => models.look(manifest.id, picture, floor),
    });
  }
}

async function evaluateModel(args: readonly string[]): Promise<object> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      model: { type: 'string' }, data: { type: 'string' }, labels: { type: 'string' }, negatives: { type: 'boolean', default: false },
      speed: { type: 'boolean', default: false }, against: { type: 'string' },
    },
  });
  const { data, speed } = values;
  if (values.model === undefined || (data === undefined && !speed) || (values.against !== undefined && !speed)) throw new Error(usage);
  const model = await find(values.model);
  const other = values.against === undefined ? null : await reference(values.against);
  return withModels(other === null ? [model] : [model, other], async (opened) => ({
    model: model.manifest.id, sha256: model.manifest.sha256, ...(data === undefined ? {} : { data, ...await figures(opened, model, data, values.labels, values.negatives) }),
    ...(speed ? { speed: await compareSpeed(opened, model.manifest.id, other?.manifest.id ?? null) } : {}),
  }));
}

try {
  const [what, ...rest] = process.argv.slice(2);
  const result = what === 'events' ? await evaluateEvents(await eventsOptions(rest, find, note)) : await evaluateModel(process.argv.slice(2));
  process.stdout.write(`${JSON.stringify(result)}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
