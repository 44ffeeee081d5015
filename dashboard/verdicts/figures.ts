import { sql } from 'kysely';
import type { Rule, Zone } from '../../domain/camera.ts';
import { minScoreOf } from '../../domain/min-score.ts';
import type { ModelManifest } from '../../domain/model.ts';
import type { Scope } from '../../domain/roles.ts';
import { adviseThreshold, heldUpTo, shareOf, type JudgedScore, type Lesson } from '../../domain/verdict-lessons.ts';
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

/** Verdicts that are looked at, the newest; and how many score histories are held at a time. */
const mostVerdicts = 20_000;
const pageSize = 500;
/** Where the rule is not there any more, as good a presence as any: nothing is suggested. */
const usualPresence = 0.7;

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

/** Judged alerts, newest first, without score histories beyond one page at a time. */
async function readGroups(db: Db, scope: Scope, filter: FiguresFilter, { cameras }: Configured): Promise<{ groups: Group[]; truncated: boolean }> {
  const groups = new Map<string, Group>();
  const lesson = lessonOf('alerts');
  let after: { at: Date; id: string } | null = null;
  for (let seen = 0; seen < mostVerdicts;) {
    const cursor = after as { at: Date; id: string } | null;
    const rows = await db.selectFrom('alerts').innerJoin('cameras', 'cameras.id', 'alerts.camera_id').where('cameras.deleted_at', 'is', null)
      .where(alertScope(scope)).where('alerts.state', 'in', ['confirmed', 'rejected']).where('alerts.raised_at', '>=', filter.since)
      .$if(filter.camera !== undefined, (q) => q.where('alerts.camera_id', '=', filter.camera!))
      .$if(filter.type !== undefined, (q) => q.where('alerts.event_type', '=', filter.type!))
      .$if(cursor !== null, (q) => q.where(sql<boolean>`(alerts.raised_at, alerts.id) < (${cursor!.at}, ${cursor!.id}::uuid)`))
      .select(['alerts.id', 'alerts.raised_at', 'alerts.camera_id', 'alerts.rule_id', 'alerts.event_type', 'alerts.score', 'alerts.scores', lesson.as('lesson'),
        sql<string | null>`alerts.boxes->0->>'label'`.as('label'), sql<string | null>`alerts.model->>'sha256'`.as('model')])
      .orderBy('alerts.raised_at', 'desc').orderBy('alerts.id', 'desc').limit(pageSize).execute();
    for (const row of rows) {
      if (row.lesson === null) continue;
      const about = { camera: row.camera_id, rule: row.rule_id, eventType: row.event_type, label: row.label };
      const key = JSON.stringify(Object.values(about));
      const group = groups.get(key) ?? { ...about, judged: [] };
      const rule = cameras.get(row.camera_id)?.rules.find((r) => r.id === row.rule_id);
      group.judged.push({ lesson: row.lesson, heldUpTo: heldUpTo(row.scores, rule?.presence ?? usualPresence, row.score), model: row.model });
      groups.set(key, group);
    }
    const last = rows.at(-1);
    if (rows.length < pageSize || last === undefined) return { groups: [...groups.values()], truncated: false };
    after = { at: last.raised_at, id: last.id };
    seen += rows.length;
  }
  return { groups: [...groups.values()], truncated: true };
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
  const configured = await readConfigured(db);
  const { groups, truncated } = await readGroups(db, scope, filter, configured);
  const items = groups.map((group) => rowOf(group, configured, filter.mostLost))
    .toSorted((a, b) => b.false - a.false || b.confirmed - a.confirmed || a.camera.localeCompare(b.camera) || (a.rule ?? '').localeCompare(b.rule ?? '') || (a.label ?? '').localeCompare(b.label ?? ''));
  return { since: filter.since.toISOString(), mostLost: filter.mostLost, truncated, items };
}
