import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { clipArguments, pictureArguments } from './ffmpeg-arguments.ts';
import { runFfmpeg } from './ffmpeg-process.ts';
import { probePiece } from './probe.ts';
import type { Piece, Recording, Ring } from './ring.ts';

export interface Clip {
  /** MP4 in a temporary folder of its own; the caller removes it. */
  readonly path: string;
  /** Stream times, seconds: it begins with a key frame. */
  readonly from: number;
  readonly to: number;
}

/** Pictures and clips out of the recording ring. Times are stream times of one run, seconds. */
export interface Footage {
  /** JPEG at full resolution: the first picture at or after the time. Waits up to 10 s for it to be recorded. @throws Error when it is not to be had */
  pictureAt(camera: string, run: string, time: number): Promise<Buffer>;
  /** Begins at the last key frame before `from`. Waits until `to` is recorded, at most half a minute longer than that takes. @throws Error when none of it is left */
  clip(camera: string, run: string, from: number, to: number): Promise<Clip>;
}

interface Place { readonly recording: Recording; readonly time: number }

const pictureWait = 10_000;
const clipWait = 30_000;
const retry = 150;
const jobTimeout = 20_000;
/** Short processes at a time: evidence does not take the machine from the standing ones. */
const atOnce = 2;

/** @param temporary folder for clips until they are fetched */
export function createFootage(ring: Pick<Ring, 'find' | 'of'>, temporary = tmpdir()): Footage {
  const limit = limiter(atOnce);

  async function pictureAt(camera: string, run: string, time: number): Promise<Buffer> {
    const end = performance.now() + pictureWait;
    for (;;) {
      const place = locate(ring, camera, run, time);
      const files = place === null ? [] : filesAt(place);
      const picture = place === null || files.length === 0 ? null : await limit(() => cutPicture(files, place.time));
      if (picture !== null) return picture;
      const hopeless = place === null || (place.recording.ended && performance.now() > end - pictureWait + 2 * retry);
      if (hopeless || performance.now() > end) throw new Error(`the recording of camera ${camera} does not hold the picture at ${time.toFixed(3)} s of run ${run}`);
      await sleep(retry);
    }
  }

  async function clip(camera: string, run: string, from: number, to: number): Promise<Clip> {
    const start = locate(ring, camera, run, from);
    if (start === null) throw new Error(`the recording of camera ${camera} does not know run ${run}`);
    const shift = start.time - from;
    const { recording } = start;
    const reached = (): number => recording.pieces.at(-1)?.to ?? -Infinity;
    const wanted = to + shift;
    const end = performance.now() + clipWait + Math.max(0, wanted - Math.max(reached(), start.time)) * 1000;
    while (!recording.ended && reached() < wanted && performance.now() < end) await sleep(retry);
    const pieces = recording.pieces.filter((piece) => piece.to > start.time && piece.from < wanted);
    const [first] = pieces;
    const last = pieces.at(-1);
    if (first === undefined || last === undefined) throw new Error(`the recording of camera ${camera} holds nothing between ${from.toFixed(1)} and ${to.toFixed(1)} s of run ${run} any more`);
    const until = Math.min(last.to, wanted);
    const folder = await mkdtemp(join(temporary, 'xuncheng-clip-'));
    try {
      const path = join(folder, 'clip.mp4');
      const { codec } = await probePiece(first.file);
      const { inputOptions, input, options } = clipArguments(pieces.map((piece) => piece.file), until - first.from, codec);
      await limit(() => runFfmpeg({ inputOptions, input, stdin: null, outputs: [{ options, target: path }] }, jobTimeout));
      return { path, from: first.from - shift, to: until - shift };
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  return { pictureAt, clip };
}

/** Where a time lies in a recording: in its own, or by wall time in another where the sampled stream is not the recorded one. */
function locate(ring: Pick<Ring, 'find' | 'of'>, camera: string, run: string, time: number): Place | null {
  const own = ring.find(camera, run);
  if (own === null) return null;
  if (own.anchor === null) return { recording: own, time };
  const wall = own.anchor.wall + time * 1000;
  for (const recording of ring.of(camera).toReversed()) {
    const piece = recording.pieces.find((p) => wall <= p.wallTo && wall >= p.wallTo - (p.to - p.from) * 1000);
    if (piece !== undefined) return { recording, time: piece.to - (piece.wallTo - wall) / 1000 };
    const last = recording.pieces.at(-1);
    if (!recording.ended && last !== undefined && wall > last.wallTo) return { recording, time: last.to + (wall - last.wallTo) / 1000 };
  }
  return null;
}

/** The piece that holds the time and, as pictures around a key frame may be out of order, the next. */
function filesAt({ recording, time }: Place): string[] {
  const { pieces, open } = recording;
  const index = pieces.findIndex((piece) => time < piece.to - 0.001);
  const here: readonly Piece[] = index < 0 ? pieces.slice(-1) : pieces.slice(index, index + 2);
  const inside = here[0] !== undefined && index >= 0;
  const files = inside ? here.map((piece) => piece.file) : [];
  const tail = open !== null && (!inside || here.length === 1) ? [open.file] : [];
  return [...files, ...tail];
}

/** @returns null when the files do not reach so far */
async function cutPicture(files: readonly string[], time: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  const collect = new Writable({ write(chunk: Buffer, _encoding, done) { chunks.push(chunk); done(); } });
  const { inputOptions, input, options } = pictureArguments(files, time);
  try {
    await runFfmpeg({ inputOptions, input, stdin: null, outputs: [{ options, target: collect }] }, jobTimeout);
  } catch (error) {
    // a file that has just been begun is not readable yet
    if (chunks.length === 0) return null;
    throw error;
  }
  return chunks.length === 0 ? null : Buffer.concat(chunks);
}

function limiter(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
