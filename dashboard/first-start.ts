import { hashPassword, oneTimePassword } from '../platform/passwords.ts';
import type { Db } from '../platform/db/index.ts';

/**
 * Makes the user `admin` when nobody is there yet. With a password it is that one and stays; without, a one-time password is made, to be
 * shown once and changed at first use. Two supervisors that start together make one.
 */
export async function ensureAdmin(db: Db, options: { password?: string | undefined } = {}): Promise<{ created: boolean; oneTimePassword?: string }> {
  const present = await db.selectFrom('users').select('id').where('username', '=', 'admin').executeTakeFirst();
  if (present !== undefined) return { created: false };
  const given = options.password;
  const password = given ?? oneTimePassword();
  const inserted = await db.insertInto('users').values({
    username: 'admin', display_name: '系统管理员', password_hash: await hashPassword(password), must_change_password: given === undefined, roles: ['admin'], unit_id: null, phone: null,
  }).onConflict((c) => c.column('username').doNothing()).returning('id').executeTakeFirst();
  if (inserted === undefined) return { created: false };
  return given === undefined ? { created: true, oneTimePassword: password } : { created: true };
}
