import { fastifyCookie } from '@fastify/cookie';
import type { IncomingHttpHeaders } from 'node:http';
import type { Credential } from './sessions.ts';

/** The prefix makes browsers refuse the cookie without Secure or with another path; it needs TLS. */
export const cookieName = (secure: boolean): string => (secure ? '__Host-xuncheng' : 'xuncheng');

/** API token or session cookie of a request; the token wins. */
export function credentialOf(headers: IncomingHttpHeaders, secure: boolean): Credential | null {
  const bearer = /^Bearer ([\w-]{20,200})$/i.exec(headers.authorization ?? '')?.[1];
  if (bearer !== undefined) return { kind: 'token', secret: bearer };
  const cookie = headers.cookie === undefined ? undefined : fastifyCookie.parse(headers.cookie)[cookieName(secure)];
  return cookie === undefined || cookie.length > 200 ? null : { kind: 'session', secret: cookie };
}

/**
 * Whether a request may lean on a cookie. Browsers name where a changing request comes from (Origin, else Sec-Fetch-Site) and pages of
 * others cannot forge it; what names nothing comes from no browser, so there is no person's cookie to abuse. Origin goes first: on
 * WebSockets not every browser counts ws: and http: as the same site.
 */
export function comesFromOurPages(headers: IncomingHttpHeaders, host: string): boolean {
  const { origin } = headers;
  const site = headers['sec-fetch-site'];
  if (origin !== undefined && origin !== 'null') return URL.canParse(origin) && new URL(origin).host === host;
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  return origin === undefined;
}
