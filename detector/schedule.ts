import { DateTime } from 'luxon';
import type { Schedule } from '../domain/camera.ts';

/** Rules speak the city's time, wherever the machine stands. */
const zone = 'Asia/Shanghai';
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

/**
 * Whether a rule is awake. The part of a span after midnight belongs to the weekday on which the span began; permitted spans hold on
 * every day and win.
 * @param at milliseconds since the epoch
 */
export function isAwake(schedule: Schedule | undefined, at: number): boolean {
  if (schedule === undefined) return true;
  const local = DateTime.fromMillis(at, { zone });
  const minute = local.hour * 60 + local.minute;
  if (schedule.permitted?.some((span) => where(span, minute) !== null) === true) return false;
  const onDay = (weekday: number): boolean => schedule.weekdays === undefined || schedule.weekdays.includes(weekday);
  if (schedule.hours === undefined) return onDay(local.weekday);
  return schedule.hours.some((span) => {
    const part = where(span, minute);
    return part !== null && onDay(part === 'today' ? local.weekday : ((local.weekday + 5) % 7) + 1);
  });
}
