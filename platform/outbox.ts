import { sql } from 'kysely';
import type { JobMap, QueueName } from '../domain/jobs.ts';
import type { Tx } from './db/index.ts';

/**
 * Writes an effect beside the change that causes it, in the same transaction; the relay carries it to BullMQ after commit.
 * @param key unique for ever: the same effect is never written twice
 * @param delaySeconds how long it may still be taken back
 */
export async function writeOutbox<Q extends QueueName>(tx: Tx, queue: Q, key: string, job: Omit<JobMap[Q], 'outboxId'>, delaySeconds = 0): Promise<void> {
  await tx.insertInto('outbox').values({
    queue, key, job: JSON.stringify(job), not_before: sql<Date>`app.now() + make_interval(secs => ${delaySeconds})`,
  }).onConflict((c) => c.column('key').doNothing()).execute();
}
