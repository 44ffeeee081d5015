/**
 * `npm run models -- list [--json] | add FILE --id ID --layout LAYOUT --labels a,b [--size WxH] [--bgr] [--divisor N] [--licence TEXT] |
 * test ID PICTURE [--out ANNOTATED.jpg]`. The last line on stdout is one line of JSON; exit 1 when a model is refused.
 */
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { annotate, openModels, type Models } from '../detector/index.ts';
import { modelManifestSchema, type ModelManifest } from '../domain/model.ts';
import { createLog } from '../platform/log.ts';
import { readManifests, sha256Of, type ListedModel } from './manifests.ts';

const folder = import.meta.dirname;
const log = createLog('models');
log.level = process.env['LOG_LEVEL'] ?? 'silent';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    id: { type: 'string' },
    layout: { type: 'string' },
    labels: { type: 'string' },
    size: { type: 'string' },
    bgr: { type: 'boolean', default: false },
    divisor: { type: 'string', default: '255' },
    licence: { type: 'string' },
    out: { type: 'string' },
  },
});

const say = (answer: unknown): void => void process.stdout.write(`${JSON.stringify(answer)}\n`);

async function withModels<T>(models: readonly ListedModel[], work: (opened: Models) => Promise<T>): Promise<T> {
  const opened = openModels({ models, log });
  try {
    return await work(opened);
  } finally {
    await opened.close();
  }
}

async function list(): Promise<boolean> {
  const models = await readManifests(folder);
  const rows = await withModels(models, (opened) => Promise.all(models.map(async ({ manifest }) => {
    const { state, reason } = await opened.check(manifest.id);
    const { id, kind, file, sha256, layout, input, labels, licence } = manifest;
    return { id, kind, file, sha256, layout, input, labels, licence: licence ?? null, state, reason };
  })));
  if (!values.json) for (const row of rows) process.stdout.write(`${row.id}\t${row.kind}\t${row.layout}\t${row.input.width}x${row.input.height}\t${row.state}${row.reason === null ? '' : `\t${row.reason}`}\n`);
  say({ models: rows });
  return rows.every((row) => row.state === 'ready');
}

async function add(file: string | undefined): Promise<boolean> {
  if (file === undefined || values.id === undefined || values.layout === undefined || values.labels === undefined) throw new Error('add needs FILE --id ID --layout LAYOUT --labels a,b');
  const [width, height] = (values.size ?? '640x640').split('x').map(Number);
  const manifest: ModelManifest = modelManifestSchema.parse({
    id: values.id, kind: values.layout === 'classifier' ? 'state' : 'detector', file: `${values.id}.onnx`, sha256: await sha256Of(file), layout: values.layout,
    input: { width, height: height ?? width, colour: values.bgr ? 'bgr' : 'rgb', divisor: Number(values.divisor) },
    labels: values.labels.split(',').map((l) => l.trim()), ...(values.licence === undefined ? {} : { licence: values.licence }),
  });
  const { state, reason } = await withModels([{ manifest, path: file }], (opened) => opened.check(manifest.id));
  if (state === 'ready') {
    await copyFile(file, join(folder, manifest.file));
    await writeFile(join(folder, `${manifest.id}.json`), `${JSON.stringify(manifest, null, 2)}\n`);
  }
  say({ id: manifest.id, from: basename(file), state, reason });
  return state === 'ready';
}

async function test(id: string | undefined, picture: string | undefined): Promise<boolean> {
  if (id === undefined || picture === undefined) throw new Error('test needs ID PICTURE');
  const bytes = await readFile(picture);
  const detections = await withModels(await readManifests(folder), (opened) => opened.infer(id, bytes));
  if (values.out !== undefined) await writeFile(values.out, await annotate(bytes, null, detections));
  say({ id, picture: basename(picture), detections });
  return true;
}

const [command, ...rest] = positionals;
try {
  if (command === 'list') process.exitCode = (await list()) ? 0 : 1;
  else if (command === 'add') process.exitCode = (await add(rest[0])) ? 0 : 1;
  else if (command === 'test') process.exitCode = (await test(rest[0], rest[1])) ? 0 : 1;
  else throw new Error('usage: npm run models -- list [--json] | add FILE --id ID --layout LAYOUT --labels a,b | test ID PICTURE');
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
