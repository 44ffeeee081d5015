import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

export interface Credentials { readonly username: string; readonly password: string }

export type DigestOutcome = 'accepted' | 'refused' | 'stale';

const NONCE_LIFE_MS = 10 * 60_000;

/** Digest authentication (RFC 2617: MD5, with or without qop=auth) of one server; nonces need no memory of their own. */
export class DigestGuard {
  readonly #realm: string;
  readonly #secret = randomBytes(32);

  constructor(realm: string) {
    this.#realm = realm;
  }

  /** Value of WWW-Authenticate. */
  challenge(stale: boolean): string {
    return `Digest realm="${this.#realm}", nonce="${this.#nonce(Date.now())}", algorithm=MD5, qop="auth"${stale ? ', stale=TRUE' : ''}`;
  }

  /** Judges the Authorization header of a request for `url`. */
  check(header: string | undefined, method: string, url: string, wanted: Credentials): DigestOutcome {
    if (header === undefined || !/^digest\s/i.test(header)) return 'refused';
    const fields = parseFields(header.slice('digest'.length));
    const { nonce = '', uri = '', response = '', username = '', realm = '', qop, nc = '', cnonce = '' } = fields;
    if (username !== wanted.username || realm !== this.#realm || uri !== url) return 'refused';
    const ha1 = md5(`${username}:${realm}:${wanted.password}`);
    const ha2 = md5(`${method}:${uri}`);
    const expected = md5(qop === undefined ? `${ha1}:${nonce}:${ha2}` : `${ha1}:${nonce}:${nc}:${cnonce}:${qop}:${ha2}`);
    if (!sameText(response.toLowerCase(), expected)) return 'refused';
    const issued = parseInt(nonce.slice(0, 12), 16);
    if (!sameText(nonce, this.#nonce(issued))) return 'stale';
    return Date.now() - issued > NONCE_LIFE_MS ? 'stale' : 'accepted';
  }

  #nonce(issuedMs: number): string {
    const stamp = (Number.isSafeInteger(issuedMs) ? issuedMs : 0).toString(16).padStart(12, '0');
    return stamp + createHmac('sha256', this.#secret).update(stamp).digest('hex').slice(0, 32);
  }
}

function parseFields(text: string): Readonly<Partial<Record<string, string>>> {
  const fields: Partial<Record<string, string>> = Object.create(null) as Partial<Record<string, string>>;
  for (const [, name = '', quoted, bare] of text.matchAll(/(\w+)\s*=\s*(?:"([^"]*)"|([^\s,]+))/g)) fields[name.toLowerCase()] = quoted ?? bare ?? '';
  return fields;
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
