import { z } from 'zod';
import { createCaseInput } from '../../domain/case-input.ts';
import { caseSources, caseStates, publicStages } from '../../domain/case.ts';
import { actorOf, type App, type Context } from '../context.ts';
import { cursor, limit, listOf, nameParams, text, time } from './shared.ts';

const filter = z.object({
  state: listOf(caseStates),
  stage: z.enum(publicStages).optional(),
  source: z.enum(caseSources).optional(),
  eventType: z.string().max(128).optional(),
  camera: z.string().max(128).optional(),
  unit: z.string().max(128).optional(),
  district: z.string().max(128).optional(),
  overdue: z.enum(['true', 'false']).transform((v) => v === 'true').optional(),
  since: time.optional(),
  until: time.optional(),
  text: text(0, 200).optional(),
  limit: limit(200, 50),
  cursor,
});

const actBody = z.strictObject({
  action: z.string().min(1).max(64),
  version: z.int().positive().describe('version of the case that the decision was made on'),
  input: z.record(z.string(), z.unknown()).default({}).describe('as GET …/actions says for this action'),
});

export function caseRoutes(app: App, { services: { cases } }: Context): void {
  app.get('/api/cases', { schema: { querystring: filter, summary: 'Cases of the own scope, newest first' } }, (request) => cases.list(actorOf(request), request.query));
  app.post('/api/cases', { schema: { body: createCaseInput, summary: 'Report a case' } }, async (request, reply) => {
    void reply.code(201);
    // the service reads the input by the same schema; defaults that are filled in already do no harm
    return cases.create(actorOf(request), request.body);
  });
  app.get('/api/cases/:id', { schema: { params: nameParams, summary: 'A case by id or number' } }, (request) => cases.get(actorOf(request), request.params.id));
  app.get('/api/cases/:id/actions', { schema: { params: nameParams, summary: 'What this person may do now' } }, (request) => cases.actions(actorOf(request), request.params.id));
  app.post('/api/cases/:id/actions', { schema: { params: nameParams, body: actBody, summary: 'Do it; 409 with the present version when somebody was first' } }, (request) =>
    cases.act(actorOf(request), request.params.id, request.body));
}
