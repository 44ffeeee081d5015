import type { Camera } from '../domain/camera.ts';
import { detectionEventSchema, type Detection, type DetectionEvent } from '../domain/detection.ts';
import type { Box } from '../domain/geometry.ts';
import { minScoreOf } from '../domain/min-score.ts';
import type { WatchEvent } from './camera-watch.ts';
import type { Sample } from './confirmer.ts';

/** Lines of score history that travel with an event. */
const historyLimit = 200;

/** At most `limit` of a list, evenly chosen, first and last among them. */
export function thin<T>(list: readonly T[], limit: number): readonly T[] {
  if (list.length <= limit) return list;
  return Array.from({ length: limit }, (_, i) => list[Math.round((i * (list.length - 1)) / (limit - 1))]!);
}

/** The middle score of those that counted: one lucky picture does not make an event look sure. */
export function medianScore(window: readonly Sample[]): number {
  const scores = window.flatMap((s) => (s.state === 'present' && s.score !== null ? [s.score] : [])).toSorted((a, b) => a - b);
  if (scores.length === 0) return 0;
  const middle = scores.length >> 1;
  return scores.length % 2 === 1 ? scores[middle]! : (scores[middle - 1]! + scores[middle]!) / 2;
}

const exact = (v: number): number => Math.min(1, Math.max(0, Math.round(v * 1e5) / 1e5));
const boxOf = (box: Box): [number, number, number, number] => [exact(box[0]), exact(box[1]), exact(box[2]), exact(box[3])];
const lineOf = (d: Detection): { label: string; score: number; box: [number, number, number, number] } => ({ label: d.label.slice(0, 100), score: exact(d.score), box: boxOf(d.box) });

/** The event that leaves, without its pictures. Times are told by the wall clock as it is now. */
export function eventOf(camera: Camera, { plan, track, observation, judged }: WatchEvent): DetectionEvent {
  const { frame, at } = judged;
  const wall = (moment: number): string => new Date(frame.arrivedAt - (at - moment)).toISOString();
  const { window, firstPresentAt } = track.confirmer;
  return detectionEventSchema.parse({
    key: track.id,
    camera: camera.id,
    zone: plan.zone.id,
    view: plan.zone.view ?? frame.view,
    rule: plan.rule.id,
    eventType: plan.rule.eventType,
    score: exact(medianScore(window)),
    box: boxOf(observation?.box ?? track.box),
    boxes: (observation?.parts ?? []).slice(0, 50).map(lineOf),
    firstSeenAt: wall(firstPresentAt ?? at),
    raisedAt: wall(at),
    scores: thin(window, historyLimit).map((s) => ({ at: wall(s.at), state: s.state, score: s.score === null ? null : exact(s.score) })),
    threshold: minScoreOf(plan.rule, plan.manifest, observation?.label ?? track.label),
    model: { id: plan.manifest.id, sha256: plan.manifest.sha256 },
    ruleHash: plan.hash,
    fence: frame.fence,
  } satisfies Partial<DetectionEvent>);
}
