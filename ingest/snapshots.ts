import sharp from 'sharp';
import { RpcError } from '../platform/rpc.ts';
import type { Footage } from './footage.ts';
import type { Ring } from './ring.ts';

export interface Snapshot {
  readonly jpeg: Buffer;
  /** When it was taken, milliseconds since 1970. */
  readonly at: number;
}

/** The newest sample of a camera: raw RGB, and where its full picture lies in the recording. */
export interface LastSample {
  readonly run: string;
  readonly time: number;
  readonly at: number;
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Whoever asks for a camera's picture within so long gets the same, milliseconds. */
const sharedFor = 2000;
/** Pictures that are being cut or wait for it; beyond, a sample has to do. */
const mostCut = 4;

/**
 * Pictures of now for lists, walls and dark tiles. They take turns of their own, so that people who look do not hold up evidence, and
 * never queue: where many cameras are asked for at once, the small sample that is at hand is the picture.
 * @param footage of its own, apart from that of evidence
 */
export function createSnapshots({ lastOf, ring, footage }: { lastOf: (camera: string) => LastSample | null; ring: Pick<Ring, 'of'>; footage: Pick<Footage, 'pictureAt'> }) {
  const shared = new Map<string, Promise<Snapshot>>();
  let cutting = 0;

  async function cut(camera: string, run: string, time: number): Promise<Buffer> {
    cutting += 1;
    try {
      return await footage.pictureAt(camera, run, time);
    } finally {
      cutting -= 1;
    }
  }

  async function take(camera: string): Promise<Snapshot> {
    const last = lastOf(camera);
    if (last !== null) {
      const full = cutting < mostCut ? await cut(camera, last.run, last.time).catch(() => null) : null;
      return { jpeg: full ?? await small(last), at: last.at };
    }
    const newest = ring.of(camera).findLast((recording) => recording.pieces.length > 0);
    const piece = newest?.pieces.at(-1);
    if (newest === undefined || piece === undefined) throw new Error(`there is no picture of camera ${camera} yet`);
    if (cutting >= mostCut) throw new RpcError(503, 'many pictures are asked for at the moment; try again');
    return { jpeg: await cut(camera, newest.run, piece.from), at: piece.wallTo - (piece.to - piece.from) * 1000 };
  }

  /** The newest picture, at full resolution where that can be had at once. @throws Error when there has never been one */
  return function snapshot(camera: string): Promise<Snapshot> {
    const present = shared.get(camera);
    if (present !== undefined) return present;
    const taking = take(camera);
    const forget = (): void => { if (shared.get(camera) === taking) shared.delete(camera); };
    shared.set(camera, taking);
    taking.then(() => setTimeout(forget, sharedFor).unref(), forget);
    return taking;
  };
}

const small = ({ data, width, height }: LastSample): Promise<Buffer> => sharp(data, { raw: { width, height, channels: 3 } }).jpeg({ quality: 85 }).toBuffer();
