import type { CaseAction, CaseInput } from '../domain/case-input.ts';
import { invalid } from '../domain/errors.ts';
import type { Actor } from '../domain/roles.ts';
import type { Audience, Effect } from '../domain/workflow.ts';
import { leftOnResume, limitMs, startClock, timeLeft, type Calendar } from '../domain/working-time.ts';
import type { Tx } from '../platform/db/index.ts';
import { locate } from '../platform/places.ts';
import type { CasePatch, CaseRow } from './case-row.ts';
import { suggestUnit } from './suggest-unit.ts';
import type { Settings } from './settings.ts';
import { nameSubclass } from './subclasses.ts';

/** What the effects of one transition work on; they add to `patch` and `tell`. */
export interface Effecting {
  readonly tx: Tx;
  readonly row: CaseRow;
  readonly patch: CasePatch;
  readonly tell: Set<Audience>;
  readonly actor: Actor;
  readonly action: CaseAction;
  readonly input: unknown;
  readonly now: Date;
  readonly settings: Settings;
  readonly calendar: Calendar;
}

const later = (now: Date, minutes: number): Date => new Date(now.getTime() + minutes * 60_000);
const limitOf = (e: Effecting) => (e.patch.condition ?? e.row.condition)?.limit ?? e.settings.defaultLimit;

function runClock(e: Effecting, left: number): void {
  const clock = startClock(e.now.getTime(), left, limitOf(e), e.calendar);
  Object.assign(e.patch, {
    clock_state: 'running', clock_left_ms: String(Math.round(left)), clock_started_at: e.now,
    due_at: new Date(clock.dueAt), warn_at: new Date(clock.warnAt), warned_at: null,
  } satisfies CasePatch);
}

function startWhole(e: Effecting): void {
  runClock(e, limitMs(limitOf(e), e.calendar));
  e.patch.overdue_at = null;
}

function haltClock(e: Effecting, state: 'paused' | 'stopped'): void {
  const { row } = e;
  if (row.clock_state === null) return;
  e.patch.clock_state = state;
  e.patch.warn_at = null;
  if (row.clock_state !== 'running' || row.due_at === null) return;
  e.patch.clock_left_ms = String(Math.round(timeLeft(e.now.getTime(), row.due_at.getTime(), limitOf(e), e.calendar)));
  // the sweeper may not have come by yet; the fact is the same
  if (e.now > row.due_at) e.patch.overdue_at = row.due_at;
}

async function file(e: Effecting): Promise<void> {
  const { tx, row, patch } = e;
  const input = e.input as CaseInput<'file'>;
  if (input.subclass !== undefined) {
    const named = await nameSubclass(tx, input.subclass, row.event_type, 'input.subclass');
    Object.assign(patch, { standard_ref: named.standardRef, code: named.code, subclass_name: named.name } satisfies CasePatch);
  }
  const standard = patch.standard_ref ?? row.standard_ref;
  const code = patch.code ?? row.code;
  const conditions = standard === null || code === null ? []
    : await tx.selectFrom('filing_conditions').selectAll().where('standard_ref', '=', standard).where('code', '=', code).orderBy('position').orderBy('id').execute();
  const chosen = input.conditionId === undefined ? conditions[0] : conditions.find((c) => c.id === input.conditionId);
  if (input.conditionId !== undefined && chosen === undefined) {
    throw invalid('input.conditionId', `is none of this subclass's conditions: ${conditions.map((c) => c.id).join(', ') || 'it has none'}`);
  }
  patch.condition = chosen === undefined
    ? { id: 'default', condition: '', limit: e.settings.defaultLimit, closing: '恢复正常' }
    : { id: chosen.id, condition: chosen.condition, limit: { value: Number(chosen.limit_value), unit: chosen.limit_unit }, closing: chosen.closing_condition };
  patch.filed_at = e.now;
}

async function describe(e: Effecting): Promise<void> {
  const input = e.input as CaseInput<'confirm'>;
  const { patch } = e;
  patch.description = input.description;
  if (input.subclass !== null) Object.assign(patch, { standard_ref: input.subclass.standardRef, code: input.subclass.code, subclass_name: input.subclass.name } satisfies CasePatch);
  if (input.point !== null) {
    const place = await locate(e.tx, [input.point[0], input.point[1]], e.row.district_id);
    Object.assign(patch, { lon: input.point[0], lat: input.point[1], cell: place.cell, district_id: place.districtId } satisfies CasePatch);
  }
}

async function assign(e: Effecting): Promise<void> {
  const { tx, row, patch } = e;
  const input = e.input as CaseInput<'dispatch'>;
  const suggestion = await suggestUnit(tx, row.code === null ? null : { code: row.code }, row.district_id);
  // rework keeps the unit
  const usual = row.lead_unit_id ?? suggestion?.leadUnit.id;
  const unitId = input.unitId ?? usual;
  if (unitId === undefined) throw invalid('input.unitId', 'no unit is suggested for this category and place: name one');
  if (usual !== undefined && unitId !== usual && input.reason === undefined) throw invalid('input.reason', `is mandatory, because ${usual} is suggested`);
  const wanted = [...new Set([unitId, ...(input.coUnitIds ?? [])])];
  const known = await tx.selectFrom('units').select(['id', 'kind']).where('id', 'in', wanted).execute();
  const missing = wanted.find((id) => !known.some((u) => u.id === id && u.kind !== 'centre'));
  if (missing !== undefined) throw invalid(missing === unitId ? 'input.unitId' : 'input.coUnitIds', `there is no unit ${missing} to dispatch to`);
  Object.assign(patch, {
    lead_unit_id: unitId,
    co_unit_ids: input.coUnitIds ?? (row.lead_unit_id === unitId ? row.co_unit_ids : suggestion?.leadUnit.id === unitId ? suggestion.coUnits.map((u) => u.id) : []),
    dispatched_at: e.now, handler_id: null, accepted_at: null, fed_back_at: null,
  } satisfies CasePatch);
}

async function assignBelow(e: Effecting): Promise<void> {
  const { unitId } = e.input as CaseInput<'sub_dispatch'>;
  const unit = await e.tx.selectFrom('units').select('parent_id').where('id', '=', unitId).executeTakeFirst();
  if (unit === undefined || unit.parent_id !== e.row.lead_unit_id) throw invalid('input.unitId', 'is not a unit under this district');
  Object.assign(e.patch, { lead_unit_id: unitId, handler_id: null, accepted_at: null } satisfies CasePatch);
}

export async function applyEffect(e: Effecting, effect: Effect): Promise<void> {
  const { row, patch, now } = e;
  if (effect.startsWith('tell:')) {
    e.tell.add(effect.slice('tell:'.length) as Audience);
    return;
  }
  switch (effect as Exclude<Effect, `tell:${Audience}`>) {
    case 'file': return file(e);
    case 'unfile': Object.assign(patch, { condition: null, filed_at: null, dispatched_at: null } satisfies CasePatch); return;
    case 'describe': return describe(e);
    case 'assign': return assign(e);
    case 'assign_below': return assignBelow(e);
    case 'unassign': Object.assign(patch, { lead_unit_id: null, co_unit_ids: [], handler_id: null, accepted_at: null, accept_by: null } satisfies CasePatch); return;
    case 'await_acceptance': Object.assign(patch, { accept_by: later(now, e.settings.acceptMinutes), unaccepted_step: 0 } satisfies CasePatch); return;
    case 'accepted': Object.assign(patch, { handler_id: e.actor.userId, accepted_at: now, accept_by: null } satisfies CasePatch); return;
    case 'fed_back': Object.assign(patch, { fed_back_at: now, seen_again_at: null } satisfies CasePatch); return;
    case 'next_round': Object.assign(patch, { round: row.round + 1, seen_again_at: null } satisfies CasePatch); return;
    case 'closed': patch.closed_at = now; return;
    case 'start_clock': startWhole(e); return;
    case 'keep_clock': if (patch.lead_unit_id !== row.lead_unit_id) startWhole(e); return;
    case 'pause_clock': haltClock(e, 'paused'); return;
    case 'resume_clock': runClock(e, leftOnResume(Number(row.clock_left_ms ?? 0), limitOf(e), e.calendar, e.settings.reworkShare)); return;
    case 'stop_clock': haltClock(e, 'stopped'); patch.accept_by = null; return;
    case 'reset_clock':
      Object.assign(patch, {
        clock_state: null, clock_left_ms: null, clock_started_at: null, due_at: null, warn_at: null, warned_at: null, overdue_at: null, accept_by: null,
      } satisfies CasePatch);
      return;
    case 'mark_seen_again': patch.seen_again_at = new Date((e.input as CaseInput<'seen_again'>).at); return;
    case 'mark_warned': patch.warned_at = now; return;
    case 'mark_overdue': patch.overdue_at = row.due_at; return;
    case 'mark_unaccepted': {
      const { step } = e.input as CaseInput<'unaccepted'>;
      Object.assign(patch, { unaccepted_step: step, accept_by: step < 2 ? later(now, e.settings.acceptMinutes) : null } satisfies CasePatch);
      return;
    }
    case 'ask_recheck':
      await e.tx.insertInto('case_rechecks').values({ case_id: row.id, round: row.round, asked_at: now }).execute();
  }
}
