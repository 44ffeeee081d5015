import { setTimeout as sleep } from 'node:timers/promises';
import type { Db } from '../platform/db/index.ts';
import type { EvidenceStore } from '../platform/evidence-store.ts';
import type { Found } from './verify-checks.ts';

/** A file is stored before its row is written: younger ones are on their way. */
const onItsWayMs = 10 * 60_000;

/** Stored files that no row and no spool knows, and that are older than what can be on its way. */
export async function orphans({ db, evidence, spooled, olderThanMs = onItsWayMs }: {
  db: Db; evidence: EvidenceStore; spooled: () => Promise<ReadonlySet<string>>; olderThanMs?: number;
}): Promise<string[]> {
  const old: string[] = [];
  for await (const sha256 of evidence.list()) {
    const at = await evidence.storedAt(sha256);
    if (at !== null && Date.now() - at.getTime() > olderThanMs) old.push(sha256);
  }
  const unknown: string[] = [];
  for (let i = 0; i < old.length; i += 1000) {
    const part = old.slice(i, i + 1000);
    const known = new Set((await db.selectFrom('media').select('sha256').where('sha256', 'in', part).execute()).map((r) => r.sha256));
    unknown.push(...part.filter((s) => !known.has(s)));
  }
  if (unknown.length === 0) return [];
  const waiting = await spooled();
  return unknown.filter((s) => !waiting.has(s));
}

/** Every row of media against its file. @returns how many files were read */
export async function verifyEvidence({ db, evidence, found }: { db: Db; evidence: EvidenceStore; found: Found }): Promise<number> {
  const rows = await db.selectFrom('media').select(['sha256', 'bytes']).distinct().orderBy('sha256').execute();
  for (const [i, row] of rows.entries()) {
    // reading all evidence must not keep a working desk waiting
    if (i % 50 === 49) await sleep(1);
    const hash = await evidence.rehash(row.sha256);
    if (hash === null) found('evidenceAbsent', row.sha256);
    else if (hash !== row.sha256 || (await evidence.size(row.sha256)) !== Number(row.bytes)) found('evidenceAltered', row.sha256);
  }
  return rows.length;
}
