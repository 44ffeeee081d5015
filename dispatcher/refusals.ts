import type { DetectionMessage } from '../domain/detection.ts';
import { Conflict, Invalid } from '../domain/errors.ts';
import type { Db, DbOrTx } from '../platform/db/index.ts';

/** What came with a fence of a node that had lost the camera to another when it raised it. */
export class StaleFence extends Conflict {}

/** Speaks of an event that was refused. */
export class OfRefused extends Conflict {}

/** A file that a message names is not in the store, or not yet: folders that hosts share lag behind. */
export class EvidenceMissing extends Invalid {}

/** Why no later try can store this message, or null when one may. */
export function refusalOf(error: unknown): string | null {
  if (error instanceof EvidenceMissing) return null;
  return error instanceof Invalid || error instanceof StaleFence || error instanceof OfRefused ? error.message : null;
}

/** Notes that a message is not taken, so that its sender can see it and forget it. */
export async function noteRefusal(db: Db, message: DetectionMessage, reason: string): Promise<void> {
  const key = message.kind === 'raised' ? message.event.key : message.key;
  await db.insertInto('refused_messages').values({ key, kind: message.kind, reason: reason.slice(0, 2000) }).onConflict((c) => c.doNothing()).execute();
}

export async function wasRefused(db: DbOrTx, key: string): Promise<boolean> {
  return (await db.selectFrom('refused_messages').select('key').where('key', '=', key).where('kind', '=', 'raised').executeTakeFirst()) !== undefined;
}
