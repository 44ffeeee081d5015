import { deskRoles, exportRoles, judgeRoles, lessonRoles } from '../domain/abilities.ts';
import type { ClientToServer, ServerToClient } from '../domain/live-events.ts';
import type { Role } from '../domain/roles.ts';

/** Who may call a route or a socket event. Scope (own unit, own district, city) is part of each query behind it. */
export interface Policy {
  readonly who: 'public' | 'signed-in' | readonly Role[];
  /** Also while a one-time password has not been changed yet. */
  readonly beforePasswordChange?: boolean;
  /** Not with an API token: a stolen token must not make itself at home. */
  readonly sessionOnly?: boolean;
}

const open: Policy = { who: 'public' };
/** Any person; what he sees and may do is decided by scope and, for cases, by the table of transitions. */
const signedIn: Policy = { who: 'signed-in' };
const ownAccount: Policy = { who: 'signed-in', sessionOnly: true };
const session: Policy = { who: 'signed-in', beforePasswordChange: true };
const admin: Policy = { who: ['admin'] };
const desk: Policy = { who: deskRoles };
/** Who may judge alerts at all; the alert service decides which verdict. */
const judges: Policy = { who: judgeRoles };
const staffing: Policy = { who: ['admin', 'duty_officer', 'dispatcher', 'district', 'office'] };

/** Every HTTP route. A route that is not here does not start, an entry without a route neither. HEAD follows GET. */
export const routePolicies: Readonly<Record<string, Policy>> = {
  'GET /api/health': open,
  'POST /api/session': open,
  'GET /api/session': session,
  'DELETE /api/session': { who: 'signed-in', beforePasswordChange: true, sessionOnly: true },
  'POST /api/session/password': { who: 'signed-in', beforePasswordChange: true, sessionOnly: true },
  'GET /api/tokens': ownAccount,
  'POST /api/tokens': ownAccount,
  'DELETE /api/tokens/:id': ownAccount,
  'GET /api/openapi.json': signedIn,
  'GET /metrics': admin,

  'GET /api/cameras': desk,
  'POST /api/cameras': admin,
  'GET /api/cameras/:id': desk,
  'PATCH /api/cameras/:id': admin,
  'DELETE /api/cameras/:id': admin,
  'GET /api/cameras/:id/snapshot.jpg': desk,

  'POST /api/events': admin,
  'GET /api/alerts': desk,
  'GET /api/alerts/:id': desk,
  'POST /api/alerts/:id/claim': judges,
  'POST /api/alerts/:id/release': judges,
  'POST /api/alerts/:id/confirm': judges,
  'POST /api/alerts/:id/reject': judges,
  'POST /api/alerts/:id/merge': judges,
  'POST /api/alerts/:id/undo': judges,

  'GET /api/verdicts': { who: lessonRoles },
  'GET /api/verdicts/export': { who: exportRoles },

  'GET /api/cases': signedIn,
  'POST /api/cases': signedIn,
  'GET /api/cases/:id': signedIn,
  'GET /api/cases/:id/actions': signedIn,
  'POST /api/cases/:id/actions': signedIn,

  'POST /api/media': signedIn,
  'GET /api/media/:id': signedIn,

  'GET /api/catalogue': signedIn,
  'GET /api/units': signedIn,
  'GET /api/grids': signedIn,
  'GET /api/event-types': signedIn,
  'GET /api/models': desk,
  'GET /api/statistics/today': signedIn,
  'GET /api/notifications': signedIn,
  'POST /api/notifications/read': signedIn,

  'GET /api/users': staffing,
  'POST /api/users': admin,
  'GET /api/users/:id': staffing,
  'PATCH /api/users/:id': admin,
  'POST /api/users/:id/password': admin,

  'GET /': open,
  'GET /*': open,
};

/** Every event of a socket, both ways. Connecting itself needs a session or token. */
export const socketPolicies: Readonly<Record<keyof ClientToServer | keyof ServerToClient, Policy>> = {
  alert: desk,
  case: signedIn,
  camera: desk,
  position: signedIn,
  health: signedIn,
  signedOut: signedIn,
  'live:open': desk,
  'live:connect': desk,
  'live:consume': desk,
  'live:resume': desk,
  'live:close': desk,
};

export function mayUse(policy: Policy, roles: readonly string[]): boolean {
  return policy.who === 'public' || policy.who === 'signed-in' || policy.who.some((role) => roles.includes(role));
}
