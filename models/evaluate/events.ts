import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createInferencePool } from '../../detector/inference-pool.ts';
import { createLog } from '../../platform/log.ts';
import type { ListedModel } from '../../platform/model-folder.ts';
import { drawClip, folderOf } from './draw-clips.ts';
import { cameraOf, isDrawn, readClip, typesOf, watchedFor, type RuleSettings } from './event-clip.ts';
import { drawError, errorsOf, type EventError } from './event-errors.ts';
import { eventFigures, type AllEventFigures, type ClipOutcome, type EventFigures } from './event-figures.ts';
import { judgeClip } from './event-matching.ts';
import { playClip } from './play-clip.ts';

const eventsUsage = 'usage: npm run evaluate -- events [--model NAME] [--clips 60] [--seed 1] [--only SEED,SEED] [--drawn] [--dwell 60] [--grace 45] [--cache DIR] [--pictures DIR]';

const usualCache = join(import.meta.dirname, '..', 'work', 'events');

export interface EventsOptions {
  readonly model: ListedModel;
  readonly seeds: readonly number[];
  /** Clips that are not in the cache are left out instead of being drawn. */
  readonly drawnOnly: boolean;
  readonly cache: string;
  /** Where the picture of each error goes; null = nowhere. */
  readonly pictures: string | null;
  readonly rules: RuleSettings;
  readonly say: (line: string) => void;
}

function natural(text: string, name: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 0) throw new Error(`--${name} ${text}: a whole number is wanted\n${eventsUsage}`);
  return n;
}

/** @param find a model by its name, or by the path of its manifest */
export async function eventsOptions(args: readonly string[], find: (name: string) => Promise<ListedModel>, say: (line: string) => void): Promise<EventsOptions> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      model: { type: 'string', default: 'street' }, clips: { type: 'string', default: '60' }, seed: { type: 'string', default: '1' }, only: { type: 'string' }, drawn: { type: 'boolean', default: false },
      dwell: { type: 'string', default: '60' }, grace: { type: 'string', default: '45' }, cache: { type: 'string', default: usualCache }, pictures: { type: 'string' },
    },
  });
  const first = natural(values.seed, 'seed');
  return {
    model: await find(values.model), drawnOnly: values.drawn, cache: values.cache, pictures: values.pictures ?? null, say,
    seeds: values.only?.split(',').map((text) => natural(text, 'only')) ?? Array.from({ length: natural(values.clips, 'clips') }, (_, k) => first + k),
    rules: { dwell: natural(values.dwell, 'dwell'), grace: natural(values.grace, 'grace') },
  };
}

const percent = (v: number | null): string => (v === null ? '-' : `${(v * 100).toFixed(1)} %`);
const inSeconds = (ms: number | null): string => (ms === null ? '-' : `${(ms / 1000).toFixed(1)} s`);

/** A table for people. */
export function tableOf({ perType, ...all }: AllEventFigures): string {
  const row = (name: string, f: EventFigures): string[] => [
    name, String(f.truths), String(f.alerts), percent(f.precision), percent(f.recall), String(f.duplicates), String(f.falseAlerts), ...[f.delayMs.p50, f.delayMs.p95, f.delayMs.max].map(inSeconds),
  ];
  const rows = [['', 'events', 'alerts', 'precision', 'recall', 'duplicates', 'false', 'delay p50', 'p95', 'max'], ...Object.entries(perType).map(([type, f]) => row(type, f)), row('all', all)];
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((cells) => cells[i]!.length)));
  return rows.map((cells) => cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ')).join('\n');
}

function lineOf({ seed, clip, kind, type, at, seen, really }: EventError): string {
  const why = kind === 'false' ? really === null ? 'nothing of note stands there' : `there stands: ${really}` : `the detector saw it in ${percent(seen ?? null)} of the pictures`;
  return `${kind}: ${type} at ${at} s of ${clip} (--only ${seed}); ${why}`;
}

/** Figures of events on rendered clips, watched by the product's own code on a clock that goes by the clip. */
export async function evaluateEvents({ model, seeds, drawnOnly, cache, pictures, rules, say }: EventsOptions): Promise<object> {
  const { manifest } = model;
  const types = typesOf(manifest);
  const unwatched = Object.keys(watchedFor).filter((type) => !types.includes(type));
  if (unwatched.length > 0) say(`model ${manifest.id} has no class for: ${unwatched.join(', ')}; these events are left out`);
  const log = createLog('models');
  log.level = process.env['LOG_LEVEL'] ?? 'silent';
  const pool = createInferencePool({ log, threads: 1 });
  const outcomes: ClipOutcome[] = [];
  const errors: EventError[] = [];
  try {
    pool.setModels([model]);
    const state = await pool.settled(manifest.id);
    if (state?.state !== 'ready') throw new Error(state?.reason ?? 'the model is not ready');
    for (const seed of seeds) {
      const folder = folderOf(cache, seed);
      if (drawnOnly && !isDrawn(folder)) continue;
      const whole = await readClip(await drawClip(cache, seed));
      const clip = { ...whole, truth: { ...whole.truth, events: whole.truth.events.filter((e) => types.includes(e.type)) } };
      const played = await playClip({ clip, camera: cameraOf(clip, manifest, rules), manifest, pool });
      const judged = judgeClip(clip.truth, played.alerts, rules);
      outcomes.push({ truth: clip.truth, judged });
      const own = errorsOf(clip, played, judged, manifest);
      errors.push(...own);
      say(`${clip.truth.name}: ${clip.truth.seconds} s, ${judged.events.length} events, ${judged.alerts.length} alerts${own.map((error) => `\n  ${lineOf(error)}`).join('')}`);
      if (pictures !== null) for (const error of own) await drawError(pictures, clip, played, error);
    }
  } finally {
    await pool.close();
  }
  if (outcomes.length === 0) throw new Error(`there is no clip in ${cache}`);
  const figures = eventFigures(outcomes, types);
  say(tableOf(figures));
  return { model: manifest.id, sha256: manifest.sha256, ...figures, unwatched, rules, errors };
}
