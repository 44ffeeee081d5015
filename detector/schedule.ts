import { DateTime } from 'luxon';
import type { Period, Schedule } from '../domain/camera.ts';
import { cityZone, isWorkingDay, type Calendar } from '../domain/working-time.ts';

/** The city's holidays and 调休 working days, as far as rules need them. */
export type Holidays = Pick<Calendar, 'exceptions'>;

const day = 24 * 60;

/** "HH:MM-HH:MM" → minutes of the day; 24:00 is the end of a day. @throws Error when the text is no span */
export function parseSpan(span: string): { from: number; to: number } {
  const match = /^(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})$/.exec(span.trim());
  const [h1, m1, h2, m2] = (match ?? []).slice(1).map(Number) as [number, number, number, number];
  if (match === null || h1 > 24 || h2 > 24 || m1 > 59 || m2 > 59 || h1 * 60 + m1 > day || h2 * 60 + m2 > day) throw new Error(`not a span HH:MM-HH:MM: ${span}`);
  return { from: h1 * 60 + m1, to: h2 * 60 + m2 };
}

/**
 * Whether `minute` lies in a span, and whether in the part of it that began the day before (22:00-02:00 at one o'clock). A span whose
 * ends are equal is the whole day.
 */
function where(span: string, minute: number): 'today' | 'yesterday' | null {
  const { from, to } = parseSpan(span);
  if (from === to) return 'today';
  if (from < to) return minute >= from && minute < to ? 'today' : null;
  if (minute >= from) return 'today';
  return minute < to ? 'yesterday' : null;
}

/** Whether a period holds. The part of it after midnight belongs to the day on which it began: its weekday, and whether that was a holiday. */
function holds({ hours, weekdays, calendar }: Period, local: DateTime, holidays: Holidays): boolean {
  const part = where(hours, local.hour * 60 + local.minute);
  if (part === null) return false;
  const begun = part === 'today' ? local : local.minus({ days: 1 });
  if (weekdays !== undefined && !weekdays.includes(begun.weekday)) return false;
  return calendar === undefined || calendar === 'all' || isWorkingDay(begun, holidays) === (calendar === 'workdays');
}

/** Whether one of some periods holds; absent = always. @param at milliseconds since the epoch */
export function isWithin(periods: readonly Period[] | undefined, at: number, holidays: Holidays): boolean {
  if (periods === undefined) return true;
  const local = DateTime.fromMillis(at, { zone: cityZone });
  return periods.some((period) => holds(period, local, holidays));
}

/** Whether a rule is awake; what is permitted wins. @param at milliseconds since the epoch */
export function isAwake(schedule: Schedule | undefined, at: number, holidays: Holidays): boolean {
  if (schedule === undefined) return true;
  const { weekdays, calendar, hours = ['00:00-24:00'], permitted = [] } = schedule;
  return !isWithin(permitted, at, holidays) && isWithin(hours.map((span) => ({ hours: span, weekdays, calendar })), at, holidays);
}
