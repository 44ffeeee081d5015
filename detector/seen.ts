import { sql } from 'kysely';
import type { Db } from '../platform/db/index.ts';
import type { Seen } from './spool.ts';

/** Asks PostgreSQL what it holds of these events. The evidence of a repeat, or of a silenced one, is shown nowhere, so its
 * manifest need not lie with the alert. */
export function seenInDatabase(db: Db): (keys: readonly string[]) => Promise<ReadonlyMap<string, Seen>> {
  return async (keys) => {
    const rows = await db.selectFrom('detection_events as e')
      .innerJoin('alerts as a', 'a.id', 'e.alert_id')
      .where('e.key', 'in', [...keys])
      .select((eb) => [
        'e.key', 'e.part', 'e.gone_at', 'a.evidence_failure',
        eb.selectFrom('alert_media as am').innerJoin('media as m', 'm.id', 'am.media_id')
          .whereRef('am.alert_id', '=', 'e.alert_id').where('am.part', '=', 'manifest')
          .select(sql<string[]>`coalesce(array_agg(m.sha256::text), '{}')`.as('hashes')).as('hashes'),
      ])
      .execute();
    return new Map(rows.map((row) => [row.key, {
      raised: true,
      evidence: (manifest) => row.part !== 'raised' || row.evidence_failure !== null || (row.hashes ?? []).includes(manifest),
      gone: row.gone_at !== null,
    }]));
  };
}
