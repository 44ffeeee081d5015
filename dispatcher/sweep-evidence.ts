import { sql } from 'kysely';
import type { DbOrTx } from '../platform/db/index.ts';
import type { EvidenceStore } from '../platform/evidence-store.ts';
import { reportEveryMs } from '../platform/spool-report.ts';
import type { Context } from './context.ts';
import { orphans } from './verify-evidence.ts';

const dayMs = 24 * 3_600_000;
/** A node that was not there for so many days is not waited for. */
const forgottenDays = 90;

/** Hashes that vision nodes have on their way, as they said last. */
export async function reportedHashes(db: DbOrTx): Promise<ReadonlySet<string>> {
  return new Set((await db.selectFrom('spool_reports').select('sha256').execute()).flatMap((r) => r.sha256));
}

/** Nodes of the last time that have not said lately what is in their spools: switched off, or out of reach of the database. */
async function silentNodes(db: DbOrTx): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select v.id from vision_nodes v left join spool_reports r on r.node_id = v.id
    where v.heartbeat_at > app.now() - make_interval(days => ${forgottenDays})
      and (r.reported_at is null or r.reported_at < app.now() - make_interval(secs => ${(3 * reportEveryMs) / 1000}))`.execute(db);
  return rows.map((r) => r.id);
}

/** Whether this dispatcher is to sweep now: once a day, whichever comes first. */
async function isDue(db: DbOrTx): Promise<boolean> {
  const { rows } = await sql`
    insert into settings (key, value) values ('evidence.swept', to_jsonb(app.now())) on conflict (key) do update set value = excluded.value
    where (settings.value #>> '{}')::timestamptz < app.now() - interval '1 day' returning key`.execute(db);
  return rows.length > 0;
}

/**
 * Takes away files of evidence that no row and no spool knows, a day after they were stored: what a process left that was killed
 * between file and row. Takes nothing while it does not know what every vision node has on its way.
 * @returns how many files were removed
 */
export async function sweepEvidence({ db, log }: Context, evidence: EvidenceStore): Promise<number> {
  const silent = await silentNodes(db);
  if (silent.length > 0) {
    log.debug({ nodes: silent }, 'no evidence is swept: these nodes do not say what they have on its way');
    return 0;
  }
  if (!(await isDue(db))) return 0;
  let removed = 0;
  for (const sha256 of await orphans({ db, evidence, olderThanMs: dayMs, spooled: () => reportedHashes(db) })) {
    // stored again meanwhile, it is young again
    const at = await evidence.storedAt(sha256);
    if (at === null || Date.now() - at.getTime() <= dayMs) continue;
    await evidence.remove(sha256);
    removed += 1;
  }
  if (removed > 0) log.info({ removed }, 'files of evidence that nothing speaks of were removed');
  return removed;
}
