import { z } from 'zod';
import { usualMostLost } from '../../domain/verdict-lessons.ts';
import type { VerdictFigures } from '../../domain/verdict-views.ts';
import { databaseNow } from '../../platform/db/index.ts';
import { actorOf, signedInOf, type App, type Context } from '../context.ts';
import { readFigures } from '../verdicts/figures.ts';
import { readJudgedAlerts } from '../verdicts/judged-alerts.ts';
import { readStanding } from '../verdicts/standing.ts';
import { layOutTrainingSet } from '../verdicts/training-set.ts';
import { withoutMissing, zipTrainingSet } from '../verdicts/training-zip.ts';
import { limit, time } from './shared.ts';

/** What the figures reach back where nobody says otherwise, days. */
const usualDays = 90;
const narrow = {
  camera: z.string().min(1).max(128).optional(),
  type: z.string().min(1).max(128).optional().describe('event type'),
};
const figuresQuery = z.object({
  ...narrow,
  since: time.optional().describe(`raised at or after; absent = ${usualDays} days ago`),
  mostLost: z.coerce.number('allowed: 0 to 0.2').min(0, 'allowed: 0 to 0.2').max(0.2, 'allowed: 0 to 0.2').default(usualMostLost).describe('share of true alerts that a suggested threshold may lose'),
});
const exportQuery = z.object({
  ...narrow,
  since: time.optional().describe('raised at or after'),
  until: time.optional().describe('raised before'),
  limit: limit(5000, 2000).describe('verdicts, the newest'),
});
const dateOf = (text: string | undefined): Date | undefined => (text === undefined ? undefined : new Date(text));

/** What verdicts teach: how often rules are right, which threshold would serve better, and pictures for the next model. */
export function verdictRoutes(app: App, { db, evidence, audit, log }: Context): void {
  app.get('/api/verdicts', { schema: { querystring: figuresQuery, summary: 'Precision of each camera, rule and class by its verdicts, and a suggested threshold with its effect on past alerts' } }, async (request): Promise<VerdictFigures> => {
    const { since, ...filter } = request.query;
    return readFigures(db, actorOf(request).scope, { ...filter, since: dateOf(since) ?? new Date((await databaseNow(db)).getTime() - usualDays * 86_400_000) });
  });

  app.get('/api/verdicts/export', { schema: { querystring: exportQuery, summary: 'Verdicts as a training set (ZIP): pictures, YOLO labels, classes.txt, verdicts.csv' } }, async (request, reply) => {
    const { user, actor } = signedInOf(request);
    const { since, until, ...filter } = request.query;
    void reply.type('application/zip').header('content-disposition', `attachment; filename="verdicts-${(await databaseNow(db)).toISOString().slice(0, 10)}.zip"`);
    if (request.method === 'HEAD') return reply.send();
    const [{ alerts, more }, cameras, models] = await Promise.all([
      readJudgedAlerts(db, actor.scope, { ...filter, since: dateOf(since), until: dateOf(until) }),
      db.selectFrom('cameras').select(['id', 'rules', 'zones']).execute(),
      db.selectFrom('models').select(['id', 'manifest']).execute(),
    ]);
    const standing = await readStanding(db, alerts);
    const set = await withoutMissing(layOutTrainingSet(alerts, standing, new Map(cameras.map((c) => [c.id, c])), new Map(models.map((m) => [m.id, m.manifest]))), evidence);
    // said before the first byte leaves, whatever becomes of the rest
    await audit.write({
      user: { id: user.id, name: user.username }, action: 'verdicts.export', object: request.query.camera === undefined ? undefined : `camera:${request.query.camera}`,
      detail: { ...request.query, verdicts: alerts.length, pictures: set.pictures.length }, ip: request.ip,
    });
    const zip = zipTrainingSet(set, evidence, more);
    zip.once('error', (error) => log.warn({ err: error }, 'an export of verdicts ended early'));
    return reply.send(zip);
  });
}
