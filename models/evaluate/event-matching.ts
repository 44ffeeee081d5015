import { boxArea, overlap, type Box } from '../../domain/geometry.ts';
import type { EventTruth, Fault, RuleSettings, TrueEvent } from './event-clip.ts';
import type { Alert } from './play-clip.ts';

/** An alert of the product and the true event that it tells of. */
export interface JudgedAlert {
  readonly alert: Alert;
  readonly verdict: 'true' | 'duplicate' | 'false';
  /** Null when false. */
  readonly event: TrueEvent | null;
}

export interface JudgedEvent {
  readonly event: TrueEvent;
  /** Seconds of the clip at which it is due: it has stood whole, in front of a camera that could see it, for the dwell. */
  readonly due: number;
  /** False when the camera was blind, or the clip over, before it was due: then nobody could have told. */
  readonly tellable: boolean;
  /** Null when it was never told. */
  readonly alert: Alert | null;
}

export interface JudgedClip {
  readonly alerts: readonly JudgedAlert[];
  readonly events: readonly JudgedEvent[];
}

/** Least overlap, or share of one box in the other, at which two boxes are one place. */
const leastOverlap = 0.2;
const leastCover = 0.6;

/** How well two boxes are one place, 0..1; 0 = they are not. A part of a thing is at its place, and so is a box around it and a bit more. */
export function samePlace(a: Box, b: Box): number {
  const shared = overlap(a, b);
  const w = Math.min(a[0] + a[2], b[0] + b[2]) - Math.max(a[0], b[0]);
  const h = Math.min(a[1] + a[3], b[1] + b[3]) - Math.max(a[1], b[1]);
  const cover = w <= 0 || h <= 0 ? 0 : (w * h) / Math.min(boxArea(a), boxArea(b));
  return shared >= leastOverlap || cover >= leastCover ? Math.max(shared, cover * leastOverlap) : 0;
}

/** Faults under which the camera shows nothing of what is in front of it. */
const isBlinding = ({ kind }: Pick<Fault, 'kind'>): boolean => kind === 'frozen' || kind === 'black' || kind === 'moved';

/**
 * When an event is due, if the camera lets it: a dwell after it stands whole. What comes while the camera is blind is new when it sees
 * again, and so is what it could not see for longer than the grace; after a shorter while it is due when the camera sees again.
 */
export function dueOf(event: Pick<TrueEvent, 'grown'>, faults: readonly Fault[], { dwell, grace }: RuleSettings): number {
  let due = event.grown + dwell;
  for (const { from, to } of faults.filter(isBlinding).toSorted((a, b) => a.from - b.from)) {
    if (to <= due - dwell || from > due) continue;
    due = from <= due - dwell || to - from > grace ? to + dwell : Math.max(due, to);
  }
  return due;
}

/**
 * Matches the alerts of a clip with what was true. An alert is true when an event of its type stands at its place; the first one for
 * an event finds it, each further one is a duplicate.
 */
export function judgeClip(truth: Pick<EventTruth, 'events' | 'faults' | 'seconds' | 'every'>, alerts: readonly Alert[], rules: RuleSettings): JudgedClip {
  const told = new Map<TrueEvent, Alert>();
  const judged = alerts.toSorted((a, b) => a.at - b.at).map((alert): JudgedAlert => {
    const fitting = truth.events.filter((e) => e.type === alert.type && alert.at >= e.from && alert.at <= e.to)
      .map((event) => ({ event, place: samePlace(alert.box, event.box) })).filter(({ place }) => place > 0)
      .toSorted((a, b) => Number(told.has(a.event)) - Number(told.has(b.event)) || b.place - a.place);
    const event = fitting[0]?.event;
    if (event === undefined) return { alert, verdict: 'false', event: null };
    if (told.has(event)) return { alert, verdict: 'duplicate', event };
    told.set(event, alert);
    return { alert, verdict: 'true', event };
  });
  const events = truth.events.map((event): JudgedEvent => {
    const due = dueOf(event, truth.faults, rules);
    const alert = told.get(event) ?? null;
    // one picture more: the moment at which it is due lies between two
    return { event, due, tellable: alert !== null || due + truth.every <= Math.min(event.shrinks, truth.seconds), alert };
  });
  return { alerts: judged, events };
}
