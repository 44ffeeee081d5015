import { sql } from 'kysely';
import { Conflict } from '../domain/errors.ts';
import { systemActor } from '../domain/roles.ts';
import type { DbOrTx } from '../platform/db/index.ts';
import { audienceOf } from './audience.ts';
import type { CaseRow } from './case-row.ts';
import { takeStep, type Step } from './case-write.ts';
import { transact, type Context } from './context.ts';

/** Cases whose clock or acceptance has come to something, by the database's time. */
function dueCases(db: DbOrTx, caseId: string | undefined): Promise<CaseRow[]> {
  let query = db.selectFrom('cases').selectAll().where(sql<boolean>`(
    (clock_state = 'running' and overdue_at is distinct from due_at and due_at <= app.now())
    or (clock_state = 'running' and warned_at is null and warn_at <= app.now() and due_at > app.now())
    or (accept_by <= app.now() and state in ('dispatched', 'sub_dispatched')))`);
  if (caseId !== undefined) query = query.where('id', '=', caseId);
  return query.orderBy('due_at').limit(500).execute();
}

/** The stand-in first, then the district: those to be told, users' ids. */
async function nextInLine(db: DbOrTx, row: CaseRow): Promise<string[]> {
  const unit = row.lead_unit_id === null ? undefined : await db.selectFrom('units').select(['stand_in_user', 'parent_id', 'level']).where('id', '=', row.lead_unit_id).executeTakeFirst();
  const standIn = unit?.stand_in_user ?? null;
  if (row.unaccepted_step === 0 && standIn !== null) return [standIn];
  const district = unit?.level === 3 ? unit.parent_id : row.district_id;
  return audienceOf(db, 'district', { districtId: district, leadUnitId: null, coUnitIds: [] });
}

async function stepsOf(db: DbOrTx, row: CaseRow, now: Date): Promise<Step<'warn' | 'overdue' | 'unaccepted'>[]> {
  const base = { caseId: row.id, actor: systemActor };
  const steps: Step<'warn' | 'overdue' | 'unaccepted'>[] = [];
  if (row.accept_by !== null && row.accept_by <= now && ['dispatched', 'sub_dispatched'].includes(row.state)) {
    steps.push({ ...base, action: 'unaccepted', input: { step: row.unaccepted_step + 1, told: await nextInLine(db, row) } });
  }
  if (row.clock_state === 'running' && row.due_at !== null) {
    const dueAt = row.due_at.toISOString();
    // a case that was resumed has another limit than the one that has passed already
    if (row.due_at <= now && row.overdue_at?.getTime() !== row.due_at.getTime()) steps.push({ ...base, action: 'overdue', input: { dueAt } });
    else if (row.warn_at !== null && row.warn_at <= now && row.warned_at === null && row.due_at > now) steps.push({ ...base, action: 'warn', input: { dueAt } });
  }
  return steps;
}

/**
 * Warns before a limit ends, marks what is overdue, and goes to the next in line where nobody accepts. Jobs are only hints: the rows
 * decide, so twice or late does no harm.
 * @param caseId look at this case alone
 */
export async function sweepDeadlines({ db, log }: Context, caseId?: string): Promise<void> {
  const rows = await dueCases(db, caseId);
  for (const { id } of rows) {
    try {
      await transact(db, async (tx) => {
        const row = await tx.selectFrom('cases').selectAll().where('id', '=', id).forUpdate().executeTakeFirstOrThrow();
        const { rows: [clock] } = await sql<{ now: Date }>`select app.now() as now`.execute(tx);
        for (const step of await stepsOf(tx, row, clock!.now)) await takeStep(tx, step);
      });
    } catch (error) {
      // a case that somebody has moved on meanwhile is looked at again in the next round
      if (!(error instanceof Conflict)) log.error({ err: error, case: id }, 'deadline could not be acted on');
    }
  }
}
