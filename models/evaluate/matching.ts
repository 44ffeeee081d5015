import { overlap, type Box } from '../../domain/geometry.ts';

/** A detection as a figure needs it: how sure, and whether it found something that no surer one had found. */
export interface Judgement {
  readonly score: number;
  readonly hit: boolean;
}

/** Overlaps at which COCO takes its mean: 0.50, 0.55 … 0.95. */
export const cocoOverlaps: readonly number[] = Array.from({ length: 10 }, (_, i) => (50 + 5 * i) / 100);

/**
 * Which detections of one picture and class, best first, find a thing: each takes the free one that it overlaps most, if that is enough.
 * @param least overlap (intersection over union) from which a thing counts as found
 */
export function match(found: readonly Box[], things: readonly Box[], least: number): boolean[] {
  const free = new Set(things);
  return found.map((box) => {
    let best: Box | null = null;
    let most = -1;
    for (const thing of free) {
      const shared = overlap(box, thing);
      if (shared >= least && shared > most) {
        best = thing;
        most = shared;
      }
    }
    if (best === null) return false;
    free.delete(best);
    return true;
  });
}

/**
 * Average precision in the 101-point form of COCO: at each recall of 0, 0.01 … 1 the best precision that is had at it or beyond.
 * @param things number of things that were there
 * @returns 0..1; null when there was nothing to find
 */
export function averagePrecision(judgements: readonly Judgement[], things: number): number | null {
  if (things === 0) return null;
  const hits: number[] = [];
  const precisions: number[] = [];
  let right = 0;
  for (const { hit } of judgements.toSorted((a, b) => b.score - a.score)) {
    if (hit) right += 1;
    hits.push(right);
    precisions.push(right / (hits.length));
  }
  for (let i = precisions.length - 2; i >= 0; i--) precisions[i] = Math.max(precisions[i]!, precisions[i + 1]!);
  let sum = 0;
  let at = 0;
  for (let percent = 0; percent <= 100; percent++) {
    // whole numbers: 7 of 100 is a recall of 0.07, which no sum of floats need be
    while (at < hits.length && hits[at]! * 100 < percent * things) at++;
    sum += precisions[at] ?? 0;
  }
  return sum / 101;
}
