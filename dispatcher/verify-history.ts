import type { Selectable } from 'kysely';
import { checkpointHead, entryHash } from '../domain/history-hash.ts';
import { workflow } from '../domain/workflow.ts';
import type { CaseHistoryTable } from '../platform/db/schema.ts';
import { told, type CaseRow } from './case-row.ts';
import type { Found, Snapshot } from './verify-checks.ts';

type Entry = Selectable<CaseHistoryTable>;
const batch = 300;
/** Actions that make a case; every other follows the table. */
const births: readonly string[] = ['report', 'confirm'];

/** Whether the workflow knows this step; who took it was checked when it was taken. */
export function isLegal(entry: Pick<Entry, 'seq' | 'action' | 'from_state' | 'to_state'>): boolean {
  if (entry.seq === 1) return entry.from_state === null && births.includes(entry.action);
  return workflow.some((t) => t.action === entry.action && t.from.some((s) => s === entry.from_state) && (t.to ?? entry.from_state) === entry.to_state);
}

/** What a case's columns must be by its history alone. */
export function replay(entries: readonly Pick<Entry, 'changes'>[]): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const { changes } of entries) for (const [name, [, after]] of Object.entries(changes)) fields[name] = after;
  return fields;
}

function verifyCase(row: CaseRow, entries: readonly Entry[], found: Found): void {
  const last = entries.at(-1);
  if (last === undefined || last.seq !== row.version || entries.length !== row.version || last.to_state !== row.state) found('transitionsWithoutHistory', row.number);
  let previous: Entry | null = null;
  for (const entry of entries) {
    const hash = entryHash({
      caseId: entry.case_id, seq: entry.seq, action: entry.action, from: entry.from_state, to: entry.to_state, at: entry.at.toISOString(),
      actorId: entry.actor_id, actorName: entry.actor_name, actorUnit: entry.actor_unit, input: entry.input, changes: entry.changes,
    }, entry.prev_hash);
    if (!hash.equals(entry.hash) || (previous === null ? entry.prev_hash !== null : entry.prev_hash === null || !previous.hash.equals(entry.prev_hash))) {
      found('chainBreaks', `${row.number} entry ${entry.seq}`);
    }
    if (!isLegal(entry) || (previous !== null && previous.to_state !== entry.from_state)) found('illegalTransitions', `${row.number} entry ${entry.seq}: ${entry.from_state ?? '-'} ${entry.action} ${entry.to_state}`);
    previous = entry;
  }
  if (last !== undefined && (row.history_head === null || !row.history_head.equals(last.hash))) found('chainBreaks', `${row.number} head`);
  const expected = replay(entries);
  for (const [name, value] of Object.entries(told(row))) {
    if (JSON.stringify(value) !== JSON.stringify(expected[name] ?? null)) found('fieldsUnexplained', `${row.number} ${name}`);
  }
}

async function verifyCheckpoints(tx: Snapshot, found: Found): Promise<void> {
  const checkpoints = await tx.selectFrom('chain_checkpoints').selectAll().orderBy('id').execute();
  let previous: Buffer | null = null;
  for (const { id, head, cases } of checkpoints) {
    const entries = await tx.selectFrom('chain_checkpoint_entries as e').leftJoin('case_history as h', (j) => j.onRef('h.case_id', '=', 'e.case_id').onRef('h.seq', '=', 'e.seq'))
      .select(['e.case_id', 'e.seq', 'e.hash', 'h.hash as now']).where('e.checkpoint_id', '=', id).orderBy('e.case_id').execute();
    for (const e of entries) if (e.now === null || !e.now.equals(e.hash)) found('chainBreaks', `case ${e.case_id} entry ${e.seq}: not as sealed`);
    const expected = checkpointHead(previous, entries.map((e) => ({ caseId: e.case_id, seq: e.seq, hash: e.hash })));
    if (!expected.equals(head) || entries.length !== cases) found('chainBreaks', `checkpoint ${id}`);
    previous = head;
  }
}

/** Every case against its history, in batches. */
export async function verifyHistories(tx: Snapshot, found: Found): Promise<{ cases: number; entries: number }> {
  let cases = 0;
  let count = 0;
  let after = '00000000-0000-0000-0000-000000000000';
  for (;;) {
    const rows = await tx.selectFrom('cases').selectAll().where('id', '>', after).orderBy('id').limit(batch).execute();
    if (rows.length === 0) break;
    const entries = await tx.selectFrom('case_history').selectAll().where('case_id', 'in', rows.map((r) => r.id)).orderBy('case_id').orderBy('seq').execute();
    const byCase = Map.groupBy(entries, (e) => e.case_id);
    for (const row of rows) verifyCase(row, byCase.get(row.id) ?? [], found);
    cases += rows.length;
    count += entries.length;
    after = rows.at(-1)!.id;
  }
  await verifyCheckpoints(tx, found);
  return { cases, entries: count };
}
