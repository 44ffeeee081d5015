import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../platform/log.ts';
import { replaceFile } from './durable-file.ts';
import type { Footage } from './footage.ts';
import type { Track } from './tracker.ts';

/**
 * Pictures from before a thing was first seen. The ring is pinned when the thing is born; once the thing looks as if it would stay, the
 * picture is cut and the pin goes, so that a long dwell does not hold the ring.
 */
export interface BeforePictures {
  born(cameraId: string, track: Track): void;
  /** Cuts the picture if that was not done yet. */
  keep(cameraId: string, track: Track): void;
  /** The picture, or null when there is none. */
  take(cameraId: string, track: Pick<Track, 'id' | 'before'>): Promise<Buffer | null>;
  drop(track: Pick<Track, 'id' | 'before'>): void;
  close(): Promise<void>;
}

/** Seconds around the moment that must stay in the ring: a group of pictures reaches back. */
const around = 1;
const staleAfter = 48 * 3600_000;

export async function openBeforePictures({ folder, footage, log }: { folder: string; footage: Footage; log: Log }): Promise<BeforePictures> {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (Date.now() - (await stat(path)).mtimeMs > staleAfter) await rm(path, { force: true });
  }
  const pathOf = (id: string): string => join(folder, `${id}.jpg`);
  const cutting = new Map<string, Promise<Buffer | null>>();
  // a defect of the ring must not stop the samples
  const quietly = (what: string, work: () => void | Promise<void>): void => {
    void (async () => work())().catch((error: unknown) => log.warn({ err: error }, what));
  };

  async function cut(cameraId: string, { id, before }: Pick<Track, 'id' | 'before'>): Promise<Buffer | null> {
    const kept = await readFile(pathOf(id)).catch(() => null);
    if (kept !== null || before === null) return kept;
    try {
      const jpeg = await footage.pictureAt(cameraId, before.run, before.streamTime);
      await replaceFile(pathOf(id), jpeg, false);
      return jpeg;
    } catch (error) {
      log.info({ err: error, camera: cameraId }, 'no picture from before the thing was seen');
      return null;
    } finally {
      await footage.unpin(`before:${id}`);
    }
  }

  function once(cameraId: string, track: Pick<Track, 'id' | 'before'>): Promise<Buffer | null> {
    const running = cutting.get(track.id);
    if (running !== undefined) return running;
    const work = cut(cameraId, track);
    cutting.set(track.id, work);
    return work;
  }

  return {
    born(cameraId, { id, before }) {
      if (before !== null) quietly('a pin failed', () => footage.pin(`before:${id}`, cameraId, before.run, before.streamTime - around, before.streamTime + around));
    },
    keep(cameraId, track) {
      if (track.before !== null && !cutting.has(track.id)) quietly('a picture failed', async () => void (await once(cameraId, track)));
    },
    take: (cameraId, track) => once(cameraId, track),
    drop({ id, before }) {
      const running = cutting.get(id);
      cutting.delete(id);
      if (before === null) return;
      quietly('an unpin failed', async () => {
        await running;
        await footage.unpin(`before:${id}`);
        await rm(pathOf(id), { force: true });
      });
    },
    async close() {
      await Promise.all(cutting.values());
    },
  };
}
