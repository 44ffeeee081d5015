import { fastifyCookie } from '@fastify/cookie';
import type { IncomingHttpHeaders } from 'node:http';
import type { Sealer } from '../platform/secrets.ts';

/**
 * Browsers on which somebody has signed in before: a cookie that only this installation can make says for whom. It opens nothing; it
 * only lets his attempts be counted apart from those of strangers at the same address.
 */
export interface KnownDevices {
  readonly cookieName: string;
  write(username: string): string;
  /** What names the device, or null when it is not known for this person. */
  read(headers: IncomingHttpHeaders, username: string): string | null;
}

const textOf = (username: string): string => `device of ${username.toLowerCase()}`;

export function createKnownDevices(sealer: Sealer): KnownDevices {
  const cookieName = 'xuncheng-device';
  return {
    cookieName,
    write: (username) => sealer.seal(textOf(username)),
    read(headers, username) {
      const shown = headers.cookie === undefined ? undefined : fastifyCookie.parse(headers.cookie)[cookieName];
      if (shown === undefined || shown.length > 1000) return null;
      try {
        return sealer.open(shown) === textOf(username) ? shown : null;
      } catch {
        return null;
      }
    },
  };
}
