import sharp from 'sharp';
import type { Detection } from '../domain/detection.ts';
import type { Frame } from '../domain/frame.ts';
import { overlap, type Box } from '../domain/geometry.ts';
import type { CameraWatch, Judged } from './camera-watch.ts';
import type { Footage } from './footage.ts';
import { isHidden, observe } from './observe.ts';
import type { ReadyRule } from './rule-plan.ts';
import { inZone } from './zones.ts';

export interface RecheckRequest {
  readonly cameraId: string;
  readonly zoneId: string | null;
  readonly eventType: string;
  /** Place of the thing; null = anywhere in the zone. */
  readonly box: Box | null;
}

export interface RecheckAnswer {
  readonly answer: 'present' | 'absent' | 'unknown';
  /** Best score of the thing at its place, also below the rule's threshold; null when nothing was looked at. */
  readonly score: number | null;
  /** The picture that was judged, at full resolution where the recording has it; null when the camera gives none. */
  readonly jpeg: Buffer | null;
  /** Why the answer is unknown. */
  readonly reason: string | null;
}

/** Looks so long for two samples that agree, milliseconds. */
const patience = 15_000;
/** Least overlap with the place of the thing. */
const samePlace = 0.3;

export type Look = Omit<RecheckAnswer, 'jpeg'>;

/** What one sample says of a thing at a place. */
export function lookAt(plan: ReadyRule, box: Box | null, usable: boolean, detections: readonly Detection[] | undefined): Look {
  if (!usable) return { answer: 'unknown', score: null, reason: 'picture: the picture is of no use' };
  if (detections === undefined) return { answer: 'unknown', score: null, reason: 'model: the picture could not be analysed' };
  const here = (b: Box): boolean => (box === null ? inZone(b, plan.zone.polygon) : overlap(b, box) >= samePlace);
  const isState = plan.manifest.kind === 'state';
  const found = observe(plan.rule, plan.zone, plan.manifest, detections).filter((o) => isState || here(o.box)).toSorted((a, b) => b.score - a.score)[0];
  if (found !== undefined) return { answer: 'present', score: found.score, reason: null };
  if (box !== null && isHidden(box, plan.rule, detections)) return { answer: 'unknown', score: null, reason: 'hidden: something stands in front of the place' };
  const weak = observe({ ...plan.rule, minScore: 0 }, plan.zone, plan.manifest, detections).filter((o) => isState || here(o.box));
  return { answer: 'absent', score: Math.max(0, ...weak.map((o) => o.score)), reason: null };
}

async function pictureOf(frame: Frame, footage: Footage): Promise<Buffer> {
  try {
    return await footage.pictureAt(frame.cameraId, frame.run, frame.streamTime);
  } catch {
    // better the small picture that was judged than a fine one of another moment
    return sharp(frame.data, { raw: { width: frame.width, height: frame.height, channels: 3 } }).jpeg({ quality: 90 }).toBuffer();
  }
}

/**
 * The camera looks again: judges fresh samples until two agree, by the rule that raises this event type in this zone (or, failing that,
 * elsewhere on the camera).
 * @param nextSample resolves with the camera's next judged sample, or null after so many milliseconds
 */
export async function recheck({ request, watch, footage, nextSample }: {
  request: RecheckRequest;
  watch: CameraWatch | undefined;
  footage: Footage;
  nextSample: (ms: number) => Promise<Judged | null>;
}): Promise<RecheckAnswer> {
  const unknown = (reason: string): RecheckAnswer => ({ answer: 'unknown', score: null, jpeg: null, reason });
  if (watch === undefined) return unknown('not_held: the camera is not held by this node');
  const plans = watch.plans.filter((p) => p.rule.eventType === request.eventType);
  const chosen = plans.find((p) => p.rule.zone === request.zoneId) ?? plans[0];
  if (chosen === undefined) return unknown(`no_rule: the camera has no rule for ${request.eventType} any more`);
  if (chosen.problem !== null) return unknown(chosen.problem);
  const release = watch.force(chosen.rule.id);
  const until = performance.now() + patience;
  let last: { look: Look; frame: Frame } | null = null;
  try {
    for (let left = patience; left > 0; left = until - performance.now()) {
      const judged = await nextSample(left);
      if (judged === null) break;
      const look = lookAt(chosen, request.box, judged.usable(chosen), judged.detections.get(chosen.rule.id));
      const agreed = look.answer !== 'unknown' && last?.look.answer === look.answer;
      // a known answer is not forgotten for a picture that says nothing
      if (last === null || look.answer !== 'unknown' || last.look.answer === 'unknown') last = { look, frame: judged.frame };
      if (agreed) break;
    }
  } finally {
    release();
  }
  if (last === null) return unknown('no_samples: the camera gives no pictures');
  return { ...last.look, jpeg: await pictureOf(last.frame, footage) };
}
