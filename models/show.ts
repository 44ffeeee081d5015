import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join, parse } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { annotate, type Models } from '../detector/index.ts';
import type { Detection } from '../domain/detection.ts';
import { thresholdOf, type ModelManifest } from '../domain/model.ts';

/** What was found in one picture; `at` is its time in the clip, seconds. */
export interface Shown {
  readonly at: number | null;
  readonly detections: readonly Detection[];
}

const run = promisify(execFile);
/** A contact sheet: pictures in a row, and their width in pixels. */
const [columns, cellWidth, sheetPictures] = [4, 480, 12];
/** Pictures of an annotated clip: so many a second, and at most so many. */
const [filmRate, filmPictures] = [2, 1200];

const isPicture = (path: string): boolean => /\.(jpe?g|png|webp|avif|tiff?)$/i.test(path);

/** Where the drawing goes when nobody says: into the current folder, named after both. */
export const usualOut = (model: string, input: string): string => `${parse(input).name}.${model}.jpg`;

async function lengthOf(clip: string): Promise<number> {
  const { stdout } = await run('ffprobe', ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', clip]).catch((error: unknown) => {
    throw new Error(`${clip} is neither a picture nor a clip: ${error instanceof Error ? error.message.split('\n').at(-2) ?? error.message : String(error)}`, { cause: error });
  });
  const seconds = Number(stdout.trim());
  if (!(seconds > 0)) throw new Error(`${clip} does not tell how long it is`);
  return seconds;
}

/** Pictures that lie side by side, as one JPEG. */
async function sheetOf(pictures: readonly Buffer[]): Promise<Buffer> {
  const cells = await Promise.all(pictures.map(async (jpeg) => sharp(jpeg).resize({ width: cellWidth }).toBuffer({ resolveWithObject: true })));
  const height = Math.max(...cells.map(({ info }) => info.height));
  return sharp({ create: { width: columns * cellWidth, height: Math.ceil(cells.length / columns) * height, channels: 3, background: '#000' } })
    .composite(cells.map(({ data }, i) => ({ input: data, left: (i % columns) * cellWidth, top: Math.floor(i / columns) * height })))
    .jpeg({ quality: 85 }).toBuffer();
}

/**
 * Draws what a model finds: on a picture into a JPEG; on a clip into a contact sheet, or into an MP4 when `out` is named so.
 * @throws Error when the input can be read neither way
 */
export async function show({ models, manifest, input, out, score }: {
  models: Models;
  manifest: ModelManifest;
  input: string;
  out: string;
  /** Lowest score that is drawn and told; absent = the manifest's thresholds. */
  score: number | undefined;
}): Promise<readonly Shown[]> {
  const drawn = async (bytes: Buffer): Promise<{ detections: readonly Detection[]; jpeg: Buffer }> => {
    const upright = await sharp(bytes).rotate().jpeg({ quality: 92 }).toBuffer();
    const { detections: all } = await models.look(manifest.id, upright, score);
    const detections = all.filter((d) => d.score >= (score ?? thresholdOf(manifest, d.label)));
    return { detections, jpeg: await annotate(upright, null, detections) };
  };
  if (isPicture(input)) {
    const { detections, jpeg } = await drawn(await readFile(input));
    await writeFile(out, jpeg);
    return [{ at: null, detections }];
  }
  const length = await lengthOf(input);
  const film = extname(out).toLowerCase() === '.mp4';
  const rate = film ? Math.min(filmRate, filmPictures / length) : sheetPictures / length;
  const folder = await mkdtemp(join(tmpdir(), 'xuncheng-show-'));
  try {
    await run('ffmpeg', ['-v', 'error', '-i', input, '-vf', `fps=${rate}`, '-frames:v', String(film ? filmPictures : sheetPictures), '-q:v', '2', join(folder, '%05d.jpg')]);
    const shown: Shown[] = [];
    const pictures: Buffer[] = [];
    for (const [i, name] of (await readdir(folder)).toSorted().entries()) {
      const { detections, jpeg } = await drawn(await readFile(join(folder, name)));
      shown.push({ at: Math.round((i / rate) * 100) / 100, detections });
      if (film) await writeFile(join(folder, name), jpeg);
      else pictures.push(jpeg);
    }
    if (film) await run('ffmpeg', ['-v', 'error', '-y', '-framerate', String(rate), '-i', join(folder, '%05d.jpg'), '-vf', 'pad=ceil(iw/2)*2:ceil(ih/2)*2', '-pix_fmt', 'yuv420p', '-movflags', '+faststart', out]);
    else await writeFile(out, await sheetOf(pictures));
    return shown;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
