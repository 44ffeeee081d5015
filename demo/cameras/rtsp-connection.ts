import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Camera } from './camera.ts';
import type { DigestGuard } from './digest.ts';
import { judgeRequest } from './faults.ts';
import {
  chooseTransport, formatResponse, RtspReader, RtspSyntaxError, type RtspRequest, type RtspStatus, type Transport,
} from './rtsp-message.ts';
import { describeClip, TRACK } from './sdp.ts';
import type { UdpPair } from './udp-pair.ts';
import { TcpViewer, UdpViewer } from './viewers.ts';

export interface ClientInfo {
  readonly id: string;
  readonly remote: string;
  readonly transport: 'tcp' | 'udp';
  readonly playing: boolean;
  /** Pictures sent, and pictures left out because the client did not read. */
  readonly sent: number;
  readonly dropped: number;
  /** Bytes that wait for the client. */
  readonly buffered: number;
}

export interface ConnectionContext {
  readonly cameras: ReadonlyMap<string, Camera>;
  readonly guard: DigestGuard;
  readonly udp: UdpPair;
}

interface Session { readonly id: string; readonly camera: Camera; readonly transport: Transport; readonly viewer: TcpViewer | UdpViewer; playing: boolean }

/** Seconds without a word from the client after which its session ends; it is told so. */
const SESSION_TIMEOUT_S = 60;
const METHODS = 'OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER, SET_PARAMETER';

/** One RTSP connection with at most one session, which ends with it. */
export class RtspConnection {
  readonly #socket: Socket;
  readonly #context: ConnectionContext;
  readonly #reader = new RtspReader();
  #session: Session | null = null;
  #heardMs = performance.now();

  constructor(socket: Socket, context: ConnectionContext) {
    this.#socket = socket;
    this.#context = context;
    socket.setNoDelay(true);
    socket.on('data', chunk => { this.#read(chunk); });
    // What goes wrong with a client ends its session and concerns nobody else.
    socket.on('error', () => undefined);
    socket.once('close', () => { this.#endSession(); });
  }

  /** What this connection is to a camera, or null when it has no session with it. */
  client(path: string): ClientInfo | null {
    const session = this.#session;
    if (session?.camera.path !== path) return null;
    const { id, playing, viewer, transport } = session;
    return {
      id, playing, transport: transport.kind, remote: `${String(this.#socket.remoteAddress)}:${String(this.#socket.remotePort)}`,
      sent: viewer.sent, dropped: viewer.dropped, buffered: this.#socket.writableLength,
    };
  }

  /** Notes an RTCP packet that came by UDP: a sign of life of whoever owns the port. */
  heard(address: string, port: number): void {
    const transport = this.#session?.transport;
    if (transport?.kind !== 'udp' || this.#socket.remoteAddress !== address) return;
    if (port === transport.rtcpPort || port === transport.rtpPort) this.#heardMs = performance.now();
  }

  /** Closes the connection of a client that has been quiet for too long. */
  expire(): void {
    if (performance.now() - this.#heardMs > SESSION_TIMEOUT_S * 1500) this.hangUp(false);
  }

  hangUp(reset: boolean): void {
    this.#endSession();
    if (reset) this.#socket.resetAndDestroy();
    else this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    this.#heardMs = performance.now();
    try {
      for (const input of this.#reader.push(chunk)) {
        if (this.#socket.destroyed) return;
        if (input.kind === 'request') this.#handle(input.request);
      }
    } catch (error) {
      if (!(error instanceof RtspSyntaxError)) throw error;
      this.#socket.end(formatResponse(error.status, undefined, {}));
    }
  }

  #handle(request: RtspRequest): void {
    const camera = this.#context.cameras.get(cameraPath(request.url));
    const verdict = judgeRequest(camera?.fault ?? null, request.method);
    switch (verdict.kind) {
      case 'ignore': return;
      case 'hang-up': { this.hangUp(verdict.reset); return; }
      case 'answer': { this.#answer(request, verdict.status, verdict.headers); return; }
      case 'challenge': { this.#challenge(request, false); return; }
      case 'serve': break;
    }
    if (!request.headers.has('cseq')) { this.#answer(request, 400); return; }
    if (request.method === 'OPTIONS') { this.#answer(request, 200, { Public: METHODS }); return; }
    if (!camera) { this.#answer(request, 404); return; }
    if (camera.credentials) {
      const outcome = this.#context.guard.check(request.headers.get('authorization'), request.method, request.url, camera.credentials);
      if (outcome !== 'accepted') { this.#challenge(request, outcome === 'stale'); return; }
    }
    this.#serve(request, camera);
  }

  #serve(request: RtspRequest, camera: Camera): void {
    switch (request.method) {
      case 'DESCRIBE': {
        const base = baseUrl(request.url);
        const text = describeClip(camera.clip, camera.path.slice(1), base);
        this.#answer(request, 200, { 'Content-Base': `${base}/` }, { type: 'application/sdp', text });
        return;
      }
      case 'SETUP': { this.#setUp(request, camera); return; }
      case 'PLAY': { this.#play(request, camera); return; }
      case 'TEARDOWN': {
        if (!this.#knownSession(request)) return;
        this.#endSession();
        this.#answer(request, 200);
        return;
      }
      case 'GET_PARAMETER': case 'SET_PARAMETER': { this.#answer(request, 200, this.#sessionHeader()); return; }
      default: this.#answer(request, 405, { Allow: METHODS });
    }
  }

  #setUp(request: RtspRequest, camera: Camera): void {
    if (this.#session) { this.#answer(request, 455); return; }
    const transport = chooseTransport(request.headers.get('transport') ?? '');
    if (!transport) { this.#answer(request, 461); return; }
    const hangUp = (reset: boolean): void => { this.hangUp(reset); };
    const { udp } = this.#context;
    const viewer = transport.kind === 'tcp'
      ? new TcpViewer(this.#socket, transport.channel, hangUp)
      : new UdpViewer(udp, { ...transport, address: this.#socket.remoteAddress ?? '' }, hangUp);
    this.#session = { id: randomBytes(8).toString('hex'), camera, transport, viewer, playing: false };
    this.#answer(request, 200, {
      ...this.#sessionHeader(),
      Transport: transport.kind === 'tcp'
        ? `RTP/AVP/TCP;unicast;interleaved=${String(transport.channel)}-${String(transport.channel + 1)}`
        : `RTP/AVP;unicast;client_port=${String(transport.rtpPort)}-${String(transport.rtcpPort)};server_port=${String(udp.rtpPort)}-${String(udp.rtcpPort)}`,
    });
  }

  #play(request: RtspRequest, camera: Camera): void {
    const session = this.#knownSession(request);
    if (!session) return;
    if (session.camera !== camera) { this.#answer(request, 455); return; }
    this.#answer(request, 200, {
      ...this.#sessionHeader(),
      Range: 'npt=now-',
      'RTP-Info': `url=${baseUrl(request.url)}/${TRACK};rtptime=${String(camera.nextTimestamp())}`,
    });
    if (session.playing) return;
    session.playing = true;
    camera.join(session.viewer);
  }

  /** The session that a request names; where there is none, the request is answered. */
  #knownSession(request: RtspRequest): Session | null {
    const named = request.headers.get('session')?.split(';')[0]?.trim();
    if (this.#session && named === this.#session.id) return this.#session;
    this.#answer(request, 454);
    return null;
  }

  #sessionHeader(): Record<string, string> {
    return this.#session ? { Session: `${this.#session.id};timeout=${String(SESSION_TIMEOUT_S)}` } : {};
  }

  #challenge(request: RtspRequest, stale: boolean): void {
    this.#answer(request, 401, { 'WWW-Authenticate': this.#context.guard.challenge(stale) });
  }

  #answer(request: RtspRequest, status: RtspStatus, headers: Readonly<Record<string, string>> = {}, body?: { type: string; text: string }): void {
    this.#socket.write(formatResponse(status, request.headers.get('cseq'), headers, body));
  }

  #endSession(): void {
    if (!this.#session) return;
    this.#session.camera.leave(this.#session.viewer);
    this.#session.viewer.close();
    this.#session = null;
  }
}

/** URL without query, track and slash at the end. */
function baseUrl(url: string): string {
  const [bare = ''] = url.split('?');
  const trimmed = bare.replace(/\/+$/, '');
  return trimmed.endsWith(`/${TRACK}`) ? trimmed.slice(0, -TRACK.length - 1) : trimmed;
}

/** Path of the camera that a URL names. */
function cameraPath(url: string): string {
  const path = baseUrl(url).replace(/^rtsps?:\/\/[^/]*/i, '');
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
