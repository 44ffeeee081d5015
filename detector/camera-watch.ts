import type { Camera } from '../domain/camera.ts';
import type { Detection } from '../domain/detection.ts';
import type { Frame } from '../domain/frame.ts';
import { isHidden, observe } from './observe.ts';
import type { InferenceAnswer, InferenceTask } from './protocol.ts';
import type { ReadyRule, RulePlan } from './rule-plan.ts';
import { isAwake, isWithin, type Holidays } from './schedule.ts';
import { follow, type Place, type Sight, type Track, type TrackEvent } from './tracker.ts';
import type { CameraTracks, TrackStore } from './track-store.ts';

/** A sample after inference: what rechecks and evidence need of it. */
export interface Judged {
  readonly frame: Frame;
  /** Milliseconds on the clock of the samples. */
  readonly at: number;
  readonly detections: ReadonlyMap<string, readonly Detection[]>;
  /** False when the picture was of no use (black, moved, another view). */
  readonly usable: (rule: ReadyRule) => boolean;
}

export interface WatchEvent extends TrackEvent {
  readonly plan: ReadyRule;
  readonly judged: Judged;
  /** What the rule's model saw in the whole picture. */
  readonly detections: readonly Detection[];
}

/** What a watch tells its owner. Raising and ending are stored durably by the owner before the promise resolves. */
export interface WatchPort {
  raise(camera: Camera, event: WatchEvent): Promise<void>;
  gone(camera: Camera, event: WatchEvent): Promise<void>;
  /** Born, still there, lost: nothing is lost when one of these is missed. */
  note(camera: Camera, event: WatchEvent): void;
  /** A thing looks as if it would stay: the picture from before it is worth keeping. Told again and again. */
  staying(camera: Camera, track: Track): void;
}

/** Follows the things in front of one camera. */
export interface CameraWatch {
  readonly camera: Camera;
  readonly plans: readonly RulePlan[];
  reconcile(camera: Camera, plans: readonly RulePlan[]): void;
  /** What is to be inferred for a frame; null when the frame is of an older lease and must be ignored. */
  tasks(frame: Frame): readonly InferenceTask[] | null;
  /** Judges a frame by every rule. Called for one frame at a time. */
  judge(frame: Frame, tasks: readonly InferenceTask[], answers: readonly InferenceAnswer[]): Promise<Judged>;
  /** Infers a rule's model on the next frames even while the rule sleeps; the answer ends it. */
  force(ruleId: string): () => void;
  /** Why rules could not be judged at the last frame; null when all were. */
  readonly problem: string | null;
  /** Wall time of the last picture that every rule judged, milliseconds. */
  readonly analysedAt: number | null;
  readonly quality: Frame['quality'] | null;
  /** Raised and pending tracks, for counters. */
  readonly trackCount: number;
  save(): Promise<void>;
}

/** The picture "before" is taken at least so long before a thing was first seen, if there is one, milliseconds. */
const beforeLead = 5000;
const placesKept = 30_000;
/** A thing that was seen so often, for half its dwell or so long, milliseconds, looks as if it would stay. */
const stayingSamples = 3;
const stayingAfter = 10_000;
/** A view of a turning camera that was not shown for so long is not watched, milliseconds. */
const viewLimit = 30 * 60_000;
/** Tracks are saved so often when nothing was raised, milliseconds. */
const saveEvery = 2000;

const keyOf = (task: InferenceTask): string => `${task.model} ${task.region?.join(',') ?? ''}`;

function looksStaying({ confirmer: { phase, firstPresentAt, window } }: Track, { rule }: ReadyRule, at: number): boolean {
  return phase === 'pending' && firstPresentAt !== null && at - firstPresentAt >= Math.min(rule.dwell / 2, stayingAfter)
    && window.filter((s) => s.state === 'present').length >= stayingSamples;
}

/** A raised track as it was a moment before: what is on disk until the event itself is. */
function unraised(tracks: readonly Track[], events: readonly TrackEvent[]): readonly Track[] {
  const raised = new Set(events.filter((e) => e.outcome === 'raised').map((e) => e.track.id));
  return tracks.map((t) => (raised.has(t.id) ? { ...t, confirmer: { ...t.confirmer, phase: 'pending', toldAt: null } } : t));
}

export function createCameraWatch({ camera: firstCamera, plans: firstPlans, store, port, clock, holidays, newId }: {
  camera: Camera;
  plans: readonly RulePlan[];
  store: TrackStore;
  port: WatchPort;
  /** Turns a frame's arrival into milliseconds on a clock that never jumps. */
  clock: (frame: Frame) => number;
  /** The city's calendar as it is now. */
  holidays: () => Holidays;
  newId: () => string;
}): CameraWatch {
  let camera = firstCamera;
  let plans = firstPlans;
  let tracks: CameraTracks | null = null;
  let fence = 0;
  let problem: string | null = null;
  let analysedAt: number | null = null;
  let quality: Frame['quality'] | null = null;
  let places: { readonly at: number; readonly view: string | null; readonly place: Place }[] = [];
  let savedAt = -Infinity;
  let lastAt = 0;
  const forced = new Map<string, number>();
  /** When each view was last shown; at first when the watch began. */
  const shown = new Map<string, number>();

  const inView = (frame: Frame) => (plan: ReadyRule): boolean => plan.zone.view === undefined || plan.zone.view === frame.view;
  const usable = (frame: Frame) => (plan: ReadyRule): boolean => frame.quality === 'ok' && inView(frame)(plan);
  const ready = (): ReadyRule[] => plans.filter((p): p is ReadyRule => p.problem === null);

  function beforePlace(at: number, frame: Frame): Place | null {
    const same = places.filter((p) => p.view === frame.view && p.at < at);
    return (same.findLast((p) => p.at <= at - beforeLead) ?? same[0])?.place ?? null;
  }

  function unseenView(frame: Frame, at: number): string | null {
    if (frame.view !== null && frame.quality === 'ok') shown.set(frame.view, at);
    for (const { zone } of ready()) {
      if (zone.view === undefined) continue;
      const since = shown.get(zone.view) ?? at;
      shown.set(zone.view, since);
      if (at - since > viewLimit) return `view_unseen: view ${zone.view} has not been shown for ${Math.round((at - since) / 60_000)} min`;
    }
    return null;
  }

  async function commit(next: CameraTracks, events: readonly WatchEvent[], at: number): Promise<void> {
    const grave = events.filter((e) => e.outcome === 'raised');
    if (grave.length > 0) {
      // the key is on disk before the event is, and the event before the track counts as raised: whatever dies between, once is once
      await store.save(camera.id, Object.fromEntries(Object.entries(next).map(([rule, list]) => [rule, unraised(list, grave)])), at, true);
      for (const event of grave) await port.raise(camera, event);
    }
    for (const event of events) if (event.outcome === 'gone') await port.gone(camera, event);
    tracks = next;
    for (const event of events) if (event.outcome !== 'raised' && event.outcome !== 'gone') port.note(camera, event);
    if (events.some((e) => e.outcome !== 'still') || at - savedAt >= saveEvery) {
      await store.save(camera.id, next, at, false);
      savedAt = at;
    }
  }

  return {
    get camera() { return camera; },
    get plans() { return plans; },
    get problem() { return problem ?? plans.find((p) => p.problem !== null)?.problem ?? null; },
    get analysedAt() { return analysedAt; },
    get quality() { return quality; },
    get trackCount() { return Object.values(tracks ?? {}).reduce((n, list) => n + list.length, 0); },
    reconcile(nextCamera, nextPlans) {
      camera = nextCamera;
      plans = nextPlans;
    },
    force(ruleId) {
      forced.set(ruleId, (forced.get(ruleId) ?? 0) + 1);
      return () => void forced.set(ruleId, Math.max(0, (forced.get(ruleId) ?? 0) - 1));
    },
    tasks(frame) {
      if (frame.fence < fence) return null;
      fence = frame.fence;
      const wanted = new Map<string, InferenceTask>();
      for (const plan of ready()) {
        const needed = isAwake(plan.rule.schedule, frame.arrivedAt, holidays()) || (forced.get(plan.rule.id) ?? 0) > 0;
        if (needed && usable(frame)(plan)) wanted.set(keyOf(plan.task), plan.task);
      }
      return [...wanted.values()];
    },
    async judge(frame, tasks, answers) {
      const at = clock(frame);
      const known = tracks ??= await store.load(camera.id, at);
      lastAt = at;
      quality = frame.quality;
      const results = new Map(tasks.map((task, i) => [keyOf(task), answers[i]]));
      const detections = new Map<string, readonly Detection[]>();
      const judged: Judged = { frame, at, detections, usable: usable(frame) };
      // what a rule saw is kept while it cannot be judged: its model may come back
      const next: Record<string, readonly Track[]> = Object.fromEntries(plans.map(({ rule }) => [rule.id, known[rule.id] ?? []]));
      const events: WatchEvent[] = [];
      let failed: string | null = null;
      let all = plans.length > 0 && plans.every((p) => p.problem === null);
      for (const plan of ready()) {
        const own = known[plan.rule.id] ?? [];
        // rules of several views share a model; its answer is about the view that is shown
        const answer = judged.usable(plan) ? results.get(keyOf(plan.task)) : undefined;
        const found = answer?.ok === true ? answer.detections : [];
        if (answer?.ok === true) detections.set(plan.rule.id, found);
        const tell = (list: readonly TrackEvent[]): void => void events.push(...list.map((e) => ({ ...e, plan, judged, detections: found })));
        if (!isAwake(plan.rule.schedule, frame.arrivedAt, holidays())) {
          // pending ones begin anew when the rule wakes; raised ones wait, for what is not there any more by then must be told as gone
          next[plan.rule.id] = own.filter((t) => t.confirmer.phase === 'raised');
          tell(own.filter((t) => t.confirmer.phase !== 'raised').map((track) => ({ outcome: 'lost', track, observation: null })));
          continue;
        }
        let sight: Sight = { kind: 'unknown' };
        if (answer?.ok === true) {
          const permitted = plan.permits.filter((z) => isWithin(z.permitted?.hours, frame.arrivedAt, holidays())).map((z) => z.polygon);
          sight = { kind: 'seen', observations: observe(plan.rule, plan.zone, plan.manifest, found, permitted), hidden: (box) => isHidden(box, plan.rule, found) };
        } else {
          // a rule of another view has nothing to judge here
          if (inView(frame)(plan)) all = false;
          if (answer !== undefined) failed = answer.reason;
        }
        const { tracks: followed, events: happened } = follow(own, sight, at, plan.rule, beforePlace(at, frame), newId);
        next[plan.rule.id] = followed;
        tell(happened);
        for (const track of followed) if (looksStaying(track, plan, at)) port.staying(camera, track);
      }
      problem = failed ?? unseenView(frame, at);
      if (all && frame.quality === 'ok') analysedAt = frame.arrivedAt;
      await commit(next, events, at);
      if (frame.quality === 'ok') {
        places = [...places.filter((p) => p.at >= at - placesKept), { at, view: frame.view, place: { run: frame.run, streamTime: frame.streamTime } }];
      }
      return judged;
    },
    async save() {
      if (tracks !== null) await store.save(camera.id, tracks, lastAt, false);
    },
  };
}
