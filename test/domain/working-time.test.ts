import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DateTime } from 'luxon';
import type { LimitUnit } from '../../domain/time-limit.ts';
import { addLimit, addTime, cityZone, dayMs, elapsed, leftOnResume, limitMs, NoWorkingTimeError, startClock, timeLeft, usualCalendar, usualHours, type Calendar } from '../../domain/working-time.ts';

// National Day 2026: 1 to 7 October off, Saturday 10 October worked instead
const autumn: Calendar = {
  hours: usualHours,
  exceptions: new Map([...['01', '02', '03', '04', '05', '06', '07'].map((d) => [`2026-10-${d}`, false] as const), ['2026-10-10', true] as const]),
};
const at = (text: string): number => DateTime.fromISO(text, { zone: cityZone }).toMillis();
const show = (ms: number): string => DateTime.fromMillis(ms, { zone: cityZone }).toFormat("yyyy-MM-dd'T'HH:mm");

describe('addLimit', () => {
  const table: readonly [start: string, value: number, unit: LimitUnit, due: string, why: string][] = [
    ['2026-11-23T10:00', 2, 'working_hour', '2026-11-23T12:00', 'ends with the morning'],
    ['2026-11-23T11:00', 2, 'working_hour', '2026-11-23T15:00', 'lunch does not count'],
    ['2026-11-23T12:30', 2, 'working_hour', '2026-11-23T16:00', 'starts in the lunch break'],
    ['2026-11-23T17:00', 4, 'working_hour', '2026-11-24T11:00', 'goes on the next morning'],
    ['2026-11-23T18:00', 1, 'working_hour', '2026-11-24T09:00', 'starts at closing time'],
    ['2026-11-23T23:59', 1, 'working_hour', '2026-11-24T09:00', 'starts at night'],
    ['2026-11-23T05:00', 1, 'working_hour', '2026-11-23T09:00', 'starts before work'],
    ['2026-11-27T17:00', 4, 'working_hour', '2026-11-30T11:00', 'jumps the weekend'],
    ['2026-11-28T10:00', 4, 'working_hour', '2026-11-30T12:00', 'starts on Saturday'],
    ['2026-11-23T10:00', 1, 'working_day', '2026-11-24T10:00', 'a day later at the same time'],
    ['2026-11-27T10:00', 1, 'working_day', '2026-11-30T10:00', 'Friday to Monday'],
    ['2026-11-28T10:00', 1, 'working_day', '2026-11-30T18:00', 'from a weekend: the whole next working day'],
    ['2026-11-23T08:00', 5, 'working_day', '2026-11-27T18:00', 'a working week'],
    ['2026-11-23T17:00', 2, 'urgent_hour', '2026-11-23T19:00', 'runs on in the evening'],
    ['2026-11-28T23:30', 2, 'urgent_hour', '2026-11-29T01:30', 'runs at night and at the weekend'],
    ['2026-09-30T17:00', 2, 'working_hour', '2026-10-08T09:00', 'jumps the holiday'],
    ['2026-10-09T17:00', 2, 'working_hour', '2026-10-10T09:00', 'a Saturday that is worked instead (调休)'],
    ['2026-10-01T10:00', 2, 'urgent_hour', '2026-10-01T12:00', 'urgent hours know no holiday'],
    ['2026-11-23T08:00', 0.5, 'working_hour', '2026-11-23T08:30', 'half an hour'],
  ];
  test.each(table)('%s + %d %s = %s (%s)', (start, value, unit, due) => {
    expect(show(addLimit(at(start), { value, unit }, autumn))).toBe(due);
  });

  test('says so when nobody ever works', () => {
    expect(() => addLimit(at('2026-11-23T08:00'), { value: 1, unit: 'working_hour' }, { hours: [], exceptions: new Map() })).toThrow(NoWorkingTimeError);
  });
});

describe('elapsed', () => {
  const table: readonly [from: string, to: string, unit: LimitUnit, minutes: number][] = [
    ['2026-11-23T10:00', '2026-11-23T11:00', 'working_hour', 60],
    ['2026-11-23T11:30', '2026-11-23T14:30', 'working_hour', 60],
    ['2026-11-23T12:00', '2026-11-23T14:00', 'working_hour', 0],
    ['2026-11-23T17:00', '2026-11-24T09:00', 'working_day', 120],
    ['2026-11-27T18:00', '2026-11-30T08:00', 'working_hour', 0],
    ['2026-11-23T11:30', '2026-11-23T14:30', 'urgent_hour', 180],
    ['2026-11-23T11:30', '2026-11-23T10:30', 'working_hour', 0],
    ['2026-10-01T00:00', '2026-10-11T00:00', 'working_hour', 3 * 480],
  ];
  test.each(table)('%s to %s in %s = %d min', (from, to, unit, minutes) => {
    expect(elapsed(at(from), at(to), unit, autumn) / 60_000).toBe(minutes);
  });
});

describe('laws', () => {
  const instant = fc.integer({ min: at('2026-09-20T00:00'), max: at('2026-12-31T00:00') });
  const unit = fc.constantFrom<LimitUnit>('urgent_hour', 'working_hour', 'working_day');
  const span = fc.integer({ min: 0, max: 40 * 3_600_000 });
  const calendars = fc.record({
    hours: fc.uniqueArray(fc.integer({ min: 0, max: 1440 }), { minLength: 2, maxLength: 6 }).map((cuts) => {
      const sorted = cuts.toSorted((a, b) => a - b);
      return Array.from({ length: Math.floor(sorted.length / 2) }, (_, i) => ({ from: sorted[2 * i]!, to: sorted[2 * i + 1]! }));
    }),
    exceptions: fc.array(fc.tuple(fc.integer({ min: 0, max: 100 }), fc.boolean()), { maxLength: 12 })
      .map((days) => new Map(days.map(([n, working]) => [DateTime.fromISO('2026-09-20').plus({ days: n }).toISODate()!, working] as const))),
  });

  test('what was added has elapsed, in any calendar', () => {
    fc.assert(fc.property(instant, span, unit, calendars, (start, ms, u, calendar) => {
      // spans of a few minutes a day cannot hold days of work within the horizon
      const amount = u === 'urgent_hour' ? ms : Math.min(ms, dayMs(calendar) * 200);
      expect(elapsed(start, addTime(start, amount, u, calendar), u, calendar)).toBe(amount);
    }), { numRuns: 300 });
  });

  test('a later start never ends earlier, a longer limit neither', () => {
    fc.assert(fc.property(instant, instant, span, span, unit, (a, b, x, y, u) => {
      const end = (s: number, ms: number): number => addTime(s, ms, u, autumn);
      expect(end(Math.min(a, b), x)).toBeLessThanOrEqual(end(Math.max(a, b), x));
      expect(end(a, Math.min(x, y))).toBeLessThanOrEqual(end(a, Math.max(x, y)));
    }), { numRuns: 200 });
  });

  test('time is additive', () => {
    fc.assert(fc.property(instant, instant, instant, unit, (p, q, r, u) => {
      const [a, b, c] = [p, q, r].toSorted((x, y) => x - y) as [number, number, number];
      expect(elapsed(a, b, u, autumn) + elapsed(b, c, u, autumn)).toBe(elapsed(a, c, u, autumn));
    }), { numRuns: 200 });
  });

  test('pausing costs nothing, and resuming gives at least a quarter', () => {
    fc.assert(fc.property(instant, fc.integer({ min: 1, max: 10 }), unit, span, span, (start, value, u, worked, pause) => {
      const limit = { value, unit: u };
      const whole = limitMs(limit, autumn);
      const paused = addTime(start, Math.min(worked, whole), u, autumn);
      const left = timeLeft(paused, startClock(start, whole, limit, autumn).dueAt, limit, autumn);
      expect(left).toBe(whole - Math.min(worked, whole));
      const given = leftOnResume(left, limit, autumn);
      expect(given).toBeGreaterThanOrEqual(whole / 4);
      expect(given).toBe(Math.max(left, whole / 4));
      const again = startClock(paused + pause, given, limit, autumn);
      expect(timeLeft(paused + pause, again.dueAt, limit, autumn)).toBe(given);
      expect(again.warnAt).toBeLessThanOrEqual(again.dueAt);
    }), { numRuns: 200 });
  });

  test('one minute before the end gains nothing', () => {
    const limit = { value: 4, unit: 'working_hour' } as const;
    const { dueAt, warnAt } = startClock(at('2026-11-23T08:00'), limitMs(limit, usualCalendar), limit, usualCalendar);
    expect(show(dueAt)).toBe('2026-11-23T12:00');
    expect(show(warnAt)).toBe('2026-11-23T11:00');
    const left = timeLeft(dueAt - 60_000, dueAt, limit, usualCalendar);
    expect(left).toBe(60_000);
    expect(leftOnResume(left, limit, usualCalendar)).toBe(3_600_000);
  });
});
