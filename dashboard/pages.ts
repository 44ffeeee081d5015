import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { App } from './context.ts';
import { problem } from './problems.ts';

const notBuilt = `<!doctype html><html lang="zh"><meta charset="utf-8"><title>巡城 Xuncheng</title>
<h1>页面尚未构建 · The pages are not built</h1>
<p>运行 <code>npm run setup</code>，然后刷新本页。 Run <code>npm run setup</code>, then reload. The HTTP API works without them.</p></html>`;

/** Serves the built pages; every path that is no file and no API is the application's own (it routes in the browser). */
export async function registerPages(app: App, folder: string): Promise<void> {
  const built = (): boolean => existsSync(join(folder, 'index.html'));
  const answerIndex = (reply: FastifyReply): FastifyReply =>
    built() ? reply.header('cache-control', 'no-cache').sendFile('index.html', folder) : reply.code(503).type('text/html; charset=utf-8').send(notBuilt);

  await app.register(fastifyStatic, {
    root: folder, serve: false, index: false, cacheControl: false, dotfiles: 'ignore',
  });
  app.get('/', { schema: { hide: true } }, (_request, reply) => answerIndex(reply));
  app.get('/*', { schema: { hide: true } }, (request, reply) => {
    // decoded by the router
    const path = (request.params as { '*': string })['*'];
    if (isOurs(request)) return notFound(request, reply);
    // names of built files hold their hash; the rest is asked again each time
    if (/\.[a-z0-9]{2,12}$/i.test(path)) {
      void reply.header('cache-control', path.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache');
      return reply.sendFile(path, folder);
    }
    return answerIndex(reply);
  });
  app.setNotFoundHandler(notFound);
}

const isOurs = (request: FastifyRequest): boolean => /^\/(api|socket\.io)(\/|\?|$)/.test(request.url);

function notFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply.code(404).header('cache-control', 'no-store').type('application/problem+json').send(problem(404, `there is no ${request.method} ${request.url.split('?')[0]!.slice(0, 200)}`));
}
