import { join } from 'node:path';
import type { Db } from '../platform/db/index.ts';
import type { EvidenceStore } from '../platform/evidence-store.ts';
import { startHeartbeat } from '../platform/heartbeat.ts';
import type { Log } from '../platform/log.ts';
import type { Sealer } from '../platform/secrets.ts';
import { createAudit } from './audit.ts';
import type { Context } from './context.ts';
import { LoginLimit } from './login-limit.ts';
import { PictureCleaner } from './media/picture-cleaner.ts';
import { createMetrics } from './metrics.ts';
import type { QueueWatch, Services, VisionPort } from './ports.ts';
import { createServer } from './server.ts';
import { createSessions } from './sessions.ts';
import { startSockets } from './sockets/gateway.ts';

export type { LiveViewer, QueueWatch, RecheckAnswer, Services, VisionPort } from './ports.ts';
export { createVisionPort } from './vision-port.ts';
export { ensureAdmin } from './first-start.ts';

export interface DashboardOptions {
  readonly db: Db;
  /** PostgreSQL then wakes the sockets by itself; without it they look for changes several times a second. */
  readonly databaseUrl?: string | undefined;
  readonly log: Log;
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
  readonly tls?: { readonly cert: string | Buffer; readonly key: string | Buffer } | undefined;
  readonly evidence: EvidenceStore;
  readonly services: Services;
  readonly vision: VisionPort;
  readonly sealer: Sealer;
  readonly queues: QueueWatch;
  readonly settings?: {
    /** Addresses of balancers whose X-Forwarded headers are believed; none by default. */
    readonly trustProxy?: boolean | string | undefined;
    /** TLS ends at a balancer: cookies are Secure all the same. */
    readonly secureCookies?: boolean | undefined;
    /** Folder of the built pages. */
    readonly pages?: string | undefined;
  };
}

export interface Dashboard {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts the desk's server: HTTP API, Socket.IO, pages. @throws Error EADDRINUSE when the port is taken */
export async function startDashboard(options: DashboardOptions): Promise<Dashboard> {
  const { db, log, host, port, tls, settings = {} } = options;
  const context: Context = {
    db, log, evidence: options.evidence, services: options.services, vision: options.vision, sealer: options.sealer, queues: options.queues,
    sessions: createSessions(db), audit: createAudit(db, log), logins: new LoginLimit(), pictures: new PictureCleaner(log), metrics: createMetrics(),
    secure: tls !== undefined || settings.secureCookies === true,
  };
  const pages = settings.pages ?? join(import.meta.dirname, 'web', 'dist');
  const { app } = await createServer({ context, tls, trustProxy: settings.trustProxy ?? false, pages });
  const sockets = startSockets(app, context, options.databaseUrl);
  await app.listen({ host, port }).catch(async (error: unknown) => {
    await sockets.close();
    await app.close();
    await context.audit.close();
    throw error;
  });
  const heartbeat = startHeartbeat(db, 'dashboard', log);
  const address = app.server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  let closing: Promise<void> | undefined;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    close() {
      closing ??= (async () => {
        await heartbeat.close();
        await sockets.close();
        await app.close();
        context.pictures.close();
        await context.audit.close();
      })();
      return closing;
    },
  };
}
