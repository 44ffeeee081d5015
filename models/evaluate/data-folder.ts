import { readdir, readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join, parse } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import type { Box } from '../../domain/geometry.ts';

export interface Truth {
  readonly label: string;
  readonly box: Box;
}

/** A folder of pictures with known truth. */
export interface DataFolder {
  /** Names of the classes that are labelled in it, in the order of the label files; null = nothing names them. */
  readonly classes: readonly string[] | null;
  /** Highest class number in the label files; -1 = no box at all. */
  readonly highest: number;
  /** False: there are no label files, the pictures show nothing that is looked for. */
  readonly labelled: boolean;
  readonly pictures: readonly { readonly path: string; readonly lines: readonly (readonly [number, Box])[] }[];
}

const isPicture = (name: string): boolean => /\.(jpe?g|png|webp)$/i.test(name);
const namesSchema = z.object({ names: z.union([z.array(z.string()), z.record(z.string(), z.string())]) });

/** One line of a YOLO label file: class, then centre and size, or the points of an outline; all parts of the picture. @throws Error */
export function parseLine(line: string): [number, Box] {
  const numbers = line.trim().split(/\s+/).map(Number);
  const [kind, ...place] = numbers;
  if (numbers.some((n) => !Number.isFinite(n)) || kind === undefined || !Number.isInteger(kind) || kind < 0 || place.length < 4 || place.length % 2 !== 0) {
    throw new Error(`"${line.trim().slice(0, 80)}" is no label; wanted is: class cx cy width height`);
  }
  let [x1, y1, x2, y2] = [place[0]! - place[2]! / 2, place[1]! - place[3]! / 2, place[0]! + place[2]! / 2, place[1]! + place[3]! / 2];
  if (place.length > 4) {
    const [xs, ys] = [place.filter((_, i) => i % 2 === 0), place.filter((_, i) => i % 2 === 1)];
    [x1, y1, x2, y2] = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  }
  const [left, top] = [Math.max(0, x1), Math.max(0, y1)];
  return [kind, [left, top, Math.min(1, x2) - left, Math.min(1, y2) - top]];
}

async function classNames(folder: string): Promise<string[] | null> {
  const plain = join(folder, 'classes.txt');
  if (existsSync(plain)) return (await readFile(plain, 'utf8')).split('\n').map((name) => name.trim()).filter((name) => name !== '');
  const yaml = join(folder, 'data.yaml');
  if (!existsSync(yaml)) return null;
  const parsed = namesSchema.safeParse(parseYaml(await readFile(yaml, 'utf8')));
  if (!parsed.success) throw new Error(`${yaml}: ${z.prettifyError(parsed.error)}`);
  const { names } = parsed.data;
  if (Array.isArray(names)) return names;
  return Object.entries(names).toSorted(([a], [b]) => Number(a) - Number(b)).map(([, name]) => name);
}

async function linesOf(path: string): Promise<[number, Box][]> {
  if (!existsSync(path)) return [];
  return (await readFile(path, 'utf8')).split('\n').filter((line) => line.trim() !== '').map((line, i) => {
    try {
      return parseLine(line);
    } catch (error) {
      throw new Error(`${path}:${i + 1}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  });
}

/**
 * Reads FOLDER/images (or the pictures in FOLDER itself) and FOLDER/labels. A picture without a label file shows nothing.
 * @throws Error naming the file that cannot be read
 */
export async function readDataFolder(folder: string): Promise<DataFolder> {
  const images = existsSync(join(folder, 'images')) ? join(folder, 'images') : folder;
  const labels = join(folder, 'labels');
  const labelled = existsSync(labels);
  const names = (await readdir(images)).filter(isPicture).toSorted();
  if (names.length === 0) throw new Error(`there is no picture in ${images}`);
  const pictures = await Promise.all(names.map(async (name) => ({
    path: join(images, name), lines: labelled ? await linesOf(join(labels, `${parse(name).name}.txt`)) : [],
  })));
  const highest = Math.max(-1, ...pictures.flatMap(({ lines }) => lines.map(([kind]) => kind)));
  const classes = await classNames(folder);
  if (classes !== null && highest >= classes.length) throw new Error(`${labels} names class ${highest}, but there are names for ${classes.length} classes only`);
  return { classes, highest, labelled, pictures };
}

/** Classes of which a folder tells where they are and where not (partial.json); null = all. */
export async function labelledOnly(folder: string): Promise<readonly string[] | null> {
  const path = join(folder, 'partial.json');
  if (!existsSync(path)) return null;
  return z.object({ labelled: z.array(z.string()) }).parse(JSON.parse(await readFile(path, 'utf8'))).labelled;
}
