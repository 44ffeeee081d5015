import type { FastifyRequest, onRouteHookHandler } from 'fastify';
import { comesFromOurPages, credentialOf } from './credentials.ts';
import { mayUse, type Policy, routePolicies } from './policy.ts';
import { ProblemError } from './problems.ts';
import type { Sessions, SignedIn } from './sessions.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    policy?: Policy;
  }
}

/** 403 of its own type: the page leads to the change of password. */
const changePasswordFirst = (): ProblemError =>
  new ProblemError(403, 'change the one-time password first: POST /api/session/password {current, next}', { type: 'urn:xuncheng:problem:password-change-required' });

/** What stands between a signed-in person and a thing with a policy; null when he may. */
export function refusal(policy: Policy, who: SignedIn): ProblemError | null {
  if (who.user.mustChangePassword && policy.beforePasswordChange !== true) return changePasswordFirst();
  if (policy.sessionOnly === true && who.kind === 'token') return new ProblemError(403, 'not with an API token; sign in');
  return mayUse(policy, who.user.roles) ? null : new ProblemError(403, 'your roles do not allow this');
}

/**
 * Gives every route its policy as it is registered and checks it on every request, before the body is read.
 * @returns `assertComplete`: throws when the table names a route that is not there
 */
export function createAccess({ sessions, secure }: { sessions: Sessions; secure: boolean }) {
  const used = new Set<string>();

  const onRoute: onRouteHookHandler = (route) => {
    const method = [route.method].flat().find((m) => m !== 'HEAD') ?? 'GET';
    const key = `${method} ${route.url}`;
    const policy = routePolicies[key];
    if (policy === undefined) throw new Error(`route ${key} has no policy; give it one in dashboard/policy.ts`);
    used.add(key);
    route.config = { ...route.config, policy };
  };

  async function onRequest(request: FastifyRequest): Promise<void> {
    if (request.is404) return;
    const { policy } = request.routeOptions.config;
    if (policy === undefined) throw new Error(`no policy on ${request.method} ${request.url}`);
    const credential = credentialOf(request.headers, secure);
    const changes = request.method !== 'GET' && request.method !== 'HEAD';
    if (changes && credential?.kind !== 'token' && !comesFromOurPages(request.headers, request.host)) {
      throw new ProblemError(403, 'this request comes from a page of another site');
    }
    // public routes ask the database nothing, but a new log-in ends the old session
    if (policy.who === 'public' && !(changes && credential !== null)) return;
    request.signedIn = credential === null ? null : await sessions.find(credential);
    if (policy.who === 'public') return;
    if (request.signedIn === null) throw new ProblemError(401, credential === null ? 'sign in first' : 'the session has ended or the token is not valid');
    const refused = refusal(policy, request.signedIn);
    if (refused !== null) throw refused;
  }

  function assertComplete(): void {
    const missing = Object.keys(routePolicies).filter((key) => !used.has(key));
    if (missing.length > 0) throw new Error(`policies without a route: ${missing.join(', ')}`);
  }

  return { onRoute, onRequest, assertComplete, routes: used as ReadonlySet<string> };
}

