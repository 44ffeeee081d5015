import type { Selectable } from 'kysely';
import { invalid } from '../domain/errors.ts';
import type { Subclass } from '../domain/views.ts';
import type { Tx } from '../platform/db/index.ts';
import type { EventTypesTable } from '../platform/db/schema.ts';
import { usualSubclass } from '../platform/subclasses.ts';

/** Subclasses that whoever confirms may pick, the usual one first. */
export function subclassesOf(type: Selectable<EventTypesTable>): Subclass[] {
  const usual = usualSubclass(type);
  return [...(usual === null ? [] : [usual]), ...type.alternatives];
}

/** The subclass by its code, under the name that the catalogue has for it now. */
export async function nameSubclass(tx: Tx, wanted: { standardRef: string; code: string }, eventType: string | null, path: string): Promise<Subclass> {
  const known = await tx.selectFrom('filing_conditions').select('name').where('standard_ref', '=', wanted.standardRef).where('code', '=', wanted.code).orderBy('position').limit(1).executeTakeFirst();
  if (known !== undefined) return { standardRef: wanted.standardRef, code: wanted.code, name: known.name };
  const type = eventType === null ? undefined : await tx.selectFrom('event_types').selectAll().where('id', '=', eventType).executeTakeFirst();
  const offered = type === undefined ? undefined : subclassesOf(type).find((s) => s.standardRef === wanted.standardRef && s.code === wanted.code);
  if (offered !== undefined) return offered;
  throw invalid(path, `the catalogue has no subclass ${wanted.standardRef} ${wanted.code}`);
}
