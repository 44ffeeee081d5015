import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { Db } from '../../platform/db/index.ts';
import { hashPassword } from '../../platform/passwords.ts';
import { cells, routes, units, users } from './units.ts';

export { demoCameras, demoClips, type DemoClip, type ClipTruth } from './cameras.ts';

interface DemoLogin {
  readonly username: string;
  readonly password: string;
  readonly roles: readonly string[];
  readonly unit: string;
}

/** Reads or makes the passwords of the demo's users; the file is the only place where they stand. */
async function passwords(path: string): Promise<{ logins: readonly DemoLogin[]; fresh: boolean }> {
  if (existsSync(path)) {
    const logins = JSON.parse(await readFile(path, 'utf8')) as DemoLogin[];
    if (users.every((u) => logins.some((l) => l.username === u.username))) return { logins, fresh: false };
  }
  const logins = users.map((u) => ({ username: u.username, password: randomBytes(9).toString('base64url'), roles: u.roles, unit: u.unit }));
  await writeFile(path, `${JSON.stringify(logins, null, 2)}\n`, { mode: 0o600 });
  return { logins, fresh: true };
}

/**
 * Puts the fictional city into an empty installation: units, users, cells, routes, a holiday. What is there already stays as it is, so
 * that a second start changes nothing; users get new passwords only when their file was lost.
 */
export async function seedDemoCity(db: Db, dataDir: string): Promise<void> {
  const { logins, fresh } = await passwords(join(dataDir, 'demo-users.json'));
  const hashes = new Map<string, string>();
  const missing = new Set(users.map((u) => u.username));
  for (const { username } of await db.selectFrom('users').select('username').execute()) missing.delete(username);
  for (const login of logins) if (fresh || missing.has(login.username)) hashes.set(login.username, await hashPassword(login.password));
  await db.transaction().execute(async (tx) => {
    for (const unit of units) {
      await tx.insertInto('units').values({
        id: unit.id, name: unit.name, name_en: unit.nameEn, level: unit.level, kind: unit.kind, parent_id: unit.parent,
        area: unit.area === undefined ? null : JSON.stringify(unit.area), source: 'demo',
      }).onConflict((c) => c.column('id').doNothing()).execute();
    }
    for (const user of users) {
      const hash = hashes.get(user.username);
      if (hash === undefined) continue;
      await tx.insertInto('users').values({
        username: user.username, display_name: user.name, password_hash: hash, roles: [...user.roles], unit_id: user.unit,
      }).onConflict((c) => c.column('username').doUpdateSet({ password_hash: hash })).execute();
    }
    for (const unit of units) {
      const duty = users.find((u) => u.unit === unit.id);
      if (duty === undefined) continue;
      await tx.updateTable('units').set({ duty_user: sql<string>`(select id from app.users where username = ${duty.username})` })
        .where('id', '=', unit.id).where('duty_user', 'is', null).execute();
    }
    for (const cell of cells) {
      await tx.insertInto('grid_cells').values({ code: cell.code, name: cell.name, polygon: JSON.stringify(cell.polygon), district_id: cell.district })
        .onConflict((c) => c.column('code').doNothing()).execute();
    }
    for (const [position, route] of routes.entries()) {
      await tx.insertInto('routes').values({
        id: route.id, code: route.code, district_id: route.district, lead_unit_id: route.lead, co_unit_ids: [...route.co], position, reason: route.reason,
      }).onConflict((c) => c.column('id').doNothing()).execute();
    }
    await tx.insertInto('calendar_days').values({ day: '2027-01-01', working: false, name: '元旦' }).onConflict((c) => c.column('day').doNothing()).execute();
  });
}
