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
    case 'city':
      return sql<boolean>`true`;
    case 'district':
      return sql<boolean>`(${t} = ${scope.districtId} or ${lead} = ${scope.districtId} or ${scope.districtId} = any(${co})
        or ${lead} in (select id from units where parent_id = ${scope.districtId}))`;
    case 'unit':
      return sql<boolean>`(${lead} = ${scope.unitId} or ${scope.unitId} = any(${co}))`;
  }
}

/** Alerts are the desk's: the city sees all, a district its own, a unit none. */
export function alertScope(scope: Scope, table = 'alerts'): RawBuilder<boolean> {
  switch (scope.kind) {
    case 'city':
      return sql<boolean>`true`;
    case 'district':
      return sql<boolean>`${sql.ref(`${table}.district_id`)} = ${scope.districtId}`;
    case 'unit':
      return sql<boolean>`false`;
  }
}
