import { detectionEventSchema } from '../../domain/detection.ts';
import { signedInOf, type App, type Context } from '../context.ts';

/** Detections of outside analysers: the same intake as that of the own detector. Answered when stored; the same key again answers the same. */
export function eventRoutes(app: App, { services: { intake }, audit }: Context): void {
  app.post('/api/events', { schema: { body: detectionEventSchema, summary: 'Raise a detection event with its own key' } }, async (request) => {
    // the fence belongs to leases of vision nodes
    const event = { ...request.body, fence: null };
    const { alertId, part } = await intake.accept({ kind: 'raised', event });
    const { user } = signedInOf(request);
    await audit.write({ user: { id: user.id, name: user.username }, action: 'event.accept', object: `alert:${alertId}`, detail: { key: event.key, part }, ip: request.ip });
    return { key: event.key, alertId, part };
  });
}
