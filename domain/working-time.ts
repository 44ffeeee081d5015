import { DateTime } from 'luxon';
import type { TimeLimit } from './time-limit.ts';

/** The city's zone; rules about people's time know no other. */
export const cityZone = 'Asia/Shanghai';

/** One span of working time within a day, minutes after midnight; `from` < `to`. */
export interface WorkingSpan {
  readonly from: number;
  readonly to: number;
}

export interface Calendar {
  /** In order and without overlap. */
  readonly hours: readonly WorkingSpan[];
  /** Days (`2026-10-01`) that differ from Monday to Friday: true = 调休 working day, false = holiday. */
  readonly exceptions: ReadonlyMap<string, boolean>;
}

export const usualHours: readonly WorkingSpan[] = [{ from: 8 * 60, to: 12 * 60 }, { from: 14 * 60, to: 18 * 60 }];
export const usualCalendar: Calendar = { hours: usualHours, exceptions: new Map() };

/** A calendar in which nobody ever works again cannot bear a limit. */
export class NoWorkingTimeError extends Error {
  override readonly name = 'NoWorkingTimeError';
}

const hourMs = 3_600_000;
const minuteMs = 60_000;
/** No limit reaches further; a search that does has met a calendar without working days. */
const horizonDays = 3 * 366;

export function isWorkingDay(day: DateTime, calendar: Pick<Calendar, 'exceptions'>): boolean {
  return calendar.exceptions.get(day.toISODate() ?? '') ?? day.weekday <= 5;
}

/** Working milliseconds of a full working day. */
export function dayMs(calendar: Calendar): number {
  return calendar.hours.reduce((sum, s) => sum + (s.to - s.from) * minuteMs, 0);
}

/**
 * A limit in milliseconds of its own time: the clock's for `urgent_hour`, working time for the others. A working day is as much
 * working time as a full day has, so 1 工作日 from Monday 10:00 ends on Tuesday 10:00.
 */
export function limitMs(limit: TimeLimit, calendar: Calendar): number {
  switch (limit.unit) {
    case 'urgent_hour':
    case 'working_hour':
      return limit.value * hourMs;
    case 'working_day':
      return limit.value * dayMs(calendar);
  }
}

/** Spans of working time that end after `start`, as instants, day by day. */
function* spansFrom(start: number, calendar: Calendar): Generator<{ from: number; to: number }> {
  let day = DateTime.fromMillis(start, { zone: cityZone }).startOf('day');
  for (let n = 0; n < horizonDays; n += 1, day = day.plus({ days: 1 })) {
    if (!isWorkingDay(day, calendar)) continue;
    for (const span of calendar.hours) {
      const from = day.set({ hour: Math.floor(span.from / 60), minute: span.from % 60 }).toMillis();
      const to = span.to === 1440 ? day.plus({ days: 1 }).toMillis() : day.set({ hour: Math.floor(span.to / 60), minute: span.to % 60 }).toMillis();
      if (to > start) yield { from: Math.max(from, start), to };
    }
  }
}

/**
 * The earliest instant at which `ms` of a limit's own time have passed since `start` (milliseconds since the epoch).
 * @throws NoWorkingTimeError when the calendar has no working time within three years
 */
export function addTime(start: number, ms: number, unit: TimeLimit['unit'], calendar: Calendar): number {
  if (ms <= 0) return start;
  if (unit === 'urgent_hour') return start + ms;
  let left = ms;
  for (const span of spansFrom(start, calendar)) {
    const length = span.to - span.from;
    if (left <= length) return span.from + left;
    left -= length;
  }
  throw new NoWorkingTimeError('the calendar has no working time left for this limit');
}

/** When a limit that starts at `start` is over. */
export function addLimit(start: number, limit: TimeLimit, calendar: Calendar): number {
  return addTime(start, limitMs(limit, calendar), limit.unit, calendar);
}

/** Milliseconds of the unit's own time from one instant to another; 0 when `to` is not after `from`. */
export function elapsed(from: number, to: number, unit: TimeLimit['unit'], calendar: Calendar): number {
  if (to <= from) return 0;
  if (unit === 'urgent_hour') return to - from;
  let sum = 0;
  for (const span of spansFrom(from, calendar)) {
    if (span.from >= to) break;
    sum += Math.min(span.to, to) - span.from;
  }
  return sum;
}

/** The share of a limit that a failed verification leaves at least, so that feedback a minute before the end wins nothing. */
export const leastShareOnResume = 1 / 4;

/** A running clock: when it ends and when to warn, instants in milliseconds. */
export interface RunningClock {
  readonly dueAt: number;
  readonly warnAt: number;
}

/** Share of the limit that is left when people are warned. */
const warnShare = 1 / 4;

/** Starts a clock with `left` of the limit's own time to go. */
export function startClock(now: number, left: number, limit: TimeLimit, calendar: Calendar): RunningClock {
  const early = Math.max(0, left - limitMs(limit, calendar) * warnShare);
  return { dueAt: addTime(now, left, limit.unit, calendar), warnAt: addTime(now, early, limit.unit, calendar) };
}

/** Time left of a running clock, 0 when it is over. */
export function timeLeft(now: number, dueAt: number, limit: TimeLimit, calendar: Calendar): number {
  return elapsed(now, dueAt, limit.unit, calendar);
}

/** What a paused clock resumes with: what was left, but never less than a share of the limit. */
export function leftOnResume(left: number, limit: TimeLimit, calendar: Calendar, leastShare = leastShareOnResume): number {
  return Math.max(left, limitMs(limit, calendar) * leastShare);
}
