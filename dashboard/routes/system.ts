import { sql } from 'kysely';
import type { HealthView } from '../../domain/desk-views.ts';
import { cameraStates } from '../../domain/camera.ts';
import { queueNames } from '../../domain/jobs.ts';
import { countCameras } from '../camera-view.ts';
import type { App, Context } from '../context.ts';
import { readHealth, within } from '../health.ts';

export function systemRoutes(app: App, { db, queues, metrics, log }: Context): void {
  app.get('/api/health', { schema: { summary: 'What is up and what is down' } }, async (_request, reply): Promise<HealthView> => {
    const view = await readHealth({ db, queues }, { kind: 'city' });
    // balancers look at the status code: without the database this node can answer nobody
    void reply.code(view.database === 'up' ? 200 : 503).header('cache-control', 'no-store');
    return view;
  });

  app.get('/api/openapi.json', { schema: { summary: 'This API as OpenAPI 3.1' } }, () => app.swagger());

  app.get('/metrics', { schema: { summary: 'Prometheus metrics' } }, async (_request, reply) => {
    const gather = async (): Promise<void> => {
      const rows = await db.selectFrom('cameras').leftJoin('camera_status as s', 's.camera_id', 'cameras.id').where('cameras.deleted_at', 'is', null)
        .select([sql<string>`coalesce(s.state, 'connecting')`.as('state'), sql<string>`count(*)`.as('n')]).groupBy(sql`1`).execute();
      for (const state of cameraStates) metrics.cameras.set({ state }, Number(rows.find((r) => r.state === state)?.n ?? 0));
      metrics.camerasAnalysed.set((await countCameras(db, { kind: 'city' })).analysed);
      const alerts = await db.selectFrom('alerts').where('state', 'in', ['new', 'claimed']).select(['state', sql<string>`count(*)`.as('n')]).groupBy('state').execute();
      for (const state of ['new', 'claimed'] as const) metrics.alerts.set({ state }, Number(alerts.find((r) => r.state === state)?.n ?? 0));
      const { n } = await db.selectFrom('event_log').where('seq', 'is', null).select(sql<string>`count(*)`.as('n')).executeTakeFirstOrThrow();
      metrics.unsequenced.set(Number(n));
    };
    const jobs = async (): Promise<void> => {
      for (const queue of queueNames) for (const [state, n] of Object.entries(await queues.counts(queue))) metrics.jobs.set({ queue, state }, n);
    };
    // what is away keeps its last figures; the process's own metrics are answered all the same
    await Promise.all([gather(), jobs().catch(() => undefined)].map((part) => within(3000, part, undefined))).catch((error: unknown) => log.debug({ err: error }, 'metrics'));
    return reply.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });
}
