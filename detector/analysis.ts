import type { FrameQuality } from '../domain/camera.ts';

/** Whether a camera's samples are inferred and judged by every rule, and if not, why: a code, a colon, words. */
export interface Analysis {
  readonly analysed: boolean;
  readonly reason: string | null;
  /** ISO time of the last picture that every rule judged. */
  readonly lastSampleAt: string | null;
}

export interface AnalysisFacts {
  readonly ruleCount: number;
  /** First reason among rules and their last runs. */
  readonly problem: string | null;
  /** First reason among the models: failed, or still loading. */
  readonly modelProblem: string | null;
  readonly analysedAt: number | null;
  /** Milliseconds since the last picture that every rule judged, or since the watch began. */
  readonly silentFor: number;
  readonly quality: FrameQuality | null;
}

/** Pictures may be missing for so long before the camera counts as not analysed, milliseconds. */
export const silenceLimit = 25_000;

export function analysisFrom(facts: AnalysisFacts): Analysis {
  const lastSampleAt = facts.analysedAt === null ? null : new Date(facts.analysedAt).toISOString();
  const not = (reason: string): Analysis => ({ analysed: false, reason, lastSampleAt });
  if (facts.ruleCount === 0) return not('no_rules: the camera has no rules');
  const problem = facts.modelProblem ?? facts.problem;
  if (problem !== null) return not(problem);
  // said at once: until somebody sees to it nothing will be judged
  if (facts.quality === 'moved') return not('picture_moved: the camera shows none of its known views, or something covers it; its rules are suspended');
  const seconds = Math.round(facts.silentFor / 1000);
  if (facts.silentFor > silenceLimit) {
    return facts.quality === null || facts.quality === 'ok'
      ? not(`no_samples: no picture has been analysed for ${seconds} s`)
      : not(`picture_${facts.quality}: no usable picture for ${seconds} s`);
  }
  if (facts.analysedAt === null) return not('starting: waiting for the first picture');
  return { analysed: true, reason: null, lastSampleAt };
}
