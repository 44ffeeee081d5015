import { undoSeconds } from '../domain/alert.ts';
import type { Actor } from '../domain/roles.ts';
import { databaseNow, type Tx } from '../platform/db/index.ts';

/** Effects outside wait a little longer than a verdict may be taken back. */
export const holdBackSeconds = undoSeconds + 1;

/**
 * Seconds for which the effects of a person's next step on a case wait: while he may still take back the verdict that made it. When
 * others have acted he no longer may, so their steps need not wait.
 */
export async function secondsHeldBack(tx: Tx, actor: Actor, caseId: string): Promise<number> {
  if (actor.userId === null) return 0;
  const verdict = await tx.selectFrom('alerts').select('verdict_at').where('case_id', '=', caseId).where('verdict_by', '=', actor.userId).executeTakeFirst();
  if (verdict === undefined || verdict.verdict_at === null) return 0;
  return Math.max(0, holdBackSeconds - ((await databaseNow(tx)).getTime() - verdict.verdict_at.getTime()) / 1000);
}
