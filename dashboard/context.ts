import type { FastifyBaseLogger, FastifyInstance, FastifyRequest, RawServerDefault } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Actor } from '../domain/roles.ts';
import type { Db } from '../platform/db/index.ts';
import type { EvidenceStore } from '../platform/evidence-store.ts';
import type { Log } from '../platform/log.ts';
import type { Sealer } from '../platform/secrets.ts';
import type { Audit } from './audit.ts';
import type { LoginLimit } from './login-limit.ts';
import type { PictureCleaner } from './media/picture-cleaner.ts';
import type { Metrics } from './metrics.ts';
import type { QueueWatch, Services, VisionPort } from './ports.ts';
import { ProblemError } from './problems.ts';
import type { Sessions, SignedIn } from './sessions.ts';

export type App = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, FastifyBaseLogger, ZodTypeProvider>;

/** What the routes work with. */
export interface Context {
  readonly db: Db;
  readonly log: Log;
  readonly evidence: EvidenceStore;
  readonly services: Services;
  readonly vision: VisionPort;
  readonly sealer: Sealer;
  readonly queues: QueueWatch;
  readonly sessions: Sessions;
  readonly audit: Audit;
  readonly logins: LoginLimit;
  readonly pictures: PictureCleaner;
  readonly metrics: Metrics;
  /** True under TLS: cookies are Secure. */
  readonly secure: boolean;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; null on public routes without a session. */
    signedIn: SignedIn | null;
  }
}

/** Who asks, on a route that is not public. */
export function signedInOf(request: FastifyRequest): SignedIn {
  if (request.signedIn === null) throw new ProblemError(401, 'sign in first');
  return request.signedIn;
}

export const actorOf = (request: FastifyRequest): Actor => signedInOf(request).actor;
