import { z } from 'zod';
import { alertInputs, type AlertAction } from '../../domain/alert-input.ts';
import { alertStates } from '../../domain/alert.ts';
import { actorOf, type App, type Context } from '../context.ts';
import { cursor, limit, listOf, time, uuidParams } from './shared.ts';

const filter = z.object({
  state: listOf(alertStates),
  camera: z.string().max(128).optional(),
  type: z.string().max(128).optional().describe('event type'),
  since: time.optional().describe('raised at or after'),
  claimedBy: z.uuid().optional(),
  limit: limit(200, 50),
  cursor,
});

const summaries: Readonly<Record<AlertAction, string>> = {
  claim: 'Take an alert to judge it', release: 'Give it back unjudged', confirm: 'True: make or join a case', reject: 'Reject with a reason',
  merge: 'The same thing as another alert', undo: 'Take the own verdict back within seconds',
};

export function alertRoutes(app: App, { services: { alerts } }: Context): void {
  app.get('/api/alerts', { schema: { querystring: filter, summary: 'Alerts, newest first' } }, (request) => alerts.list(actorOf(request), request.query));
  app.get('/api/alerts/:id', { schema: { params: uuidParams, summary: 'An alert with all that is known of it' } }, (request) => alerts.get(actorOf(request), request.params.id));

  const action = <A extends AlertAction>(name: A): void => {
    // a verdict without a body is one without particulars
    const body = z.preprocess((v) => v ?? {}, alertInputs[name]);
    app.post(`/api/alerts/:id/${name}`, { schema: { params: uuidParams, body, summary: summaries[name] } }, (request) =>
      alerts[name](actorOf(request), (request.params as { id: string }).id, request.body as never));
  };
  for (const name of Object.keys(alertInputs) as AlertAction[]) action(name);
}
