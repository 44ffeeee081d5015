import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Models } from '../../detector/index.ts';
import type { Detection } from '../../domain/detection.ts';
import type { ModelManifest } from '../../domain/model.ts';

/** What a state model answered for one picture: a probability for each label, in the manifest's order. */
export interface StateAnswer {
  readonly truth: string;
  readonly scores: readonly number[];
}

export interface StateFigures {
  /** Number of pictures judged. */
  readonly pictures: number;
  readonly accuracy: number;
  /** Mean of the recalls of the labels that occur. */
  readonly balancedAccuracy: number;
  /** Chance that a picture of a label scores higher for it than one of another label; mean over the labels. Null when only one occurs. */
  readonly auroc: number | null;
  /** Expected calibration error of the likeliest label's probability, 15 bins of equal width. */
  readonly calibrationError: number;
  readonly perClass: Readonly<Record<string, { readonly pictures: number; readonly recall: number | null; readonly precision: number | null; readonly threshold: number }>>;
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const bins = 15;
const evenThreshold = 0.5;

/** The rank statistic; pairs of equal scores count half. Null when one side is empty. */
export function areaUnderCurve(positives: readonly number[], negatives: readonly number[]): number | null {
  if (positives.length === 0 || negatives.length === 0) return null;
  const all = [...positives.map((score) => ({ score, positive: true })), ...negatives.map((score) => ({ score, positive: false }))].toSorted((a, b) => a.score - b.score);
  let ranks = 0;
  for (let from = 0; from < all.length;) {
    let to = from;
    while (to < all.length && all[to]!.score === all[from]!.score) to++;
    // ranks from + 1 … to share their mean
    ranks += all.slice(from, to).filter((row) => row.positive).length * (from + 1 + to) / 2;
    from = to;
  }
  const n = positives.length;
  return (ranks - n * (n + 1) / 2) / (n * negatives.length);
}

/** The likeliest label as the thresholds see it: with two labels, whether the second reaches its threshold. */
export function chosen(scores: readonly number[], labels: readonly string[], thresholds: Readonly<Record<string, number>> = {}): string {
  const ratios = scores.map((score, i) => score / Math.max(1e-6, thresholds[labels[i]!] ?? evenThreshold));
  // the later label wins a tie: a score that equals its threshold reaches it
  return labels[ratios.findLastIndex((ratio) => ratio >= Math.max(...ratios) - 1e-9)]!;
}

export function calibrationError(answers: readonly StateAnswer[], labels: readonly string[]): number {
  const gaps = Array.from({ length: bins }, () => 0);
  for (const { truth, scores } of answers) {
    const confidence = Math.max(...scores);
    const bin = Math.min(bins - 1, Math.floor(confidence * bins));
    gaps[bin]! += confidence - (labels[scores.indexOf(confidence)] === truth ? 1 : 0);
  }
  return gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / answers.length;
}

export function stateFigures(answers: readonly StateAnswer[], { labels, thresholds }: Pick<ModelManifest, 'labels' | 'thresholds'>): StateFigures {
  if (answers.length === 0) throw new Error('there is no picture to take figures on');
  const rows = answers.map(({ truth, scores }) => ({ truth, scores, answer: chosen(scores, labels, thresholds) }));
  const perClass = Object.fromEntries(labels.map((label, i) => {
    const of = rows.filter((r) => r.truth === label);
    const said = rows.filter((r) => r.answer === label);
    const right = of.filter((r) => r.answer === label).length;
    return [label, { pictures: of.length, recall: of.length === 0 ? null : right / of.length, precision: said.length === 0 ? null : right / said.length, threshold: thresholds?.[labels[i]!] ?? evenThreshold }];
  }));
  const areas = labels.flatMap((label, i) => {
    const score = (wanted: boolean): number[] => rows.filter((r) => (r.truth === label) === wanted).map((r) => r.scores[i]!);
    return areaUnderCurve(score(true), score(false)) ?? [];
  });
  return {
    pictures: rows.length,
    accuracy: mean(rows.map((r) => (r.answer === r.truth ? 1 : 0))),
    balancedAccuracy: mean(Object.values(perClass).flatMap(({ recall }) => recall ?? [])),
    auroc: areas.length === 0 ? null : mean(areas),
    calibrationError: calibrationError(answers, labels),
    perClass,
  };
}

/** The scores in the manifest's order. @throws Error when a label has none */
export function scoresOf(detections: readonly Detection[], labels: readonly string[]): number[] {
  return labels.map((label) => {
    const found = detections.find((d) => d.label === label);
    if (found === undefined) throw new Error(`the model gave no score for ${label}`);
    return found.score;
  });
}

/**
 * Figures of a state model on a folder with one sub-folder of pictures for each label; the whole picture is the region.
 * @throws Error when a sub-folder is no label of the model, or a picture cannot be read
 */
export async function evaluateState({ models, manifest, data }: { models: Models; manifest: ModelManifest; data: string }): Promise<StateFigures> {
  const folders = (await readdir(data, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map((entry) => entry.name).toSorted();
  const unknown = folders.filter((name) => !manifest.labels.includes(name));
  if (folders.length === 0 || unknown.length > 0) {
    throw new Error(`${data} has the folders ${folders.join(', ') || '(none)'}; wanted is one for each label of ${manifest.id}: ${manifest.labels.join(', ')}`);
  }
  const answers: StateAnswer[] = [];
  for (const truth of folders) {
    const files = (await readdir(join(data, truth))).filter((name) => /\.(jpe?g|png|webp)$/i.test(name)).toSorted();
    for (const file of files) {
      const detections = await models.infer(manifest.id, await readFile(join(data, truth, file))).catch((error: unknown) => {
        throw new Error(`${join(data, truth, file)}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      });
      answers.push({ truth, scores: scoresOf(detections, manifest.labels) });
    }
  }
  return stateFigures(answers, manifest);
}
