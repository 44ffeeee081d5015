import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { boxSchema } from '../domain/detection.ts';
import type { Log } from '../platform/log.ts';
import { replaceFile } from './durable-file.ts';
import type { Track } from './tracker.ts';

/** Tracks of a camera by rule. */
export type CameraTracks = Readonly<Record<string, readonly Track[]>>;

/** A small file per camera, so that things keep their identity over a restart of the process. */
export interface TrackStore {
  /** @param at the clock of the samples; @param durable synced to disk before the promise resolves */
  save(cameraId: string, tracks: CameraTracks, at: number, durable: boolean): Promise<void>;
  /** Tracks as they were saved, on a clock that is at `now`; empty when there are none or the file is damaged. */
  load(cameraId: string, now: number): Promise<CameraTracks>;
}

const sample = z.tuple([z.number(), z.enum(['present', 'absent', 'unknown']), z.number().nullable()]);
const schema = z.object({
  at: z.number(),
  rules: z.record(z.string(), z.array(z.object({
    id: z.string(),
    label: z.string(),
    box: boxSchema,
    anchor: boxSchema.optional(),
    before: z.object({ run: z.string(), streamTime: z.number() }).nullable(),
    confirmer: z.object({
      phase: z.enum(['pending', 'raised', 'gone']),
      firstPresentAt: z.number().nullable(),
      lastPresentAt: z.number().nullable(),
      absentMs: z.number(),
      toldAt: z.number().nullable(),
      window: z.array(sample),
    }),
  }))),
});
/** After so long nobody can say that it is the same thing, milliseconds. */
const forgetAfter = 24 * 3600_000;

const shifted = (at: number | null, by: number): number | null => (at === null ? null : at + by);

export async function openTrackStore(folder: string, log: Log): Promise<TrackStore> {
  await mkdir(folder, { recursive: true });
  const pathOf = (cameraId: string): string => join(folder, `${encodeURIComponent(cameraId)}.json`);
  return {
    async save(cameraId, tracks, at, durable) {
      const rules = Object.fromEntries(Object.entries(tracks).filter(([, list]) => list.length > 0).map(([rule, list]) => [rule, list.map((t) => ({
        ...t, confirmer: { ...t.confirmer, window: t.confirmer.window.map((s) => [s.at, s.state, s.score]) },
      }))]));
      await replaceFile(pathOf(cameraId), JSON.stringify({ at, rules }), durable);
    },
    async load(cameraId, now) {
      let text: string;
      try {
        text = await readFile(pathOf(cameraId), 'utf8');
      } catch {
        return {};
      }
      let saved: z.infer<typeof schema>;
      try {
        saved = schema.parse(JSON.parse(text));
      } catch (error) {
        log.warn({ err: error, camera: cameraId }, 'saved tracks are damaged and were thrown away');
        await rm(pathOf(cameraId), { force: true });
        return {};
      }
      // a clock that was set back meanwhile must not make tracks that lie in the future
      const by = Math.min(0, now - saved.at);
      if (now - saved.at > forgetAfter) return {};
      return Object.fromEntries(Object.entries(saved.rules).map(([rule, list]) => [rule, list.map((t): Track => ({
        ...t,
        anchor: t.anchor ?? t.box,
        confirmer: {
          ...t.confirmer,
          firstPresentAt: shifted(t.confirmer.firstPresentAt, by),
          lastPresentAt: shifted(t.confirmer.lastPresentAt, by),
          toldAt: shifted(t.confirmer.toldAt, by),
          window: t.confirmer.window.map(([at, state, score]) => ({ at: at + by, state, score })),
        },
      }))]));
    },
  };
}
