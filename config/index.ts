import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, parse, resolve } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { readCity } from './city.ts';
import { parseEnvironment, type Environment } from './environment.ts';
import { fileSchema, type FileConfig } from './schema.ts';
import { shippedEventTypes, shippedModels } from './shipped.ts';

export type { Environment } from './environment.ts';
export type { FileConfig, CameraEntry, EventTypeEntry, ModelEntry } from './schema.ts';

export interface ConfigError {
  /** Where: `PORT`, or `cameras[0].rules[1].dwell`. */
  readonly path: string;
  /** What is wrong and what is allowed. */
  readonly message: string;
}

export interface Config {
  readonly environment: Environment;
  /** Null = no file was named: the demo city runs. Model files are absolute paths. */
  readonly file: FileConfig | null;
}

/** All mistakes for a person at a terminal. */
export function tellErrors(errors: readonly ConfigError[]): string {
  const count = errors.length === 1 ? 'a mistake' : `${errors.length} mistakes`;
  return [`The configuration has ${count}; nothing was started:`, ...errors.map(({ path, message }) => `  ${path}: ${message}`)].join('\n');
}

export type LoadResult = { readonly ok: true; readonly config: Config } | { readonly ok: false; readonly errors: readonly ConfigError[] };

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`), '');
}

function messageOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return `unknown key ${issue.keys.map((k) => `"${k}"`).join(', ')}`;
    case 'invalid_value':
      return `allowed: ${issue.values.map(String).join(', ')}`;
    default:
      return issue.message;
  }
}

function issuesOf(error: z.ZodError): ConfigError[] {
  return error.issues.map((issue) => ({ path: pathText(issue.path) || '(file)', message: messageOf(issue) }));
}

/** As much of the file as can be read, so that ids are checked even where something else is wrong. */
const list = <T extends z.ZodType>(entry: T) => z.array(entry).catch([]);
const name = z.string().catch('');
const names = z.array(z.string()).catch([]);
const looseSchema = z.object({
  cameras: list(z.object({
    id: name,
    inputs: list(z.object({ roles: names }).catch({ roles: [] })),
    views: list(z.object({ id: name }).catch({ id: '' })),
    zones: list(z.object({
      id: name, view: name, permitted: z.object({ eventTypes: names }).optional().catch(undefined),
    }).catch({ id: '', view: '', permitted: undefined })),
    rules: list(z.object({
      zone: name, model: name, eventType: name, classes: z.object({ any: names, all: names }).catch({ any: [], all: [] }),
    }).catch({ zone: '', model: '', eventType: '', classes: { any: [], all: [] } })),
  }).catch({ id: '', inputs: [], views: [], zones: [], rules: [] })),
  models: list(z.object({ id: name, labels: names }).catch({ id: '', labels: [] })),
  eventTypes: list(z.object({ id: name }).catch({ id: '' })),
}).catch({ cameras: [], models: [], eventTypes: [] });

/** Where `npm run models -- add` puts models: they stay when the checkout is replaced. */
export function addedModelsFolder({ XUNCHENG_DATA }: Pick<Environment, 'XUNCHENG_DATA'>): string {
  return join(XUNCHENG_DATA, 'models');
}

function addedModels(environment: Environment): string[] {
  const folder = addedModelsFolder(environment);
  return existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.json')).map((file) => parse(file).name) : [];
}

/** Ids that must be there, or must be unique. An id that is missing or malformed reads as '' and is the schema's business. */
function crossErrors(raw: unknown, added: readonly string[]): ConfigError[] {
  const file = looseSchema.parse(raw);
  const errors: ConfigError[] = [];
  const unique = (path: string, entries: readonly { id: string }[]): void => {
    for (const [i, { id }] of entries.entries()) {
      if (id !== '' && entries.findIndex((e) => e.id === id) !== i) errors.push({ path: `${path}[${i}].id`, message: `"${id}" is given twice` });
    }
  };
  const known = (path: string, what: string, id: string, allowed: readonly string[]): void => {
    if (id !== '' && !allowed.includes(id)) {
      errors.push({ path, message: `there is no ${what} "${id}"; allowed: ${allowed.slice(0, 20).join(', ') || '(none is given)'}${allowed.length > 20 ? ', …' : ''}` });
    }
  };
  unique('cameras', file.cameras);
  unique('models', file.models);
  unique('eventTypes', file.eventTypes);
  const models = [...shippedModels, ...added, ...file.models.map((m) => m.id)];
  const eventTypes = [...shippedEventTypes, ...file.eventTypes.map((e) => e.id)];
  for (const [c, camera] of file.cameras.entries()) {
    unique(`cameras[${c}].views`, camera.views);
    unique(`cameras[${c}].zones`, camera.zones);
    for (const [z, zone] of camera.zones.entries()) {
      const at = `cameras[${c}].zones[${z}]`;
      known(`${at}.view`, 'view', zone.view, camera.views.map((v) => v.id));
      if (zone.view === '' && camera.views.length > 0) errors.push({ path: `${at}.view`, message: `a camera with views needs one for each zone; allowed: ${camera.views.map((v) => v.id).join(', ')}` });
      for (const type of zone.permitted?.eventTypes ?? []) known(`${at}.permitted.eventTypes`, 'event type', type, eventTypes);
    }
    if (camera.rules.length > 0 && camera.inputs.every((input) => !input.roles.includes('detect'))) {
      errors.push({ path: `cameras[${c}].inputs`, message: 'a camera with rules needs an input with the role detect' });
    }
    for (const [r, rule] of camera.rules.entries()) {
      const at = `cameras[${c}].rules[${r}]`;
      known(`${at}.zone`, 'zone', rule.zone, camera.zones.filter((z) => z.permitted === undefined).map((z) => z.id));
      known(`${at}.model`, 'model', rule.model, models);
      known(`${at}.eventType`, 'event type', rule.eventType, eventTypes);
      const labels = file.models.find((m) => m.id === rule.model)?.labels ?? [];
      for (const label of labels.length === 0 ? [] : [...rule.classes.any, ...rule.classes.all]) known(`${at}.classes`, `label of model ${rule.model}`, label, labels);
    }
  }
  return errors;
}

/** Files that are named in a file are relative to it. */
function withPaths(file: Omit<FileConfig, 'city'>, folder: string): Omit<FileConfig, 'city'> {
  return {
    ...file,
    models: file.models.map((m) => ({ ...m, file: resolve(folder, m.file) })),
    cameras: file.cameras.map((camera) => ({ ...camera, views: camera.views.map((v) => ({ ...v, picture: resolve(folder, v.picture) })) })),
  };
}

/** Reads a YAML text; `folder` is what relative files are relative to, `added` names the models that this installation has besides the shipped ones. */
export function parseConfigText(text: string, folder: string, added: readonly string[] = []): { file: FileConfig; errors: [] } | { file: null; errors: ConfigError[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0) {
    return { file: null, errors: document.errors.map((e) => ({ path: `line ${lines.linePos(e.pos[0]).line}`, message: e.message.split('\n')[0] ?? e.message })) };
  }
  const raw: unknown = document.toJS({ maxAliasCount: 100 }) ?? {};
  const parsed = fileSchema.safeParse(raw);
  const section = (raw as { city?: unknown }).city;
  const { city, errors: cityErrors } = section === undefined ? { city: undefined, errors: [] } : readCity(section, folder);
  const errors = [...(parsed.success ? [] : issuesOf(parsed.error)), ...crossErrors(raw, added), ...cityErrors];
  if (!parsed.success || errors.length > 0) return { file: null, errors };
  return { file: { ...withPaths(parsed.data, folder), city: city ?? undefined }, errors: [] };
}

/** Reads environment and file; answers every mistake at once, each with its path and what is allowed. Starts nothing. */
export function loadConfig(env: NodeJS.ProcessEnv): LoadResult {
  const errors: ConfigError[] = [];
  const environment = parseEnvironment(env);
  if (!environment.success) errors.push(...issuesOf(environment.error));
  let file: FileConfig | null = null;
  const path = env['XUNCHENG_CONFIG'];
  if (path !== undefined && path !== '') {
    if (!existsSync(path)) {
      errors.push({ path: 'XUNCHENG_CONFIG', message: `there is no file ${path}` });
    } else {
      const parsed = parseConfigText(readFileSync(path, 'utf8'), dirname(resolve(path)), environment.success ? addedModels(environment.data) : []);
      errors.push(...parsed.errors);
      file = parsed.file;
    }
  }
  if (environment.success) {
    for (const name of ['TLS_CERT', 'TLS_KEY'] as const) {
      const value = environment.data[name];
      if (value !== undefined && !existsSync(value)) errors.push({ path: name, message: `there is no file ${value}` });
    }
  }
  if (errors.length > 0 || !environment.success) return { ok: false, errors };
  return { ok: true, config: { environment: environment.data, file } };
}
