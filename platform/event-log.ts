import type { LiveChange } from '../domain/live-events.ts';
import type { Tx } from './db/index.ts';

/** Who may see a change: the city always; a district or units when named. */
export interface Audience {
  readonly districtId: string | null;
  readonly unitIds: readonly string[];
}

/** Appends to the event log inside the caller's transaction. The sequencer gives the number after commit. */
export async function appendEvent(tx: Tx, change: LiveChange, audience: Audience): Promise<void> {
  await tx.insertInto('event_log').values({
    kind: change.kind,
    payload: JSON.stringify(change),
    district_id: audience.districtId,
    unit_ids: [...audience.unitIds],
  }).execute();
}
