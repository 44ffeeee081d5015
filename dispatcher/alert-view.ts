import { sql } from 'kysely';
import { undoSeconds, type RejectionReason } from '../domain/alert.ts';
import type { CaseState } from '../domain/case.ts';
import { overlap } from '../domain/geometry.ts';
import type { Actor } from '../domain/roles.ts';
import type { AlertDetail, AlertHistoryEntry, AlertView } from '../domain/views.ts';
import type { DbOrTx } from '../platform/db/index.ts';
import type { AlertRow } from './alert-row.ts';
import { evidenceOf, noEvidence } from './evidence-of.ts';
import { metresBetween } from './distance.ts';
import { suggestUnit } from './suggest-unit.ts';
import { alertScope } from '../platform/scope.ts';
import { subclassesOf } from './subclasses.ts';

const iso = (at: Date | null): string | null => at?.toISOString() ?? null;

/** Alerts with the names that their views show. */
export function alertQuery(db: DbOrTx) {
  return db.selectFrom('alerts')
    .innerJoin('cameras', 'cameras.id', 'alerts.camera_id')
    .innerJoin('event_types', 'event_types.id', 'alerts.event_type')
    .leftJoin('units as district', 'district.id', 'alerts.district_id')
    .leftJoin('users as claimer', 'claimer.id', 'alerts.claimed_by')
    .leftJoin('users as judge', 'judge.id', 'alerts.verdict_by')
    .leftJoin('cases', 'cases.id', 'alerts.case_id')
    .selectAll('alerts')
    .select([
      'cameras.name as camera_name', 'cameras.zones as camera_zones', 'event_types.name as type_name', 'event_types.name_en as type_name_en',
      'district.name as district_name', 'claimer.display_name as claimer_name', 'judge.display_name as judge_name', 'cases.number as case_number', 'cases.state as case_state',
    ]);
}
export type AlertListRow = Awaited<ReturnType<ReturnType<typeof alertQuery>['executeTakeFirstOrThrow']>>;

/** Until when a verdict may be taken back, or null. */
export const undoUntil = (row: Pick<AlertRow, 'verdict_at'>): Date | null => (row.verdict_at === null ? null : new Date(row.verdict_at.getTime() + undoSeconds * 1000));

function view(row: AlertListRow, evidence: AlertView['evidence'], now: Date): AlertView {
  const until = undoUntil(row);
  const v = row.verdict;
  return {
    id: row.id, version: row.version, state: row.state,
    eventType: row.event_type, eventTypeName: row.type_name, eventTypeNameEn: row.type_name_en,
    severity: row.severity, score: row.score, threshold: row.threshold,
    camera: row.camera_id, cameraName: row.camera_name, zone: row.zone_id, zoneName: row.camera_zones.find((z) => z.id === row.zone_id)?.name ?? row.zone_id,
    address: row.address, point: row.lon === null || row.lat === null ? null : [row.lon, row.lat], cell: row.cell,
    district: row.district_id === null ? null : { id: row.district_id, name: row.district_name ?? row.district_id },
    box: row.box, boxes: row.boxes,
    firstSeenAt: iso(row.first_seen_at), raisedAt: row.raised_at.toISOString(), lastSeenAt: row.last_seen_at.toISOString(), goneAt: iso(row.gone_at), repeats: row.repeats,
    claim: row.state !== 'claimed' || row.claimed_by === null || row.claimed_at === null || row.claim_expires_at === null ? null
      : { by: { id: row.claimed_by, name: row.claimer_name ?? '' }, at: row.claimed_at.toISOString(), expiresAt: row.claim_expires_at.toISOString() },
    verdict: v === null ? null : {
      verdict: v.verdict, reason: v.reason as RejectionReason | null, kind: v.kind, subclass: v.subclass, note: v.note,
      by: { id: v.by, name: row.judge_name ?? '' }, at: v.at,
    },
    undoUntil: until !== null && until > now ? until.toISOString() : null,
    mergedInto: row.merged_into, recurrenceOf: row.recurrence_of,
    case: row.case_id === null || row.state !== 'confirmed' ? null : { id: row.case_id, number: row.case_number ?? '', state: row.case_state as CaseState },
    evidence, evidenceFailure: row.evidence_failure,
  };
}

export async function alertViews(db: DbOrTx, rows: readonly AlertListRow[], now: Date): Promise<AlertView[]> {
  const evidence = await evidenceOf(db, rows.map((r) => r.id));
  return rows.map((r) => view(r, evidence.get(r.id) ?? noEvidence, now));
}

/** Metres within which, and hours in which, alerts of one type may be the same thing. */
const mergeRadius = 50;
const mergeHours = 4;

async function mergeCandidates(db: DbOrTx, actor: Actor, row: AlertRow): Promise<AlertDetail['mergeCandidates']> {
  const near = await db.selectFrom('alerts').leftJoin('cases', 'cases.id', 'alerts.case_id')
    .select(['alerts.id', 'alerts.state', 'alerts.raised_at', 'alerts.lon', 'alerts.lat', 'alerts.camera_id', 'cases.id as case_id', 'cases.number'])
    .where('alerts.event_type', '=', row.event_type).where('alerts.id', '!=', row.id).where('alerts.state', 'in', ['new', 'claimed', 'confirmed'])
    .where('alerts.raised_at', '>', new Date(row.raised_at.getTime() - mergeHours * 3_600_000))
    .where((eb) => eb.or([eb('cases.id', 'is', null), eb('cases.state', 'not in', ['closed', 'archived', 'cancelled', 'not_filed'])]))
    .where(alertScope(actor.scope)).orderBy('alerts.raised_at', 'desc').limit(200).execute();
  return near.map((a) => ({ a, metres: a.lon === null || a.lat === null || row.lon === null || row.lat === null ? null : metresBetween([a.lon, a.lat], [row.lon, row.lat]) }))
    .filter(({ a, metres }) => a.camera_id === row.camera_id || (metres !== null && metres <= mergeRadius)).slice(0, 10)
    .map(({ a, metres }) => ({
      alertId: a.id, state: a.state, raisedAt: a.raised_at.toISOString(), metres: metres === null ? null : Math.round(metres),
      case: a.case_id === null || a.number === null ? null : { id: a.case_id, number: a.number },
    }));
}

export async function alertDetail(db: DbOrTx, actor: Actor, row: AlertListRow, now: Date): Promise<AlertDetail> {
  const [base] = await alertViews(db, [row], now);
  const type = await db.selectFrom('event_types').selectAll().where('id', '=', row.event_type).executeTakeFirstOrThrow();
  const subclasses = subclassesOf(type);
  const history = await db.selectFrom('alert_history').selectAll().where('alert_id', '=', row.id).orderBy('seq').execute();
  const earlier = await db.selectFrom('alerts').select(['id', 'state', 'raised_at', 'box']).where('camera_id', '=', row.camera_id).where('event_type', '=', row.event_type)
    .where(sql<boolean>`(raised_at, id) < (${row.raised_at}, ${row.id}::uuid)`).orderBy('raised_at', 'desc').limit(10).execute();
  return {
    ...base!, scores: row.scores, model: row.model, zonePolygon: row.camera_zones.find((z) => z.id === row.zone_id)?.polygon ?? null, subclasses,
    history: history.map((h): AlertHistoryEntry => ({
      seq: h.seq, action: h.action, from: h.from_state as AlertRow['state'] | null, to: h.to_state as AlertRow['state'], at: h.at.toISOString(), actor: { id: h.actor_id, name: h.actor_name }, input: h.input,
    })),
    earlier: earlier.map((e) => ({ id: e.id, state: e.state, raisedAt: e.raised_at.toISOString(), overlap: e.box === null || row.box === null ? null : overlap(e.box, row.box) })),
    mergeCandidates: await mergeCandidates(db, actor, row),
    suggestion: await suggestUnit(db, row.verdict?.subclass ?? subclasses[0] ?? null, row.district_id),
  };
}
