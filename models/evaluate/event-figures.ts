import type { EventTruth, Fault } from './event-clip.ts';
import type { JudgedAlert, JudgedClip, JudgedEvent } from './event-matching.ts';

export interface ClipOutcome {
  readonly truth: Pick<EventTruth, 'seconds' | 'faults'>;
  readonly judged: JudgedClip;
}

/** Milliseconds from the moment at which an event was due to its alert. */
export interface Delays {
  readonly p50: number | null;
  readonly p95: number | null;
  readonly max: number | null;
}

export interface EventFigures {
  /** Events that could be told. */
  readonly truths: number;
  readonly alerts: number;
  /** True alerts among those that are no duplicates; null when there is none. */
  readonly precision: number | null;
  readonly recall: number | null;
  readonly duplicates: number;
  readonly falseAlerts: number;
  readonly delayMs: Delays;
}

export interface FaultFigures {
  readonly clips: number;
  readonly seconds: number;
  /** Alerts while it lasted. */
  readonly alerts: number;
  /** Those of them that were false. */
  readonly falseAlerts: number;
}

export interface AllEventFigures extends EventFigures {
  readonly clips: number;
  readonly hours: number;
  readonly falsePerCameraDay: number | null;
  /** Events that nobody could have told: the camera was blind or the clip over. */
  readonly untellable: number;
  readonly perType: Readonly<Record<string, EventFigures>>;
  readonly faults: Readonly<Record<string, FaultFigures>>;
}

const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

/** Nearest rank. @param share 0..1 */
export function percentile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
}

function figuresOf(alerts: readonly JudgedAlert[], events: readonly JudgedEvent[]): EventFigures {
  const count = (verdict: JudgedAlert['verdict']): number => alerts.filter((a) => a.verdict === verdict).length;
  const tellable = events.filter((e) => e.tellable);
  const delays = events.flatMap(({ alert, due }) => (alert === null ? [] : [Math.round((alert.at - due) * 1000)]));
  return {
    truths: tellable.length, alerts: alerts.length,
    precision: ratio(count('true'), count('true') + count('false')),
    recall: ratio(tellable.filter((e) => e.alert !== null).length, tellable.length),
    duplicates: count('duplicate'), falseAlerts: count('false'),
    delayMs: { p50: percentile(delays, 0.5), p95: percentile(delays, 0.95), max: percentile(delays, 1) },
  };
}

function faultsOf(outcomes: readonly ClipOutcome[]): Record<string, FaultFigures> {
  const figures: Record<string, FaultFigures> = {};
  const lasts = (fault: Fault, { alert }: JudgedAlert): boolean => alert.at >= fault.from && alert.at < fault.to;
  for (const { truth, judged } of outcomes) {
    for (const kind of new Set(truth.faults.map((f) => f.kind))) {
      const own = truth.faults.filter((f) => f.kind === kind);
      const during = judged.alerts.filter((a) => own.some((f) => lasts(f, a)));
      const known = figures[kind] ?? { clips: 0, seconds: 0, alerts: 0, falseAlerts: 0 };
      figures[kind] = {
        clips: known.clips + 1,
        seconds: known.seconds + own.reduce((sum, f) => sum + Math.min(f.to, truth.seconds) - f.from, 0),
        alerts: known.alerts + during.length,
        falseAlerts: known.falseAlerts + during.filter((a) => a.verdict === 'false').length,
      };
    }
  }
  return figures;
}

export function eventFigures(outcomes: readonly ClipOutcome[], types: readonly string[]): AllEventFigures {
  const alerts = outcomes.flatMap(({ judged }) => judged.alerts);
  const events = outcomes.flatMap(({ judged }) => judged.events);
  const hours = outcomes.reduce((sum, { truth }) => sum + truth.seconds, 0) / 3600;
  const all = figuresOf(alerts, events);
  return {
    clips: outcomes.length, hours, ...all,
    falsePerCameraDay: hours === 0 ? null : (all.falseAlerts / hours) * 24,
    untellable: events.filter((e) => !e.tellable).length,
    perType: Object.fromEntries(types.map((type) => [type, figuresOf(alerts.filter((a) => a.alert.type === type), events.filter((e) => e.event.type === type))])),
    faults: faultsOf(outcomes),
  };
}
