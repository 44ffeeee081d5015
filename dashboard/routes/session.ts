import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { SessionView } from '../../domain/desk-views.ts';
import { invalid } from '../../domain/errors.ts';
import { hashPassword, passwordLimits, verifyNobody, verifyPassword } from '../../platform/passwords.ts';
import { signedInOf, type App, type Context } from '../context.ts';
import { cookieName } from '../credentials.ts';
import { createKnownDevices } from '../known-devices.ts';
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
export function sessionRoutes(app: App, { db, sessions, audit, logins, metrics, secure, sealer }: Context): void {
  const devices = createKnownDevices(sealer);
  const cookie = { path: '/', httpOnly: true, sameSite: 'lax', secure } as const;

  /** One attempt to prove who one is. @throws ProblemError 429 when there were too many, 401 or whatever `check` throws */
  async function attempt<T>(request: FastifyRequest, reply: FastifyReply, username: string, check: () => Promise<T | null>): Promise<T | null> {
    const admitted = logins.admit({ username, address: request.ip, device: devices.read(request.headers, username) });
    if ('waitSeconds' in admitted) {
      metrics.logins.inc({ result: 'limited' });
      void reply.header('retry-after', String(admitted.waitSeconds));
      throw new ProblemError(429, `too many failed attempts; try again in ${Math.ceil(admitted.waitSeconds / 60)} min`);
    }
    try {
      const answer = await check();
      if (answer !== null) admitted.succeeded();
      return answer;
    } catch (error) {
      admitted.released();
      throw error;
    }
  }

  app.post('/api/session', { schema: { body: signInBody, summary: 'Sign in' } }, async (request, reply): Promise<SessionView> => {
    const { username, password } = request.body;
    const user = await attempt(request, reply, username, async () => {
      const found = await db.selectFrom('users').select(['id', 'password_hash', 'disabled_at']).where('username', '=', username).executeTakeFirst();
      const right = found === undefined ? await verifyNobody(password) : await verifyPassword(found.password_hash, password);
      if (found !== undefined && right && found.disabled_at === null) return found;
      await audit.write({ user: { id: found?.id ?? null, name: username }, action: 'session.refused', ip: request.ip });
      return null;
    });
    if (user === null) {
      metrics.logins.inc({ result: 'failed' });
      throw new ProblemError(401, 'user name or password is wrong');
    }
    // whoever signs in again on this browser gets a new session, and the old one ends
    const { secret, expiresAt } = await sessions.open(user.id, request.headers['user-agent'] ?? null);
    if (request.signedIn?.kind === 'session') await sessions.end(request.signedIn.id);
    const opened = await sessions.find({ kind: 'session', secret });
    if (opened === null) throw new ProblemError(401, 'the account was closed');
    metrics.logins.inc({ result: 'ok' });
    await audit.write({ user: { id: user.id, name: username }, action: 'session.open', ip: request.ip });
    void reply.setCookie(cookieName(secure), secret, { ...cookie, expires: expiresAt });
    void reply.setCookie(devices.cookieName, devices.write(username), { ...cookie, path: '/api/session', maxAge: 365 * 24 * 3600 });
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
    const right = await attempt(request, reply, user.username, async () => {
      const { password_hash } = await db.selectFrom('users').select('password_hash').where('id', '=', user.id).executeTakeFirstOrThrow();
      return (await verifyPassword(password_hash, current)) ? { password_hash } : null;
    });
    if (right === null) throw invalid('current', 'is not the present password');
    const { password_hash } = right;
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
