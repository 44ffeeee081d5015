import { sql, type RawBuilder } from 'kysely';
import { invalid } from '../domain/errors.ts';

export const pageSize = (limit: number | undefined): number => Math.min(Math.max(1, Math.trunc(limit ?? 50)), 200);
/** Rows are counted no further than this. */
export const countLimit = 10_000;

/** Opaque place in a list that is ordered by a time (whole milliseconds, as the services write them), newest first, then by id. */
export function cursorOf(row: { at: Date; id: string }): string {
  return Buffer.from(`${row.at.toISOString()} ${row.id}`).toString('base64url');
}

/** @throws Invalid when the text is no cursor of ours */
export function afterCursor(cursor: string, at: string, id: string): RawBuilder<boolean> {
  const [time, key] = Buffer.from(cursor, 'base64url').toString('utf8').split(' ');
  if (time === undefined || key === undefined || Number.isNaN(Date.parse(time)) || !/^[0-9a-f-]{36}$/.test(key)) throw invalid('cursor', 'is no cursor of this list');
  return sql<boolean>`(${sql.ref(at)}, ${sql.ref(id)}) < (${time}::timestamptz, ${key}::uuid)`;
}

/** Order that fits afterCursor. */
export const newestFirst = (at: string, id: string): RawBuilder<unknown> => sql`${sql.ref(at)} desc, ${sql.ref(id)} desc`;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
export const isUuid = (text: string): boolean => uuid.test(text);
