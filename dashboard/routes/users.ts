import { sql } from 'kysely';
import { z } from 'zod';
import type { NewPasswordView, UserView } from '../../domain/desk-views.ts';
import { invalid, NotFound } from '../../domain/errors.ts';
import { needsUnit, roles, type Role, type Scope } from '../../domain/roles.ts';
import type { DbOrTx } from '../../platform/db/index.ts';
import { hashPassword, oneTimePassword } from '../../platform/passwords.ts';
import { actorOf, signedInOf, type App, type Context } from '../context.ts';
import { ProblemError } from '../problems.ts';
import { text, uuidParams } from './shared.ts';

const fields = {
  name: text(1, 100),
  roles: z.array(z.enum(roles)).min(1, 'at least one role').max(roles.length).transform((all) => [...new Set(all)]),
  unit: z.string().max(128).nullable(),
  phone: text(1, 50).nullable(),
  language: z.enum(['zh', 'en']),
};
const createBody = z.strictObject({
  username: z.string().regex(/^[\p{L}\p{N}._-]{2,64}$/u, 'allowed: 2 to 64 letters, digits, ".", "_" or "-"'),
  ...fields,
  unit: fields.unit.default(null),
  phone: fields.phone.default(null),
  language: fields.language.default('zh'),
});
const changeBody = z.strictObject({
  name: fields.name.optional(), roles: fields.roles.optional(), unit: fields.unit.optional(), phone: fields.phone.optional(), language: fields.language.optional(),
  disabled: z.boolean().optional(),
});

function userQuery(db: DbOrTx, scope: Scope) {
  const query = db.selectFrom('users').leftJoin('units', 'units.id', 'users.unit_id').select([
    'users.id', 'users.username', 'users.display_name', 'users.roles', 'users.phone', 'users.language', 'users.must_change_password', 'users.disabled_at', 'users.created_at',
    'units.id as unit_id', 'units.name as unit_name',
  ]);
  switch (scope.kind) {
    case 'city':
      return query;
    case 'district':
      return query.where((e) => e.or([e('units.id', '=', scope.districtId), e('units.parent_id', '=', scope.districtId)]));
    case 'unit':
      return query.where('units.id', '=', scope.unitId);
    case 'none':
      return query.where(sql<boolean>`false`);
  }
}

function viewOf(row: Awaited<ReturnType<ReturnType<typeof userQuery>['executeTakeFirstOrThrow']>>): UserView {
  return {
    id: row.id, username: row.username, name: row.display_name, roles: row.roles, unit: row.unit_id === null ? null : { id: row.unit_id, name: row.unit_name ?? row.unit_id },
    phone: row.phone, language: row.language, disabled: row.disabled_at !== null, mustChangePassword: row.must_change_password, createdAt: row.created_at.toISOString(),
  };
}

/** Users: made and changed by the administrator, read by those who give out work. */
export function userRoutes(app: App, { db, sessions, audit }: Context): void {
  const find = async (on: DbOrTx, id: string, scope: Scope = { kind: 'city' }): Promise<UserView> => {
    const row = await userQuery(on, scope).where('users.id', '=', id).executeTakeFirst();
    if (row === undefined) throw new NotFound('there is no such user');
    return viewOf(row);
  };
  const assertUnit = async (on: DbOrTx, id: string | null, given: readonly Role[]): Promise<void> => {
    if (id === null) {
      if (needsUnit(given)) throw invalid('unit', 'a handler or a district user needs a unit: without one he would see nothing');
      return;
    }
    if (await on.selectFrom('units').select('id').where('id', '=', id).executeTakeFirst() === undefined) throw invalid('unit', `there is no unit "${id}"`);
  };
  /** Somebody must be left who can let others in. Held under a lock, so that two administrators cannot shut each other out. */
  const assertAdminLeft = async (on: DbOrTx, without: string): Promise<void> => {
    await sql`select pg_advisory_xact_lock(7240412)`.execute(on);
    const other = await on.selectFrom('users').select('id').where('id', '!=', without).where('disabled_at', 'is', null).where(sql<boolean>`'admin' = any(roles)`).limit(1).executeTakeFirst();
    if (other === undefined) throw new ProblemError(409, 'this is the last administrator; make another one first');
  };

  app.get('/api/users', { schema: { summary: 'Users of the own scope' } }, async (request): Promise<{ items: UserView[] }> => {
    const rows = await userQuery(db, actorOf(request).scope).orderBy('users.username').execute();
    return { items: rows.map(viewOf) };
  });

  app.get('/api/users/:id', { schema: { params: uuidParams, summary: 'A user' } }, (request) => find(db, request.params.id, actorOf(request).scope));

  app.post('/api/users', { schema: { body: createBody, summary: 'Add a user; his one-time password is shown once' } }, async (request, reply): Promise<NewPasswordView> => {
    const { user: admin } = signedInOf(request);
    const { username, name, roles: given, unit, phone, language } = request.body;
    await assertUnit(db, unit, given as Role[]);
    const password = oneTimePassword();
    const made = await db.insertInto('users').values({
      username, display_name: name, password_hash: await hashPassword(password), must_change_password: true, roles: given as Role[], unit_id: unit, phone, language,
    }).onConflict((c) => c.column('username').doNothing()).returning('id').executeTakeFirst();
    if (made === undefined) throw new ProblemError(409, `the user name "${username}" is taken`, { errors: [{ path: 'username', message: 'is taken' }] });
    await audit.write({ user: { id: admin.id, name: admin.username }, action: 'user.add', object: `user:${made.id}`, detail: { username, roles: given, unit }, ip: request.ip });
    void reply.code(201);
    return { user: await find(db, made.id), oneTimePassword: password };
  });

  app.patch('/api/users/:id', { schema: { params: uuidParams, body: changeBody, summary: 'Change or disable a user; a change of roles, unit or access ends his sessions' } }, async (request): Promise<UserView> => {
    const { user: admin } = signedInOf(request);
    const { id } = request.params;
    const change = request.body;
    const view = await db.transaction().execute(async (tx) => {
      const before = await find(tx, id);
      if (change.roles !== undefined || change.unit !== undefined) {
        await assertUnit(tx, change.unit === undefined ? before.unit?.id ?? null : change.unit, (change.roles ?? before.roles) as Role[]);
      }
      const losesAdmin = before.roles.includes('admin') && !before.disabled && (change.disabled === true || (change.roles !== undefined && !change.roles.includes('admin')));
      if (losesAdmin) await assertAdminLeft(tx, id);
      await tx.updateTable('users').set({
        ...(change.name === undefined ? {} : { display_name: change.name }),
        ...(change.roles === undefined ? {} : { roles: change.roles as Role[] }),
        ...(change.unit === undefined ? {} : { unit_id: change.unit }),
        ...(change.phone === undefined ? {} : { phone: change.phone }),
        ...(change.language === undefined ? {} : { language: change.language }),
        ...(change.disabled === undefined ? {} : { disabled_at: change.disabled ? sql<Date>`coalesce(disabled_at, app.now())` : null }),
        // an update without a field is no SQL
        username: sql<string>`username`,
      }).where('id', '=', id).execute();
      const after = await find(tx, id);
      const lostSomething = after.disabled || before.roles.some((r) => !after.roles.includes(r)) || before.unit?.id !== after.unit?.id;
      if (lostSomething) await sessions.endAll(tx, id, { tokens: after.disabled });
      return after;
    });
    await audit.write({ user: { id: admin.id, name: admin.username }, action: 'user.change', object: `user:${id}`, detail: change, ip: request.ip });
    return view;
  });

  app.post('/api/users/:id/password', { schema: { params: uuidParams, summary: 'Give a user a new one-time password; ends his sessions and tokens' } }, async (request): Promise<NewPasswordView> => {
    const { user: admin } = signedInOf(request);
    const { id } = request.params;
    const password = oneTimePassword();
    const hash = await hashPassword(password);
    const user = await db.transaction().execute(async (tx) => {
      await find(tx, id);
      await tx.updateTable('users').set({ password_hash: hash, must_change_password: true }).where('id', '=', id).execute();
      await sessions.endAll(tx, id, { tokens: true });
      return find(tx, id);
    });
    await audit.write({ user: { id: admin.id, name: admin.username }, action: 'password.reset', object: `user:${id}`, ip: request.ip });
    return { user, oneTimePassword: password };
  });
}
