import { sql } from 'kysely';
import type { Detection, DetectionEvent } from '../../domain/detection.ts';
import type { Box } from '../../domain/geometry.ts';
import type { Scope } from '../../domain/roles.ts';
import type { Lesson } from '../../domain/verdict-lessons.ts';
import type { Db } from '../../platform/db/index.ts';
import { alertScope } from '../../platform/scope.ts';
import { lessonOf } from './lesson-of.ts';

export interface ExportFilter {
  readonly camera?: string | undefined;
  /** Event type. */
  readonly type?: string | undefined;
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
  readonly limit: number;
}

/** Another thing that stood before the camera when an alert's picture was taken. */
export interface Standing extends Pick<DetectionEvent, 'eventType' | 'zone'> {
  /** Null: nobody has judged it. */
  readonly lesson: Lesson | null;
  readonly box: Box | null;
  readonly boxes: readonly Detection[];
}

/** A judged alert with all that its picture shows. */
export interface JudgedAlert {
  readonly id: string;
  readonly camera: string;
  readonly rule: string | null;
  readonly zone: string | null;
  readonly eventType: string;
  readonly lesson: Lesson;
  readonly reason: string | null;
  readonly score: number;
  readonly threshold: number | null;
  readonly model: { readonly id: string; readonly sha256: string } | null;
  readonly raisedAt: Date;
  readonly box: Box | null;
  readonly boxes: readonly Detection[];
  readonly standing: readonly Standing[];
  /** Null when there is none. */
  readonly picture: { readonly sha256: string; readonly mime: string } | null;
}

/** A thing that was there for longer than this is looked for in vain; it bounds the search. */
const longestStay = sql`interval '30 days'`;

/**
 * What was seen at the same camera while the alert's picture was taken, sighting by sighting, so that a thing that went and came back is
 * not thought to have stood in between. What was merged stands under the verdict of its target.
 */
const standingThen = sql<Standing[]>`(
  select coalesce(json_agg(json_build_object(
    'eventType', o.event_type, 'zone', e.payload->'zone', 'box', e.payload->'box', 'boxes', coalesce(e.payload->'boxes', '[]'),
    'lesson', case o.state when 'merged' then (select ${lessonOf('t')} from alerts t where t.id = o.merged_into) else ${lessonOf('o')} end
  )), '[]')
  from alerts o join detection_events e on e.alert_id = o.id
  where o.camera_id = alerts.camera_id and o.id <> alerts.id
    and o.raised_at between alerts.raised_at - ${longestStay} and alerts.raised_at + interval '1 day'
    and coalesce(e.payload->>'firstSeenAt', e.payload->>'raisedAt')::timestamptz <= alerts.raised_at
    and coalesce(e.gone_at, o.last_seen_at) >= alerts.raised_at
)`;

/** Judged alerts of somebody's scope, newest first. @returns at most `limit`, and whether there are more */
export async function readJudgedAlerts(db: Db, scope: Scope, filter: ExportFilter): Promise<{ alerts: JudgedAlert[]; more: boolean }> {
  const rows = await db.selectFrom('alerts')
    .leftJoin('alert_media', (j) => j.onRef('alert_media.alert_id', '=', 'alerts.id').on('alert_media.part', '=', 'original')).leftJoin('media', 'media.id', 'alert_media.media_id')
    .where(alertScope(scope)).where('alerts.state', 'in', ['confirmed', 'rejected'])
    .$if(filter.camera !== undefined, (q) => q.where('alerts.camera_id', '=', filter.camera!))
    .$if(filter.type !== undefined, (q) => q.where('alerts.event_type', '=', filter.type!))
    .$if(filter.since !== undefined, (q) => q.where('alerts.raised_at', '>=', filter.since!))
    .$if(filter.until !== undefined, (q) => q.where('alerts.raised_at', '<', filter.until!))
    .select([
      'alerts.id', 'alerts.camera_id', 'alerts.rule_id', 'alerts.zone_id', 'alerts.event_type', 'alerts.score', 'alerts.threshold', 'alerts.model', 'alerts.raised_at',
      'alerts.box', 'alerts.boxes', 'media.sha256', 'media.mime', sql<string | null>`alerts.verdict->>'reason'`.as('reason'),
    ])
    .select([lessonOf('alerts').as('lesson'), standingThen.as('standing')])
    .orderBy('alerts.raised_at', 'desc').orderBy('alerts.id', 'desc').limit(filter.limit + 1).execute();
  const alerts = rows.slice(0, filter.limit).flatMap((r): JudgedAlert[] => (r.lesson === null ? [] : [{
    id: r.id, camera: r.camera_id, rule: r.rule_id, zone: r.zone_id, eventType: r.event_type, lesson: r.lesson, reason: r.reason, score: r.score, threshold: r.threshold,
    model: r.model, raisedAt: r.raised_at, box: r.box, boxes: r.boxes, standing: r.standing, picture: r.sha256 === null || r.mime === null ? null : { sha256: r.sha256, mime: r.mime },
  }]));
  return { alerts, more: rows.length > filter.limit };
}
