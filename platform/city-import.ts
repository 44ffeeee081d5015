import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { City } from '../config/city.ts';
import type { Tx } from './db/index.ts';

const settingsKey = 'import.city';

/** Deletes a unit that nothing refers to; one that cases, people or cameras belong to stays, without ground of its own. */
async function removeUnit(tx: Tx, id: string): Promise<void> {
  await sql`savepoint unit`.execute(tx);
  try {
    await tx.deleteFrom('units').where('id', '=', id).execute();
  } catch {
    await sql`rollback to savepoint unit`.execute(tx);
    await tx.updateTable('units').set({ area: null, revision: sql`revision + 1` }).where('id', '=', id).execute();
  }
  await sql`release savepoint unit`.execute(tx);
}

/**
 * Makes units, routes, grid cells and calendar what the file says; an unchanged section touches nothing. A unit that an earlier
 * file or the demo had and this one does not is taken away.
 */
export async function importCity(tx: Tx, city: City): Promise<void> {
  const print = createHash('sha256').update(JSON.stringify(city)).digest('hex');
  const stored = await tx.selectFrom('settings').select('value').where('key', '=', settingsKey).executeTakeFirst();
  if (stored?.value === print) return;
  // from above, so that a parent is there before those below it
  for (const unit of city.units.toSorted((a, b) => a.level - b.level)) {
    const row = {
      name: unit.name, name_en: unit.nameEn, level: unit.level, kind: unit.kind, parent_id: unit.parent,
      area: unit.area === null ? null : JSON.stringify(unit.area), source: 'file' as const,
    };
    await tx.insertInto('units').values({ id: unit.id, ...row }).onConflict((c) => c.column('id').doUpdateSet({ ...row, revision: sql`units.revision + 1` })).execute();
  }
  await tx.deleteFrom('routes').execute();
  for (const [position, route] of city.routes.entries()) {
    await tx.insertInto('routes').values({
      id: `file-${position + 1}`, code: route.code, district_id: route.district, lead_unit_id: route.lead, co_unit_ids: [...route.with], position, reason: route.reason,
    }).execute();
  }
  // a cell keeps what else hangs on it, its collector
  await tx.deleteFrom('grid_cells').where(sql<boolean>`code <> all(${city.cells.map((c) => c.code)}::text[])`).execute();
  for (let i = 0; i < city.cells.length; i += 500) {
    await tx.insertInto('grid_cells').values(city.cells.slice(i, i + 500).map((c) => ({ code: c.code, name: c.name, polygon: JSON.stringify(c.polygon), district_id: c.district })))
      .onConflict((c) => c.column('code').doUpdateSet((eb) => ({ name: eb.ref('excluded.name'), polygon: eb.ref('excluded.polygon'), district_id: eb.ref('excluded.district_id') }))).execute();
  }
  await tx.deleteFrom('calendar_days').execute();
  if (city.calendar.length > 0) await tx.insertInto('calendar_days').values([...city.calendar]).execute();
  const named = new Set(city.units.map((u) => u.id));
  // those below first
  const before = await tx.selectFrom('units').select('id').where('source', 'in', ['file', 'demo']).orderBy('level', 'desc').execute();
  for (const { id } of before) if (!named.has(id)) await removeUnit(tx, id);
  const value = JSON.stringify(print);
  await tx.insertInto('settings').values({ key: settingsKey, value }).onConflict((c) => c.column('key').doUpdateSet({ value })).execute();
}
