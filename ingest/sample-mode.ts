import type { Rule } from '../domain/camera.ts';
import type { SampleMode } from './ffmpeg-arguments.ts';

/** What is known of a stream's key frames. Seconds; null until it was seen. */
export interface KeyFrames {
  readonly interval: number | null;
  readonly bFrames: boolean;
}

/** A camera's clock is not ours: intervals may be longer by so much. */
const tolerance = 1.15;
const mostSeconds = 5;

/** Longest time between two samples that the rules bear: min(5 s, dwell / 3). Seconds. Pure. */
export function sampleLimit(rules: readonly Pick<Rule, 'dwell'>[]): number {
  return Math.max(0.2, Math.min(mostSeconds, ...rules.map((rule) => rule.dwell / 3000)));
}

/** Longest wait for a key frame under a limit, seconds. Pure. */
export const longestWait = (limit: number): number => limit * tolerance;

/**
 * Key frames alone where they come often enough. Otherwise all is decoded: too seldom key frames, or B-frames, for which a decoder
 * that gets key frames alone holds each back until the next ones come.
 */
export function chooseMode(keys: KeyFrames, limit: number): SampleMode {
  if (!keys.bFrames && (keys.interval === null || keys.interval <= longestWait(limit))) return { kind: 'key' };
  return { kind: 'full', every: Math.max(0.2, Math.min(2, limit / 2)) };
}
