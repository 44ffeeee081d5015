import { sql } from 'kysely';
import type { Tx } from '../platform/db/index.ts';

/** Work that only one dispatcher does at a time, however many run: advisory locks that end with the transaction. */
const locks = { sequencer: 1, sweeper: 2, checkpoints: 3 } as const;
const space = 7_240_411;

export async function lockFor(tx: Tx, work: keyof typeof locks): Promise<void> {
  await sql`select pg_advisory_xact_lock(${space}::int, ${locks[work]}::int)`.execute(tx);
}

/** @returns false when another dispatcher is at it */
export async function tryLockFor(tx: Tx, work: keyof typeof locks): Promise<boolean> {
  const { rows } = await sql<{ got: boolean }>`select pg_try_advisory_xact_lock(${space}::int, ${locks[work]}::int) as got`.execute(tx);
  return rows[0]?.got ?? false;
}
