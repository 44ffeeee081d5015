import { sql } from 'kysely';
import type { CameraCounts, CameraView } from '../domain/desk-views.ts';
import type { Scope } from '../domain/roles.ts';
import type { DbOrTx } from '../platform/db/index.ts';
import { cameraScope } from '../platform/scope.ts';
import { maskUrl } from '../platform/secrets.ts';

/** Cameras that are there, in scope, with what their vision node last said and whether one holds them at all. */
export function cameraQuery(db: DbOrTx, scope: Scope) {
  return db.selectFrom('cameras')
    .leftJoin('camera_status as status', 'status.camera_id', 'cameras.id')
    .leftJoin('camera_leases as lease', 'lease.camera_id', 'cameras.id')
    .leftJoin('units', 'units.id', 'cameras.district_id')
    .where('cameras.deleted_at', 'is', null).where(cameraScope(scope))
    .select([
      'cameras.id', 'cameras.name', 'cameras.inputs', 'cameras.lon', 'cameras.lat', 'cameras.address', 'cameras.district_id', 'cameras.enabled',
      'cameras.sessions', 'cameras.gb_device_id', 'cameras.zones', 'cameras.rules', 'cameras.source', 'cameras.revision', 'units.name as district_name',
      'status.state', 'status.state_reason', 'status.state_since', 'status.analysed', 'status.analysed_reason', 'status.analysed_since', 'status.last_sample_at',
      sql<boolean>`coalesce(lease.expires_at > app.now(), false)`.as('held'), 'lease.expires_at as held_until',
    ]);
}
export type CameraRow = Awaited<ReturnType<ReturnType<typeof cameraQuery>['executeTakeFirstOrThrow']>>;

/**
 * State as it may be shown: what a node wrote counts only while it holds the camera. A node that died keeps nothing "live" or
 * "analysed" on the screen.
 */
function stateOf(row: CameraRow): Pick<CameraView, 'state' | 'stateReason' | 'stateSince' | 'analysed' | 'analysedReason' | 'analysedSince'> {
  const since = (date: Date | null): string | null => date?.toISOString() ?? null;
  if (!row.enabled) {
    return { state: 'disabled', stateReason: 'disabled: switched off', stateSince: since(row.state_since), analysed: false, analysedReason: 'disabled: switched off', analysedSince: since(row.analysed_since) };
  }
  if (!row.held || row.state === null) {
    const reason = 'not_held: no vision node holds this camera';
    const lost = since(row.held_until);
    return { state: row.state === null ? 'connecting' : 'offline', stateReason: reason, stateSince: lost, analysed: false, analysedReason: reason, analysedSince: lost };
  }
  return {
    state: row.state, stateReason: row.state_reason, stateSince: since(row.state_since),
    analysed: row.analysed ?? false, analysedReason: row.analysed_reason, analysedSince: since(row.analysed_since),
  };
}

export function cameraView(row: CameraRow): CameraView {
  return {
    id: row.id,
    name: row.name,
    inputs: row.inputs.map((input) => ({ ...input, url: maskUrl(input.url) })),
    point: row.lon === null || row.lat === null ? null : [row.lon, row.lat],
    address: row.address,
    district: row.district_id === null ? null : { id: row.district_id, name: row.district_name ?? row.district_id },
    enabled: row.enabled,
    sessions: row.sessions,
    gbDeviceId: row.gb_device_id,
    zones: row.zones,
    rules: row.rules,
    source: row.source,
    revision: Number(row.revision),
    ...stateOf(row),
    lastSampleAt: row.last_sample_at?.toISOString() ?? null,
  };
}

/** How many there are, deliver pictures, and are judged by every rule: by the same rule as `stateOf`. */
export async function countCameras(db: DbOrTx, scope: Scope): Promise<CameraCounts> {
  const held = sql`cameras.enabled and exists (select 1 from camera_leases l where l.camera_id = cameras.id and l.expires_at > app.now())`;
  const row = await db.selectFrom('cameras').leftJoin('camera_status as status', 'status.camera_id', 'cameras.id')
    .where('cameras.deleted_at', 'is', null).where(cameraScope(scope))
    .select([
      sql<string>`count(*)`.as('total'),
      sql<string>`count(*) filter (where ${held} and status.state = 'live')`.as('live'),
      sql<string>`count(*) filter (where ${held} and status.analysed)`.as('analysed'),
      sql<string>`count(*) filter (where cameras.enabled and jsonb_array_length(cameras.rules) > 0 and (${held} and status.analysed) is not true)`.as('blind'),
    ]).executeTakeFirstOrThrow();
  return { total: Number(row.total), live: Number(row.live), analysed: Number(row.analysed), blind: Number(row.blind) };
}
