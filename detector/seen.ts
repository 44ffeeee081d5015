import type { Db } from '../platform/db/index.ts';
import type { Seen } from './spool.ts';

/**
 * Asks PostgreSQL what it holds of these events, or will never hold. Any manifest of an alert's evidence is as good as another: a process
 * that was killed may have left one, and what is there stays. The evidence of a repeat, or of a silenced one, is shown nowhere.
 */
export function seenInDatabase(db: Db): (keys: readonly string[]) => Promise<ReadonlyMap<string, Seen>> {
  return async (keys) => {
    const seen = new Map<string, Seen>();
    const refused = Map.groupBy(await db.selectFrom('refused_messages').select(['key', 'kind']).where('key', 'in', [...keys]).execute(), (r) => r.key);
    for (const [key, rows] of refused) {
      // nothing that follows a refused event is ever stored
      if (rows.some((r) => r.kind === 'raised')) seen.set(key, { raised: true, evidence: () => true, gone: true });
    }
    const rows = await db.selectFrom('detection_events as e').where('e.key', 'in', [...keys]).select((eb) => [
      'e.key', 'e.part', 'e.gone_at',
      eb.exists(eb.selectFrom('alert_media as m').select('m.alert_id').whereRef('m.alert_id', '=', 'e.alert_id').where('m.part', '=', 'manifest')).as('manifest'),
    ]).execute();
    for (const row of rows) {
      const isRefused = (kind: string): boolean => refused.get(row.key)?.some((r) => r.kind === kind) ?? false;
      const evidence = row.part !== 'raised' || row.manifest === true || isRefused('evidence');
      seen.set(row.key, { raised: true, evidence: () => evidence, gone: row.gone_at !== null || isRefused('gone') });
    }
    return seen;
  };
}
