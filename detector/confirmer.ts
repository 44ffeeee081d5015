import type { Rule } from '../domain/camera.ts';

/** What was seen of one thing at one moment. */
export interface Sample {
  /** Milliseconds on a clock that never jumps. */
  readonly at: number;
  /** `unknown`: a bad picture, or something in front. Counts neither as presence nor as absence. */
  readonly state: 'present' | 'absent' | 'unknown';
  readonly score: number | null;
}

export interface ConfirmerState {
  readonly phase: 'pending' | 'raised' | 'gone';
  readonly firstPresentAt: number | null;
  readonly lastPresentAt: number | null;
  /** Known absence since the thing was last seen, milliseconds. */
  readonly absentMs: number;
  /** When the thing was last reported, as raised or as still there. */
  readonly toldAt: number | null;
  /** Samples of the last dwell, or the last `minSamples`, oldest first. */
  readonly window: readonly Sample[];
}

export type Outcome = 'raised' | 'still' | 'gone';
export type ConfirmerRule = Pick<Rule, 'dwell' | 'presence' | 'minSamples' | 'grace'>;

/** How often a thing that stays is reported, milliseconds. */
export const stillEvery = 30_000;
/** Two samples further apart than this say nothing about the time between them, milliseconds. Cameras with a key frame every 20 s are common. */
export const longestGap = 30_000;
/** More samples than this in a dwell are not kept; the oldest go. */
const windowLimit = 2000;

export const nothingSeen: ConfirmerState = { phase: 'pending', firstPresentAt: null, lastPresentAt: null, absentMs: 0, toldAt: null, window: [] };

/** Share of present samples among the known ones, and how many are known. */
function presence(window: readonly Sample[]): { known: number; share: number } {
  const known = window.filter((s) => s.state !== 'unknown').length;
  const present = window.filter((s) => s.state === 'present').length;
  return { known, share: known === 0 ? 0 : present / known };
}

/**
 * Takes one sample. A thing is raised at the first present sample at which it has been there for the dwell, its share of the known
 * samples in the dwell reaches `presence`, and `minSamples` are known. It is gone after `grace` of known absence: unknown time and
 * times without samples do not count towards it. A thing that vanishes before it was raised ends as `gone` without an outcome. One that
 * is seen again after a longer time without samples than the grace begins its dwell anew: nobody looked meanwhile. Unknown samples do
 * not break the dwell, or a camera that turns through its views would never reach one.
 * Samples that are not newer than the last are ignored.
 */
export function confirm(state: ConfirmerState, sample: Sample, rule: ConfirmerRule): { readonly state: ConfirmerState; readonly outcome: Outcome | null } {
  const last = state.window.at(-1);
  if (state.phase === 'gone' || (last !== undefined && sample.at <= last.at)) return { state, outcome: null };
  // where samples come seldom, the last few count although they are older than the dwell: otherwise minSamples could never be reached
  const enough = state.window.length - (rule.minSamples - 1);
  const anew = state.phase === 'pending' && sample.state === 'present' && last !== undefined && sample.at - last.at > Math.max(longestGap, rule.grace);
  const window = anew ? [sample] : [...state.window.filter((s, i) => s.at >= sample.at - rule.dwell || i >= enough), sample].slice(-windowLimit);
  if (sample.state === 'unknown') return { state: { ...state, window }, outcome: null };

  if (sample.state === 'absent') {
    const gap = last?.state === 'absent' ? sample.at - last.at : 0;
    const absentMs = state.absentMs + (gap <= longestGap ? gap : 0);
    const ended = absentMs >= rule.grace;
    return {
      state: { ...state, window, absentMs, phase: ended ? 'gone' : state.phase },
      outcome: ended && state.phase === 'raised' ? 'gone' : null,
    };
  }

  const firstPresentAt = anew ? sample.at : state.firstPresentAt ?? sample.at;
  const seen = { ...state, window, firstPresentAt, lastPresentAt: sample.at, absentMs: 0 };
  if (state.phase === 'raised') {
    const due = state.toldAt === null || sample.at - state.toldAt >= stillEvery;
    return { state: due ? { ...seen, toldAt: sample.at } : seen, outcome: due ? 'still' : null };
  }
  const { known, share } = presence(window);
  if (sample.at - firstPresentAt >= rule.dwell && known >= rule.minSamples && share >= rule.presence) {
    return { state: { ...seen, phase: 'raised', toldAt: sample.at }, outcome: 'raised' };
  }
  return { state: seen, outcome: null };
}
