/**
 * `npm run models -- COMMAND`, see `usage`. The last line on stdout is one line of JSON; exit 1 when a model is refused, 2 when the
 * command is wrong.
 */
import { basename, parse } from 'node:path';
import { parseArgs } from 'node:util';
import { modelFits, modelLayouts } from '../domain/model.ts';
import { addModel, removeModel, type Wishes } from './add.ts';
import { readLabels } from './labels.ts';
import { addedFolder, knownModels, modelNamed } from './manifests.ts';
import { show, usualOut } from './show.ts';
import { withModels } from './with-models.ts';

const usage = `usage: npm run models -- list [--json]
  add FILE [--id NAME] [--layout ${[...modelLayouts, 'classifier'].join('|')}] --labels a,b|FILE|coco [--size WxH] [--colour rgb|bgr] [--divisor N]
      [--mean R,G,B] [--std R,G,B] [--fit ${modelFits.join('|')}] [--alias NAME=a,b]… [--threshold LABEL=0.5]… [--licence TEXT]
  test NAME PICTURE|CLIP [--out FILE.jpg|FILE.mp4] [--score 0.25]
  remove NAME`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    id: { type: 'string' },
    layout: { type: 'string' },
    labels: { type: 'string' },
    size: { type: 'string' },
    colour: { type: 'string' },
    divisor: { type: 'string' },
    mean: { type: 'string' },
    std: { type: 'string' },
    fit: { type: 'string' },
    alias: { type: 'string', multiple: true },
    threshold: { type: 'string', multiple: true },
    licence: { type: 'string' },
    out: { type: 'string' },
    score: { type: 'string' },
  },
});

/** The command is wrong, not the model. */
class Misuse extends Error {}

const say = (answer: unknown): void => void process.stdout.write(`${JSON.stringify(answer)}\n`);
const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function list(): Promise<boolean> {
  const { models, problems } = await knownModels();
  const checked = await withModels(models, (opened) => Promise.all(models.map(async ({ manifest, source }) => {
    const { state, reason } = await opened.check(manifest.id);
    const { id, kind, file, sha256, layout, input, labels, licence } = manifest;
    return { id, source, kind, file, sha256, layout, input, labels, licence: licence ?? null, state, reason };
  })));
  if (!values.json) {
    for (const row of checked) process.stdout.write(`${row.id}\t${row.source}\t${row.kind}\t${row.layout}\t${row.input.width}x${row.input.height}\t${row.state}${row.reason === null ? '' : `\t${row.reason}`}\n`);
    for (const { id, reason } of problems) process.stdout.write(`${id}\tadded\t-\t-\t-\tfailed\t${reason}\n`);
  }
  say({ models: [...checked, ...problems.map(({ id, reason }) => ({ id, state: 'failed', reason }))] });
  return problems.length === 0 && checked.every((row) => row.state === 'ready');
}

function numbers(text: string | undefined, count: number, option: string, separator = ','): number[] | undefined {
  if (text === undefined) return undefined;
  const list = text.split(separator).map(Number);
  if (list.length !== count || list.some((n) => !Number.isFinite(n))) throw new Misuse(`--${option} wants ${count} number${count === 1 ? '' : 's'}${count === 1 ? '' : ` with "${separator}" between`}, found ${text}`);
  return list;
}

function oneOf<T extends string>(text: string | undefined, allowed: readonly T[], option: string): T | undefined {
  if (text === undefined) return undefined;
  const found = allowed.find((a) => a === text);
  if (found === undefined) throw new Misuse(`--${option} is one of ${allowed.join(', ')}, found ${text}`);
  return found;
}

function pairs(list: readonly string[] | undefined, option: string): [string, string][] {
  return (list ?? []).map((text) => {
    const at = text.lastIndexOf('=');
    if (at < 1 || at === text.length - 1) throw new Misuse(`--${option} wants NAME=…, found ${text}`);
    return [text.slice(0, at), text.slice(at + 1)];
  });
}

async function wishes(): Promise<Wishes> {
  const [width, height] = numbers(values.size, 2, 'size', 'x') ?? [];
  const labels = values.labels === undefined ? undefined : await readLabels(values.labels).catch((error: unknown) => { throw new Misuse(`--labels: ${words(error)}`); });
  const aliases = pairs(values.alias, 'alias').map(([name, of]) => [name, of.split(',')] as const);
  const thresholds = pairs(values.threshold, 'threshold').map(([label, score]) => [label, numbers(score, 1, 'threshold')![0]!] as const);
  return {
    id: values.id, layout: oneOf(values.layout, [...modelLayouts, 'classifier'], 'layout'), labels, size: width === undefined || height === undefined ? undefined : { width, height },
    colour: oneOf(values.colour, ['rgb', 'bgr'], 'colour'), divisor: numbers(values.divisor, 1, 'divisor')?.[0],
    mean: numbers(values.mean, 3, 'mean'), std: numbers(values.std, 3, 'std'), fit: oneOf(values.fit, modelFits, 'fit'),
    aliases: aliases.length === 0 ? undefined : Object.fromEntries(aliases), thresholds: thresholds.length === 0 ? undefined : Object.fromEntries(thresholds), licence: values.licence,
  };
}

async function add(file: string): Promise<boolean> {
  const wished = await wishes();
  try {
    const { manifest, guessed, inspection: { inputs, outputs } } = await addModel(file, wished);
    for (const line of guessed) process.stderr.write(`guessed: ${line}\n`);
    process.stderr.write(`${manifest.id} is in ${addedFolder()}; the product knows it from its next start\n`);
    say({ id: manifest.id, from: basename(file), state: 'ready', reason: null, guessed, inputs, outputs, manifest });
    return true;
  } catch (error) {
    process.stderr.write(`refused: ${words(error)}\n`);
    say({ id: wished.id ?? parse(file).name, from: basename(file), state: 'failed', reason: words(error) });
    return false;
  }
}

async function test(id: string, input: string): Promise<boolean> {
  const model = await modelNamed(id);
  const score = numbers(values.score, 1, 'score')?.[0];
  const out = values.out ?? usualOut(id, input);
  const shown = await withModels([model], (models) => show({ models, manifest: model.manifest, input, out, score }));
  process.stderr.write(`drawn into ${out}\n`);
  const [first] = shown;
  if (first?.at === null) say({ id, picture: basename(input), out, detections: first.detections });
  else say({ id, clip: basename(input), out, pictures: shown });
  return true;
}

const [command, first, second, ...more] = positionals;
try {
  let fine: boolean;
  if (command === 'list' && first === undefined) fine = await list();
  else if (command === 'add' && first !== undefined && second === undefined) fine = await add(first);
  else if (command === 'test' && first !== undefined && second !== undefined && more.length === 0) fine = await test(first, second);
  else if (command === 'remove' && first !== undefined && second === undefined) {
    await removeModel(first);
    say({ id: first, removed: true });
    fine = true;
  } else throw new Misuse(usage);
  process.exitCode = fine ? 0 : 1;
} catch (error) {
  process.stderr.write(`${words(error)}\n`);
  process.exitCode = error instanceof Misuse ? 2 : 1;
}
