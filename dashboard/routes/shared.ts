import { z } from 'zod';

export const uuidParams = z.object({ id: z.uuid() });
/** Ids that people and files give: of cameras, units, cases by number. */
export const nameParams = z.object({ id: z.string().min(1).max(128).refine((t) => !t.includes('\0')) });

/** Text that PostgreSQL can hold. */
export const text = (min: number, max: number) =>
  z.string().trim().min(min).max(max).refine((t) => !t.includes('\0') && t.isWellFormed(), 'holds characters that cannot be stored');

export const time = z.iso.datetime({ offset: true, error: 'allowed: an ISO 8601 time with offset, such as 2026-10-01T08:00:00+08:00 (a "+" in an address is written %2B)' });
export const limit = (most: number, usual: number) => z.coerce.number('allowed: a whole number').int().min(1).max(most).default(usual);
export const cursor = z.string().max(500).optional().describe('`next` of the page before');

/** One or several values, as `?a=x,y` or `?a=x&a=y`. */
export const listOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.preprocess((v) => (typeof v === 'string' ? v.split(',').filter((p) => p !== '') : v), z.array(z.enum(values)).max(50)).optional();

export const isoOrNull = (date: Date | null): string | null => date?.toISOString() ?? null;
