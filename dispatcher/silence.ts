import type { DbOrTx } from '../platform/db/index.ts';
import type { AlertRow } from './alert-row.ts';

/** Silence after a rejection where the rule says nothing, milliseconds. */
const usualSilence = 60 * 60_000;

/** Milliseconds for which the rule of an alert wants to hear nothing more of what was judged. */
export async function silenceOf(db: DbOrTx, alert: Pick<AlertRow, 'camera_id' | 'rule_id'>): Promise<number> {
  const camera = await db.selectFrom('cameras').select('rules').where('id', '=', alert.camera_id).executeTakeFirstOrThrow();
  return camera.rules.find((r) => r.id === alert.rule_id)?.silence ?? usualSilence;
}
