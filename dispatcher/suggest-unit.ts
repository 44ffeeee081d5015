import type { Subclass, RouteSuggestion, UnitRef } from '../domain/views.ts';
import type { DbOrTx } from '../platform/db/index.ts';

/**
 * Who leads: the route whose code begins the subclass's code most closely and whose district is the case's, else the district itself
 * (属地为主), else nobody.
 */
export async function suggestUnit(db: DbOrTx, subclass: Pick<Subclass, 'code'> | null, districtId: string | null): Promise<RouteSuggestion | null> {
  const routes = await db.selectFrom('routes').selectAll().orderBy('position').orderBy('id').execute();
  const fitting = routes
    .filter((r) => (r.district_id === null || r.district_id === districtId) && (r.code === null || (subclass !== null && subclass.code.startsWith(r.code))))
    .toSorted((a, b) => (b.code?.length ?? 0) - (a.code?.length ?? 0) || Number(b.district_id !== null) - Number(a.district_id !== null) || a.position - b.position);
  const route = fitting[0];
  const leadId = route?.lead_unit_id ?? districtId;
  if (leadId === null) return null;
  const wanted = [leadId, ...(route?.co_unit_ids ?? [])];
  const units = new Map((await db.selectFrom('units').select(['id', 'name']).where('id', 'in', wanted).execute()).map((u) => [u.id, u]));
  const leadUnit = units.get(leadId);
  if (leadUnit === undefined) return null;
  return {
    leadUnit,
    coUnits: wanted.slice(1).map((id) => units.get(id)).filter((u): u is UnitRef => u !== undefined),
    reason: route?.reason ?? `属地管理：${leadUnit.name}`,
  };
}
