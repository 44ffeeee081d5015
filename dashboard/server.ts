import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { fastifyCookie } from '@fastify/cookie';
import helmet from '@fastify/helmet';
import multipart from '@fastify/multipart';
import swagger from '@fastify/swagger';
import Fastify from 'fastify';
import { createJsonSchemaTransform, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import type { RawServerDefault } from 'fastify';
import { createAccess } from './access.ts';
import type { App, Context } from './context.ts';
import { registerPages } from './pages.ts';
import { createErrorHandler } from './problems.ts';
import { alertRoutes } from './routes/alerts.ts';
import { cameraRoutes } from './routes/cameras.ts';
import { caseRoutes } from './routes/cases.ts';
import { eventRoutes } from './routes/events.ts';
import { mediaRoutes } from './routes/media.ts';
import { notificationRoutes } from './routes/notifications.ts';
import { organisationRoutes } from './routes/organisation.ts';
import { sessionRoutes } from './routes/session.ts';
import { statisticsRoutes } from './routes/statistics.ts';
import { systemRoutes } from './routes/system.ts';
import { tokenRoutes } from './routes/tokens.ts';
import { userRoutes } from './routes/users.ts';
import { verdictRoutes } from './routes/verdicts.ts';

export interface ServerOptions {
  readonly context: Context;
  readonly tls: { readonly cert: string | Buffer; readonly key: string | Buffer } | undefined;
  /** Addresses of balancers whose X-Forwarded headers are believed. */
  readonly trustProxy: boolean | string;
  /** Folder of the built pages. */
  readonly pages: string;
}

const self = "'self'";

/** The HTTP side: policies before all, problem+json for every refusal, the API from schemas, the pages. */
export async function createServer({ context, tls, trustProxy, pages }: ServerOptions): Promise<{ app: App; routes: ReadonlySet<string> }> {
  const app: App = Fastify({
    serverFactory: (handler) => (tls === undefined ? createHttpServer(handler) : createHttpsServer(tls, handler) as unknown as RawServerDefault),
    trustProxy, bodyLimit: 2 * 1024 * 1024, requestTimeout: 120_000, forceCloseConnections: true, routerOptions: { maxParamLength: 200 },
  });
  const access = createAccess({ sessions: context.sessions, secure: context.secure });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(createErrorHandler(context.log));
  app.decorateRequest('signedIn', null);
  // a POST that says JSON and brings nothing is one without particulars
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text, done) => {
    if (text === '') done(null, undefined);
    else void parseJson(request, text as string, done);
  });
  app.addHook('onRoute', access.onRoute);

  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: [self], scriptSrc: [self], objectSrc: ["'none'"], baseUri: [self], formAction: [self], frameAncestors: ["'none'"],
        // the component library writes its styles at run time
        styleSrc: [self, "'unsafe-inline'"],
        imgSrc: [self, 'blob:', 'data:'], mediaSrc: [self, 'blob:'], fontSrc: [self, 'data:'], connectSrc: [self, 'blob:', 'data:'], workerSrc: [self, 'blob:'],
      },
    },
    crossOriginEmbedderPolicy: false,
    hsts: context.secure ? { maxAge: 31_536_000, includeSubDomains: false } : false,
  });
  await app.register(fastifyCookie, { hook: false });
  await app.register(multipart, { throwFileSizeLimit: true });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Xuncheng 巡城', version: '1', description: 'Errors are application/problem+json. Sign in with POST /api/session (cookie) or send an API token as Bearer.' },
      components: { securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: 'xuncheng' }, token: { type: 'http', scheme: 'bearer' } } },
      security: [{ session: [] }, { token: [] }],
    },
    transform: createJsonSchemaTransform({ zodToJsonConfig: { unrepresentable: 'any' } }),
  });

  app.addHook('onRequest', access.onRequest);
  app.addHook('onRequest', (request, reply, done) => {
    // answers of the API are personal; whoever may be kept says so itself
    if (request.url.startsWith('/api/')) void reply.header('cache-control', 'no-store');
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    context.metrics.requests.observe({ method: request.method, route: request.routeOptions.url ?? 'none', status: String(reply.statusCode) }, reply.elapsedTime / 1000);
    done();
  });

  for (const routes of [
    systemRoutes, sessionRoutes, tokenRoutes, cameraRoutes, eventRoutes, alertRoutes, caseRoutes, mediaRoutes, organisationRoutes, statisticsRoutes, notificationRoutes, userRoutes, verdictRoutes,
  ]) routes(app, context);
  await registerPages(app, pages);
  await app.ready();
  access.assertComplete();
  return { app, routes: access.routes };
}
