import { createHash } from 'node:crypto';
import { caseInputs, type CaseAction, type CaseInput } from '../domain/case-input.ts';
import { Conflict, Forbidden, Invalid, NotFound, invalid } from '../domain/errors.ts';
import { entryHash } from '../domain/history-hash.ts';
import type { Actor } from '../domain/roles.ts';
import { decide, type Audience } from '../domain/workflow.ts';
import { cityZone } from '../domain/working-time.ts';
import { crashPoint } from '../platform/crash-points.ts';
import { databaseNow, type Tx } from '../platform/db/index.ts';
import { appendEvent } from '../platform/event-log.ts';
import { writeOutbox } from '../platform/outbox.ts';
import { applyEffect, type Effecting } from './case-effects.ts';
import { changesOf, readFacts, readReach, toColumns, told, type CasePatch, type CaseRow } from './case-row.ts';
import { audienceOf } from './audience.ts';
import { readCalendar, readSettings, type Settings } from './settings.ts';

/** @throws Invalid with every wrong field, paths beginning with `input` */
export function parseInput<A extends CaseAction>(action: A, input: unknown): CaseInput<A> {
  const parsed = caseInputs[action].safeParse(input ?? {});
  if (!parsed.success) throw new Invalid(parsed.error.issues.map((i) => ({ path: ['input', ...i.path].join('.'), message: i.message })));
  return parsed.data as CaseInput<A>;
}

export interface Step<A extends CaseAction> {
  readonly caseId: string;
  readonly actor: Actor;
  readonly action: A;
  readonly input: CaseInput<A>;
  /** The version that the actor saw; absent for what the product does itself. */
  readonly version?: number | undefined;
  /** Seconds that effects outside wait, because this may still be taken back. */
  readonly delaySeconds?: number | undefined;
}

interface Entry {
  readonly actor: Actor;
  readonly action: string;
  readonly from: CaseRow['state'] | null;
  readonly input: unknown;
  readonly changes: Record<string, [unknown, unknown]>;
  readonly now: Date;
}

async function writeHistory(tx: Tx, row: CaseRow, seq: number, previous: Buffer | null, entry: Entry): Promise<Buffer> {
  const hash = entryHash({
    caseId: row.id, seq, action: entry.action, from: entry.from, to: row.state, at: entry.now.toISOString(),
    actorId: entry.actor.userId, actorName: entry.actor.name, actorUnit: entry.actor.unitId, input: entry.input, changes: entry.changes,
  }, previous);
  crashPoint('before:history-insert');
  await tx.insertInto('case_history').values({
    case_id: row.id, seq, action: entry.action, from_state: entry.from, to_state: row.state, at: entry.now,
    actor_id: entry.actor.userId, actor_name: entry.actor.name, actor_unit: entry.actor.unitId,
    input: JSON.stringify(entry.input), changes: JSON.stringify(entry.changes), prev_hash: previous, hash,
  }).execute();
  crashPoint('after:history-insert');
  return hash;
}

/** Pictures that came with a step; each must exist, and what others uploaded is not there for the actor. */
export async function attachMedia(tx: Tx, row: Pick<CaseRow, 'id' | 'round'>, ids: readonly string[], part: 'evidence' | 'report' | 'feedback' | 'verification', about: { actor: Actor; seq: number; note?: string | null | undefined }): Promise<void> {
  const wanted = [...new Set(ids)];
  if (wanted.length === 0) return;
  const found = await tx.selectFrom('media').select(['id', 'uploaded_by']).where('id', 'in', wanted).execute();
  const bad = wanted.findIndex((id) => !found.some((m) => m.id === id && (m.uploaded_by === about.actor.userId || about.actor.roles.includes('system'))));
  if (bad >= 0) throw invalid(`input.media.${bad}`, 'there is no such upload of yours');
  await tx.insertInto('case_media').values(wanted.map((id) => ({ case_id: row.id, media_id: id, part, round: row.round, history_seq: about.seq, note: about.note ?? null })))
    .onConflict((c) => c.doNothing()).execute();
}

/** Effects outside that follow a change: people, receivers, the camera, the hint of a deadline. */
async function writeEffects(tx: Tx, before: CaseRow | null, row: CaseRow, seq: number, step: { action: string; tell: ReadonlySet<Audience>; alsoTell: readonly string[]; delaySeconds: number; settings: Settings; now: Date }): Promise<void> {
  const key = `case:${row.id}:${seq}`;
  for (const audience of step.tell) {
    // a unit that was taken off the case is told as well as the one that it was given to
    const userIds = await audienceOf(tx, audience, { districtId: row.district_id, leadUnitId: row.lead_unit_id ?? before?.lead_unit_id ?? null, coUnitIds: row.co_unit_ids });
    if (userIds.length > 0) await writeOutbox(tx, 'notify', `${key}:notify:${audience}`, { caseId: row.id, userIds, topic: step.action }, step.delaySeconds);
  }
  if (step.alsoTell.length > 0) await writeOutbox(tx, 'notify', `${key}:notify:named`, { caseId: row.id, userIds: step.alsoTell, topic: step.action }, step.delaySeconds);
  if (step.action === 'request_recheck') await writeOutbox(tx, 'recheck', `${key}:recheck`, { caseId: row.id });
  if (row.due_at !== null && row.clock_state === 'running' && row.due_at.getTime() !== before?.due_at?.getTime()) {
    await writeOutbox(tx, 'deadline', `${key}:deadline`, { caseId: row.id }, Math.max(0, (row.due_at.getTime() - step.now.getTime()) / 1000));
  }
  // a verdict taken back never left the house
  if (step.action === 'undo') return;
  for (const { url } of step.settings.webhooks) {
    await writeOutbox(tx, 'webhook', `${key}:webhook:${createHash('sha256').update(url).digest('hex').slice(0, 16)}`, {
      url, body: { kind: 'case', id: row.id, number: row.number, version: row.version, state: row.state, action: step.action, at: step.now.toISOString() },
    }, step.delaySeconds);
  }
}

/** Those who may see the change: the case's district, its units and the districts above them, before and after. */
async function tellDesks(tx: Tx, before: CaseRow | null, row: CaseRow, change: string): Promise<void> {
  const units = [row.lead_unit_id, before?.lead_unit_id ?? null, ...row.co_unit_ids, ...(before?.co_unit_ids ?? [])].filter((u): u is string => u !== null);
  const parents = units.length === 0 ? [] : await tx.selectFrom('units').select('parent_id').where('id', 'in', units).where('parent_id', 'is not', null).execute();
  await appendEvent(tx, { kind: 'case', id: row.id, number: row.number, state: row.state, version: row.version, change },
    { districtId: row.district_id, unitIds: [...new Set([...units, ...parents.map((p) => p.parent_id!)])] });
}

/**
 * One step of the workflow inside the caller's transaction: version, history, clocks, media, effects and event go together or not at
 * all. The row is locked first, so of two who act at once the second meets the first one's version.
 * @throws NotFound, Conflict (version or state), Forbidden, Invalid
 */
export async function takeStep<A extends CaseAction>(tx: Tx, step: Step<A>): Promise<CaseRow> {
  const { actor, action, input } = step;
  const row = await tx.selectFrom('cases').selectAll().where('id', '=', step.caseId).forUpdate().executeTakeFirst();
  if (row === undefined) throw new NotFound('there is no such case');
  const settings = await readSettings(tx);
  const reach = await readReach(tx, row);
  const decision = decide(actor, action, reach, await readFacts(tx, row, reach, settings));
  if (decision.kind === 'not_you') throw new Forbidden(`your roles do not allow ${action} on this case`);
  if (step.version !== undefined && step.version !== row.version) throw new Conflict('somebody else was first: look at the case as it is now', row);
  if (decision.kind === 'not_now') throw new Conflict(`${action} is not possible while the case is ${row.state}`, row);

  const now = await databaseNow(tx);
  const effecting: Effecting = { tx, row, patch: { state: decision.to }, tell: new Set(), actor, action, input, now, settings, calendar: await readCalendar(tx, settings) };
  for (const effect of decision.transition.effects) await applyEffect(effecting, effect);
  const changes = changesOf(row, effecting.patch);
  const seq = row.version + 1;
  const after: CaseRow = { ...row, ...effecting.patch, version: seq, updated_at: now };
  const hash = await writeHistory(tx, after, seq, row.history_head, { actor, action, from: row.state, input, changes, now });
  const { numUpdatedRows } = await tx.updateTable('cases').set({ ...toColumns(effecting.patch), version: seq, updated_at: now, history_head: hash })
    .where('id', '=', row.id).where('version', '=', row.version).executeTakeFirst();
  if (numUpdatedRows !== 1n) throw new Conflict('somebody else was first: look at the case as it is now', row);

  const given = input as { media?: readonly string[]; note?: string | undefined; told?: readonly string[] };
  await attachMedia(tx, row, given.media ?? [], action === 'feedback' ? 'feedback' : action === 'comment' || action === 'checked' ? 'report' : 'verification', { actor, seq, note: given.note });
  await writeEffects(tx, row, after, seq, { action, tell: effecting.tell, alsoTell: given.told ?? [], delaySeconds: step.delaySeconds ?? 0, settings, now });
  await tellDesks(tx, row, after, action);
  return { ...after, history_head: hash };
}

/** A new case with its first entry of history. @param action `report` by a person, `confirm` from an alert */
export async function insertCase(tx: Tx, fields: CasePatch & Pick<CaseRow, 'state' | 'source'>, entry: { actor: Actor; action: 'report' | 'confirm'; input: unknown; tell: ReadonlySet<Audience>; delaySeconds?: number }): Promise<CaseRow> {
  const now = await databaseNow(tx);
  const { nextval } = await tx.selectNoFrom((eb) => eb.fn<string>('nextval', [eb.val('app.case_serial')]).as('nextval')).executeTakeFirstOrThrow();
  const day = new Intl.DateTimeFormat('sv-SE', { timeZone: cityZone }).format(now).replaceAll('-', '');
  const inserted = await tx.insertInto('cases')
    .values({ ...(toColumns(fields) as { state: CaseRow['state']; source: CaseRow['source'] }), number: `${day}-${nextval.padStart(5, '0')}`, reported_at: now, updated_at: now })
    .returningAll().executeTakeFirstOrThrow();
  const hash = await writeHistory(tx, inserted, 1, null, { actor: entry.actor, action: entry.action, from: null, input: entry.input, changes: changesOf({}, told(inserted) as CasePatch), now });
  await tx.updateTable('cases').set({ history_head: hash }).where('id', '=', inserted.id).execute();
  const row = { ...inserted, history_head: hash };
  await writeEffects(tx, null, row, 1, { action: entry.action, tell: entry.tell, alsoTell: [], delaySeconds: entry.delaySeconds ?? 0, settings: await readSettings(tx), now });
  await tellDesks(tx, null, row, entry.action);
  return row;
}
