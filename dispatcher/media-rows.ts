import { sql } from 'kysely';
import type { MediaRef } from '../domain/detection.ts';
import type { Tx } from '../platform/db/index.ts';
import type { AlertRow } from './alert-row.ts';

export type AlertPart = 'original' | 'annotated' | 'before' | 'clip' | 'manifest';
type Parts = Partial<Record<AlertPart, MediaRef | null>>;

export async function insertMedia(tx: Tx, ref: MediaRef, kind: string): Promise<string> {
  const { id } = await tx.insertInto('media')
    .values({ sha256: ref.sha256, mime: ref.mime, bytes: ref.bytes, width: ref.width ?? null, height: ref.height ?? null, kind }).returning('id').executeTakeFirstOrThrow();
  return id;
}

/** Rows for an alert's evidence, and for its case's when it has one. What is there already stays. @returns whether anything was new */
export async function addAlertMedia(tx: Tx, alert: Pick<AlertRow, 'id' | 'case_id'>, parts: Parts): Promise<boolean> {
  const there = new Set((await tx.selectFrom('alert_media').select('part').where('alert_id', '=', alert.id).execute()).map((r) => r.part));
  let added = false;
  for (const [part, ref] of Object.entries(parts) as [AlertPart, MediaRef | null][]) {
    if (ref === null || there.has(part)) continue;
    const id = await insertMedia(tx, ref, part);
    await tx.insertInto('alert_media').values({ alert_id: alert.id, media_id: id, part }).execute();
    if (alert.case_id !== null) await tx.insertInto('case_media').values({ case_id: alert.case_id, media_id: id, part: 'evidence' }).execute();
    added = true;
  }
  return added;
}

/** Rows for pictures that no page shows (of repeats), so that every stored file has one. */
export async function keepMedia(tx: Tx, parts: Parts): Promise<void> {
  for (const [part, ref] of Object.entries(parts) as [AlertPart, MediaRef | null][]) {
    if (ref === null) continue;
    const there = await tx.selectFrom('media').select('id').where('sha256', '=', ref.sha256).limit(1).executeTakeFirst();
    if (there === undefined) await insertMedia(tx, ref, part);
  }
}

/** A confirmed alert's evidence becomes its case's. */
export async function shareEvidence(tx: Tx, alertId: string, caseId: string): Promise<void> {
  await tx.insertInto('case_media').columns(['case_id', 'media_id', 'part'])
    .expression((eb) => eb.selectFrom('alert_media').select([sql<string>`${caseId}::uuid`.as('case_id'), 'media_id', sql<string>`'evidence'`.as('part')]).where('alert_id', '=', alertId))
    .onConflict((c) => c.doNothing()).execute();
}
