import { sql } from 'kysely';
import { z } from 'zod';
import type { NotificationView } from '../../domain/desk-views.ts';
import { signedInOf, type App, type Context } from '../context.ts';
import { isoOrNull, limit } from './shared.ts';

const filter = z.object({ unread: z.enum(['true', 'false']).optional(), limit: limit(200, 50) });
const readBody = z.strictObject({ ids: z.array(z.uuid()).max(200).optional().describe('absent = all') });

/** What the person who asks was told. */
export function notificationRoutes(app: App, { db }: Context): void {
  app.get('/api/notifications', { schema: { querystring: filter, summary: 'The own notifications, newest first' } }, async (request): Promise<{ items: NotificationView[]; unread: number }> => {
    const own = db.selectFrom('notifications').where('user_id', '=', signedInOf(request).user.id);
    let query = own.leftJoin('cases', 'cases.id', 'notifications.case_id')
      .select(['notifications.id', 'notifications.topic', 'notifications.created_at', 'notifications.read_at', 'notifications.case_id', 'cases.number', 'cases.state']);
    if (request.query.unread === 'true') query = query.where('read_at', 'is', null);
    const rows = await query.orderBy('notifications.created_at', 'desc').orderBy('notifications.id').limit(request.query.limit).execute();
    const { unread } = await own.where('read_at', 'is', null).select(sql<string>`count(*)`.as('unread')).executeTakeFirstOrThrow();
    return {
      items: rows.map((r) => ({
        id: r.id, topic: r.topic, at: r.created_at.toISOString(), readAt: isoOrNull(r.read_at),
        case: r.case_id === null || r.number === null || r.state === null ? null : { id: r.case_id, number: r.number, state: r.state },
      })),
      unread: Number(unread),
    };
  });

  app.post('/api/notifications/read', { schema: { body: z.preprocess((v) => v ?? {}, readBody), summary: 'Mark own notifications as read' } }, async (request, reply) => {
    let query = db.updateTable('notifications').set({ read_at: sql<Date>`app.now()` }).where('user_id', '=', signedInOf(request).user.id).where('read_at', 'is', null);
    const { ids } = request.body;
    if (ids !== undefined) query = query.where('id', 'in', ids.length === 0 ? ['00000000-0000-0000-0000-000000000000'] : ids);
    await query.execute();
    return reply.code(204).send();
  });
}
