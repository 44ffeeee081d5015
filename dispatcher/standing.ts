import { databaseNow, type Tx } from '../platform/db/index.ts';
import type { AlertRow } from './alert-row.ts';
import { silenceOf } from './silence.ts';

/** What an alert was merged into, at the end of the chain; locked. */
export async function rootOf(tx: Tx, alert: AlertRow): Promise<AlertRow> {
  let root = alert;
  while (root.state === 'merged' && root.merged_into !== null) {
    root = await tx.selectFrom('alerts').selectAll().where('id', '=', root.merged_into).forUpdate().executeTakeFirstOrThrow();
  }
  return root;
}

/** Since when nobody works on it any more, and for how long nothing shall be heard of it; null = it is being worked on, or heard of never again. */
async function endOf(tx: Tx, alert: AlertRow): Promise<{ at: Date; silence: number } | null> {
  switch (alert.state) {
    case 'new':
    case 'claimed':
    case 'merged':
      return null;
    case 'lapsed':
      return { at: alert.gone_at ?? alert.last_seen_at, silence: 0 };
    case 'rejected':
      // 误报: what stands there is none of ours, however long it stands; another thing at its place is another track
      if (alert.verdict?.kind === 'false' || alert.verdict_at === null) return null;
      return { at: alert.verdict_at, silence: await silenceOf(tx, alert) };
    case 'confirmed': {
      if (alert.case_id === null) return null;
      const row = await tx.selectFrom('cases').select(['state', 'closed_at', 'updated_at']).where('id', '=', alert.case_id).executeTakeFirstOrThrow();
      switch (row.state) {
        case 'closed':
        case 'archived':
          return { at: row.closed_at ?? row.updated_at, silence: 0 };
        case 'not_filed':
        case 'cancelled': {
          const { at, input } = await tx.selectFrom('case_history').select(['at', 'input']).where('case_id', '=', alert.case_id).where('to_state', '=', row.state)
            .whereRef('from_state', '!=', 'to_state').orderBy('seq', 'desc').limit(1).executeTakeFirstOrThrow();
          return input['reason'] === 'false_report' ? null : { at, silence: await silenceOf(tx, alert) };
        }
        default:
          return null;
      }
    }
  }
}

/** Whether a thing that was sighted at this time is news again, because whatever its alert led to has ended before. */
export async function isNewsAgain(tx: Tx, alert: AlertRow, sighted: Date): Promise<boolean> {
  const end = await endOf(tx, alert);
  return end !== null && sighted > end.at && (await databaseNow(tx)).getTime() >= end.at.getTime() + end.silence;
}
