import type { Selectable } from 'kysely';
import type { Camera } from '../domain/camera.ts';
import type { CamerasTable } from '../platform/db/schema.ts';
import { openUrl, type Sealer } from '../platform/secrets.ts';

/** A camera as the stages see it, passwords opened. @throws Error when one was sealed under another key */
export function cameraFromRow(row: Selectable<CamerasTable>, sealer: Sealer): Camera {
  return {
    id: row.id,
    name: row.name,
    inputs: row.inputs.map((input) => ({ ...input, url: openUrl(input.url, sealer) })),
    point: row.lon === null || row.lat === null ? undefined : [row.lon, row.lat],
    address: row.address ?? undefined,
    districtId: row.district_id,
    enabled: row.enabled,
    sessions: row.sessions ?? undefined,
    gbDeviceId: row.gb_device_id ?? undefined,
    views: row.views,
    zones: row.zones,
    rules: row.rules,
    revision: Number(row.revision),
  };
}
