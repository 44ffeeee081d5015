import { detectionEventSchema, type DetectionEvent } from '../../domain/detection.ts';
import { Invalid, type FieldError } from '../../domain/errors.ts';
import type { EvidenceStore } from '../../platform/evidence-store.ts';
import { signedInOf, type App, type Context } from '../context.ts';

/** Files that an event names must lie in the store as it says: an alert never shows evidence that is not there. */
async function checkEvidence({ evidence }: DetectionEvent, store: EvidenceStore): Promise<void> {
  const errors: FieldError[] = [];
  for (const part of ['original', 'annotated', 'before'] as const) {
    const ref = evidence[part];
    if (ref === null) continue;
    const size = await store.size(ref.sha256);
    if (size === null) errors.push({ path: `evidence.${part}.sha256`, message: 'no such file is stored; send it to POST /api/media first' });
    else if (size !== ref.bytes) errors.push({ path: `evidence.${part}.bytes`, message: `the stored file has ${size} bytes` });
  }
  if (errors.length > 0) throw new Invalid(errors);
}

/** Detections of outside analysers: the same intake as that of the own detector. Answered when stored; the same key again answers the same. */
export function eventRoutes(app: App, { services: { intake }, evidence, audit }: Context): void {
  app.post('/api/events', { schema: { body: detectionEventSchema, summary: 'Raise a detection event with its own key' } }, async (request) => {
    // the fence belongs to leases of vision nodes
    const event = { ...request.body, fence: null };
    await checkEvidence(event, evidence);
    const { alertId, part } = await intake.accept({ kind: 'raised', event });
    const { user } = signedInOf(request);
    await audit.write({ user: { id: user.id, name: user.username }, action: 'event.accept', object: `alert:${alertId}`, detail: { key: event.key, part }, ip: request.ip });
    return { key: event.key, alertId, part };
  });
}
