import { sql } from 'kysely';
import type { JobMap, QueueName } from '../domain/jobs.ts';
import { queueNames } from '../domain/jobs.ts';
import { crashPoint } from '../platform/crash-points.ts';
import type { Db } from '../platform/db/index.ts';
import type { Queues } from '../platform/queues.ts';

const batch = 100;
/** Seconds after which a job that was relayed and is not done counts as lost; doubled with every relay. */
export const lostAfterSeconds = 30;

/**
 * Carries due outbox rows to BullMQ. Several dispatchers may relay at once: each takes rows that no other holds. A process that dies
 * between the add and the commit relays again, which the job's id or the effect's key absorbs.
 * @returns how many rows were relayed
 */
export async function relayOutbox(db: Db, queues: Queues): Promise<number> {
  let total = 0;
  for (;;) {
    const relayed = await db.transaction().execute(async (tx) => {
      const rows = await tx.selectFrom('outbox').select(['id', 'queue', 'job', 'attempts'])
        .where('relayed_at', 'is', null).where('cancelled_at', 'is', null).where('done_at', 'is', null).where('not_before', '<=', sql<Date>`app.now()`)
        .orderBy('id').limit(batch).forUpdate().skipLocked().execute();
      crashPoint('after:outbox-read');
      for (const row of rows) {
        const queue = queueNames.find((q) => q === row.queue);
        if (queue === undefined) throw new Error(`outbox row ${row.id} names the unknown queue ${row.queue}`);
        // a new id with every relay: a job parked under the old one would swallow the new
        await queues.add(queue, `outbox-${row.id}-${row.attempts}`, { ...(row.job as object), outboxId: row.id } as JobMap[QueueName]);
      }
      if (rows.length > 0) await tx.updateTable('outbox').set({ relayed_at: sql<Date>`app.now()` }).where('id', 'in', rows.map((r) => r.id)).execute();
      return rows.length;
    });
    total += relayed;
    if (relayed < batch) return total;
  }
}

/** Rows whose job was lost with Redis, or parked, go through the relay again, ever more seldom. @returns how many */
export async function findLostJobs(db: Db): Promise<number> {
  const { numUpdatedRows } = await db.updateTable('outbox').set((eb) => ({ relayed_at: null, attempts: eb('attempts', '+', 1) }))
    .where('relayed_at', '<', sql<Date>`app.now() - make_interval(secs => ${lostAfterSeconds} * power(2, least(attempts, 7)))`)
    .where('done_at', 'is', null).where('cancelled_at', 'is', null).executeTakeFirst();
  return Number(numUpdatedRows);
}
