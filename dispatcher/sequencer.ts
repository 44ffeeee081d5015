import { sql } from 'kysely';
import type { Db } from '../platform/db/index.ts';
import { lockFor } from './locks.ts';

const batch = 1000;

/**
 * Numbers the committed rows of the event log, in order of id, without gaps. Ids are given before commit and become visible out of
 * order; `seq` is given after it, so a reader who has seen n has seen all up to n. Tells `sequenced` with the highest number.
 * @returns how many rows were numbered
 */
export async function sequenceEvents(db: Db): Promise<number> {
  let total = 0;
  for (;;) {
    const numbered = await db.transaction().execute(async (tx) => {
      await lockFor(tx, 'sequencer');
      const { rows } = await sql<{ seq: string }>`
        with waiting as (select id, row_number() over (order by id) as n from event_log where seq is null order by id limit ${batch}),
             last as (select coalesce(max(seq), 0) as seq from event_log)
        update event_log e set seq = last.seq + waiting.n from waiting, last where e.id = waiting.id returning e.seq`.execute(tx);
      const highest = rows.reduce((max, r) => Math.max(max, Number(r.seq)), 0);
      if (rows.length > 0) await sql`select pg_notify('sequenced', ${String(highest)})`.execute(tx);
      return rows.length;
    });
    total += numbered;
    if (numbered < batch) return total;
  }
}
