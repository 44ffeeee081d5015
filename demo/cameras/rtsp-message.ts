/** RTSP 1.0 messages (RFC 2326) as a server reads and writes them. Pure. */

export interface RtspRequest {
  readonly method: string;
  readonly url: string;
  /** By lower-case name; of repeated headers the last. */
  readonly headers: ReadonlyMap<string, string>;
}

export type RtspInput =
  | { readonly kind: 'request'; readonly request: RtspRequest }
  /** An interleaved packet from the client: an RTCP report. */
  | { readonly kind: 'packet' };

export type RtspStatus = 200 | 400 | 401 | 404 | 405 | 453 | 454 | 455 | 461 | 503 | 505;

const REASONS: Readonly<Record<RtspStatus, string>> = {
  200: 'OK', 400: 'Bad Request', 401: 'Unauthorized', 404: 'Not Found', 405: 'Method Not Allowed', 453: 'Not Enough Bandwidth',
  454: 'Session Not Found', 455: 'Method Not Valid in This State', 461: 'Unsupported Transport', 503: 'Service Unavailable',
  505: 'RTSP Version not supported',
};

const HEAD_LIMIT = 16 * 1024;
const BODY_LIMIT = 64 * 1024;

/** The input is not RTSP; the connection is of no use any more. */
export class RtspSyntaxError extends Error {
  override readonly name = 'RtspSyntaxError';
  readonly status: 400 | 505;

  constructor(message: string, status: 400 | 505 = 400) {
    super(message);
    this.status = status;
  }
}

/** Cuts the bytes of a connection into requests and interleaved packets. */
export class RtspReader {
  #rest: Buffer = Buffer.alloc(0);

  /** @throws RtspSyntaxError */
  push(chunk: Buffer): RtspInput[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const inputs: RtspInput[] = [];
    for (let next = this.#take(); next; next = this.#take()) inputs.push(next);
    return inputs;
  }

  #take(): RtspInput | null {
    while (this.#rest[0] === 0x0d || this.#rest[0] === 0x0a) this.#rest = this.#rest.subarray(1);
    if (this.#rest[0] === 0x24) {
      if (this.#rest.length < 4) return null;
      return this.#consume(4 + this.#rest.readUInt16BE(2)) ? { kind: 'packet' } : null;
    }
    const end = this.#rest.indexOf('\r\n\r\n');
    if (end < 0 || end > HEAD_LIMIT) {
      if (this.#rest.length > HEAD_LIMIT) throw new RtspSyntaxError('header too long');
      return null;
    }
    const request = parseHead(this.#rest.toString('utf8', 0, end));
    const body = Number(request.headers.get('content-length') ?? 0);
    if (!(body >= 0 && body <= BODY_LIMIT)) throw new RtspSyntaxError('body too long');
    return this.#consume(end + 4 + body) ? { kind: 'request', request } : null;
  }

  #consume(length: number): boolean {
    if (this.#rest.length < length) return false;
    this.#rest = this.#rest.subarray(length);
    return true;
  }
}

function parseHead(head: string): RtspRequest {
  const [first = '', ...lines] = head.split('\r\n');
  const [, method, url, version] = /^([A-Z_]+) (\S+) RTSP\/(\S+)$/.exec(first) ?? [];
  if (method === undefined || url === undefined) throw new RtspSyntaxError('no request line');
  if (version !== '1.0') throw new RtspSyntaxError('version', 505);
  const headers = new Map(lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    if (colon <= 0) throw new RtspSyntaxError('no header');
    return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
  }));
  return { method, url, headers };
}

/** A response as text; `body` comes with its type. */
export function formatResponse(
  status: RtspStatus, cseq: string | undefined, headers: Readonly<Record<string, string>>, body?: { readonly type: string; readonly text: string },
): string {
  const lines = [`RTSP/1.0 ${String(status)} ${REASONS[status]}`, ...(cseq === undefined ? [] : [`CSeq: ${cseq}`]), 'Server: Xuncheng virtual camera'];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  if (body) lines.push(`Content-Type: ${body.type}`, `Content-Length: ${String(Buffer.byteLength(body.text))}`);
  return `${lines.join('\r\n')}\r\n\r\n${body?.text ?? ''}`;
}

export type Transport =
  | { readonly kind: 'tcp'; readonly channel: number }
  | { readonly kind: 'udp'; readonly rtpPort: number; readonly rtcpPort: number };

/** The first transport of a Transport header that the server can serve, or null. */
export function chooseTransport(header: string): Transport | null {
  for (const offer of header.split(',')) {
    const [profile = '', ...parts] = offer.trim().split(';').map(part => part.trim());
    if (parts.includes('multicast') || parts.some(part => /^mode="?record/i.test(part))) continue;
    const pair = (name: string): readonly [number, number] | null => {
      const [, first, second] = parts.map(part => new RegExp(`^${name}=(\\d+)(?:-(\\d+))?$`).exec(part)).find(match => match) ?? [];
      return first === undefined ? null : [Number(first), second === undefined ? Number(first) + 1 : Number(second)];
    };
    if (/^RTP\/AVP\/TCP$/i.test(profile)) {
      const [channel] = pair('interleaved') ?? [0];
      if (channel < 255) return { kind: 'tcp', channel };
    } else if (/^RTP\/AVP(\/UDP)?$/i.test(profile)) {
      const [rtpPort, rtcpPort] = pair('client_port') ?? [0, 0];
      if (rtpPort > 0 && rtcpPort > 0 && rtpPort < 65536 && rtcpPort < 65536) return { kind: 'udp', rtpPort, rtcpPort };
    }
  }
  return null;
}
