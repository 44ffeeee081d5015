import { sql } from 'kysely';
import { checkpointHead } from '../domain/history-hash.ts';
import type { Db } from '../platform/db/index.ts';
import { tryLockFor } from './locks.ts';

/**
 * Seals the chains of all cases that went on since the last checkpoint. Whoever kept the head outside can show that no history up to
 * then was rewritten.
 * @returns the new head in hex, or null when nothing went on
 */
export function sealCheckpoint(db: Db): Promise<string | null> {
  return db.transaction().execute(async (tx) => {
    if (!(await tryLockFor(tx, 'checkpoints'))) return null;
    const { rows } = await sql<{ id: string; version: number; history_head: Buffer }>`
      select c.id, c.version, c.history_head from cases c
      where c.history_head is not null and not exists (select 1 from chain_checkpoint_entries e where e.case_id = c.id and e.seq >= c.version)
      order by c.id`.execute(tx);
    if (rows.length === 0) return null;
    const last = await tx.selectFrom('chain_checkpoints').select('head').orderBy('id', 'desc').limit(1).executeTakeFirst();
    const head = checkpointHead(last?.head ?? null, rows.map((r) => ({ caseId: r.id, seq: r.version, hash: r.history_head })));
    const { id } = await tx.insertInto('chain_checkpoints').values({ cases: rows.length, head }).returning('id').executeTakeFirstOrThrow();
    for (let i = 0; i < rows.length; i += 1000) {
      await tx.insertInto('chain_checkpoint_entries').values(rows.slice(i, i + 1000).map((r) => ({ checkpoint_id: id, case_id: r.id, seq: r.version, hash: r.history_head }))).execute();
    }
    return head.toString('hex');
  });
}
