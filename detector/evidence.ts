import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import sharp from 'sharp';
import { z } from 'zod';
import { detectionEventSchema, mediaRefSchema, type DetectionEvent, type MediaRef } from '../domain/detection.ts';
import type { Polygon } from '../domain/geometry.ts';
import type { EvidenceStore } from '../platform/evidence-store.ts';
import type { Log } from '../platform/log.ts';
import { annotate } from './annotate.ts';
import type { BeforePictures } from './before-pictures.ts';
import type { Footage } from './footage.ts';
import type { Spool } from './spool.ts';

const point = z.tuple([z.number(), z.number()]);
const place = z.object({ run: z.string(), streamTime: z.number() });
const pictures = z.object({ original: mediaRefSchema.nullable(), annotated: mediaRefSchema.nullable(), before: mediaRefSchema.nullable() });
type Pictures = z.infer<typeof pictures>;

/** What is still to be done for a raised event; lies in the spool, so that another process can go on. */
const taskSchema = z.object({
  stage: z.enum(['pictures', 'clip']),
  cameraName: z.string(),
  zone: z.array(point).nullable(),
  place,
  before: place.nullable(),
  event: detectionEventSchema,
});
export interface EvidenceTask {
  readonly stage: 'pictures' | 'clip';
  readonly cameraName: string;
  readonly zone: Polygon | null;
  /** The sample at which the event was raised. */
  readonly place: { readonly run: string; readonly streamTime: number };
  readonly before: { readonly run: string; readonly streamTime: number } | null;
  readonly event: DetectionEvent;
}

export interface EvidenceSettings {
  /** The event leaves without pictures after this, milliseconds. */
  readonly picturesWithin: number;
  /** Seconds of clip before and after the moment of raising. */
  readonly preRoll: number;
  readonly postRoll: number;
  /** Pause before a failed step is tried again, milliseconds. */
  readonly retryEvery: number;
  /** The evidence is closed without what is missing after this, milliseconds. */
  readonly giveUpAfter: number;
}
export const evidenceSettings: EvidenceSettings = { picturesWithin: 1500, preRoll: 5, postRoll: 5, retryEvery: 5000, giveUpAfter: 60_000 };

/** Collects the pictures and the clip of raised events and puts what leaves into the spool. */
export interface EvidenceMaker {
  /** Resolves when the event is safe on disk; pictures and clip follow by themselves. @throws SpoolFullError */
  begin(task: EvidenceTask): Promise<void>;
  close(): Promise<void>;
}

const words = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, 300);

export function createEvidenceMaker({ spool, footage, store, before, log, settings = evidenceSettings }: {
  spool: Spool;
  footage: Footage;
  store: EvidenceStore;
  before: BeforePictures;
  log: Log;
  settings?: EvidenceSettings;
}): EvidenceMaker {
  const working = new Set<Promise<void>>();
  const stop = Promise.withResolvers<void>();
  let closed = false;

  const pause = async (ms: number): Promise<void> => {
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([stop.promise, new Promise<void>((resolve) => { timer = setTimeout(resolve, ms); })]);
    clearTimeout(timer);
  };

  async function storePicture(jpeg: Buffer): Promise<MediaRef> {
    const { width, height } = await sharp(jpeg).metadata();
    return store.put(jpeg, { mime: 'image/jpeg', width, height });
  }

  /** @throws Error when the picture of the event itself is not to be had; the one from before may be missing */
  async function collect(task: EvidenceTask): Promise<Pictures> {
    const { event } = task;
    const old = before.take(event.camera, { id: event.key, before: task.before });
    const jpeg = await footage.pictureAt(event.camera, task.place.run, task.place.streamTime);
    const marked = await annotate(jpeg, task.zone, event.boxes);
    const [original, annotated] = await Promise.all([storePicture(jpeg), storePicture(marked)]);
    const earlier = await old;
    return { original, annotated, before: earlier === null ? null : await storePicture(earlier) };
  }

  /** Sends the event, with pictures if they come in time. */
  async function leave(task: EvidenceTask, collecting: Promise<Pictures | null>): Promise<Pictures | null> {
    const found = await Promise.race([collecting, pause(settings.picturesWithin).then(() => null)]);
    if (closed) throw new Error('the detector is closing');
    await spool.put({ kind: 'raised', event: { ...task.event, evidence: found ?? { original: null, annotated: null, before: null } } });
    return found;
  }

  async function clipOf({ event, place: { run, streamTime } }: EvidenceTask): Promise<{ ref: MediaRef; from: number; to: number }> {
    const clip = await footage.clip(event.camera, run, Math.max(0, streamTime - settings.preRoll), streamTime + settings.postRoll);
    try {
      return { ref: await store.putFile(clip.path, { mime: 'video/mp4' }), from: clip.from, to: clip.to };
    } finally {
      await rm(dirname(clip.path), { recursive: true, force: true });
    }
  }

  /** Tries until it succeeds or the time is over; what is missing then is said in words. */
  async function within<T>(until: number, work: () => Promise<T>): Promise<{ value: T; failure: null } | { value: null; failure: string }> {
    for (;;) {
      try {
        return { value: await work(), failure: null };
      } catch (error) {
        if (closed) throw error;
        if (Date.now() + settings.retryEvery > until) return { value: null, failure: words(error) };
      }
      await pause(settings.retryEvery);
      if (closed) throw new Error('the detector is closing');
    }
  }

  async function finish(task: EvidenceTask, found: Pictures | null, collecting: Promise<Pictures | null>): Promise<void> {
    const { event } = task;
    const until = Date.now() + settings.giveUpAfter;
    const clip = await within(until, () => clipOf(task));
    const late = found === null ? await within(until, async () => (await collecting) ?? collect(task)) : null;
    const parts = found ?? late?.value ?? null;
    const failures = [late?.failure ? `pictures: ${late.failure}` : null, clip.failure === null ? null : `clip: ${clip.failure}`].filter((f) => f !== null);
    const failure = failures.length === 0 ? null : failures.join('; ');
    const files = [
      ...(['original', 'annotated', 'before'] as const).map((part) => ({ part, ...parts?.[part] })).filter((f) => f.sha256 !== undefined),
      ...(clip.value === null ? [] : [{ part: 'clip', ...clip.value.ref, from: clip.value.from, to: clip.value.to }]),
    ];
    const manifest = {
      version: 1, key: event.key, camera: { id: event.camera, name: task.cameraName }, run: task.place.run, streamTime: task.place.streamTime,
      files, failure, event: { ...event, evidence: parts ?? event.evidence }, madeAt: new Date().toISOString(),
    };
    const ref = await store.put(Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`), { mime: 'application/json' });
    await spool.put({
      kind: 'evidence', key: event.key, clip: clip.value?.ref ?? null, manifest: ref, failure, ...(late?.value ? { pictures: late.value } : {}),
    });
    await spool.removeTask(event.key);
    before.drop({ id: event.key, before: task.before });
    await footage.unpin(event.key);
  }

  const gathered = ({ event }: EvidenceTask): Pictures | null => (event.evidence.original === null ? null : event.evidence);

  /** @param advance notes what has been reached, so that a second try begins there */
  async function runOnce(task: EvidenceTask, advance: (next: EvidenceTask) => void): Promise<void> {
    const { event, place: { run, streamTime } } = task;
    await footage.pin(event.key, event.camera, run, Math.max(0, streamTime - settings.preRoll - 1), streamTime + settings.postRoll + 1);
    // a process died after the evidence was written and before its task was removed
    if (spool.message(event.key, 'evidence') !== null) {
      await spool.removeTask(event.key);
      await footage.unpin(event.key);
      return;
    }
    const sent = spool.message(event.key, 'raised');
    let current: EvidenceTask = sent?.kind === 'raised' ? { ...task, event: sent.event } : task;
    let collecting = Promise.resolve(gathered(current));
    if (task.stage === 'pictures') {
      if (sent === null) {
        collecting = collect(task).catch((error: unknown) => {
          log.warn({ err: error, camera: event.camera, key: event.key }, 'pictures of an event are not to be had yet');
          return null;
        });
        const found = await leave(task, collecting);
        if (found !== null) current = { ...current, event: { ...current.event, evidence: found } };
      }
      current = { ...current, stage: 'clip' };
      advance(current);
      await spool.putTask(event.key, current);
    }
    await finish(current, gathered(current), collecting);
  }

  async function supervise(task: EvidenceTask): Promise<void> {
    let current = task;
    while (!closed) {
      try {
        await runOnce(current, (next) => { current = next; });
        return;
      } catch (error) {
        if (!closed) log.warn({ err: error, key: task.event.key, camera: task.event.camera }, 'evidence is not complete, will be tried again');
      }
      await pause(settings.retryEvery);
    }
  }

  function start(task: EvidenceTask): void {
    const work: Promise<void> = supervise(task).finally(() => working.delete(work));
    working.add(work);
  }

  for (const { key, task } of spool.tasks()) {
    const parsed = taskSchema.safeParse(task);
    if (parsed.success) start(parsed.data);
    else log.error({ key, err: parsed.error }, 'a task in the spool is damaged');
  }

  return {
    async begin(task) {
      const { key } = task.event;
      // raised before, by a process that died before it noted so
      if (spool.hasTask(key) || spool.message(key, 'raised') !== null) return;
      await spool.putTask(key, task);
      start(task);
    },
    async close() {
      closed = true;
      stop.resolve();
      // what waits for the ring may take its time: another process takes the task up
      await Promise.race([Promise.allSettled(working), new Promise((resolve) => setTimeout(resolve, 2000).unref())]);
    },
  };
}
