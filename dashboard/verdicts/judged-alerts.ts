import { sql } from 'kysely';
import type { Detection } from '../../domain/detection.ts';
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

/** A judged alert with its picture. */
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
  /** Null when there is none. */
  readonly picture: { readonly sha256: string; readonly mime: string } | null;
}

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
    .select(lessonOf('alerts').as('lesson'))
    .orderBy('alerts.raised_at', 'desc').orderBy('alerts.id', 'desc').limit(filter.limit + 1).execute();
  const alerts = rows.slice(0, filter.limit).flatMap((r): JudgedAlert[] => (r.lesson === null ? [] : [{
    id: r.id, camera: r.camera_id, rule: r.rule_id, zone: r.zone_id, eventType: r.event_type, lesson: r.lesson, reason: r.reason, score: r.score, threshold: r.threshold,
    model: r.model, raisedAt: r.raised_at, box: r.box, boxes: r.boxes, picture: r.sha256 === null || r.mime === null ? null : { sha256: r.sha256, mime: r.mime },
  }]));
  return { alerts, more: rows.length > filter.limit };
}
