import { usualDrift, type Rule } from '../domain/camera.ts';
import { overlap, type Box } from '../domain/geometry.ts';
import { coverage, type Observation } from './observe.ts';
import { confirm, nothingSeen, type ConfirmerRule, type ConfirmerState, type Outcome, type Sample } from './confirmer.ts';

/** Where a picture lies in the recording. */
export interface Place {
  readonly run: string;
  /** Seconds. */
  readonly streamTime: number;
}

/** A thing that stands still, as one rule follows it. Its id is the key of the event that it may become. */
export interface Track {
  readonly id: string;
  readonly label: string;
  /** Slow mean of what was observed; a thing that stands still does not wander. */
  readonly box: Box;
  /** Where it stood when its dwell began. */
  readonly anchor: Box;
  /** Picture from before the thing was first seen, if there was one. */
  readonly before: Place | null;
  readonly confirmer: ConfirmerState;
}

/** What a rule knows of one sample. */
export type Sight =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'seen'; readonly observations: readonly Observation[]; readonly hidden: (box: Box) => boolean };

export interface TrackEvent {
  readonly outcome: Outcome | 'born' | 'lost';
  readonly track: Track;
  readonly observation: Observation | null;
}

/** Least overlap at which an observation continues a track. */
const sameThing = 0.3;
/** How far a new observation moves a track's box. */
const inertia = 0.3;
/** Tracks of one rule at a time; more are a defect of the model, not things. */
const trackLimit = 50;

const blend = (a: Box, b: Box): Box => [0, 1, 2, 3].map((i) => a[i]! + (b[i]! - a[i]!) * inertia) as unknown as Box;

/** How well an observation continues a track, 0..1: overlap, or a part of it that is left when something stands before it. */
function likeness(track: Box, seen: Box): number {
  return Math.max(overlap(track, seen), coverage(seen, track) >= 0.8 ? sameThing : 0);
}

/** Pairs tracks and observations, best first, each at most once. */
export function pair(tracks: readonly Track[], observations: readonly Observation[]): Map<Track, Observation> {
  const candidates = tracks.flatMap((track) => observations.map((seen) => ({ track, seen, like: likeness(track.box, seen.box) })))
    .filter((c) => c.like >= sameThing)
    .toSorted((a, b) => b.like - a.like);
  const pairs = new Map<Track, Observation>();
  const taken = new Set<Observation>();
  for (const { track, seen } of candidates) {
    if (pairs.has(track) || taken.has(seen)) continue;
    pairs.set(track, seen);
    taken.add(seen);
  }
  return pairs;
}

/** How far a thing's middle has come from its anchor, in the anchor's widths or heights. What is left to see of it has not moved. */
function driftOf(anchor: Box, seen: Box): number {
  if (coverage(seen, anchor) >= 0.8) return 0;
  const way = (i: 0 | 1): number => Math.abs(seen[i] + seen[i + 2]! / 2 - anchor[i] - anchor[i + 2]! / 2) / anchor[i + 2]!;
  return Math.max(way(0), way(1));
}

function sampleOf(track: Track, own: Observation | undefined, sight: Sight, at: number): Sample {
  if (own !== undefined) return { at, state: 'present', score: own.score };
  if (sight.kind === 'unknown') return { at, state: 'unknown', score: null };
  // one box over two neighbours belongs to one of them and hides the other
  const swallowed = sight.observations.some((o) => coverage(track.box, o.box) >= 0.7);
  return { at, state: swallowed || sight.hidden(track.box) ? 'unknown' : 'absent', score: null };
}

/**
 * Takes one sample of one rule: continues tracks, ends them, begins new ones. Pure; `newId` makes unique ids.
 * @param at milliseconds on a clock that never jumps
 * @param before the picture that a newly born track remembers
 */
export function follow(tracks: readonly Track[], sight: Sight, at: number, rule: ConfirmerRule & Pick<Rule, 'drift'>, before: Place | null, newId: () => string): {
  readonly tracks: readonly Track[];
  readonly events: readonly TrackEvent[];
} {
  const pairs = sight.kind === 'seen' ? pair(tracks, sight.observations) : new Map<Track, Observation>();
  const next: Track[] = [];
  const events: TrackEvent[] = [];
  const step = (known: Track, own: Observation | undefined): void => {
    // a cart that is pushed slowly overlaps with where it was a moment ago, and yet does not stand
    const wanders = own !== undefined && known.confirmer.phase === 'pending' && driftOf(known.anchor, own.box) > (rule.drift ?? usualDrift);
    const track: Track = wanders ? { ...known, box: own.box, anchor: own.box, confirmer: nothingSeen } : known;
    const { state, outcome } = confirm(track.confirmer, sampleOf(track, own, sight, at), rule);
    const after: Track = { ...track, box: own === undefined ? track.box : blend(track.box, own.box), confirmer: state };
    if (outcome !== null) events.push({ outcome, track: after, observation: own ?? null });
    // one that was never raised and hides for very long is forgotten
    const forgotten = state.phase === 'pending' && at - (state.lastPresentAt ?? at) > 4 * Math.max(rule.dwell, rule.grace);
    if (state.phase !== 'gone' && !forgotten) next.push(after);
    else if (outcome === null) events.push({ outcome: 'lost', track: after, observation: null });
  };
  for (const track of tracks) step(track, pairs.get(track));
  if (sight.kind === 'seen') {
    const taken = new Set(pairs.values());
    for (const seen of sight.observations) {
      if (taken.has(seen) || next.length >= trackLimit) continue;
      const born: Track = { id: newId(), label: seen.label, box: seen.box, anchor: seen.box, before, confirmer: nothingSeen };
      events.push({ outcome: 'born', track: born, observation: seen });
      step(born, seen);
    }
  }
  return { tracks: next, events };
}
