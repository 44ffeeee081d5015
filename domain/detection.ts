import { z } from 'zod';
import type { Box } from './geometry.ts';

/** What a detector run says of one picture. */
export interface Detection {
  readonly label: string;
  /** 0..1 */
  readonly score: number;
  readonly box: Box;
}

const unit = z.number().min(0).max(1);
export const boxSchema = z.tuple([unit, unit, unit, unit]).describe('[x, y, width, height], 0..1, origin top left');
export const pointSchema = z.tuple([z.number().min(-180).max(180), z.number().min(-90).max(90)]).describe('[longitude, latitude], WGS 84');
const idText = z.string().min(1).max(128);
const time = z.iso.datetime({ offset: true });

/** A stored file by the hash of its content. */
export const mediaRefSchema = z.object({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  mime: z.string().max(100),
  bytes: z.int().nonnegative(),
  width: z.int().positive().optional(),
  height: z.int().positive().optional(),
});
export type MediaRef = z.infer<typeof mediaRefSchema>;

/** One line of a track's score history: what the rule saw at a sample. */
export const scoreSampleSchema = z.object({
  at: time,
  state: z.enum(['present', 'absent', 'unknown']),
  score: unit.nullable(),
});
export type ScoreSample = z.infer<typeof scoreSampleSchema>;

/** A raised detection. `key` is the track's id, made and persisted before the event leaves; it is unique for ever. */
export const detectionEventSchema = z.object({
  key: z.string().min(8).max(128).regex(/^[\w.:-]+$/),
  camera: idText,
  zone: idText.nullable().default(null),
  view: idText.nullable().default(null),
  rule: idText.nullable().default(null),
  eventType: idText,
  score: unit,
  /** Place in the picture; two events at the same place overlap by 0.3 or more. */
  box: boxSchema.nullable().default(null),
  boxes: z.array(z.object({ label: z.string().max(100), score: unit, box: boxSchema })).max(200).default([]),
  firstSeenAt: time.nullable().default(null),
  raisedAt: time,
  scores: z.array(scoreSampleSchema).max(500).default([]),
  threshold: unit.nullable().default(null),
  model: z.object({ id: idText, sha256: z.string().max(64) }).nullable().default(null),
  ruleHash: z.string().max(64).nullable().default(null),
  fence: z.int().nonnegative().nullable().default(null),
  evidence: z.object({
    original: mediaRefSchema.nullable().default(null),
    annotated: mediaRefSchema.nullable().default(null),
    before: mediaRefSchema.nullable().default(null),
  }).default({ original: null, annotated: null, before: null }),
});
export type DetectionEvent = z.infer<typeof detectionEventSchema>;

/**
 * What travels from a vision node to the dispatcher. Each is idempotent by (key, kind, at); `evidence`, `still` and `gone` may arrive
 * before `raised` was stored and are then retried.
 */
export type DetectionMessage =
  | { readonly kind: 'raised'; readonly event: DetectionEvent }
  | {
    readonly kind: 'evidence'; readonly key: string; readonly clip: MediaRef | null; readonly manifest: MediaRef; readonly failure: string | null;
    /** Pictures that were not to be had in time when the event left. */
    readonly pictures?: { readonly original: MediaRef | null; readonly annotated: MediaRef | null; readonly before: MediaRef | null } | undefined;
  }
  | { readonly kind: 'still'; readonly key: string; readonly at: string; readonly score: number }
  | { readonly kind: 'gone'; readonly key: string; readonly at: string };
