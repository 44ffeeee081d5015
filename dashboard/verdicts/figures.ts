import { sql } from 'kysely';
import type { Rule, Zone } from '../../domain/camera.ts';
import { minScoreOf } from '../../domain/min-score.ts';
import type { ModelManifest } from '../../domain/model.ts';
import type { Scope } from '../../domain/roles.ts';
import { adviseThreshold, shareOf, type JudgedScore, type Lesson } from '../../domain/verdict-lessons.ts';
import type { VerdictFigures, VerdictRow } from '../../domain/verdict-views.ts';
import type { Db } from '../../platform/db/index.ts';
import { alertScope } from '../../platform/scope.ts';
import { lessonOf } from './lesson-of.ts';

export interface FiguresFilter {
  readonly camera?: string | undefined;
  /** Event type. */
  readonly type?: string | undefined;
  readonly since: Date;
  /** 0..1 */
  readonly mostLost: number;
}

/** Verdicts that are looked at, the newest. */
const mostVerdicts = 20_000;

interface Group extends Pick<VerdictRow, 'camera' | 'rule' | 'eventType' | 'label'> {
  readonly judged: { readonly lesson: Lesson; readonly heldUpTo: number; readonly model: string | null }[];
}

/** What is configured now. */
interface Configured {
  readonly cameras: ReadonlyMap<string, { readonly name: string; readonly rules: readonly Rule[]; readonly zones: readonly Zone[] }>;
  readonly models: ReadonlyMap<string, ModelManifest>;
  readonly types: ReadonlyMap<string, { readonly name: string; readonly name_en: string | null }>;
}

async function readConfigured(db: Db): Promise<Configured> {
  const [cameras, models, types] = await Promise.all([
    db.selectFrom('cameras').select(['id', 'name', 'rules', 'zones']).where('deleted_at', 'is', null).execute(),
    db.selectFrom('models').select(['id', 'manifest']).execute(),
    db.selectFrom('event_types').select(['id', 'name', 'name_en']).execute(),
  ]);
  return { cameras: new Map(cameras.map((c) => [c.id, c])), models: new Map(models.map((m) => [m.id, m.manifest])), types: new Map(types.map((t) => [t.id, t])) };
}

async function readGroups(db: Db, scope: Scope, filter: FiguresFilter): Promise<{ groups: Iterable<Group>; truncated: boolean }> {
  const rows = await db.selectFrom('alerts').innerJoin('cameras', 'cameras.id', 'alerts.camera_id').where('cameras.deleted_at', 'is', null)
    .where(alertScope(scope)).where('alerts.state', 'in', ['confirmed', 'rejected']).where('alerts.raised_at', '>=', filter.since)
    .$if(filter.camera !== undefined, (q) => q.where('alerts.camera_id', '=', filter.camera!))
    .$if(filter.type !== undefined, (q) => q.where('alerts.event_type', '=', filter.type!))
    .select(['alerts.camera_id as camera', 'alerts.rule_id as rule', 'alerts.event_type as eventType', sql<string | null>`alerts.boxes->0->>'label'`.as('label'),
      lessonOf('alerts').as('lesson'), sql<number>`coalesce(alerts.held_up_to, alerts.score)`.as('heldUpTo'), sql<string | null>`alerts.model->>'sha256'`.as('model')])
    .orderBy('alerts.raised_at', 'desc').orderBy('alerts.id', 'desc').limit(mostVerdicts + 1).execute();
  const groups = new Map<string, Group>();
  for (const { lesson, heldUpTo, model, ...about } of rows.slice(0, mostVerdicts)) {
    if (lesson === null) continue;
    const key = JSON.stringify([about.camera, about.rule, about.eventType, about.label]);
    const group = groups.get(key) ?? { ...about, judged: [] };
    group.judged.push({ lesson, heldUpTo, model });
    groups.set(key, group);
  }
  return { groups: groups.values(), truncated: rows.length > mostVerdicts };
}

function rowOf(group: Group, { cameras, models, types }: Configured, mostLost: number): VerdictRow {
  const camera = cameras.get(group.camera);
  const rule = camera?.rules.find((r) => r.id === group.rule);
  const manifest = rule === undefined ? undefined : models.get(rule.model);
  const own = manifest === undefined ? group.judged : group.judged.filter((j) => j.model === manifest.sha256);
  const count = (lesson: Lesson): number => own.filter((j) => j.lesson === lesson).length;
  const [confirmed, wrong] = [count('confirmed'), count('false')];
  const threshold = rule === undefined || manifest === undefined || group.label === null ? null : minScoreOf(rule, manifest, group.label);
  const type = types.get(group.eventType);
  const zone = camera?.zones.find((z) => z.id === rule?.zone);
  return {
    camera: group.camera, cameraName: camera?.name ?? group.camera, rule: group.rule, zoneName: zone?.name ?? zone?.id ?? null,
    eventType: group.eventType, eventTypeName: type?.name ?? group.eventType, eventTypeNameEn: type?.name_en ?? null, label: group.label,
    confirmed, false: wrong, trueUnfiled: count('true_unfiled'), earlier: group.judged.length - own.length,
    precision: shareOf(confirmed, confirmed + wrong), threshold,
    advice: threshold === null ? null : adviseThreshold(own.filter((j): j is typeof j & JudgedScore => j.lesson !== 'true_unfiled'), threshold, mostLost),
  };
}

/** What the verdicts of a period say, in somebody's scope. */
export async function readFigures(db: Db, scope: Scope, filter: FiguresFilter): Promise<VerdictFigures> {
  const [configured, { groups, truncated }] = await Promise.all([readConfigured(db), readGroups(db, scope, filter)]);
  const items = Array.from(groups, (group) => rowOf(group, configured, filter.mostLost))
    .toSorted((a, b) => b.false - a.false || b.confirmed - a.confirmed || a.camera.localeCompare(b.camera) || (a.rule ?? '').localeCompare(b.rule ?? '') || (a.label ?? '').localeCompare(b.label ?? ''));
  return { since: filter.since.toISOString(), mostLost: filter.mostLost, truncated, items };
}
