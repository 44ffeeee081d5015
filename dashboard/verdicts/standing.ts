import { sql } from 'kysely';
import type { Detection, DetectionEvent } from '../../domain/detection.ts';
import type { Box } from '../../domain/geometry.ts';
import type { Lesson } from '../../domain/verdict-lessons.ts';
import type { Db } from '../../platform/db/index.ts';
import type { JudgedAlert } from './judged-alerts.ts';
import { lessonOf } from './lesson-of.ts';

/** Another thing that stood before the camera when an alert's picture was taken. */
export interface Standing extends Pick<DetectionEvent, 'eventType' | 'zone'> {
  /** Null: nobody has judged it. */
  readonly lesson: Lesson | null;
  readonly box: Box | null;
  readonly boxes: readonly Detection[];
}

/** What is known of one sighting without opening its event, which is large. Times are milliseconds since the epoch. */
interface Sighting {
  readonly key: string;
  readonly alert: string;
  /** No later than it began. */
  readonly from: number;
  readonly to: number;
  readonly lesson: Lesson | null;
}

const dayMs = 86_400_000;
/** A thing that was there for longer than this is looked for in vain; it bounds the search. */
const longestStay = 30 * dayMs;
/** A rule's longest dwell: an alert that is raised so much later may have stood there before. */
const longestDwell = dayMs;
const eventsAtOnce = 500;

/** Where the sightings of a camera's day are kept, so that each alert looks at those alone. */
const dayOf = (at: number): number => Math.floor(at / dayMs);
const placeOf = (camera: string, day: number): string => `${day} ${camera}`;

/** Sightings at the cameras of these alerts on their days, by `placeOf`. */
async function readSightings(db: Db, alerts: readonly JudgedAlert[]): Promise<Map<string, Sighting[]>> {
  const times = alerts.map((a) => a.raisedAt.getTime());
  const oldest = times.reduce((a, b) => Math.min(a, b), Infinity);
  const newest = times.reduce((a, b) => Math.max(a, b), -Infinity);
  const rows = await db.selectFrom('detection_events as e').innerJoin('alerts as o', 'o.id', 'e.alert_id')
    .where('o.camera_id', 'in', [...new Set(alerts.map((a) => a.camera))])
    .where('o.raised_at', '>=', new Date(oldest - longestStay)).where('o.raised_at', '<=', new Date(newest + longestDwell))
    .select(['e.key', 'e.gone_at', 'o.id as alert', 'o.camera_id as camera', 'o.state', 'o.first_seen_at', 'o.raised_at', 'o.last_seen_at'])
    // what was merged stands under the verdict of its target
    .select(sql<Lesson | null>`case o.state when 'merged' then (select ${lessonOf('t')} from alerts t where t.id = o.merged_into) else ${lessonOf('o')} end`.as('lesson')).execute();
  const byDay = new Map<string, Sighting[]>();
  for (const row of rows) {
    // what was not there does not stand there
    if (row.lesson === 'false') continue;
    // nobody follows a rejected alert any further: its thing stands until it is said to be gone
    const to = row.gone_at?.getTime() ?? (row.state === 'rejected' ? Infinity : row.last_seen_at.getTime());
    const sighting = { key: row.key, alert: row.alert, from: (row.first_seen_at ?? row.raised_at).getTime(), to, lesson: row.lesson };
    for (let day = dayOf(Math.max(sighting.from, oldest)); day <= dayOf(Math.min(to, newest, row.raised_at.getTime() + longestStay)); day += 1) {
      const place = placeOf(row.camera, day);
      const sightings = byDay.get(place);
      if (sightings === undefined) byDay.set(place, [sighting]);
      else sightings.push(sighting);
    }
  }
  return byDay;
}

/** The small part of events, by key. */
async function readEvents(db: Db, keys: readonly string[]): Promise<Map<string, Omit<Standing, 'lesson'> & { readonly from: number }>> {
  const events = new Map<string, Omit<Standing, 'lesson'> & { readonly from: number }>();
  for (let i = 0; i < keys.length; i += eventsAtOnce) {
    const rows = await db.selectFrom('detection_events').where('key', 'in', keys.slice(i, i + eventsAtOnce)).select([
      'key', sql<string>`payload->>'eventType'`.as('eventType'), sql<string | null>`payload->>'zone'`.as('zone'), sql<Box | null>`nullif(payload->'box', 'null')`.as('box'),
      sql<Detection[]>`coalesce(payload->'boxes', '[]')`.as('boxes'),
      // what is raised anew from a track that stands is known from then on
      sql<string>`case when track_key is null then coalesce(payload->>'firstSeenAt', payload->>'raisedAt') else payload->>'raisedAt' end`.as('from'),
    ]).execute();
    for (const { key, from, ...event } of rows) events.set(key, { ...event, from: Date.parse(from) });
  }
  return events;
}

/**
 * What was seen at the same camera while each alert's picture was taken, by the alert's id: sighting by sighting, so that a thing that
 * went and came back is not thought to have stood in between.
 */
export async function readStanding(db: Db, alerts: readonly JudgedAlert[]): Promise<ReadonlyMap<string, readonly Standing[]>> {
  if (alerts.length === 0) return new Map();
  const sightings = await readSightings(db, alerts);
  const near = new Map(alerts.map((alert) => {
    const then = alert.raisedAt.getTime();
    return [alert, (sightings.get(placeOf(alert.camera, dayOf(then))) ?? []).filter((s) => s.alert !== alert.id && s.from <= then && then <= s.to)] as const;
  }));
  const events = await readEvents(db, [...new Set([...near.values()].flat().map((s) => s.key))]);
  return new Map(Array.from(near, ([alert, all]) => [alert.id, all.flatMap(({ key, lesson }): Standing[] => {
    const event = events.get(key);
    if (event === undefined || event.from > alert.raisedAt.getTime()) return [];
    const { eventType, zone, box, boxes } = event;
    return [{ eventType, zone, box, boxes, lesson }];
  })] as const));
}
