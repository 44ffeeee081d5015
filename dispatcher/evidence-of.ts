import { mediaUrl, type AlertEvidence } from '../domain/views.ts';
import type { DbOrTx } from '../platform/db/index.ts';

export const noEvidence: AlertEvidence = { original: null, annotated: null, before: null, clip: null, manifest: null };

/** URLs of the evidence of several alerts, by alert. */
export async function evidenceOf(db: DbOrTx, alertIds: readonly string[]): Promise<ReadonlyMap<string, AlertEvidence>> {
  if (alertIds.length === 0) return new Map();
  const rows = await db.selectFrom('alert_media').selectAll().where('alert_id', 'in', [...alertIds]).execute();
  const all = new Map<string, AlertEvidence>();
  for (const { alert_id, part, media_id } of rows) all.set(alert_id, { ...(all.get(alert_id) ?? noEvidence), [part]: mediaUrl(media_id) });
  return all;
}
