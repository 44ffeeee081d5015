import { samePlaceOverlap } from '../domain/alert.ts';
import { overlap, type Box } from '../domain/geometry.ts';
import type { Tx } from '../platform/db/index.ts';

/** Days after closing within which the same thing at the same place is marked as come back (复发). */
const recurrenceDays = 30;

/** The latest closed case of the same camera, type and place, and its alert. */
export async function recurrenceOf(tx: Tx, what: { camera: string; eventType: string; box: Box | null; raisedAt: Date }): Promise<{ caseId: string; alertId: string | null } | null> {
  const { box } = what;
  if (box === null) return null;
  const closed = await tx.selectFrom('cases').leftJoin('alerts', 'alerts.case_id', 'cases.id').select(['cases.id', 'cases.box', 'alerts.id as alert_id'])
    .where('cases.camera_id', '=', what.camera).where('cases.event_type', '=', what.eventType).where('cases.state', 'in', ['closed', 'archived'])
    .where('cases.closed_at', '>', new Date(what.raisedAt.getTime() - recurrenceDays * 86_400_000)).orderBy('cases.closed_at', 'desc').limit(50).execute();
  const last = closed.find((c) => c.box !== null && overlap(c.box, box) >= samePlaceOverlap);
  return last === undefined ? null : { caseId: last.id, alertId: last.alert_id };
}
