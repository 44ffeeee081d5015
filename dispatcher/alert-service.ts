import { rejectionKind, undoSeconds } from '../domain/alert.ts';
import { alertInputs, type AlertAction } from '../domain/alert-input.ts';
import type { CaseAction } from '../domain/case-input.ts';
import { Conflict, Forbidden, Invalid, invalid, NotFound } from '../domain/errors.ts';
import type { Actor } from '../domain/roles.ts';
import type { AlertService } from '../domain/services.ts';
import type { AlertView, Subclass } from '../domain/views.ts';
import { actionLabels, judges, mayAct } from '../domain/workflow.ts';
import { databaseNow, type DbOrTx, type Tx } from '../platform/db/index.ts';
import type { AlertVerdict } from '../platform/db/schema.ts';
import { changeAlert, type AlertRow } from './alert-row.ts';
import { alertDetail, alertQuery, alertViews, undoUntil, type AlertListRow } from './alert-view.ts';
import { caseOfAlert, withdrawCase } from './alert-case.ts';
import { takeStep } from './case-write.ts';
import { holdBackSeconds } from './hold-back.ts';
import { transact, type Context } from './context.ts';
import { afterCursor, countLimit, cursorOf, isUuid, newestFirst, pageSize } from './cursor.ts';
import { alertScope } from '../platform/scope.ts';
import { readSettings } from './settings.ts';
import { silenceOf } from './silence.ts';
import { subclassesOf } from './subclasses.ts';
import type { z } from 'zod';


async function visibleRow(db: DbOrTx, actor: Actor, id: string): Promise<AlertListRow> {
  const row = isUuid(id) ? await alertQuery(db).where('alerts.id', '=', id).where(alertScope(actor.scope)).executeTakeFirst() : undefined;
  if (row === undefined) throw new NotFound('there is no such alert');
  return row;
}

function parse<A extends AlertAction>(action: A, input: unknown): z.output<(typeof alertInputs)[A]> {
  const parsed = alertInputs[action].safeParse(input ?? {});
  if (!parsed.success) throw new Invalid(parsed.error.issues.map((i) => ({ path: i.path.join('.'), message: i.message })));
  if (/\\u0000|\\ud[89a-f]/i.test(JSON.stringify(parsed.data))) throw invalid('', 'the text holds characters that cannot be stored');
  return parsed.data as z.output<(typeof alertInputs)[A]>;
}

/** An alert locked for a person who may judge it. */
async function lockFor(tx: Tx, actor: Actor, id: string, version: number | undefined): Promise<AlertRow> {
  const row = isUuid(id) ? await tx.selectFrom('alerts').selectAll().where('id', '=', id).where(alertScope(actor.scope)).forUpdate().executeTakeFirst() : undefined;
  if (row === undefined) throw new NotFound('there is no such alert');
  if (!mayAct(actor, judges, { state: 'reported', districtId: row.district_id, leadUnitId: null, leadParentId: null })) throw new Forbidden('your roles do not allow to judge alerts');
  if (version !== undefined && version !== row.version) throw new Conflict('somebody else was first: look at the alert as it is now', row);
  return row;
}

/** @throws Conflict when the alert is judged already, or another person holds it */
function assertOpenFor(actor: Actor, row: AlertRow, now: Date): void {
  if (row.state !== 'new' && row.state !== 'claimed') throw new Conflict(`the alert is ${row.state}`, row);
  if (row.state === 'claimed' && row.claimed_by !== actor.userId && row.claim_expires_at !== null && row.claim_expires_at > now) throw new Conflict('somebody else holds this alert', row);
}

/** Columns of a claim from now on. */
async function claimColumns(tx: Tx, actor: Actor, now: Date) {
  const { claimMinutes } = await readSettings(tx);
  return { state: 'claimed' as const, claimed_by: actor.userId, claimed_at: now, claim_expires_at: new Date(now.getTime() + claimMinutes * 60_000) };
}

/** Columns of a verdict; its person holds the alert until it can no longer be taken back. */
function verdictColumns(actor: Actor, now: Date, verdict: Omit<AlertVerdict, 'by' | 'at'>) {
  const whole: AlertVerdict = { ...verdict, by: actor.userId ?? '', at: now.toISOString() };
  return { verdict: JSON.stringify(whole), verdict_by: actor.userId, verdict_at: now, claim_expires_at: null };
}

async function pickSubclass(tx: Tx, row: AlertRow, wanted: { standardRef: string; code: string } | undefined): Promise<Subclass | null> {
  const offered = subclassesOf(await tx.selectFrom('event_types').selectAll().where('id', '=', row.event_type).executeTakeFirstOrThrow());
  if (wanted === undefined) return offered[0] ?? null;
  const found = offered.find((s) => s.standardRef === wanted.standardRef && s.code === wanted.code);
  if (found === undefined) throw invalid('subclass', `this event type allows ${offered.map((s) => `${s.standardRef} ${s.code} ${s.name}`).join(', ') || 'none'}`);
  return found;
}

async function confirm(tx: Tx, actor: Actor, id: string, raw: unknown): Promise<void> {
  const input = parse('confirm', raw);
  const row = await lockFor(tx, actor, id, input.version);
  const now = await databaseNow(tx);
  assertOpenFor(actor, row, now);
  const subclass = await pickSubclass(tx, row, input.subclass);
  const caseId = await caseOfAlert(tx, row, { actor, subclass, description: input.description, point: input.point ?? null, note: input.note, delaySeconds: holdBackSeconds });
  await changeAlert(tx, row, {
    state: 'confirmed', case_id: caseId, ...verdictColumns(actor, now, { verdict: 'confirmed', reason: null, kind: null, subclass, note: input.note ?? null }),
  }, { actor, action: 'confirm', input: { subclass, point: input.point ?? null } });
  if (input.fileAndDispatch === undefined) return;
  const { unitId, reason } = input.fileAndDispatch;
  await takeStep(tx, { caseId, actor, action: 'file', input: {}, delaySeconds: holdBackSeconds });
  await takeStep(tx, { caseId, actor, action: 'dispatch', input: { unitId, reason }, delaySeconds: holdBackSeconds });
}

async function reject(tx: Tx, actor: Actor, id: string, raw: unknown): Promise<void> {
  const input = parse('reject', raw);
  const row = await lockFor(tx, actor, id, input.version);
  const now = await databaseNow(tx);
  assertOpenFor(actor, row, now);
  await withdrawCase(tx, row, actor, input.reason);
  const kind = rejectionKind(input.reason);
  await changeAlert(tx, row, {
    state: 'rejected', ...verdictColumns(actor, now, { verdict: 'rejected', reason: input.reason, kind, subclass: null, note: input.note ?? null }),
  }, { actor, action: 'reject', input: { reason: input.reason, kind } });
  // what has gone and comes back is news; what has no place cannot be told from another
  if (input.reason === 'gone' || row.box === null) return;
  const silence = await silenceOf(tx, row);
  await tx.insertInto('silences').values({ camera_id: row.camera_id, event_type: row.event_type, box: JSON.stringify(row.box), until: new Date(now.getTime() + silence), alert_id: row.id }).execute();
}

async function merge(tx: Tx, actor: Actor, id: string, raw: unknown): Promise<void> {
  const input = parse('merge', raw);
  if (input.into === id) throw invalid('into', 'is this alert itself');
  // in order of id, so that two merges of the same pair cannot wait for each other
  await tx.selectFrom('alerts').select('id').where('id', 'in', [id, input.into].filter(isUuid)).orderBy('id').forUpdate().execute();
  const row = await lockFor(tx, actor, id, input.version);
  const target = await lockFor(tx, actor, input.into, undefined).catch((error: unknown) => {
    throw error instanceof NotFound ? invalid('into', 'there is no such alert') : error;
  });
  const now = await databaseNow(tx);
  assertOpenFor(actor, row, now);
  if (!['new', 'claimed', 'confirmed'].includes(target.state)) throw invalid('into', `that alert is ${target.state}`);
  if (target.event_type !== row.event_type) throw invalid('into', 'is of another event type');
  await withdrawCase(tx, row, actor, 'merged');
  await changeAlert(tx, row, {
    state: 'merged', merged_into: target.id, ...verdictColumns(actor, now, { verdict: 'merged', reason: null, kind: null, subclass: null, note: input.note ?? null }),
  }, { actor, action: 'merge', input: { into: target.id } });
  await changeAlert(tx, target, { repeats: target.repeats + row.repeats + 1, last_seen_at: row.last_seen_at > target.last_seen_at ? row.last_seen_at : target.last_seen_at }, { actor, action: 'absorb', input: { alert: row.id } });
}

/** What others have done since on the strength of a verdict has left the house. The case is locked. @throws Conflict naming who did what */
async function assertAlone(tx: Tx, actor: Actor, caseId: string, since: Date): Promise<void> {
  const row = await tx.selectFrom('cases').select(['version', 'state']).where('id', '=', caseId).forUpdate().executeTakeFirstOrThrow();
  const other = await tx.selectFrom('case_history').select(['action', 'actor_name']).where('case_id', '=', caseId).where('at', '>=', since)
    .where('actor_id', 'is not', null).where('actor_id', '!=', actor.userId).whereRef('from_state', '!=', 'to_state').orderBy('seq').limit(1).executeTakeFirst();
  if (other !== undefined) throw new Conflict(`${other.actor_name} has acted on the case meanwhile (${actionLabels[other.action as CaseAction].en}); the verdict stands`, row);
}

async function undo(tx: Tx, actor: Actor, id: string, raw: unknown): Promise<void> {
  const input = parse('undo', raw);
  const row = await lockFor(tx, actor, id, input.version);
  const now = await databaseNow(tx);
  const until = undoUntil(row);
  if (row.verdict === null || until === null || !['confirmed', 'rejected', 'merged'].includes(row.state)) throw new Conflict('there is no verdict to take back', row);
  if (row.verdict_by !== actor.userId) throw new Forbidden('only the person who judged may take the verdict back');
  if (now >= until) throw new Conflict(`a verdict can be taken back for ${undoSeconds} s only`, row);
  if (row.case_id !== null) {
    await assertAlone(tx, actor, row.case_id, row.verdict_at!);
    await takeStep(tx, { caseId: row.case_id, actor, action: 'undo', input: { alertId: row.id } });
    await tx.updateTable('outbox').set({ cancelled_at: now }).where('relayed_at', 'is', null).where('done_at', 'is', null).where('key', 'like', `case:${row.case_id}:%`).execute();
  }
  await tx.deleteFrom('silences').where('alert_id', '=', row.id).execute();
  if (row.merged_into !== null) {
    const target = await tx.selectFrom('alerts').selectAll().where('id', '=', row.merged_into).forUpdate().executeTakeFirstOrThrow();
    await changeAlert(tx, target, { repeats: Math.max(0, target.repeats - row.repeats - 1) }, { actor, action: 'release_absorbed', input: { alert: row.id } });
  }
  await changeAlert(tx, row, { ...(await claimColumns(tx, actor, now)), verdict: null, verdict_by: null, verdict_at: null, merged_into: null }, { actor, action: 'undo', input: { verdict: row.verdict.verdict } });
}

export function createAlertService({ db }: Context): AlertService {
  /** One verdict as one transaction, answered with the alert as it is afterwards. */
  async function act(actor: Actor, id: string, work: (tx: Tx) => Promise<void>): Promise<AlertView> {
    await transact(db, work);
    const [view] = await alertViews(db, [await visibleRow(db, actor, id)], await databaseNow(db));
    return view!;
  }

  return {
    async list(actor, filter) {
      const limit = pageSize(filter.limit);
      let query = alertQuery(db).where(alertScope(actor.scope));
      if (filter.state !== undefined && filter.state.length > 0) query = query.where('alerts.state', 'in', [...filter.state]);
      if (filter.camera !== undefined) query = query.where('alerts.camera_id', '=', filter.camera);
      if (filter.type !== undefined) query = query.where('alerts.event_type', '=', filter.type);
      if (filter.since !== undefined) query = query.where('alerts.raised_at', '>=', new Date(filter.since));
      if (filter.claimedBy !== undefined) query = query.where('alerts.claimed_by', '=', filter.claimedBy);
      const counted = await db.selectFrom(query.clearSelect().select('alerts.id').limit(countLimit).as('c')).select((eb) => eb.fn.countAll<string>().as('n')).executeTakeFirstOrThrow();
      if (filter.cursor !== undefined) query = query.where(afterCursor(filter.cursor, 'alerts.raised_at', 'alerts.id'));
      const rows = await query.orderBy(newestFirst('alerts.raised_at', 'alerts.id')).limit(limit + 1).execute();
      const last = rows[limit - 1];
      return {
        items: await alertViews(db, rows.slice(0, limit), await databaseNow(db)),
        next: rows.length > limit && last !== undefined ? cursorOf({ at: last.raised_at, id: last.id }) : null,
        total: Number(counted.n),
      };
    },

    get: async (actor, id) => alertDetail(db, actor, await visibleRow(db, actor, id), await databaseNow(db)),

    claim: (actor, id, raw) => act(actor, id, async (tx) => {
      const row = await lockFor(tx, actor, id, parse('claim', raw).version);
      const now = await databaseNow(tx);
      assertOpenFor(actor, row, now);
      await changeAlert(tx, row, await claimColumns(tx, actor, now), { actor, action: 'claim' });
    }),

    release: (actor, id, raw) => act(actor, id, async (tx) => {
      const row = await lockFor(tx, actor, id, parse('release', raw).version);
      if (row.state !== 'claimed') throw new Conflict(`the alert is ${row.state}`, row);
      if (row.claimed_by !== actor.userId) throw new Forbidden('somebody else holds this alert');
      await changeAlert(tx, row, { state: 'new', claimed_by: null, claimed_at: null, claim_expires_at: null }, { actor, action: 'release' });
    }),

    confirm: (actor, id, raw) => act(actor, id, (tx) => confirm(tx, actor, id, raw)),
    reject: (actor, id, raw) => act(actor, id, (tx) => reject(tx, actor, id, raw)),
    merge: (actor, id, raw) => act(actor, id, (tx) => merge(tx, actor, id, raw)),
    undo: (actor, id, raw) => act(actor, id, (tx) => undo(tx, actor, id, raw)),
  };
}

