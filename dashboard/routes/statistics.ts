import { sql } from 'kysely';
import { alertStates, type AlertState } from '../../domain/alert.ts';
import { finalStates, type CaseState } from '../../domain/case.ts';
import type { TodayView } from '../../domain/desk-views.ts';
import { cityZone } from '../../domain/working-time.ts';
import { alertScope, caseScope } from '../../platform/scope.ts';
import { countCameras } from '../camera-view.ts';
import { actorOf, type App, type Context } from '../context.ts';

/** Midnight of the city's day. */
const dayStart = sql<Date>`date_trunc('day', app.now() at time zone ${sql.lit(cityZone)}) at time zone ${sql.lit(cityZone)}`;
const count = sql<string>`count(*)`;

export function statisticsRoutes(app: App, { db }: Context): void {
  app.get('/api/statistics/today', { schema: { summary: 'Figures of the day in the own scope' } }, async (request): Promise<TodayView> => {
    const { scope } = actorOf(request);
    const alerts = () => db.selectFrom('alerts').where(alertScope(scope));
    const cases = () => db.selectFrom('cases').where(caseScope(scope));
    const late = sql<boolean>`(overdue_at is not null or (clock_state = 'running' and due_at < app.now()))`;
    const [since, states, verdicts, types, waiting, caseStates, caseDay, cameras] = await Promise.all([
      sql<{ since: Date }>`select ${dayStart} as since`.execute(db),
      alerts().where('raised_at', '>=', dayStart).select(['state', count.as('n')]).groupBy('state').execute(),
      alerts().where('raised_at', '>=', dayStart).where('state', '=', 'rejected').select([sql<string | null>`verdict->>'kind'`.as('kind'), count.as('n')]).groupBy(sql`verdict->>'kind'`).execute(),
      alerts().innerJoin('event_types', 'event_types.id', 'alerts.event_type').where('raised_at', '>=', dayStart)
        .select(['event_types.id', 'event_types.name', 'event_types.name_en', count.as('n')]).groupBy(['event_types.id', 'event_types.name', 'event_types.name_en']).orderBy('n', 'desc').execute(),
      alerts().where('state', 'in', ['new', 'claimed']).select(count.as('n')).executeTakeFirstOrThrow(),
      cases().where('state', 'not in', finalStates).select(['state', count.as('n')]).groupBy('state').execute(),
      cases().select([
        sql<string>`count(*) filter (where reported_at >= ${dayStart})`.as('reported'),
        sql<string>`count(*) filter (where closed_at >= ${dayStart})`.as('closed'),
        sql<string>`count(*) filter (where ${late} and state not in (${sql.join(finalStates)}))`.as('overdue'),
      ]).executeTakeFirstOrThrow(),
      countCameras(db, scope),
    ]);
    const verdictCount = (kind: string): number => Number(verdicts.find((v) => v.kind === kind)?.n ?? 0);
    return {
      since: since.rows[0]!.since.toISOString(),
      alerts: {
        byState: Object.fromEntries(alertStates.map((s) => [s, Number(states.find((r) => r.state === s)?.n ?? 0)])) as Record<AlertState, number>,
        waiting: Number(waiting.n),
        rejectedFalse: verdictCount('false'),
        rejectedTrue: verdictCount('true_unfiled'),
        byEventType: types.map((t) => ({ eventType: t.id, name: t.name, nameEn: t.name_en, count: Number(t.n) })),
      },
      cases: {
        reported: Number(caseDay.reported),
        closed: Number(caseDay.closed),
        open: caseStates.reduce((sum, r) => sum + Number(r.n), 0),
        overdue: Number(caseDay.overdue),
        byState: Object.fromEntries(caseStates.map((r) => [r.state, Number(r.n)])) as Partial<Record<CaseState, number>>,
      },
      cameras,
    };
  });
}
