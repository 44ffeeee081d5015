import type { Selectable, Updateable } from 'kysely';
import { Conflict } from '../domain/errors.ts';
import type { Actor } from '../domain/roles.ts';
import type { Tx } from '../platform/db/index.ts';
import { appendEvent } from '../platform/event-log.ts';
import type { AlertsTable } from '../platform/db/schema.ts';

export type AlertRow = Selectable<AlertsTable>;

/** Tells the desks of an alert's change. */
export function tellAlert(tx: Tx, row: AlertRow, change: string): Promise<void> {
  return appendEvent(tx, { kind: 'alert', id: row.id, state: row.state, camera: row.camera_id, eventType: row.event_type, version: row.version, change },
    { districtId: row.district_id, unitIds: [] });
}

/** Next version of an alert with its entry of history and its event; `row` must be locked by the caller. */
export async function changeAlert(tx: Tx, row: AlertRow, patch: Updateable<AlertsTable>, entry: { actor: Actor; action: string; input?: Record<string, unknown> }): Promise<AlertRow> {
  const version = row.version + 1;
  const after = await tx.updateTable('alerts').set({ ...patch, version }).where('id', '=', row.id).where('version', '=', row.version).returningAll().executeTakeFirst();
  if (after === undefined) throw new Conflict('somebody else was first', row);
  await writeAlertHistory(tx, after, version, row.state, entry);
  await tellAlert(tx, after, entry.action);
  return after;
}

export async function writeAlertHistory(tx: Tx, after: AlertRow, seq: number, from: AlertRow['state'] | null, entry: { actor: Actor; action: string; input?: Record<string, unknown> }): Promise<void> {
  await tx.insertInto('alert_history').values({
    alert_id: after.id, seq, action: entry.action, from_state: from, to_state: after.state,
    actor_id: entry.actor.userId, actor_name: entry.actor.name, input: JSON.stringify(entry.input ?? {}),
  }).execute();
}
