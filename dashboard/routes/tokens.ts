import { sql } from 'kysely';
import { z } from 'zod';
import type { NewTokenView, TokenView } from '../../domain/desk-views.ts';
import { NotFound } from '../../domain/errors.ts';
import { signedInOf, type App, type Context } from '../context.ts';
import { ProblemError } from '../problems.ts';
import { isoOrNull, text, uuidParams } from './shared.ts';

const mostTokens = 50;

/** API tokens of the person who asks: each acts with his roles and scope, until it is taken back. */
export function tokenRoutes(app: App, { db, sessions, audit }: Context): void {
  const own = (userId: string) => db.selectFrom('api_tokens').selectAll().where('user_id', '=', userId).where('revoked_at', 'is', null).orderBy('created_at', 'desc');

  app.get('/api/tokens', { schema: { summary: 'The own API tokens' } }, async (request): Promise<{ items: TokenView[] }> => {
    const rows = await own(signedInOf(request).user.id).execute();
    return { items: rows.map((r) => ({ id: r.id, name: r.name, createdAt: r.created_at.toISOString(), lastUsedAt: isoOrNull(r.last_used_at) })) };
  });

  app.post('/api/tokens', { schema: { body: z.strictObject({ name: text(1, 100) }), summary: 'Make an API token; it is shown once' } }, async (request, reply): Promise<NewTokenView> => {
    const { user } = signedInOf(request);
    if ((await own(user.id).execute()).length >= mostTokens) throw new ProblemError(409, `there are ${mostTokens} tokens already; take one back first`);
    const { id, token, createdAt } = await sessions.issueToken(user.id, request.body.name);
    await audit.write({ user: { id: user.id, name: user.username }, action: 'token.make', object: `token:${id}`, ip: request.ip });
    void reply.code(201);
    return { id, name: request.body.name, token, createdAt: createdAt.toISOString(), lastUsedAt: null };
  });

  app.delete('/api/tokens/:id', { schema: { params: uuidParams, summary: 'Take an API token back' } }, async (request, reply) => {
    const { user } = signedInOf(request);
    const done = await db.updateTable('api_tokens').set({ revoked_at: sql<Date>`app.now()` })
      .where('id', '=', request.params.id).where('user_id', '=', user.id).where('revoked_at', 'is', null).executeTakeFirst();
    if (done.numUpdatedRows === 0n) throw new NotFound('there is no such token of yours');
    await audit.write({ user: { id: user.id, name: user.username }, action: 'token.revoke', object: `token:${request.params.id}`, ip: request.ip });
    return reply.code(204).send();
  });
}
