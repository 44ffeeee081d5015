import { z } from 'zod';
import type { DbOrTx } from '../platform/db/index.ts';
import { usualHours, type Calendar, type WorkingSpan } from '../domain/working-time.ts';

const clock = z.string().regex(/^([01]\d|2[0-4]):[0-5]\d$/);
const minutes = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));

/** Rows of the table settings that the dispatcher reads, each with what holds while the row is absent. */
const shape = {
  /** Spans of working time, ["08:00", "12:00"]. */
  workingHours: z.array(z.tuple([clock, clock])).min(1).transform((spans): readonly WorkingSpan[] => spans.map(([from, to]) => ({ from: minutes(from), to: minutes(to) }))),
  /** Minutes within which a unit has to accept. */
  acceptMinutes: z.number().positive(),
  /** Minutes after which a claim that led to no verdict ends. */
  claimMinutes: z.number().positive(),
  /** Minutes after which an alert that is gone and not judged lapses (未研判). */
  lapseMinutes: z.number().positive(),
  /** Districts (unit ids) that want to see their units' feedback before level 1 does. */
  feedbackReview: z.array(z.string()),
  /** Share of the limit that a failed verification leaves at least; 1 = the full limit. */
  reworkShare: z.number().min(0).max(1),
  /** Limit of what was filed without a condition of the catalogue. */
  defaultLimit: z.object({ value: z.number().positive(), unit: z.enum(['urgent_hour', 'working_hour', 'working_day']) }),
  /** Outside receivers of every change of a case. */
  webhooks: z.array(z.object({ url: z.url({ protocol: /^https?$/ }) })),
};
export type Settings = { readonly [K in keyof typeof shape]: z.output<(typeof shape)[K]> };

export const defaultSettings: Settings = {
  workingHours: usualHours,
  acceptMinutes: 15,
  claimMinutes: 5,
  lapseMinutes: 120,
  feedbackReview: [],
  reworkShare: 0.25,
  defaultLimit: { value: 4, unit: 'working_hour' },
  webhooks: [],
};

export async function readSettings(db: DbOrTx): Promise<Settings> {
  const rows = await db.selectFrom('settings').select(['key', 'value']).where('key', 'in', Object.keys(shape)).execute();
  const given: Record<string, unknown> = {};
  for (const { key, value } of rows) {
    const parsed = shape[key as keyof typeof shape].safeParse(value);
    // a row that does not fit is a defect of whoever wrote it; work goes on with what holds without it
    if (parsed.success) given[key] = parsed.data;
  }
  return { ...defaultSettings, ...given };
}

export async function readCalendar(db: DbOrTx, settings: Settings): Promise<Calendar> {
  const days = await db.selectFrom('calendar_days').select(['day', 'working']).execute();
  return { hours: settings.workingHours, exceptions: new Map(days.map((d) => [d.day, d.working])) };
}
