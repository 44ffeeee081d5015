import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import sharp from 'sharp';
import type { CameraEntry, FileConfig, ModelEntry } from '../config/index.ts';
import { Invalid, type FieldError } from '../domain/errors.ts';
import type { Rule, View } from '../domain/camera.ts';
import { usualInput, type ModelManifest } from '../domain/model.ts';
import { importCity } from './city-import.ts';
import type { Db, Tx } from './db/index.ts';
import { locate } from './places.ts';
import { sealUrl, type Sealer } from './secrets.ts';

type Source = 'file' | 'demo';

async function manifestOf(entry: ModelEntry): Promise<ModelManifest> {
  // a file that is missing is told by the detector, camera by camera; here it only has no hash yet
  const sha256 = entry.sha256 ?? await readFile(entry.file).then((b) => createHash('sha256').update(b).digest('hex'), () => '');
  const { width, height, colour, divisor, ...rest } = { ...usualInput[entry.layout], ...entry.input };
  return {
    id: entry.id, kind: entry.kind, file: entry.file, sha256, layout: entry.layout,
    input: {
      width: width ?? usualInput[entry.layout].width, height: height ?? usualInput[entry.layout].height,
      colour: colour ?? usualInput[entry.layout].colour, divisor: divisor ?? usualInput[entry.layout].divisor, mean: rest.mean, std: rest.std, fit: rest.fit,
    },
    labels: entry.labels, aliases: entry.aliases, thresholds: entry.thresholds, licence: entry.licence,
  };
}

/** Rules of a file need no id; theirs is made of what they are, so that it stays the same when the order changes. */
function withId(rule: CameraEntry['rules'][number]): Rule {
  const { id, ...rest } = rule;
  return { id: id ?? `${rule.zone}-${rule.eventType}-${createHash('sha256').update(JSON.stringify([rule.model, rule.classes])).digest('hex').slice(0, 6)}`, ...rest };
}

/** A row for the table `cameras` out of a checked entry; passwords are sealed. */
export function cameraRow(entry: Omit<CameraEntry, 'views'>, sealer: Sealer, districtId: string | null) {
  return {
    id: entry.id,
    name: entry.name,
    inputs: JSON.stringify(entry.inputs.map((input) => ({ ...input, url: sealUrl(input.url, sealer) }))),
    lon: entry.point?.[0] ?? null,
    lat: entry.point?.[1] ?? null,
    address: entry.address ?? null,
    district_id: districtId,
    enabled: entry.enabled,
    sessions: entry.sessions ?? null,
    gb_device_id: entry.gbDeviceId ?? null,
    zones: JSON.stringify(entry.zones),
    rules: JSON.stringify(entry.rules.map(withId)),
  };
}

/** Hash of an entry as it was imported: an unchanged one keeps its revision, and nothing is restarted for it. */
const fingerprint = (entry: unknown): string => createHash('sha256').update(JSON.stringify(entry)).digest('hex');

/**
 * Views of each camera. Their pictures travel with the camera: whichever node holds it can compare.
 * @throws Invalid naming each picture that cannot be read
 */
async function readViews(cameras: readonly CameraEntry[]): Promise<readonly (readonly View[])[]> {
  const errors: FieldError[] = [];
  const read = async (path: string, at: string): Promise<string> => {
    try {
      return (await sharp(path).resize({ width: 640, withoutEnlargement: true }).jpeg({ quality: 80 }).toBuffer()).toString('base64');
    } catch (error) {
      errors.push({ path: at, message: `is no picture that can be read: ${error instanceof Error ? error.message : String(error)}` });
      return '';
    }
  };
  const views: View[][] = [];
  // one by one: mistakes are told in the order of the file, and few pictures are held at once
  for (const [c, camera] of cameras.entries()) {
    const own: View[] = [];
    for (const [v, view] of camera.views.entries()) own.push({ ...view, picture: await read(view.picture, `cameras[${c}].views[${v}].picture`) });
    views.push(own);
  }
  if (errors.length > 0) throw new Invalid(errors);
  return views;
}

/** District of a camera that names none: where it stands, or where what it watches lies. */
async function districtOf(tx: Tx, entry: CameraEntry): Promise<string | null> {
  return entry.district ?? (await locate(tx, entry.point ?? entry.zones.find((z) => z.point !== undefined)?.point ?? null)).districtId;
}

/** @throws Invalid naming each district that is not there */
async function checkDistricts(tx: Tx, cameras: readonly CameraEntry[]): Promise<void> {
  const districts = (await tx.selectFrom('units').select('id').where('level', '=', 2).orderBy('id').execute()).map((u) => u.id);
  const errors = cameras.flatMap(({ district }, c) => (district === undefined || districts.includes(district) ? [] : [
    { path: `cameras[${c}].district`, message: `there is no unit of level 2 "${district}"; allowed: ${districts.slice(0, 20).join(', ') || '(there is none yet)'}` },
  ]));
  if (errors.length > 0) throw new Invalid(errors);
}

async function importCamera(tx: Tx, entry: CameraEntry, views: readonly View[], sealer: Sealer, source: Source, known: Record<string, string>): Promise<void> {
  const district = await districtOf(tx, entry);
  // the district is part of it: a unit may come, or its area be drawn, after the camera
  const print = fingerprint({ ...entry, views, district });
  const present = await tx.selectFrom('cameras').select(['id', 'deleted_at']).where('id', '=', entry.id).executeTakeFirst();
  if (known[entry.id] === print && present !== undefined && present.deleted_at === null) return;
  const row = { ...cameraRow(entry, sealer, district), views: JSON.stringify(views) };
  await tx.insertInto('cameras').values({ ...row, source })
    .onConflict((c) => c.column('id').doUpdateSet({ ...row, source, deleted_at: null, revision: sql`cameras.revision + 1` })).execute();
  known[entry.id] = print;
}

/**
 * Imports the entries of a file by id, in one transaction. Cameras that an earlier file named and this one does not are taken out of
 * service (kept for their history); what people added in the pages stays untouched.
 * @throws Invalid with the mistakes that only the database or a picture's file can tell of; then nothing is imported
 */
export async function importConfig(db: Db, file: FileConfig, sealer: Sealer, source: Source = 'file'): Promise<void> {
  const manifests = await Promise.all(file.models.map(manifestOf));
  const views = await readViews(file.cameras);
  await db.transaction().execute(async (tx) => {
    for (const manifest of manifests) {
      const row = { manifest: JSON.stringify(manifest), path: manifest.file, source: 'file' as const };
      await tx.insertInto('models').values({ id: manifest.id, ...row })
        .onConflict((c) => c.column('id').doUpdateSet({ ...row, state: 'unchecked', state_reason: null, revision: sql`models.revision + 1` })
          .where(sql<boolean>`models.manifest is distinct from excluded.manifest`)).execute();
    }
    for (const type of file.eventTypes) {
      const row = {
        name: type.name, name_en: type.nameEn ?? null, standard_ref: type.subclass?.standard ?? null, code: type.subclass?.code ?? null,
        subclass_name: type.subclass?.name ?? null, severity: type.severity, source: 'file' as const,
      };
      await tx.insertInto('event_types').values({ id: type.id, ...row }).onConflict((c) => c.column('id').doUpdateSet(row)).execute();
    }
    if (file.city !== undefined) await importCity(tx, file.city);
    await checkDistricts(tx, file.cameras);
    const key = `import.${source}`;
    const stored = await tx.selectFrom('settings').select('value').where('key', '=', key).executeTakeFirst();
    const known = { ...(stored?.value as Record<string, string> | undefined) };
    for (const [c, entry] of file.cameras.entries()) await importCamera(tx, entry, views[c] ?? [], sealer, source, known);
    const named = file.cameras.map((c) => c.id);
    let gone = tx.updateTable('cameras').set({ deleted_at: sql<Date>`app.now()`, revision: sql`revision + 1` })
      .where('source', 'in', ['file', 'demo']).where('deleted_at', 'is', null);
    if (named.length > 0) gone = gone.where('id', 'not in', named);
    await gone.execute();
    for (const id of Object.keys(known)) if (!named.includes(id)) delete known[id];
    const value = JSON.stringify(known);
    await tx.insertInto('settings').values({ key, value }).onConflict((c) => c.column('key').doUpdateSet({ value })).execute();
    const webhooks = JSON.stringify(file.webhooks);
    await tx.insertInto('settings').values({ key: 'webhooks', value: webhooks }).onConflict((c) => c.column('key').doUpdateSet({ value: webhooks })).execute();
  });
}
