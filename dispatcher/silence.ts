import { sql } from 'kysely';
import type { DbOrTx, Tx } from '../platform/db/index.ts';
import type { AlertRow } from './alert-row.ts';

/** Silence after a rejection where the rule says nothing, milliseconds. */
const usualSilence = 60 * 60_000;

/** Milliseconds for which the rule of an alert wants to hear nothing more of what was judged. */
export async function silenceOf(db: DbOrTx, alert: Pick<AlertRow, 'camera_id' | 'rule_id'>): Promise<number> {
  const camera = await db.selectFrom('cameras').select('rules').where('id', '=', alert.camera_id).executeTakeFirstOrThrow();
  return camera.rules.find((r) => r.id === alert.rule_id)?.silence ?? usualSilence;
}

/**
 * What was rejected as not there (误报) is silent for as long as it is seen to stand, and its silence begins anew with each sighting:
 * a shop's own bench that nobody saw for a minute, under another track, is still the bench.
 */
export async function keepSilent(tx: Tx, alert: Pick<AlertRow, 'id' | 'camera_id' | 'rule_id' | 'verdict'>, sighted: Date): Promise<void> {
  if (alert.verdict?.kind !== 'false') return;
  const until = new Date(sighted.getTime() + await silenceOf(tx, alert));
  await tx.updateTable('silences').set({ until: sql<Date>`greatest(until, ${until})` }).where('alert_id', '=', alert.id).execute();
}
