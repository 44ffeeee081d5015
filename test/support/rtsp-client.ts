import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { until } from './until.ts';

export interface RtspAnswer { readonly status: number; readonly headers: ReadonlyMap<string, string>; readonly body: string }

export interface InterleavedPacket { readonly channel: number; readonly data: Buffer; readonly wallMs: number }

/** A small RTSP client for tests that look at single messages and packets. */
export class RtspClient {
  readonly socket: Socket;
  /** Interleaved packets as they came. */
  readonly packets: InterleavedPacket[] = [];
  readonly #answers: RtspAnswer[] = [];
  #rest = Buffer.alloc(0);
  #cseq = 0;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => { this.#read(chunk); });
    socket.on('error', () => undefined);
  }

  static async connect(port: number): Promise<RtspClient> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new RtspClient(socket);
  }

  /** Sends a request and waits for its answer; null when the connection ends first. */
  async request(method: string, url: string, headers: Readonly<Record<string, string>> = {}): Promise<RtspAnswer | null> {
    this.#cseq += 1;
    const lines = [`${method} ${url} RTSP/1.0`, `CSeq: ${String(this.#cseq)}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)];
    return this.raw(`${lines.join('\r\n')}\r\n\r\n`);
  }

  async raw(text: string): Promise<RtspAnswer | null> {
    this.socket.write(text);
    await until('an answer comes or the connection ends', () => this.#answers.length > 0 || this.socket.destroyed);
    return this.#answers.shift() ?? null;
  }

  /** SETUP over TCP and PLAY. */
  async play(url: string): Promise<RtspAnswer | null> {
    const setup = await this.request('SETUP', `${url}/trackID=0`, { Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1' });
    return this.request('PLAY', url, { Session: setup?.headers.get('session')?.split(';')[0] ?? '' });
  }

  close(): void {
    this.socket.destroy();
  }

  #read(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    for (;;) {
      if (this.#rest[0] === 0x24) {
        if (this.#rest.length < 4) return;
        const end = 4 + this.#rest.readUInt16BE(2);
        if (this.#rest.length < end) return;
        this.packets.push({ channel: this.#rest[1] ?? 0, data: this.#rest.subarray(4, end), wallMs: performance.timeOrigin + performance.now() });
        this.#rest = this.#rest.subarray(end);
        continue;
      }
      const head = this.#rest.indexOf('\r\n\r\n');
      if (head < 0) return;
      const [first = '', ...lines] = this.#rest.toString('utf8', 0, head).split('\r\n');
      const headers = new Map(lines.map(line => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()] as const));
      const end = head + 4 + Number(headers.get('content-length') ?? 0);
      if (this.#rest.length < end) return;
      this.#answers.push({ status: Number(first.split(' ')[1]), headers, body: this.#rest.toString('utf8', head + 4, end) });
      this.#rest = this.#rest.subarray(end);
    }
  }
}
