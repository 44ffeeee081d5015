import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, rmdir, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../platform/log.ts';
import { segmentName } from './ffmpeg-arguments.ts';
import { cameraFolder, loadRecordings, readPieces, type Piece, type Recording } from './ring-files.ts';
import type { RingLimits } from './settings.ts';

export type { Piece, Recording } from './ring-files.ts';

/** A span of the recording, for people: stream times in seconds, wall times in milliseconds since 1970. */
export interface RingSpan {
  readonly run: string;
  readonly from: number;
  readonly to: number;
  readonly wallFrom: number;
  readonly wallTo: number;
}

interface Pin { readonly camera: string; readonly run: string; readonly from: number; readonly to: number; readonly at: number }

/** Pins that nobody took back for so long are forgotten, milliseconds. */
const pinLife = 7 * 24 * 3600_000;
const nearLimit = 0.9;
/** However full the disk is. */
const leastBytes = 2 ** 28;
/** Told again when it lasts, milliseconds. */
const warnEvery = 600_000;

export interface RingOptions {
  readonly folder: string;
  readonly limits: RingLimits;
  readonly log: Log;
  /** Bytes that the disk still takes. */
  readonly free?: () => Promise<number>;
}

/** The recordings of all cameras of this node on disk, those of earlier processes included. */
export class Ring {
  readonly #folder: string;
  readonly #limits: RingLimits;
  readonly #log: Log;
  readonly #recordings = new Map<string, Recording[]>();
  #pins = new Map<string, Pin>();
  readonly #anchored = new Map<string, number>();
  readonly #said = new Map<string, number>();
  readonly #free: () => Promise<number>;
  #saving: Promise<void> = Promise.resolve();

  private constructor({ folder, limits, log, free }: Required<RingOptions>) {
    this.#folder = folder;
    this.#limits = limits;
    this.#log = log;
    this.#free = free;
  }

  /** Opens the folder and reads what earlier processes left in it. */
  static async open({ folder, limits, log, free = () => freeBytes(folder) }: RingOptions): Promise<Ring> {
    const ring = new Ring({ folder, limits, log, free });
    await mkdir(folder, { recursive: true });
    for (const [name, recordings] of await loadRecordings(folder)) ring.#recordings.set(name, recordings);
    const pins = await readFile(join(folder, 'pins.json'), 'utf8').catch(() => '[]');
    try {
      ring.#pins = new Map((JSON.parse(pins) as [string, Pin][]).filter(([, pin]) => Date.now() - pin.at < pinLife));
    } catch (error) {
      log.warn({ err: error }, 'the list of pinned recordings cannot be read');
    }
    return ring;
  }

  /** Begins the recording of one run. */
  async begin(camera: string): Promise<Recording> {
    const name = cameraFolder(camera);
    const run = `${new Date().toISOString().replaceAll(/[-:.]/g, '')}-${randomBytes(3).toString('hex')}`;
    const folder = join(this.#folder, name, run);
    await mkdir(folder, { recursive: true });
    const recording: Recording = { run, folder, pieces: [], open: null, ended: false, anchor: null };
    this.#recordings.set(name, [...this.of(camera), recording]);
    return recording;
  }

  /** A piece was begun: those before it are complete. */
  async opened(recording: Recording, index: number): Promise<void> {
    recording.open = { file: join(recording.folder, segmentName(index)), index };
    await readPieces(recording);
  }

  async ended(recording: Recording): Promise<void> {
    await readPieces(recording);
    recording.open = null;
    recording.ended = true;
    this.#anchored.delete(recording.run);
  }

  /**
   * Ties stream time to wall time for an input that is sampled and not recorded. Called with each sample: the quickest way that one
   * took counts most, and the camera's clock may drift.
   * @param wall when stream time 0 was by this sample, milliseconds since 1970
   */
  async anchor(recording: Recording, wall: number): Promise<void> {
    const before = recording.anchor?.wall;
    const next = before === undefined || wall < before ? wall : before + (wall - before) * 0.02;
    const stored = this.#anchored.get(recording.run);
    recording.anchor = { wall: next, madeAt: Date.now() };
    if (stored !== undefined && Math.abs(stored - next) < 100) return;
    this.#anchored.set(recording.run, next);
    await writeFile(join(recording.folder, 'anchor.json'), JSON.stringify(recording.anchor));
  }

  /** Oldest first. */
  of(camera: string): readonly Recording[] {
    return this.#recordings.get(cameraFolder(camera)) ?? [];
  }

  find(camera: string, run: string): Recording | null {
    return this.of(camera).find((recording) => recording.run === run) ?? null;
  }

  spans(camera: string): RingSpan[] {
    return this.of(camera).flatMap(({ run, pieces }) => {
      const first = pieces[0];
      const last = pieces.at(-1);
      return first === undefined || last === undefined ? [] : [{ run, from: first.from, to: last.to, wallFrom: first.wallTo - (first.to - first.from) * 1000, wallTo: last.wallTo }];
    });
  }

  /** Keeps what lies between the stream times until it is unpinned, over restarts too. */
  pin(key: string, camera: string, run: string, from: number, to: number): void {
    this.#pins.set(key, { camera: cameraFolder(camera), run, from, to, at: Date.now() });
    this.#savePins();
  }

  unpin(key: string): void {
    if (this.#pins.delete(key)) this.#savePins();
  }

  bytes(): number {
    return sum([...this.#recordings.values()].flat().flatMap((r) => r.pieces));
  }

  /**
   * Deletes what is older than its age, then the oldest of all cameras until the size is within its limit: where space is short all
   * cameras keep the same time. Pinned pieces have no age and go last.
   */
  async sweep(): Promise<void> {
    const now = Date.now();
    for (const [name, recordings] of this.#recordings) {
      for (const [recording, piece] of this.#pieces(name, false)) {
        if (now - piece.wallTo <= this.#limits.age) break;
        await this.#drop(recording, piece);
      }
      await this.#dropEmpty(name, recordings);
    }
    const bytes = this.bytes();
    const limit = await this.#limit(bytes);
    if (bytes > limit) await this.#shrink(bytes, limit);
    const pinned = sum(this.#all(true).map(([, piece]) => piece));
    if (pinned > limit * nearLimit) this.#say('near', 'warn', { pinned, limit }, 'the recording ring is filled by events that wait for their evidence to be stored');
  }

  /** The configured size, but half of the disk that is free or ours is left to others. */
  async #limit(bytes: number): Promise<number> {
    return Math.min(this.#limits.bytes, Math.max(leastBytes, (await this.#free() + bytes) / 2));
  }

  async #shrink(bytes: number, limit: number): Promise<void> {
    const oldestFirst = (pinned: boolean): [Recording, Piece][] => this.#all(pinned).toSorted(([, a], [, b]) => a.wallTo - b.wallTo);
    const free = oldestFirst(false);
    let left = bytes;
    let lost = 0;
    for (const [index, [recording, piece]] of [...free, ...oldestFirst(true)].entries()) {
      if (left <= limit) break;
      await this.#drop(recording, piece);
      left -= piece.bytes;
      if (index >= free.length) lost += 1;
    }
    const about = { limit, configured: this.#limits.bytes };
    if (lost > 0) this.#say('lost', 'error', { ...about, lost }, 'the recording ring is full of what events wait for; their clips will be short or absent');
    else if (free[0] !== undefined) {
      this.#say('early', 'warn', { ...about, minutes: Math.round((Date.now() - free[0][1].wallTo) / 60_000) }, limit < this.#limits.bytes
        ? 'the disk is short of space: recordings go before their age, below the configured size' : 'the recording ring has reached its size; recordings go before their age');
    }
  }

  #say(kind: string, level: 'warn' | 'error', about: object, text: string): void {
    if (Date.now() - (this.#said.get(kind) ?? -Infinity) < warnEvery) return;
    this.#said.set(kind, Date.now());
    this.#log[level](about, text);
  }

  #all(pinned: boolean): [Recording, Piece][] {
    return [...this.#recordings.keys()].flatMap((name) => this.#pieces(name, pinned));
  }

  /** Pieces of a camera that somebody has pinned, or nobody; oldest first. */
  #pieces(name: string, pinned: boolean): [Recording, Piece][] {
    return (this.#recordings.get(name) ?? []).flatMap((recording) => recording.pieces
      .filter((piece) => this.#pinned(name, recording.run, piece) === pinned).map((piece): [Recording, Piece] => [recording, piece]));
  }

  #pinned(camera: string, run: string, piece: Piece): boolean {
    for (const pin of this.#pins.values()) {
      if (pin.camera === camera && pin.run === run && piece.from <= pin.to && piece.to >= pin.from) return true;
    }
    return false;
  }

  async #drop(recording: Recording, piece: Piece): Promise<void> {
    recording.pieces = recording.pieces.filter((other) => other !== piece);
    await rm(piece.file, { force: true });
  }

  async #dropEmpty(name: string, recordings: readonly Recording[]): Promise<void> {
    const now = Date.now();
    const empty = recordings.filter((r) => r.ended && r.pieces.length === 0 && (r.anchor === null || now - r.anchor.madeAt > this.#limits.age));
    if (empty.length === 0) return;
    // looked at anew: a run may have begun meanwhile
    this.#recordings.set(name, (this.#recordings.get(name) ?? []).filter((r) => !empty.includes(r)));
    for (const recording of empty) await rm(recording.folder, { recursive: true, force: true });
    if (this.#recordings.get(name)?.length === 0) {
      this.#recordings.delete(name);
      await rmdir(join(this.#folder, name)).catch(() => undefined);
    }
  }

  #savePins(): void {
    this.#saving = this.#saving.then(async () => {
      const file = join(this.#folder, 'pins.json');
      await writeFile(`${file}.new`, JSON.stringify([...this.#pins]));
      await rename(`${file}.new`, file);
    }).catch((error: unknown) => this.#log.error({ err: error }, 'the list of pinned recordings cannot be written'));
  }

  /** Resolves when all that was asked for is on disk. */
  async close(): Promise<void> {
    await this.#saving;
  }
}

const sum = (pieces: readonly Piece[]): number => pieces.reduce((total, piece) => total + piece.bytes, 0);

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
