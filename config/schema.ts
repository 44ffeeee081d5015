import { z } from 'zod';
import { calendarDays, inputRoles, severities, usualDrift } from '../domain/camera.ts';
import { modelFits, modelLayouts } from '../domain/model.ts';
import { citySchema, type City } from './city.ts';
import { duration } from './duration.ts';

/** Shape of the YAML file; config/xuncheng.example.yaml shows it with comments. Unknown keys are errors: a typing mistake must not be silence. */

const id = z.string().regex(/^[\w.-]{1,64}$/, 'allowed: 1 to 64 letters, digits, ".", "_" or "-"');
const unit = z.number().min(0, 'allowed: 0 to 1').max(1, 'allowed: 0 to 1');
const picturePoint = z.tuple([unit, unit]);
const groundPoint = z.tuple([z.number().min(-180).max(180), z.number().min(-90).max(90)]);
const hours = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'allowed: HH:MM-HH:MM, may pass midnight');

const weekdays = z.array(z.int().min(1).max(7)).min(1);
const calendar = z.enum(calendarDays);
/** A span alone, or with the days on which it holds. */
const period = z.preprocess((v) => (typeof v === 'string' ? { hours: v } : v), z.strictObject({ hours, weekdays: weekdays.optional(), calendar: calendar.optional() }));
const minScore = z.union([unit, z.record(z.string(), unit)], { error: 'allowed: 0 to 1, or one such number for each label' });
const sizeLine = z.tuple([unit, unit]);
const sizes = 'allowed: 0 to 1, or { far: [y, share], near: [y, share] } with far above near';
const minSize = z.union([unit, z.strictObject({ far: sizeLine, near: sizeLine }).refine(({ far, near }) => far[0] < near[0], sizes)], { error: sizes });

/** Only RTSP; ffmpeg would open file: and http: as well. */
export const cameraUrl = z.string().max(2000).refine((text) => {
  try {
    const url = new URL(text);
    return (url.protocol === 'rtsp:' || url.protocol === 'rtsps:') && url.hostname !== '' && !/[\s'"\\]/.test(text);
  } catch {
    return false;
  }
}, 'allowed: an rtsp:// or rtsps:// address with a host; quotes, backslashes and blanks percent-encoded');

export const inputSchema = z.strictObject({
  url: cameraUrl,
  roles: z.array(z.enum(inputRoles)).min(1),
  transport: z.enum(['tcp', 'udp']).optional(),
});

export const zoneSchema = z.strictObject({
  id,
  name: z.string().max(100).optional(),
  polygon: z.array(picturePoint).min(3, 'allowed: 3 points or more').max(100),
  point: groundPoint.optional(),
  address: z.string().max(200).optional(),
  view: id.optional(),
  permitted: z.strictObject({ eventTypes: z.array(id).min(1).optional(), hours: z.array(period).min(1).optional() }).optional(),
});

/** Where the file gives a view, `picture` is a path, relative to the file. */
export const viewSchema = z.strictObject({ id, name: z.string().max(100).optional(), picture: z.string().min(1) });

export const ruleSchema = z.strictObject({
  id: id.optional(),
  zone: id,
  eventType: id,
  model: id,
  classes: z.strictObject({ any: z.array(z.string()).min(1).optional(), all: z.array(z.string()).min(1).optional() })
    .refine((c) => c.any !== undefined || c.all !== undefined, 'allowed: any, all, or both'),
  minScore: minScore.optional(),
  minSize: minSize.default(0),
  dwell: duration('1s', '24h').prefault('3m'),
  presence: unit.default(0.7),
  minSamples: z.int().min(1).max(1000).default(3),
  drift: z.number().min(0.05, 'allowed: 0.05 to 10').max(10, 'allowed: 0.05 to 10').default(usualDrift),
  grace: duration('1s', '1h').prefault('45s'),
  schedule: z.strictObject({
    weekdays: weekdays.optional(),
    calendar: calendar.optional(),
    hours: z.array(hours).min(1).optional(),
    permitted: z.array(period).optional(),
  }).optional(),
  silence: duration('0s', '24h').prefault('1h'),
  severity: z.enum(severities).default('normal'),
});

export const cameraSchema = z.strictObject({
  id,
  name: z.string().min(1).max(100),
  inputs: z.array(inputSchema).min(1).max(8),
  point: groundPoint.optional(),
  address: z.string().max(200).optional(),
  district: id.optional(),
  enabled: z.boolean().default(true),
  sessions: z.int().min(1).max(100).optional(),
  gbDeviceId: z.string().regex(/^\d{20}$/, 'allowed: 20 digits').optional(),
  views: z.array(viewSchema).max(64).default([]),
  zones: z.array(zoneSchema).max(50).default([]),
  rules: z.array(ruleSchema).max(100).default([]),
});
export type CameraEntry = z.infer<typeof cameraSchema>;

export const modelEntrySchema = z.strictObject({
  id,
  file: z.string().min(1),
  kind: z.enum(['detector', 'state']).default('detector'),
  layout: z.enum([...modelLayouts, 'classifier']),
  labels: z.array(z.string().min(1)).min(1).max(2000),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'allowed: 64 hexadecimal digits').optional(),
  input: z.strictObject({
    width: z.int().min(32).max(4096).optional(),
    height: z.int().min(32).max(4096).optional(),
    colour: z.enum(['rgb', 'bgr']).optional(),
    divisor: z.number().positive().optional(),
    mean: z.array(z.number()).length(3).optional(),
    std: z.array(z.number().positive()).length(3).optional(),
    fit: z.enum(modelFits).optional(),
  }).optional(),
  aliases: z.record(z.string(), z.array(z.string())).optional(),
  thresholds: z.record(z.string(), unit).optional(),
  licence: z.string().optional(),
});
export type ModelEntry = z.infer<typeof modelEntrySchema>;

export const eventTypeSchema = z.strictObject({
  id,
  name: z.string().min(1).max(100),
  nameEn: z.string().max(100).optional(),
  subclass: z.strictObject({ standard: z.string().min(1), code: z.string().min(1).max(10), name: z.string().optional() }).optional(),
  severity: z.enum(severities).default('normal'),
});
export type EventTypeEntry = z.infer<typeof eventTypeSchema>;

export const fileSchema = z.strictObject({
  city: citySchema.optional(),
  cameras: z.array(cameraSchema).default([]),
  models: z.array(modelEntrySchema).default([]),
  eventTypes: z.array(eventTypeSchema).default([]),
  /** Every case transition is POSTed to these, with an Idempotency-Key. */
  webhooks: z.array(z.strictObject({ url: z.url({ protocol: /^https?$/ }) })).default([]),
  live: z.strictObject({
    listen: z.string().default('127.0.0.1'),
    announced: z.string().optional(),
    port: z.int().min(0).max(65535).default(0),
  }).prefault({}),
  ingest: z.strictObject({
    /** Recording kept per camera. */
    keep: duration('1m', '720h').prefault('30m'),
    /** Bytes of all recordings of one node together. */
    maxGigabytes: z.number().positive().default(20),
  }).prefault({}),
});
/** `city` with the content of the files that it names. */
export type FileConfig = Omit<z.infer<typeof fileSchema>, 'city'> & { readonly city?: City | undefined };
