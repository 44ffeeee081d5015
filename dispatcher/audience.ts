import { sql } from 'kysely';
import type { Role } from '../domain/roles.ts';
import type { Audience } from '../domain/workflow.ts';
import type { DbOrTx } from '../platform/db/index.ts';

/** Users who hold one of the roles and belong to one of the units (null = anywhere), in order of id. */
async function usersWith(db: DbOrTx, roles: readonly Role[], unitIds: readonly string[] | null): Promise<string[]> {
  let query = db.selectFrom('users').select('id').where('disabled_at', 'is', null).where(sql<boolean>`roles && ${[...roles]}::text[]`).orderBy('id');
  if (unitIds !== null) query = query.where('unit_id', 'in', unitIds.length === 0 ? [''] : [...unitIds]);
  return (await query.execute()).map((u) => u.id);
}

/** Whom a notification of a case reaches. */
export async function audienceOf(db: DbOrTx, audience: Audience, about: { districtId: string | null; leadUnitId: string | null; coUnitIds: readonly string[] }): Promise<string[]> {
  switch (audience) {
    case 'lead':
      return about.leadUnitId === null ? [] : usersWith(db, ['handler', 'district'], [about.leadUnitId]);
    case 'co_units':
      return usersWith(db, ['handler', 'district'], about.coUnitIds);
    case 'district':
      return about.districtId === null ? [] : usersWith(db, ['district'], [about.districtId]);
    case 'dispatchers':
      return usersWith(db, ['dispatcher'], null);
    case 'duty_officers':
      return usersWith(db, ['duty_officer'], null);
    case 'verifiers':
      return usersWith(db, ['verifier'], null);
  }
}
