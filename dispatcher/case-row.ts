import type { Selectable, Updateable } from 'kysely';
import type { CaseReach, Facts } from '../domain/workflow.ts';
import type { DbOrTx } from '../platform/db/index.ts';
import type { CasesTable } from '../platform/db/schema.ts';
import type { Settings } from './settings.ts';

export type CaseRow = Selectable<CasesTable>;
/** New values of a case's columns, with JSON columns as values. */
export type CasePatch = Partial<CaseRow>;

const jsonColumns = ['source_fields', 'condition', 'box'] as const;
/** Columns that history does not tell of: they change with every entry, or are the chain itself. */
const silentColumns: readonly string[] = ['id', 'version', 'updated_at', 'history_head'];

/** Values as Kysely wants them: JSON columns as text. */
export function toColumns(patch: CasePatch): Updateable<CasesTable> {
  const columns: Record<string, unknown> = { ...patch };
  for (const name of jsonColumns) {
    if (columns[name] !== undefined) columns[name] = columns[name] === null ? null : JSON.stringify(columns[name]);
  }
  return columns as Updateable<CasesTable>;
}

const plain = (value: unknown): unknown => (value instanceof Date ? value.toISOString() : (value ?? null));

/** A case's columns as history tells of them. */
export function told(row: CasePatch): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !silentColumns.includes(name)).map(([name, value]) => [name, plain(value)]));
}

/** {column: [before, after]} of what differs. */
export function changesOf(before: CasePatch, patch: CasePatch): Record<string, [unknown, unknown]> {
  const old = told(before);
  return Object.fromEntries(Object.entries(told(patch))
    .map(([name, after]) => [name, [old[name] ?? null, after]] as [string, [unknown, unknown]])
    .filter(([, [a, b]]) => JSON.stringify(a) !== JSON.stringify(b)));
}

export async function readReach(db: DbOrTx, row: Pick<CaseRow, 'state' | 'district_id' | 'lead_unit_id'>): Promise<CaseReach & { leadKind: string | null }> {
  const lead = row.lead_unit_id === null ? undefined
    : await db.selectFrom('units').select(['parent_id', 'kind']).where('id', '=', row.lead_unit_id).executeTakeFirst();
  return { state: row.state, districtId: row.district_id, leadUnitId: row.lead_unit_id, leadParentId: lead?.parent_id ?? null, leadKind: lead?.kind ?? null };
}

/** What the workflow's conditions ask about a case. */
export async function readFacts(db: DbOrTx, row: CaseRow, reach: { leadParentId: string | null; leadKind: string | null }, settings: Settings): Promise<Facts> {
  const unjudged = await db.selectFrom('alerts').select('id').where('case_id', '=', row.id).where('state', 'in', ['new', 'claimed']).limit(1).executeTakeFirst();
  const recheck = await db.selectFrom('case_rechecks').select('id').where('case_id', '=', row.id).where('answered_at', 'is', null).limit(1).executeTakeFirst();
  return {
    judged: unjudged === undefined,
    district_reviews: reach.leadParentId !== null && settings.feedbackReview.includes(reach.leadParentId),
    lead_is_district: reach.leadKind === 'district' || reach.leadKind === 'committee',
    has_camera: row.camera_id !== null,
    recheck_open: recheck !== undefined,
  };
}
