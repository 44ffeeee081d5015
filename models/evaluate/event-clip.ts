import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { cameraSchema } from '../../config/schema.ts';
import type { Camera } from '../../domain/camera.ts';
import { boxSchema } from '../../domain/detection.ts';
import type { ModelManifest } from '../../domain/model.ts';

/** Seconds of the clip. */
const seconds = z.number().min(0);
const polygon = z.array(z.tuple([z.number(), z.number()])).min(3);

/** What lies beside the pictures of a rendered clip: what stands where from when to when. Boxes and polygons are parts of the picture. */
const truthSchema = z.object({
  name: z.string(),
  seed: z.int(),
  style: z.string(),
  weather: z.string(),
  seconds,
  /** Seconds between two pictures. */
  every: z.number().positive(),
  /** Time of the day at the first picture, HH:MM:SS. */
  clock: z.string().regex(/^\d\d:\d\d:\d\d$/),
  camera: z.object({ name_zh: z.string() }),
  /** What is to be found: something of it is there `from`..`to`, all of it `grown`..`shrinks`. */
  events: z.array(z.object({ type: z.string(), from: seconds, grown: seconds, shrinks: seconds, to: seconds, box: boxSchema })),
  /** What must not be found. */
  others: z.array(z.object({ what: z.string(), from: seconds, to: seconds, box: boxSchema })),
  faults: z.array(z.object({ kind: z.enum(['frozen', 'black', 'moved', 'light', 'exposure']), from: seconds, to: seconds })),
  zones: z.array(z.object({ id: z.string(), name: z.string(), kind: z.enum(['watch', 'permitted']), polygon })),
  pictures: z.array(z.object({ file: z.string(), t: seconds })).min(1),
});
export type EventTruth = z.infer<typeof truthSchema>;
export type TrueEvent = EventTruth['events'][number];
export type Fault = EventTruth['faults'][number];

export interface EventClip {
  readonly folder: string;
  readonly truth: EventTruth;
}

/** Events that are watched for, and the class of the detector that each needs. */
export const watchedFor: Readonly<Record<string, string>> = { stall: 'stall', debris: 'debris', rubbish: 'rubbish', bin_overflow: 'bin_overflow' };

/** A clip's truth is written last: where it is, the pictures are complete. */
export const isDrawn = (folder: string): boolean => existsSync(join(folder, 'truth.json'));

/** @throws Error naming the file that cannot be read */
export async function readClip(folder: string): Promise<EventClip> {
  const path = join(folder, 'truth.json');
  const parsed = truthSchema.safeParse(JSON.parse(await readFile(path, 'utf8')));
  if (!parsed.success) throw new Error(`${path}: ${z.prettifyError(parsed.error)}`);
  return { folder, truth: parsed.data };
}

/** Types of events for which a model has a class. */
export function typesOf({ labels, aliases }: Pick<ModelManifest, 'labels' | 'aliases'>): string[] {
  return Object.keys(watchedFor).filter((type) => [watchedFor[type]!, ...(aliases?.[watchedFor[type]!] ?? [])].some((label) => labels.includes(label)));
}

/** How every rule of the evaluation is set where the configuration's own defaults are not taken. */
export interface RuleSettings {
  /** Seconds. */
  readonly dwell: number;
  /** Seconds. */
  readonly grace: number;
}

/** The clip's camera as a configuration file would give it: every type is watched for in every zone, all else is as it is by default. */
export function cameraOf({ truth }: EventClip, manifest: Pick<ModelManifest, 'id' | 'labels' | 'aliases'>, { dwell, grace }: RuleSettings): Camera {
  const zones = truth.zones.map(({ id, name, kind, polygon: outline }) => ({
    id, name, polygon: outline.map(([x, y]) => [Math.min(1, Math.max(0, x)), Math.min(1, Math.max(0, y))]), ...(kind === 'permitted' ? { permitted: {} } : {}),
  }));
  const watched = zones.filter((zone) => !('permitted' in zone));
  const entry = cameraSchema.parse({
    id: truth.name, name: truth.camera.name_zh, inputs: [{ url: 'rtsp://127.0.0.1/clip', roles: ['detect'] }], zones,
    rules: watched.flatMap((zone) => typesOf(manifest).map((eventType) => ({
      id: `${zone.id}-${eventType}`, zone: zone.id, eventType, model: manifest.id, classes: { any: [watchedFor[eventType]!] }, dwell: `${dwell}s`, grace: `${grace}s`,
    }))),
  });
  return { ...entry, rules: entry.rules.map((rule) => ({ ...rule, id: rule.id! })), views: [], districtId: null, revision: 1 };
}

/** Milliseconds since the epoch at the clip's first picture: an ordinary working day in the city. */
export const startOf = ({ clock }: EventTruth): number => Date.parse(`2026-11-24T${clock}+08:00`);
