import type { Db } from '../../platform/db/index.ts';
import { eventTypes, filingConditions } from './entries.ts';

/**
 * Puts the shipped catalogue into the database, by id. What is there already stays as it is: the table is the city's configuration, and
 * a new version of the product does not change its limits.
 */
export async function seedCatalogue(db: Db): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await tx.insertInto('filing_conditions').values(filingConditions.map((c, position) => ({
      id: `${c.standardRef === 'local' ? 'local' : '2013'}-${c.code}-1`, standard_ref: c.standardRef, code: c.code, name: c.name, condition: c.condition,
      limit_value: String(c.limit[0]), limit_unit: c.limit[1], closing_condition: c.closing, position,
    }))).onConflict((c) => c.column('id').doNothing()).execute();
    const nameOf = (standardRef: string, code: string): string => filingConditions.find((c) => c.standardRef === standardRef && c.code === code)!.name;
    await tx.insertInto('event_types').values(eventTypes.map((t) => {
      const [usual, ...others] = t.subclasses.map(([standardRef, code]) => ({ standardRef, code, name: nameOf(standardRef, code) }));
      return {
        id: t.id, name: t.name, name_en: t.nameEn, standard_ref: usual!.standardRef, code: usual!.code, subclass_name: usual!.name,
        alternatives: JSON.stringify(others), severity: t.severity, source: 'shipped' as const,
      };
    })).onConflict((c) => c.column('id').doNothing()).execute();
  });
}
