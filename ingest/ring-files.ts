import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { segmentList, segmentName, untimed } from './ffmpeg-arguments.ts';
import { probePiece } from './probe.ts';

/** One file of a recording: MPEG-TS that begins with a key frame. Stream times in seconds. */
export interface Piece {
  readonly file: string;
  readonly index: number;
  readonly from: number;
  readonly to: number;
  /** When its last packet came, milliseconds since 1970. */
  readonly wallTo: number;
  readonly bytes: number;
}

/** What one run of a standing ffmpeg recorded. */
export interface Recording {
  readonly run: string;
  readonly folder: string;
  /** Complete ones, oldest first. */
  pieces: readonly Piece[];
  /** The one that is being written; can be read as far as it goes. */
  open: { readonly file: string; readonly index: number } | null;
  ended: boolean;
  /** Of a run without recording: wall time of stream time 0, milliseconds since 1970. */
  anchor: { readonly wall: number; readonly madeAt: number } | null;
}

/** A folder's name for a camera: its id where that can be one. */
export function cameraFolder(camera: string): string {
  const plain = camera.replaceAll(/[^\w-]/g, '_');
  return plain === camera ? camera : `${plain.slice(0, 60)}-${createHash('sha256').update(camera).digest('hex').slice(0, 12)}`;
}

/** Reads ffmpeg's list of complete pieces: lines of "name,from,to". Pure. */
export function parsePieceList(text: string): { index: number; from: number; to: number }[] {
  // a line without its end is still being written
  return text.split('\n').slice(0, -1).flatMap((line) => {
    const match = /^(\d+)\.ts,(-?[\d.]+),(-?[\d.]+)$/.exec(line.trim());
    // ffmpeg lets the first begin at 0, though its first packet gets a time of ours
    return match ? [{ index: Number(match[1]), from: Math.max(Number(match[2]), untimed), to: Number(match[3]) }] : [];
  });
}

/** Takes pieces that the list has and the recording has not. Those that were deleted before stay away. */
export async function readPieces(recording: Recording): Promise<void> {
  const text = await readFile(join(recording.folder, segmentList), 'utf8').catch(() => '');
  const known = recording.pieces.at(-1)?.index ?? -1;
  const fresh: Piece[] = [];
  for (const { index, from, to } of parsePieceList(text)) {
    if (index <= known) continue;
    const file = join(recording.folder, segmentName(index));
    const { size, mtimeMs } = await stat(file).catch(() => ({ size: 0, mtimeMs: 0 }));
    if (size > 0) fresh.push({ file, index, from, to, wallTo: mtimeMs, bytes: size });
  }
  const last = recording.pieces.at(-1)?.index ?? -1;
  if (fresh.length > 0) recording.pieces = [...recording.pieces, ...fresh.filter((piece) => piece.index > last)];
}

/** What earlier processes recorded, by folder. The piece that was open when one was killed is measured. */
export async function loadRecordings(root: string): Promise<Map<string, Recording[]>> {
  const found = new Map<string, Recording[]>();
  for (const camera of await folders(root)) {
    const recordings: Recording[] = [];
    for (const run of (await folders(join(root, camera))).toSorted()) {
      const folder = join(root, camera, run);
      const recording: Recording = { run, folder, pieces: [], open: null, ended: true, anchor: await readAnchor(folder) };
      await readPieces(recording);
      await addUnlisted(recording);
      recordings.push(recording);
    }
    if (recordings.length > 0) found.set(camera, recordings);
  }
  return found;
}

async function addUnlisted(recording: Recording): Promise<void> {
  const last = recording.pieces.at(-1);
  const index = (last?.index ?? -1) + 1;
  const file = join(recording.folder, segmentName(index));
  const { size, mtimeMs } = await stat(file).catch(() => ({ size: 0, mtimeMs: 0 }));
  if (size === 0) return;
  const probe = await probePiece(file).catch(() => null);
  if (probe === null) return;
  recording.pieces = [...recording.pieces, { file, index, from: probe.from, to: probe.to, wallTo: mtimeMs, bytes: size }];
}

async function readAnchor(folder: string): Promise<Recording['anchor']> {
  try {
    const { wall, madeAt } = JSON.parse(await readFile(join(folder, 'anchor.json'), 'utf8')) as { wall: number; madeAt: number };
    return { wall, madeAt };
  } catch {
    return null;
  }
}

async function folders(root: string): Promise<string[]> {
  return (await readdir(root, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}
