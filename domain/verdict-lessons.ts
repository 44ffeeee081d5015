import type { ScoreSample } from './detection.ts';

/** What verdicts teach of a detector: how often it was right, and which threshold would have served better. Pure. */

/** A verdict as the detector has to take it: there, not there (误报), or there and yet no case (属实不立案), which is neutral. */
export const lessons = ['confirmed', 'false', 'true_unfiled'] as const;
export type Lesson = (typeof lessons)[number];

/** A share of a whole, with the interval in which the true share lies by 95 %. All 0..1. */
export interface Share {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const z95 = 1.959964;

/** A share with its interval after Wilson, which is honest for few and for none. Null of nothing. */
export function shareOf(hits: number, all: number): Share | null {
  if (all === 0) return null;
  const p = hits / all;
  const bend = z95 ** 2 / all;
  const middle = (p + bend / 2) / (1 + bend);
  const half = (z95 / (1 + bend)) * Math.sqrt((p * (1 - p)) / all + bend / (4 * all));
  return { value: p, low: hits === 0 ? 0 : Math.max(0, middle - half), high: hits === all ? 1 : Math.min(1, middle + half) };
}

/** Probability of at most `hits` of `all` where each comes with probability `p`, 0 < p < 1. */
function atMost(hits: number, all: number, p: number): number {
  let term = all * Math.log1p(-p);
  let sum = Math.exp(term);
  for (let i = 0; i < hits; i += 1) {
    term += Math.log((all - i) / (i + 1)) + Math.log(p) - Math.log1p(-p);
    sum += Math.exp(term);
  }
  return sum;
}

/**
 * The share that is not exceeded by 95 % when `hits` of `all` were met (Clopper and Pearson). It holds for a threshold that was laid
 * between the same scores as well, because it asks nothing of how they are distributed.
 */
export function shareAtMost(hits: number, all: number): number {
  if (hits >= all) return 1;
  let [low, high] = [hits / all, 1];
  for (let i = 0; i < 50; i += 1) {
    const p = (low + high) / 2;
    if (atMost(hits, all, p) > 0.05) low = p;
    else high = p;
  }
  return high;
}

/**
 * The highest threshold at which an alert would still have been raised when it was: with it, just the share `presence` of the known
 * samples still counts as present.
 * @param score of the alert, for one that came without a history
 */
export function heldUpTo(samples: readonly ScoreSample[], presence: number, score: number): number {
  const scores = samples.flatMap((s) => (s.state === 'present' && s.score !== null ? [s.score] : [])).toSorted((a, b) => b - a);
  const known = samples.filter((s) => s.state !== 'unknown').length;
  const needed = Math.max(1, Math.ceil(presence * known - 1e-9));
  // it was raised, so what is there was enough, whatever the history's rounding says
  return scores[Math.min(needed, scores.length) - 1] ?? score;
}

export interface JudgedScore {
  readonly lesson: 'confirmed' | 'false';
  /** As `heldUpTo` says. */
  readonly heldUpTo: number;
}

export type Advice =
  /** So many more verdicts are needed before anything can be said. */
  | { readonly kind: 'too_few'; readonly confirmed: number; readonly false: number }
  /** No higher threshold would spare more than it loses. */
  | { readonly kind: 'keep' }
  | {
    readonly kind: 'raise';
    readonly threshold: number;
    /** Of the alerts that are raised at the threshold of now. */
    readonly falseSpared: number;
    readonly falseAll: number;
    readonly confirmedLost: number;
    readonly confirmedAll: number;
    /** Share of true things that the new threshold loses at most, by 95 %. */
    readonly lossAtMost: number;
    /** Of what would have been left. */
    readonly precision: Share | null;
  };

/** Verdicts that a suggestion needs. With fewer true ones nobody knows what would be lost, with fewer false ones there is little to spare. */
export const leastVerdicts = { confirmed: 20, false: 5 } as const;
/** Share of true alerts that may be lost where nobody says otherwise. */
export const usualMostLost = 0.02;
/** Scores are stored with five digits. */
const roundingError = 1e-5;

/**
 * The threshold, in steps of 0.01 above the present one, that would have spared most false alerts and lost at most the share `mostLost`
 * of the true ones; among equals the middle, which is farthest from both. Below the present threshold nothing was raised, so nothing
 * can be said of a lower one.
 */
export function adviseThreshold(judged: readonly JudgedScore[], current: number, mostLost: number = usualMostLost): Advice {
  const base = judged.filter((j) => j.heldUpTo >= current - roundingError);
  const held = (lesson: JudgedScore['lesson']): number[] => base.filter((j) => j.lesson === lesson).map((j) => j.heldUpTo);
  const [trueOnes, falseOnes] = [held('confirmed'), held('false')];
  const missing = { confirmed: Math.max(0, leastVerdicts.confirmed - trueOnes.length), false: Math.max(0, leastVerdicts.false - falseOnes.length) };
  if (missing.confirmed === 0 && falseOnes.length === 0) return { kind: 'keep' };
  if (missing.confirmed > 0 || missing.false > 0) return { kind: 'too_few', ...missing };

  const below = (scores: readonly number[], threshold: number): number => scores.filter((s) => s < threshold).length;
  const steps = Array.from({ length: 99 }, (_, i) => (i + 1) / 100).filter((threshold) => threshold > current)
    .map((threshold) => ({ threshold, spared: below(falseOnes, threshold), lost: below(trueOnes, threshold) }))
    .filter(({ spared, lost }) => spared > lost && lost <= mostLost * trueOnes.length);
  const [best] = steps.toSorted((a, b) => b.spared - a.spared || a.lost - b.lost);
  if (best === undefined) return { kind: 'keep' };
  const equals = steps.filter(({ spared, lost }) => spared === best.spared && lost === best.lost);
  const { threshold, spared, lost } = equals[equals.length >> 1]!;
  const left = trueOnes.length - lost;
  return {
    kind: 'raise', threshold, falseSpared: spared, falseAll: falseOnes.length, confirmedLost: lost, confirmedAll: trueOnes.length,
    lossAtMost: shareAtMost(lost, trueOnes.length), precision: shareOf(left, left + falseOnes.length - spared),
  };
}
