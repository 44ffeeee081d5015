import { z } from 'zod';
import { duration } from '../config/duration.ts';
import { cameraSchema, ruleSchema, type CameraEntry } from '../config/schema.ts';
import { Invalid, type FieldError } from '../domain/errors.ts';
import type { CameraInput } from '../domain/camera.ts';
import type { Db } from '../platform/db/index.ts';
import { maskUrl, secretMask, secretsIn } from '../platform/secrets.ts';

/** Durations are answered in milliseconds and taken in those or as text ("3m"), so that what was read can be sent back. */
const anyDuration = (min: string, max: string, usual: string) =>
  z.preprocess((v) => (typeof v === 'number' ? `${v}ms` : v), duration(min, max)).default(() => duration(min, max).parse(usual));

/** A camera as the API takes it: the entry of the configuration file, but for views, whose pictures are files. */
export const cameraBody = cameraSchema.omit({ views: true }).extend({
  rules: z.array(ruleSchema.extend({
    dwell: anyDuration('1s', '24h', '3m'),
    grace: anyDuration('1s', '1h', '45s'),
    silence: anyDuration('0s', '24h', '1h'),
  })).max(100).default([]),
});

const shape = cameraBody.omit({ id: true }).shape;
const bare = <T extends z.ZodType>(schema: z.ZodDefault<T>) => schema.unwrap().optional();
/** Changes of a camera: what is absent stays, null takes an optional field away; lists are replaced as a whole. */
export const cameraPatch = z.strictObject({
  name: shape.name.optional(),
  inputs: shape.inputs.optional(),
  point: shape.point.nullable(),
  address: shape.address.nullable(),
  district: shape.district.nullable(),
  enabled: bare(shape.enabled),
  sessions: shape.sessions.nullable(),
  gbDeviceId: shape.gbDeviceId.nullable(),
  zones: bare(shape.zones),
  rules: bare(shape.rules),
});
export type CameraPatch = z.output<typeof cameraPatch>;

/**
 * Inputs as they are to be stored: addresses normalised, and where a secret reads *** the stored one put in its place: that of the very
 * same address, or the password of the same user at the same host. Another host would be sent a password that it was never meant to know.
 * @throws Invalid when there is no such stored secret
 */
export function keepPasswords(inputs: CameraEntry['inputs'], stored: readonly CameraInput[]): CameraEntry['inputs'] {
  const errors: FieldError[] = [];
  const kept = inputs.map((input, i) => {
    const url = new URL(input.url);
    const masked = secretsIn(url.href).filter((secret) => secret === secretMask);
    if (masked.length === 0) return { ...input, url: url.href };
    const same = stored.find((s) => maskUrl(s.url) === maskUrl(url.href));
    if (same !== undefined) return { ...input, url: same.url };
    const account = stored.map((s) => new URL(s.url)).find((s) => s.username === url.username && s.host === url.host && s.password !== '');
    if (account !== undefined && masked.length === 1 && url.password === secretMask) url.password = account.password;
    else errors.push({ path: `inputs[${i}].url`, message: '*** stands for a stored password, and there is none for this user at this host or in this address; write the password' });
    return { ...input, url: url.href };
  });
  if (errors.length > 0) throw new Invalid(errors);
  return kept;
}

/** @throws Invalid with every id that is there twice or not at all */
export async function checkReferences(db: Db, entry: Omit<CameraEntry, 'views'>): Promise<void> {
  const errors: FieldError[] = [];
  const models = new Set((await db.selectFrom('models').select('id').execute()).map((r) => r.id));
  const eventTypes = new Set((await db.selectFrom('event_types').select('id').execute()).map((r) => r.id));
  const zones = new Set(entry.zones.filter((z) => z.permitted === undefined).map((z) => z.id));
  const known = (path: string, what: string, id: string, all: ReadonlySet<string>): void => {
    if (!all.has(id)) errors.push({ path, message: `there is no ${what} "${id}"; allowed: ${[...all].slice(0, 20).join(', ') || '(there is none)'}` });
  };
  const twice = (path: string, ids: readonly (string | undefined)[]): void => {
    for (const [i, id] of ids.entries()) if (id !== undefined && ids.indexOf(id) !== i) errors.push({ path: `${path}[${i}].id`, message: `"${id}" is given twice` });
  };
  twice('zones', entry.zones.map((z) => z.id));
  twice('rules', entry.rules.map((r) => r.id));
  for (const [i, zone] of entry.zones.entries()) {
    if (zone.view !== undefined) known(`zones[${i}].view`, 'view', zone.view, new Set());
    for (const type of zone.permitted?.eventTypes ?? []) known(`zones[${i}].permitted.eventTypes`, 'event type', type, eventTypes);
  }
  for (const [i, rule] of entry.rules.entries()) {
    known(`rules[${i}].zone`, 'zone', rule.zone, zones);
    known(`rules[${i}].model`, 'model', rule.model, models);
    known(`rules[${i}].eventType`, 'event type', rule.eventType, eventTypes);
  }
  if (entry.rules.length > 0 && entry.inputs.every((input) => !input.roles.includes('detect'))) {
    errors.push({ path: 'inputs', message: 'a camera with rules needs an input with the role detect' });
  }
  if (entry.district !== undefined) {
    const unit = await db.selectFrom('units').select('level').where('id', '=', entry.district).executeTakeFirst();
    if (unit?.level !== 2) errors.push({ path: 'district', message: 'allowed: the id of a unit of level 2' });
  }
  if (errors.length > 0) throw new Invalid(errors);
}
