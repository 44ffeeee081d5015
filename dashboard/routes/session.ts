import { z } from 'zod';
import type { SessionView } from '../../domain/desk-views.ts';
import { invalid } from '../../domain/errors.ts';
import { hashPassword, passwordLimits, verifyNobody, verifyPassword } from '../../platform/passwords.ts';
import { signedInOf, type App, type Context } from '../context.ts';
import { cookieName } from '../credentials.ts';
import { ProblemError } from '../problems.ts';
import type { SignedIn } from '../sessions.ts';
import { text } from './shared.ts';

const signInBody = z.object({ username: text(1, 100), password: z.string().min(1).max(passwordLimits.max) });
const passwordBody = z.object({
  current: z.string().max(passwordLimits.max),
  next: z.string().min(passwordLimits.min, `allowed: ${passwordLimits.min} to ${passwordLimits.max} characters`).max(passwordLimits.max),
});

const viewOf = ({ user, expiresAt }: SignedIn): SessionView => ({ user, expiresAt });

/** Signing in and out, the own password. */
export function sessionRoutes(app: App, { db, sessions, audit, logins, metrics, secure }: Context): void {
  const cookie = { path: '/', httpOnly: true, sameSite: 'lax', secure } as const;

  app.post('/api/session', { schema: { body: signInBody, summary: 'Sign in' } }, async (request, reply): Promise<SessionView> => {
    const { username, password } = request.body;
    const wait = logins.waitSeconds(username, request.ip);
    if (wait > 0) {
      metrics.logins.inc({ result: 'limited' });
      void reply.header('retry-after', String(wait));
      throw new ProblemError(429, `too many failed attempts; try again in ${Math.ceil(wait / 60)} min`);
    }
    const user = await db.selectFrom('users').select(['id', 'password_hash', 'disabled_at']).where('username', '=', username).executeTakeFirst();
    const right = user === undefined ? await verifyNobody(password) : await verifyPassword(user.password_hash, password);
    if (user === undefined || !right || user.disabled_at !== null) {
      logins.failed(username, request.ip);
      metrics.logins.inc({ result: 'failed' });
      await audit.write({ user: { id: user?.id ?? null, name: username }, action: 'session.refused', ip: request.ip });
      throw new ProblemError(401, 'user name or password is wrong');
    }
    logins.succeeded(username, request.ip);
    // whoever signs in again on this browser gets a new session, and the old one ends
    const { secret, expiresAt } = await sessions.open(user.id, request.headers['user-agent'] ?? null);
    if (request.signedIn?.kind === 'session') await sessions.end(request.signedIn.id);
    const opened = await sessions.find({ kind: 'session', secret });
    if (opened === null) throw new ProblemError(401, 'the account was closed');
    metrics.logins.inc({ result: 'ok' });
    await audit.write({ user: { id: user.id, name: username }, action: 'session.open', ip: request.ip });
    void reply.setCookie(cookieName(secure), secret, { ...cookie, expires: expiresAt });
    return viewOf(opened);
  });

  app.get('/api/session', { schema: { summary: 'Who is signed in' } }, (request): SessionView => viewOf(signedInOf(request)));

  app.delete('/api/session', { schema: { summary: 'Sign out' } }, async (request, reply) => {
    const { id, user } = signedInOf(request);
    await sessions.end(id);
    await audit.write({ user: { id: user.id, name: user.username }, action: 'session.close', ip: request.ip });
    return reply.clearCookie(cookieName(secure), cookie).code(204).send();
  });

  app.post('/api/session/password', { schema: { body: passwordBody, summary: 'Change the own password' } }, async (request, reply) => {
    const { user } = signedInOf(request);
    const { current, next } = request.body;
    const wait = logins.waitSeconds(user.username, request.ip);
    if (wait > 0) throw new ProblemError(429, 'too many failed attempts; try again later');
    const { password_hash } = await db.selectFrom('users').select('password_hash').where('id', '=', user.id).executeTakeFirstOrThrow();
    if (!(await verifyPassword(password_hash, current))) {
      logins.failed(user.username, request.ip);
      throw invalid('current', 'is not the present password');
    }
    if (next === current) throw invalid('next', 'must differ from the present password');
    if (next.toLowerCase().includes(user.username.toLowerCase())) throw invalid('next', 'must not hold the user name');
    const hash = await hashPassword(next);
    await db.transaction().execute(async (tx) => {
      // compare-and-set: two changes at once do not overtake each other
      const changed = await tx.updateTable('users').set({ password_hash: hash, must_change_password: false })
        .where('id', '=', user.id).where('password_hash', '=', password_hash).executeTakeFirst();
      if (changed.numUpdatedRows !== 1n) throw new ProblemError(409, 'the password was changed meanwhile');
      await sessions.endAll(tx, user.id);
    });
    await audit.write({ user: { id: user.id, name: user.username }, action: 'password.change', ip: request.ip });
    const { secret, expiresAt } = await sessions.open(user.id, request.headers['user-agent'] ?? null);
    return reply.setCookie(cookieName(secure), secret, { ...cookie, expires: expiresAt }).code(204).send();
  });
}
