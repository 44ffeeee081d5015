import type { Point } from '../domain/geometry.ts';
import type { Actor } from '../domain/roles.ts';
import type { Subclass } from '../domain/views.ts';
import type { Tx } from '../platform/db/index.ts';
import { locate } from '../platform/places.ts';
import type { AlertRow } from './alert-row.ts';
import { insertCase, takeStep } from './case-write.ts';
import { shareEvidence } from './media-rows.ts';
import { recurrenceOf } from './recurrence.ts';

/** The case of an alert that is being confirmed: a new one, or the one that an earlier verdict had made. The alert is locked. @returns the case's id */
export async function caseOfAlert(tx: Tx, row: AlertRow, verdict: {
  actor: Actor; subclass: Subclass | null; description: string | undefined; point: Point | null; note: string | undefined; delaySeconds: number;
}): Promise<string> {
  const { actor, subclass, delaySeconds } = verdict;
  const names = await tx.selectFrom('cameras').innerJoin('event_types', (j) => j.on('event_types.id', '=', row.event_type))
    .select(['cameras.name as camera', 'event_types.name as type']).where('cameras.id', '=', row.camera_id).executeTakeFirstOrThrow();
  const description = verdict.description ?? `${names.camera}：${subclass?.name ?? names.type}`;
  const input = { alertId: row.id, subclass, description, point: verdict.point === null ? null : [verdict.point[0], verdict.point[1]] as [number, number], note: verdict.note };
  if (row.case_id !== null) {
    await takeStep(tx, { caseId: row.case_id, actor, action: 'confirm', input, delaySeconds });
    await shareEvidence(tx, row.id, row.case_id);
    return row.case_id;
  }
  const place = verdict.point === null ? { cell: row.cell, districtId: row.district_id } : await locate(tx, verdict.point, row.district_id);
  const recurrence = await recurrenceOf(tx, { camera: row.camera_id, eventType: row.event_type, box: row.box, raisedAt: row.raised_at });
  const created = await insertCase(tx, {
    state: 'to_file', source: 'video', event_type: row.event_type,
    standard_ref: subclass?.standardRef ?? null, code: subclass?.code ?? null, subclass_name: subclass?.name ?? null,
    severity: row.severity, description, lon: verdict.point?.[0] ?? row.lon, lat: verdict.point?.[1] ?? row.lat, address: row.address, cell: place.cell,
    camera_id: row.camera_id, zone_id: row.zone_id, box: row.box, district_id: place.districtId, recurrence_of: recurrence?.caseId ?? null,
  }, { actor, action: 'confirm', input, tell: new Set(['duty_officers']), delaySeconds });
  await shareEvidence(tx, row.id, created.id);
  return created.id;
}

/** The case that an earlier verdict had made ends without being filed, because the alert's new verdict is another. */
export async function withdrawCase(tx: Tx, row: AlertRow, actor: Actor, reason: string): Promise<void> {
  if (row.case_id !== null) await takeStep(tx, { caseId: row.case_id, actor, action: 'withdraw', input: { alertId: row.id, reason } });
}
