import { createHash } from 'node:crypto';
import type { Camera, Rule, Zone } from '../domain/camera.ts';
import type { Box } from '../domain/geometry.ts';
import type { ModelManifest } from '../domain/model.ts';
import { unknownClasses } from './observe.ts';
import type { InferenceTask } from './protocol.ts';
import { parseSpan } from './schedule.ts';
import { boundsOf } from './zones.ts';

/** A rule with everything it needs, or with the reason why it cannot be judged. */
export type RulePlan =
  | { readonly rule: Rule; readonly problem: string }
  | {
    readonly rule: Rule; readonly problem: null; readonly zone: Zone;
    /** Zones of the same view in which the thing is permitted, now or at other times. */
    readonly permits: readonly Zone[];
    readonly manifest: ModelManifest; readonly task: InferenceTask; readonly hash: string;
  };
export type ReadyRule = Extract<RulePlan, { problem: null }>;

/** SHA-256 of what decides: the rule, its zone, and where the thing is permitted. */
export function ruleHash(rule: Rule, zone: Zone, permits: readonly Zone[] = []): string {
  const sorted = (_: string, value: unknown): unknown => (value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))) : value);
  return createHash('sha256').update(JSON.stringify({
    rule, polygon: zone.polygon, view: zone.view ?? null, permits: permits.map(({ polygon, permitted }) => ({ polygon, permitted })),
  }, sorted)).digest('hex');
}

function permitsOf(camera: Camera, rule: Rule, zone: Zone | undefined): readonly Zone[] {
  return camera.zones.filter(({ permitted, view }) => permitted !== undefined && view === zone?.view && (permitted.eventTypes?.includes(rule.eventType) ?? true));
}

function problemOf(camera: Camera, rule: Rule, zone: Zone | undefined, permits: readonly Zone[], manifest: ModelManifest | undefined): string | null {
  if (zone === undefined) return `rule_zone: rule ${rule.id} names zone ${rule.zone}, which the camera does not have`;
  if (zone.permitted !== undefined) return `rule_zone: rule ${rule.id} names zone ${rule.zone}, in which things are permitted`;
  if (zone.view !== undefined && camera.views?.some((v) => v.id === zone.view) !== true) return `rule_view: rule ${rule.id} needs view ${zone.view}, which the camera does not have`;
  if (manifest === undefined) return `model_missing: rule ${rule.id} names model ${rule.model}, which is not registered`;
  const unknown = unknownClasses(rule, manifest);
  if (unknown.length > 0) return `rule_classes: model ${rule.model} has no class ${unknown.join(', ')}; it has ${manifest.labels.slice(0, 20).join(', ')}`;
  try {
    const periods = [...(rule.schedule?.permitted ?? []), ...permits.flatMap((z) => z.permitted?.hours ?? [])];
    for (const span of [...(rule.schedule?.hours ?? []), ...periods.map((p) => p.hours)]) parseSpan(span);
  } catch (error) {
    return `rule_schedule: rule ${rule.id}: ${error instanceof Error ? error.message : String(error)}`;
  }
  return null;
}

export function planRules(camera: Camera, models: ReadonlyMap<string, ModelManifest>): readonly RulePlan[] {
  return camera.rules.map((rule): RulePlan => {
    const zone = camera.zones.find((z) => z.id === rule.zone);
    const manifest = models.get(rule.model);
    const permits = permitsOf(camera, rule, zone);
    const problem = problemOf(camera, rule, zone, permits, manifest);
    if (problem !== null || zone === undefined || manifest === undefined) return { rule, problem: problem ?? 'rule_zone: incomplete' };
    const region: Box | null = manifest.kind === 'state' ? boundsOf(zone.polygon) : null;
    return { rule, problem: null, zone, permits, manifest, task: { model: rule.model, region }, hash: ruleHash(rule, zone, permits) };
  });
}
