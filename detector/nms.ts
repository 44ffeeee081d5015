import { overlap } from '../domain/geometry.ts';
import type { Detection } from '../domain/detection.ts';

/** Overlap above which two boxes of one class are one thing. */
const sameThing = 0.45;

/** Keeps the best of overlapping boxes of one class; boxes of different classes never suppress each other. Best first, at most `limit`. */
export function nms(candidates: readonly Detection[], limit = 200, threshold = sameThing): Detection[] {
  const kept: Detection[] = [];
  for (const candidate of candidates.toSorted((a, b) => b.score - a.score)) {
    if (kept.length >= limit) break;
    if (kept.every((k) => k.label !== candidate.label || overlap(k.box, candidate.box) <= threshold)) kept.push(candidate);
  }
  return kept;
}
