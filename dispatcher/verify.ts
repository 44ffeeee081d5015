import { sql } from 'kysely';
import { finalStates } from '../domain/case.ts';
import type { Db } from '../platform/db/index.ts';
import type { EvidenceStore } from '../platform/evidence-store.ts';
import { checks, type Check, type Found, type Note, type Snapshot } from './verify-checks.ts';
import { verifyHistories } from './verify-history.ts';
import { orphans, verifyEvidence } from './verify-evidence.ts';

export interface Verdict {
  readonly ok: boolean;
  readonly counts: Readonly<Record<Check, number>>;
  /** Up to five of what was found, for each check that found something. */
  readonly examples: Readonly<Partial<Record<Check, readonly string[]>>>;
  readonly notes: Readonly<Record<Note, number>>;
  readonly looked: { readonly events: number; readonly alerts: number; readonly cases: number; readonly entries: number; readonly files: number };
}

async function findRows(tx: Snapshot, found: Found): Promise<void> {
  const ask = async (check: Check, query: ReturnType<typeof sql<{ what: string }>>): Promise<void> => {
    for (const { what } of (await query.execute(tx)).rows) found(check, what);
  };
  const final = sql.join(finalStates.map((s) => sql.lit(s)));
  await ask('eventsWithoutAlert', sql`select key as what from detection_events e where not exists (select 1 from alerts a where a.id = e.alert_id)`);
  await ask('alertsTwiceForKey', sql`select event_key as what from alerts group by event_key having count(*) > 1
    union all select a.event_key from alerts a where not exists (select 1 from detection_events e where e.key = a.event_key and e.alert_id = a.id and e.part = 'raised')
    union all select e.key from detection_events e join alerts a on a.id = e.alert_id where e.part = 'raised' and a.event_key <> e.key`);
  await ask('confirmedWithoutOneCase', sql`select a.id::text as what from alerts a where a.state = 'confirmed' and not exists (select 1 from cases c where c.id = a.case_id)
    union all select c.number from cases c join alerts a on a.case_id = c.id group by c.id having count(*) > 1`);
  await ask('casesWithoutAlert', sql`select number as what from cases c where source = 'video' and not exists (select 1 from alerts a where a.case_id = c.id)`);
  await ask('stuckCases', sql`select number as what from cases where state not in (${final}) and clock_state is distinct from 'running' and accept_by is null and updated_at < app.now() - interval '7 days'`);
  await ask('deadlinesMissed', sql`select number as what from cases where clock_state = 'running' and overdue_at is distinct from due_at and due_at < app.now() - interval '5 minutes'
    union all select number from cases where accept_by < app.now() - interval '5 minutes' and state in ('dispatched', 'sub_dispatched')
    union all select id::text from alerts where state = 'claimed' and claim_expires_at < app.now() - interval '5 minutes'`);
  await ask('transitionsWithoutHistory', sql`select a.id::text as what from alerts a where a.version <> (select count(*) from alert_history h where h.alert_id = a.id)
      or a.state is distinct from (select to_state from alert_history h where h.alert_id = a.id and h.seq = a.version)`);
  await ask('outboxStuck', sql`select key as what from outbox where done_at is null and cancelled_at is null and not_before < app.now() - interval '10 minutes'`);
  await ask('recheckStuck', sql`select case_id::text as what from case_rechecks where answered_at is null and asked_at < app.now() - interval '10 minutes'`);
  await ask('eventsWithoutNumber', sql`select id::text as what from event_log where seq is null and at < app.now() - interval '1 minute'`);
}

/**
 * Compares everything with everything and changes nothing. All of the database is seen as of one moment.
 * @param spooled hashes of files that vision nodes have on their way
 */
export async function verify({ db, evidence, spooled = async () => new Set() }: { db: Db; evidence: EvidenceStore; spooled?: () => Promise<ReadonlySet<string>> }): Promise<Verdict> {
  const counts = Object.fromEntries(Object.keys(checks).map((c) => [c, 0])) as Record<Check, number>;
  const examples: Partial<Record<Check, string[]>> = {};
  const found: Found = (check, what) => {
    counts[check] += 1;
    const some = (examples[check] ??= []);
    if (some.length < 5) some.push(what);
  };
  const looked = await db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(async (tx) => {
    await findRows(tx, found);
    const histories = await verifyHistories(tx, found);
    const { rows: [n] } = await sql<{ events: string; alerts: string }>`select (select count(*) from detection_events) as events, (select count(*) from alerts) as alerts`.execute(tx);
    return { ...histories, events: Number(n!.events), alerts: Number(n!.alerts) };
  });
  const files = await verifyEvidence({ db, evidence, found });
  const filesWithoutRow = (await orphans({ db, evidence, spooled })).length;
  return { ok: Object.values(counts).every((n) => n === 0), counts, examples, notes: { filesWithoutRow }, looked: { ...looked, files } };
}
