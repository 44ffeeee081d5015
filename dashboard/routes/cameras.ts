import { sql } from 'kysely';
import type { CameraEntry } from '../../config/schema.ts';
import { Conflict, NotFound } from '../../domain/errors.ts';
import type { CameraView } from '../../domain/desk-views.ts';
import type { Point } from '../../domain/geometry.ts';
import type { Actor } from '../../domain/roles.ts';
import { cameraRow } from '../../platform/config-import.ts';
import type { DbOrTx, Tx } from '../../platform/db/index.ts';
import { appendEvent } from '../../platform/event-log.ts';
import { locate } from '../../platform/places.ts';
import { openUrl } from '../../platform/secrets.ts';
import { cameraBody, cameraPatch, checkReferences, keepPasswords, type CameraPatch } from '../camera-entry.ts';
import { cameraQuery, cameraView, type CameraRow } from '../camera-view.ts';
import { actorOf, signedInOf, type App, type Context } from '../context.ts';
import { ProblemError } from '../problems.ts';
import { nameParams } from './shared.ts';

const districtAt = async (db: DbOrTx, point: Point | undefined): Promise<string | null> => (await locate(db, point ?? null)).districtId;

/** The stored camera as an entry, with changes put over it. Passwords are still sealed. */
function merged(row: CameraRow, patch: CameraPatch): CameraEntry {
  const entry = {
    id: row.id, name: row.name, inputs: row.inputs, point: row.lon === null || row.lat === null ? undefined : [row.lon, row.lat], address: row.address ?? undefined,
    district: row.district_id ?? undefined, enabled: row.enabled, sessions: row.sessions ?? undefined, gbDeviceId: row.gb_device_id ?? undefined, zones: row.zones, rules: row.rules,
  };
  const changes = Object.fromEntries(Object.entries(patch).filter(([, v]) => v !== undefined).map(([k, v]) => [k, v ?? undefined]));
  return { ...entry, ...changes } as CameraEntry;
}

export function cameraRoutes(app: App, { db, sealer, vision, audit }: Context): void {
  const changed = (tx: Tx, { id, state, analysed, district }: CameraView, change: string): Promise<void> =>
    appendEvent(tx, { kind: 'camera', id, state, analysed, change }, { districtId: district?.id ?? null, unitIds: [] });
  const find = async (on: DbOrTx, actor: Actor, id: string): Promise<CameraRow> => {
    const row = await cameraQuery(on, actor.scope).where('cameras.id', '=', id).executeTakeFirst();
    if (row === undefined) throw new NotFound('there is no such camera');
    return row;
  };
  const assertOurs = (row: CameraRow): void => {
    if (row.source === 'api') return;
    const where = row.source === 'demo' ? 'is part of the demo city' : 'stands in the configuration file';
    throw new Conflict(`camera "${row.id}" ${where} and is read-only here; change it there`, { version: Number(row.revision), state: row.state ?? 'connecting' });
  };

  app.get('/api/cameras', { schema: { summary: 'Cameras with their state' } }, async (request): Promise<{ items: CameraView[] }> => {
    const rows = await cameraQuery(db, actorOf(request).scope).orderBy('cameras.name').orderBy('cameras.id').execute();
    return { items: rows.map(cameraView) };
  });

  app.get('/api/cameras/:id', { schema: { params: nameParams, summary: 'A camera' } }, async (request) => cameraView(await find(db, actorOf(request), request.params.id)));

  app.post('/api/cameras', { schema: { body: cameraBody, summary: 'Add a camera' } }, async (request, reply): Promise<CameraView> => {
    const { user, actor } = signedInOf(request);
    const entry = { ...request.body, inputs: keepPasswords(request.body.inputs, []) };
    await checkReferences(db, entry);
    const view = await db.transaction().execute(async (tx) => {
      const row = { ...cameraRow(entry, sealer, entry.district ?? await districtAt(tx, entry.point)), source: 'api' as const };
      const stored = await tx.insertInto('cameras').values(row)
        // an id that was taken out of service may come back
        .onConflict((c) => c.column('id').doUpdateSet({ ...row, deleted_at: null, revision: sql`cameras.revision + 1` }).where('cameras.deleted_at', 'is not', null)).executeTakeFirst();
      if (stored.numInsertedOrUpdatedRows === 0n) throw new ProblemError(409, `there is a camera "${entry.id}" already`, { errors: [{ path: 'id', message: 'is taken' }] });
      const made = cameraView(await find(tx, actor, entry.id));
      await changed(tx, made, 'added');
      return made;
    });
    await audit.write({ user: { id: user.id, name: user.username }, action: 'camera.add', object: `camera:${entry.id}`, ip: request.ip });
    void reply.code(201).header('location', `/api/cameras/${encodeURIComponent(entry.id)}`);
    return view;
  });

  app.patch('/api/cameras/:id', { schema: { params: nameParams, body: cameraPatch, summary: 'Change a camera; *** keeps a stored password' } }, async (request): Promise<CameraView> => {
    const { user, actor } = signedInOf(request);
    const row = await find(db, actor, request.params.id);
    assertOurs(row);
    const stored = row.inputs.map((input) => ({ ...input, url: openUrl(input.url, sealer) }));
    const entry = merged(row, request.body.inputs === undefined ? request.body : { ...request.body, inputs: keepPasswords(request.body.inputs, stored) });
    await checkReferences(db, entry);
    const moved = request.body.point !== undefined && request.body.district === undefined;
    const view = await db.transaction().execute(async (tx) => {
      const { id, ...columns } = cameraRow(entry, sealer, moved || entry.district === undefined ? await districtAt(tx, entry.point) : entry.district);
      const done = await tx.updateTable('cameras').set({ ...columns, revision: sql`revision + 1` }).where('id', '=', id).where('revision', '=', row.revision).where('deleted_at', 'is', null).executeTakeFirst();
      if (done.numUpdatedRows === 0n) {
        const now = await find(tx, actor, id);
        throw new Conflict('somebody changed this camera meanwhile; read it again', { version: Number(now.revision), state: now.state ?? 'connecting' });
      }
      const made = cameraView(await find(tx, actor, id));
      await changed(tx, made, 'changed');
      return made;
    });
    await audit.write({ user: { id: user.id, name: user.username }, action: 'camera.change', object: `camera:${row.id}`, detail: { fields: Object.keys(request.body) }, ip: request.ip });
    return view;
  });

  app.delete('/api/cameras/:id', { schema: { params: nameParams, summary: 'Take a camera out of service; its alerts and cases stay' } }, async (request, reply) => {
    const { user, actor } = signedInOf(request);
    const row = await find(db, actor, request.params.id);
    assertOurs(row);
    await db.transaction().execute(async (tx) => {
      await tx.updateTable('cameras').set({ deleted_at: sql<Date>`app.now()`, revision: sql`revision + 1` }).where('id', '=', row.id).execute();
      await changed(tx, { ...cameraView(row), state: 'disabled', analysed: false }, 'removed');
    });
    await audit.write({ user: { id: user.id, name: user.username }, action: 'camera.remove', object: `camera:${row.id}`, ip: request.ip });
    return reply.code(204).send();
  });

  app.get('/api/cameras/:id/snapshot.jpg', { schema: { params: nameParams, summary: 'The picture of now' } }, async (request, reply) => {
    const { id } = await find(db, actorOf(request), request.params.id);
    const jpeg = await vision.snapshot(id);
    return reply.headers({ 'cache-control': 'no-store', 'content-security-policy': "default-src 'none'; sandbox" }).type('image/jpeg').send(jpeg);
  });
}
