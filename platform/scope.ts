import { sql, type RawBuilder } from 'kysely';
import type { Scope } from '../domain/roles.ts';

/**
 * Scope as part of a query. A district sees what lies in its area and what its units were given; a unit what it was given.
 * @param table alias of `cases` in the query
 */
export function caseScope(scope: Scope, table = 'cases'): RawBuilder<boolean> {
  const t = sql.ref(`${table}.district_id`);
  const lead = sql.ref(`${table}.lead_unit_id`);
  const co = sql.ref(`${table}.co_unit_ids`);
  switch (scope.kind) {
    case 'none':
      return sql<boolean>`false`;
    case 'city':
      return sql<boolean>`true`;
    case 'district':
      return sql<boolean>`(${t} = ${scope.districtId} or ${lead} = ${scope.districtId} or ${scope.districtId} = any(${co})
        or ${lead} in (select id from units where parent_id = ${scope.districtId}))`;
    case 'unit':
      return sql<boolean>`(${lead} = ${scope.unitId} or ${scope.unitId} = any(${co}))`;
  }
}

/** Alerts and cameras are the desk's: the city sees all, a district its own, the others none. */
function areaScope(scope: Scope, column: string): RawBuilder<boolean> {
  switch (scope.kind) {
    case 'city':
      return sql<boolean>`true`;
    case 'district':
      return sql<boolean>`${sql.ref(column)} = ${scope.districtId}`;
    case 'none':
    case 'unit':
      return sql<boolean>`false`;
  }
}

export const alertScope = (scope: Scope, table = 'alerts'): RawBuilder<boolean> => areaScope(scope, `${table}.district_id`);
export const cameraScope = (scope: Scope, table = 'cameras'): RawBuilder<boolean> => areaScope(scope, `${table}.district_id`);

/** Rows of the event log: what was appended for this district or unit. */
export function eventScope(scope: Scope): RawBuilder<boolean> {
  switch (scope.kind) {
    case 'none':
      return sql<boolean>`false`;
    case 'city':
      return sql<boolean>`true`;
    case 'district':
      return sql<boolean>`(district_id = ${scope.districtId} or ${scope.districtId} = any(unit_ids)
        or unit_ids && (select coalesce(array_agg(id), '{}') from units where parent_id = ${scope.districtId}))`;
    case 'unit':
      return sql<boolean>`${scope.unitId} = any(unit_ids)`;
  }
}
