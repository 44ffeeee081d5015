import { sql } from 'kysely';
import { stageOf, type CaseState } from '../domain/case.ts';
import { mediaUrl, type CaseHistoryEntry, type CaseListItem, type CaseMediaView, type CaseView, type ClockView, type RecheckView, type UnitRef } from '../domain/views.ts';
import type { Actor } from '../domain/roles.ts';
import { elapsed, limitMs, type Calendar } from '../domain/working-time.ts';
import type { DbOrTx } from '../platform/db/index.ts';
import type { CaseRow } from './case-row.ts';
import { evidenceOf, noEvidence } from './evidence-of.ts';
import { suggestUnit } from './suggest-unit.ts';

const iso = (at: Date | null): string | null => at?.toISOString() ?? null;
const ref = (id: string | null, name: string | null): UnitRef | null => (id === null ? null : { id, name: name ?? id });

/** A case's row with the names that its views show. */
export function listQuery(db: DbOrTx) {
  return db.selectFrom('cases')
    .leftJoin('event_types', 'event_types.id', 'cases.event_type')
    .leftJoin('units as district', 'district.id', 'cases.district_id')
    .leftJoin('units as lead', 'lead.id', 'cases.lead_unit_id')
    .leftJoin('users as handler', 'handler.id', 'cases.handler_id')
    .selectAll('cases')
    .select(['event_types.name as type_name', 'event_types.name_en as type_name_en', 'district.name as district_name', 'lead.name as lead_name', 'handler.display_name as handler_name'])
    .select(sql<string | null>`(select m.media_id from case_media m join media x on x.id = m.media_id where m.case_id = cases.id and x.mime like 'image/%'
      order by case x.kind when 'annotated' then 0 when 'original' then 1 else 2 end, m.created_at limit 1)`.as('thumbnail'))
    .select(sql<Date | null>`(select case when bool_and(a.gone_at is not null) then max(a.gone_at) end from alerts a where a.case_id = cases.id)`.as('gone_at'));
}
export type ListRow = CaseRow & {
  type_name: string | null; type_name_en: string | null; district_name: string | null; lead_name: string | null; handler_name: string | null;
  thumbnail: string | null; gone_at: Date | null;
};

function clockView(row: CaseRow, now: Date, calendar: Calendar): ClockView {
  const limit = row.condition?.limit ?? null;
  const leftMs = row.clock_state === null ? null
    : row.clock_state === 'running' && row.due_at !== null && limit !== null ? elapsed(now.getTime(), row.due_at.getTime(), limit.unit, calendar)
      : Number(row.clock_left_ms ?? 0);
  return {
    state: row.clock_state, limit, startedAt: iso(row.clock_started_at), dueAt: iso(row.due_at), leftMs,
    limitMs: limit === null ? null : limitMs(limit, calendar),
    warnedAt: iso(row.warned_at), overdueAt: iso(row.overdue_at),
    overdue: row.overdue_at !== null || (row.clock_state === 'running' && row.due_at !== null && now > row.due_at),
    acceptBy: iso(row.accept_by),
  };
}

export function caseListItem(row: ListRow, now: Date, calendar: Calendar): CaseListItem {
  return {
    id: row.id, number: row.number, version: row.version, state: row.state, stage: stageOf[row.state], source: row.source,
    eventType: row.event_type, eventTypeName: row.type_name, eventTypeNameEn: row.type_name_en,
    subclass: row.standard_ref === null || row.code === null ? null : { standardRef: row.standard_ref, code: row.code, name: row.subclass_name ?? row.code },
    severity: row.severity, description: row.description, address: row.address,
    point: row.lon === null || row.lat === null ? null : [row.lon, row.lat], cell: row.cell, camera: row.camera_id,
    district: ref(row.district_id, row.district_name), leadUnit: ref(row.lead_unit_id, row.lead_name), handler: ref(row.handler_id, row.handler_name),
    round: row.round, clock: clockView(row, now, calendar),
    seenAgainAt: iso(row.seen_again_at), goneAt: iso(row.gone_at), reportedAt: row.reported_at.toISOString(), updatedAt: row.updated_at.toISOString(),
    thumbnail: row.thumbnail === null ? null : mediaUrl(row.thumbnail),
  };
}

async function mediaOf(db: DbOrTx, caseId: string): Promise<CaseMediaView[]> {
  const rows = await db.selectFrom('case_media as c').innerJoin('media as m', 'm.id', 'c.media_id').where('c.case_id', '=', caseId)
    .select(['m.id', 'm.mime', 'm.kind', 'm.sha256', 'm.bytes', 'm.width', 'm.height', 'm.taken_at', 'm.lon', 'm.lat', 'c.part', 'c.round', 'c.history_seq', 'c.note', 'c.created_at'])
    .orderBy('c.created_at').orderBy('m.id').execute();
  return rows.map((r) => ({
    id: r.id, url: mediaUrl(r.id), mime: r.mime, kind: r.kind, part: r.part as CaseMediaView['part'], round: r.round, historySeq: r.history_seq, note: r.note,
    sha256: r.sha256, bytes: Number(r.bytes), width: r.width, height: r.height, takenAt: iso(r.taken_at),
    point: r.lon === null || r.lat === null ? null : [r.lon, r.lat], addedAt: r.created_at.toISOString(),
  }));
}

async function historyOf(db: DbOrTx, caseId: string): Promise<CaseHistoryEntry[]> {
  const rows = await db.selectFrom('case_history').selectAll().where('case_id', '=', caseId).orderBy('seq').execute();
  return rows.map((h) => ({
    seq: h.seq, action: h.action, from: h.from_state as CaseState | null, to: h.to_state as CaseState, at: h.at.toISOString(),
    actor: { id: h.actor_id, name: h.actor_name, unit: h.actor_unit }, input: h.input, changes: h.changes, hash: h.hash.toString('hex'),
  }));
}

async function rechecksOf(db: DbOrTx, caseId: string): Promise<RecheckView[]> {
  const rows = await db.selectFrom('case_rechecks').selectAll().where('case_id', '=', caseId).orderBy('asked_at').execute();
  return rows.map((r) => ({
    id: r.id, round: r.round, askedAt: r.asked_at.toISOString(), answeredAt: iso(r.answered_at), answer: r.answer as RecheckView['answer'],
    score: r.score, picture: r.media_id === null ? null : mediaUrl(r.media_id), failure: r.failure,
  }));
}

/** Who may know who reported: those who talk to citizens, at level 1. */
const mayKnowReporter = (actor: Actor): boolean => actor.scope.kind === 'city' && actor.roles.some((r) => ['intake', 'duty_officer', 'dispatcher'].includes(r));

export async function caseView(db: DbOrTx, actor: Actor, row: ListRow, now: Date, calendar: Calendar): Promise<CaseView> {
  const alerts = await db.selectFrom('alerts').selectAll().where('case_id', '=', row.id).orderBy('raised_at').execute();
  const evidence = await evidenceOf(db, alerts.map((a) => a.id));
  const units = row.co_unit_ids.length === 0 ? [] : await db.selectFrom('units').select(['id', 'name']).where('id', 'in', row.co_unit_ids).execute();
  const recurrence = row.recurrence_of === null ? undefined : await db.selectFrom('cases').select(['id', 'number']).where('id', '=', row.recurrence_of).executeTakeFirst();
  const reporter = mayKnowReporter(actor) ? await db.selectFrom('case_persons').select('data').where('case_id', '=', row.id).executeTakeFirst() : undefined;
  return {
    ...caseListItem(row, now, calendar),
    sourceFields: row.source_fields, condition: row.condition, coUnits: units, zone: row.zone_id, box: row.box, recurrenceOf: recurrence ?? null,
    filedAt: iso(row.filed_at), dispatchedAt: iso(row.dispatched_at), acceptedAt: iso(row.accepted_at), fedBackAt: iso(row.fed_back_at), closedAt: iso(row.closed_at),
    alerts: alerts.map((a) => ({
      id: a.id, state: a.state, raisedAt: a.raised_at.toISOString(), lastSeenAt: a.last_seen_at.toISOString(), goneAt: iso(a.gone_at), repeats: a.repeats, evidence: evidence.get(a.id) ?? noEvidence,
    })),
    media: await mediaOf(db, row.id),
    history: await historyOf(db, row.id),
    rechecks: await rechecksOf(db, row.id),
    suggestion: await suggestUnit(db, row.code === null ? null : { code: row.code }, row.district_id),
    reporter: (reporter?.data ?? null) as Record<string, unknown> | null,
  };
}
