import type { Rule, SizeByPlace, Zone } from '../domain/camera.ts';
import type { Detection } from '../domain/detection.ts';
import { boxArea, overlap, type Box, type Polygon } from '../domain/geometry.ts';
import { minScoreOf } from '../domain/min-score.ts';
import type { ModelManifest } from '../domain/model.ts';
import { inZone } from './zones.ts';

/** One thing that a rule sees in a picture. */
export interface Observation {
  readonly label: string;
  readonly score: number;
  /** Around all that leads: a table that is seen now and then below its parasol must not make the thing jump. */
  readonly box: Box;
  /** Everything that makes up the thing: itself first, then what stands with it. */
  readonly parts: readonly Detection[];
}

/** What walks and drives in front of things; a bin is not hidden by the rubbish that overflows it. */
const movingLabels: ReadonlySet<string> = new Set(['person', 'vehicle', 'two_wheeler', 'car', 'truck', 'bus', 'van', 'bicycle', 'motorcycle', 'tricycle']);
/** What stalls are made of: it speaks for them, however sure the model is of it. */
const partLabels: ReadonlySet<string> = new Set(['parasol', 'cart', 'table', 'umbrella', 'dining table']);

/** Share of `inner` that lies in `outer`, 0..1. */
export function coverage(inner: Box, outer: Box): number {
  const w = Math.min(inner[0] + inner[2], outer[0] + outer[2]) - Math.max(inner[0], outer[0]);
  const h = Math.min(inner[1] + inner[3], outer[1] + outer[3]) - Math.max(inner[1], outer[1]);
  return w <= 0 || h <= 0 ? 0 : (w * h) / boxArea(inner);
}

/** A box with its own size added on every side. */
const around = ([x, y, w, h]: Box): Box => [x - w, y - h, 3 * w, 3 * h];

/** The smallest box around all of some. */
function unionOf(boxes: readonly Box[]): Box {
  const left = Math.min(...boxes.map((b) => b[0]));
  const top = Math.min(...boxes.map((b) => b[1]));
  return [left, top, Math.max(...boxes.map((b) => b[0] + b[2])) - left, Math.max(...boxes.map((b) => b[1] + b[3])) - top];
}

/** Least size of what stands where this box does, as a share of the picture. */
export function leastSize(size: number | SizeByPlace, [, y, , h]: Box): number {
  if (typeof size === 'number') return size;
  const [[farY, far], [nearY, near]] = [size.far, size.near];
  const t = Math.min(1, Math.max(0, (y + h - farY) / (nearY - farY)));
  // lengths grow evenly with the way down the picture, areas with their square
  return (Math.sqrt(far) + t * (Math.sqrt(near) - Math.sqrt(far))) ** 2;
}

/** Labels that a name of a rule stands for: itself and, as an alias, others. */
function spread(names: readonly string[], manifest: Pick<ModelManifest, 'aliases'>): ReadonlySet<string> {
  return new Set(names.flatMap((name) => [name, ...(manifest.aliases?.[name] ?? [])]));
}

/** Labels of a rule that its model does not have, after aliases. */
export function unknownClasses(rule: Rule, manifest: Pick<ModelManifest, 'aliases' | 'labels'>): string[] {
  const names = [...(rule.classes.any ?? []), ...(rule.classes.all ?? [])];
  return names.filter((name) => ![...spread([name], manifest)].some((label) => manifest.labels.includes(label)));
}

/** Most of a gap between a thing and what hangs over it, as a share of the lower of the two heights. */
const overhang = 0.6;

/** Whether two boxes belong to one thing: one lies in the other, or one hangs closely over the other. */
function together(a: Box, b: Box): boolean {
  if (overlap(a, b) >= 0.3 || coverage(a, b) >= 0.6 || coverage(b, a) >= 0.6) return true;
  const beside = Math.min(a[0] + a[2], b[0] + b[2]) - Math.max(a[0], b[0]);
  const gap = Math.max(a[1], b[1]) - Math.min(a[1] + a[3], b[1] + b[3]);
  return beside >= 0.5 * Math.min(a[2], b[2]) && gap <= overhang * Math.min(a[3], b[3]);
}

/** Different classes at one place are one thing: a parasol and the table below it. The largest leads: it is the steadiest. */
function merge(detections: readonly Detection[]): Detection[][] {
  const things: Detection[][] = [];
  for (const d of detections.toSorted((a, b) => boxArea(b.box) - boxArea(a.box))) {
    const same = things.find(([first]) => first!.label !== d.label && together(first!.box, d.box));
    if (same === undefined) things.push([d]);
    else same.push(d);
  }
  return things;
}

/** Overlap from which two boxes of different classes are two opinions about one thing. */
const sameOpinion = 0.5;
/** Share of a box from which it is a part of what stands around it. */
const within = 0.8;

/**
 * True when the model is surer that the thing is of a class that the rule does not ask for (a bin, not an overflowing one), or a part of
 * such a thing: the bags of an overflowing bin, the crates of a stall. What moves has no parts; a heap may lie before a lorry.
 */
function outvoted(d: Detection, detections: readonly Detection[], own: ReadonlySet<string>): boolean {
  return detections.some((other) => !own.has(other.label) && !partLabels.has(other.label) && other.score > d.score
    && (overlap(other.box, d.box) >= sameOpinion || (!movingLabels.has(other.label) && coverage(d.box, other.box) >= within)));
}

/**
 * What a rule sees. With `any`, each of those is a thing; with `all` alone, each of the first label. Every label of `all` must stand in
 * the zone beside the thing. The score of a thing is that of its weakest necessary part.
 * @param permitted areas in which the thing may stand at this time
 */
export function observe(rule: Rule, zone: Zone, manifest: Pick<ModelManifest, 'aliases' | 'kind' | 'thresholds'>, detections: readonly Detection[], permitted: readonly Polygon[] = []): Observation[] {
  const counts = (d: Detection): boolean => d.score >= minScoreOf(rule, manifest, d.label)
    && (manifest.kind === 'state' || (boxArea(d.box) >= leastSize(rule.minSize, d.box) && inZone(d.box, zone.polygon)));
  const seen = detections.filter(counts);
  const all = rule.classes.all ?? [];
  const any = rule.classes.any ?? [];
  const lead = spread(any.length > 0 ? any : all.slice(0, 1), manifest);
  const own = spread([...any, ...all], manifest);
  const companions = (any.length > 0 ? all : all.slice(1)).map((name) => spread([name], manifest));
  const observations: Observation[] = [];
  const things = seen.filter((d) => lead.has(d.label) && (manifest.kind === 'state' || !outvoted(d, detections, own)));
  for (const thing of merge(things)) {
    const box = thing.length === 1 ? thing[0]!.box : unionOf(thing.map((d) => d.box));
    if (permitted.some((polygon) => inZone(box, polygon))) continue;
    const parts = [...thing];
    let score = Math.max(...thing.map((d) => d.score));
    const complete = companions.every((labels) => {
      const beside = seen.filter((d) => labels.has(d.label) && overlap(d.box, around(box)) > 0).toSorted((a, b) => b.score - a.score)[0];
      if (beside === undefined) return false;
      score = Math.min(score, beside.score);
      if (!parts.includes(beside)) parts.push(beside);
      return true;
    });
    if (complete) observations.push({ label: thing[0]!.label, score, box, parts });
  }
  return observations;
}

/** True when something that moves stands in front of at least half of a box: then nobody can say whether the thing is still there. */
export function isHidden(box: Box, rule: Rule, detections: readonly Detection[]): boolean {
  const own = new Set([...(rule.classes.any ?? []), ...(rule.classes.all ?? [])]);
  return detections.some((d) => d.score >= 0.3 && movingLabels.has(d.label) && !own.has(d.label) && coverage(box, d.box) >= 0.5);
}
