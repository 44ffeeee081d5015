import { readFile } from 'node:fs/promises';
import type { Look } from '../../detector/index.ts';
import { nms } from '../../detector/nms.ts';
import type { Detection } from '../../domain/detection.ts';
import { thresholdOf, type ModelManifest } from '../../domain/model.ts';
import { labelledOnly, readDataFolder, type DataFolder, type Truth } from './data-folder.ts';
import { averagePrecision, cocoOverlaps, match, type Judgement } from './matching.ts';

/** A class of the data and the labels of the model that stand for it. */
export interface EvaluatedClass {
  readonly name: string;
  readonly labels: readonly string[];
  /** Whether it counts in the figures over all classes. */
  readonly counts: boolean;
}

export interface JudgedPicture {
  readonly truth: readonly Truth[];
  readonly found: readonly Detection[];
}

export interface Figures {
  /** Average precision at an overlap of 0.5, and the mean over 0.50 to 0.95, 101-point; null when nothing was there to be found. */
  readonly ap50: number | null;
  readonly ap50_95: number | null;
  /** At the manifest's thresholds and an overlap of 0.5; null where it would be a division by 0. */
  readonly precision: number | null;
  readonly recall: number | null;
  /** Detections at the manifest's thresholds on a picture that shows none of it; null when every picture shows some. */
  readonly falsePerPicture: number | null;
  /** Boxes of the truth. */
  readonly boxes: number;
  readonly picturesWithout: number;
}

export interface DetectionFigures extends Figures {
  readonly perClass: Readonly<Record<string, Figures & { readonly labels: readonly string[]; readonly thresholds: readonly number[] }>>;
  readonly pictures: number;
  /** Median milliseconds of one picture on one thread: bringing it to size, the network, reading the answer. */
  readonly msPerPicture: number | null;
}

/** Most detections of a picture and class that count, as in COCO. */
const detectionLimit = 100;
/** Detections down to this score enter the average precision. */
export const evaluationFloor = 0.001;

const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);
const mean = (values: readonly number[]): number | null => (values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length);
export const median = (values: readonly number[]): number | null => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted.length === 0 ? null : (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
};

/** Detections of all labels of a class as one: what several labels say of one thing is said once. Best first. */
function together(found: readonly Detection[], { name, labels }: EvaluatedClass): Detection[] {
  const own = found.filter((d) => labels.includes(d.label)).map((d) => ({ ...d, label: name }));
  return (labels.length > 1 ? nms(own) : own.toSorted((a, b) => b.score - a.score)).slice(0, detectionLimit);
}

interface Count {
  right: number;
  said: number;
  boxes: number;
  /** Said on pictures that show none. */
  wrong: number;
  without: number;
}

function figuresOfClass(pictures: readonly JudgedPicture[], one: EvaluatedClass, manifest: Pick<ModelManifest, 'thresholds'>): { figures: Figures; count: Count } {
  const judgements = cocoOverlaps.map((): Judgement[] => []);
  const count: Count = { right: 0, said: 0, boxes: 0, wrong: 0, without: 0 };
  for (const { truth, found } of pictures) {
    const things = truth.filter((t) => t.label === one.name).map((t) => t.box);
    const all = together(found, one);
    const boxes = all.map((d) => d.box);
    cocoOverlaps.forEach((least, i) => match(boxes, things, least).forEach((hit, k) => judgements[i]!.push({ score: all[k]!.score, hit })));
    const sure = together(found.filter((d) => d.score >= thresholdOf(manifest, d.label)), one).map((d) => d.box);
    count.boxes += things.length;
    count.said += sure.length;
    count.right += match(sure, things, 0.5).filter(Boolean).length;
    if (things.length > 0) continue;
    count.without += 1;
    count.wrong += sure.length;
  }
  const precisions = judgements.map((list) => averagePrecision(list, count.boxes));
  return {
    count,
    figures: {
      ap50: precisions[0]!, ap50_95: count.boxes === 0 ? null : mean(precisions.flatMap((p) => p ?? [])), precision: ratio(count.right, count.said),
      recall: ratio(count.right, count.boxes), falsePerPicture: ratio(count.wrong, count.without), boxes: count.boxes, picturesWithout: count.without,
    },
  };
}

/** Figures for each class and over all that count: means of average precisions, sums of everything else. */
export function detectionFigures(pictures: readonly JudgedPicture[], classes: readonly EvaluatedClass[], manifest: Pick<ModelManifest, 'thresholds'>): Omit<DetectionFigures, 'msPerPicture'> {
  const judged = classes.map((one) => ({ one, ...figuresOfClass(pictures, one, manifest) }));
  const counted = judged.filter(({ one }) => one.counts);
  const sum = (key: keyof Count): number => counted.reduce((total, { count }) => total + count[key], 0);
  const names = new Set(counted.map(({ one }) => one.name));
  const empty = pictures.filter(({ truth }) => !truth.some((t) => names.has(t.label)));
  const wrong = empty.reduce((total, { found }) => total + counted.reduce((n, { one }) => n + together(found.filter((d) => d.score >= thresholdOf(manifest, d.label)), one).length, 0), 0);
  return {
    ap50: mean(counted.flatMap(({ figures }) => figures.ap50 ?? [])),
    ap50_95: mean(counted.flatMap(({ figures }) => figures.ap50_95 ?? [])),
    precision: ratio(sum('right'), sum('said')),
    recall: ratio(sum('right'), sum('boxes')),
    falsePerPicture: ratio(wrong, empty.length),
    boxes: sum('boxes'),
    picturesWithout: empty.length,
    perClass: Object.fromEntries(judged.map(({ one, figures }) => [one.name, { ...figures, labels: one.labels, thresholds: one.labels.map((label) => thresholdOf(manifest, label)) }])),
    pictures: pictures.length,
  };
}

/** Labels of a model that stand for a name of the data: the label of that name and those of the alias. */
export function labelsFor(name: string, manifest: Pick<ModelManifest, 'labels' | 'aliases'>): string[] {
  return [...new Set([name, ...(manifest.aliases?.[name] ?? [])])].filter((label) => manifest.labels.includes(label));
}

/** The name that a folder's only class has when nothing names it. */
const usualName = 'garbage';

/** What is evaluated on a folder, and what had to be guessed or left out for it. @throws Error when the model knows nothing of the data */
export function classesFor(data: DataFolder, given: readonly string[] | null, labelled: readonly string[] | null, manifest: ModelManifest): { classes: EvaluatedClass[]; names: readonly string[]; notes: string[] } {
  const notes: string[] = [];
  const one = (name: string, counts: boolean): EvaluatedClass => ({ name, labels: labelsFor(name, manifest), counts });
  let names = given ?? data.classes;
  if (names === null) {
    const hasUsual = labelsFor(usualName, manifest).length > 0;
    if (data.highest > 0 || (data.highest === 0 && !hasUsual)) throw new Error('nothing names the classes of the labels: give --labels, or put classes.txt or data.yaml into the folder');
    if (hasUsual) notes.push(`no class is named; ${data.highest === 0 ? 'class 0 is taken for' : 'false alarms are counted for'} ${usualName}: ${labelsFor(usualName, manifest).join(', ')}`);
    names = hasUsual ? [usualName] : manifest.labels;
    if (data.highest < 0) {
      const others = [...manifest.labels, ...Object.keys(manifest.aliases ?? {})].filter((name) => !names!.includes(name));
      return { classes: [...names.map((name) => one(name, true)), ...others.map((name) => one(name, false))], names, notes };
    }
  }
  if (data.highest >= names.length) throw new Error(`the label files name class ${data.highest}, but --labels names ${names.length}`);
  // what is labelled and has no number is known to be nowhere in the folder
  const wanted = labelled === null ? names : [...names.filter((name) => labelled.includes(name)), ...labelled.filter((name) => !names.includes(name))];
  const unlabelled = names.filter((name) => !wanted.includes(name));
  if (unlabelled.length > 0) notes.push(`not labelled everywhere in this folder, left out: ${unlabelled.join(', ')}`);
  const unknown = wanted.filter((name) => labelsFor(name, manifest).length === 0);
  if (unknown.length > 0) notes.push(`the model has no class for: ${unknown.join(', ')}`);
  const classes = wanted.filter((name) => !unknown.includes(name)).map((name) => one(name, true));
  if (classes.length === 0) {
    throw new Error(`model ${manifest.id} knows none of ${names.join(', ')}; it has ${manifest.labels.join(', ')}${manifest.aliases === undefined ? '' : ` and the aliases ${Object.keys(manifest.aliases).join(', ')}`}`);
  }
  return { classes, names, notes };
}

/**
 * Figures of a detector on a folder of pictures.
 * @param look runs the model on a picture's bytes down to a lowest score
 * @param negatives takes every picture for one that shows nothing, whatever its labels
 */
export async function evaluateDetection({ manifest, folder, labels, negatives, look, say }: {
  manifest: ModelManifest;
  folder: string;
  labels: readonly string[] | null;
  negatives: boolean;
  look: (picture: Uint8Array, floor: number) => Promise<Look>;
  say: (line: string) => void;
}): Promise<DetectionFigures & { readonly notes: readonly string[] }> {
  const read = await readDataFolder(folder);
  const data: DataFolder = negatives ? { ...read, highest: -1, labelled: false, pictures: read.pictures.map(({ path }) => ({ path, lines: [] })) } : read;
  const { classes, names, notes } = classesFor(data, labels, await labelledOnly(folder), manifest);
  for (const note of notes) say(note);
  const judged: JudgedPicture[] = [];
  const times: number[] = [];
  for (const { path, lines } of data.pictures) {
    const { detections, ms } = await look(await readFile(path), evaluationFloor).catch((error: unknown) => {
      throw new Error(`${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    });
    times.push(ms);
    judged.push({ truth: lines.map(([kind, box]) => ({ label: names[kind]!, box })), found: detections });
    if (judged.length % 100 === 0) say(`${judged.length} of ${data.pictures.length} pictures`);
  }
  return { ...detectionFigures(judged, classes, manifest), msPerPicture: median(times), notes };
}
