import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { Camera, type ScenePosition } from './camera.ts';
import { loadClip, type Clip } from './clip.ts';
import { DigestGuard } from './digest.ts';
import type { CameraFault, ScriptedFault } from './faults.ts';
import { RtspConnection, type ClientInfo } from './rtsp-connection.ts';
import { openUdpPair } from './udp-pair.ts';

export type { ScenePosition } from './camera.ts';
export type { CameraFault, ScriptedFault } from './faults.ts';
export type { ClientInfo } from './rtsp-connection.ts';

export interface VirtualCamera {
  /** Begins with a slash. */
  readonly path: string;
  /** H.264 or H.265 in a container with times (MP4, MPEG-TS, Matroska), beginning with a key frame. */
  readonly file: string;
  /** With both, digest authentication is asked for. */
  readonly username?: string;
  readonly password?: string;
  /** Seconds into the clip at which the camera starts. */
  readonly offset?: number;
  readonly faults?: readonly ScriptedFault[];
}

export interface CameraServerOptions {
  readonly host?: string;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  readonly cameras: readonly VirtualCamera[];
}

export interface CameraServer {
  readonly port: number;
  /** With user and password, where the camera has them. */
  url(path: string): string;
  /** Resolves when the fault is in effect; null ends the one that is. */
  setFault(path: string, fault: CameraFault | null): Promise<void>;
  /** Closes the connections of those who watch a camera, once. */
  disconnect(path: string, how?: 'close' | 'reset'): void;
  position(path: string): ScenePosition;
  clients(path: string): ClientInfo[];
  close(): Promise<void>;
}

const EXPIRY_CHECK_MS = 5_000;

/**
 * Starts an RTSP server with virtual cameras. Each plays its file in a loop at its real rate from now on, watched or not; who joins
 * gets what is seen now, from the next key frame on.
 * @throws FfmpegError or Error when a file cannot be played; the error of `listen` when the port is in use
 */
export async function startCameraServer(options: CameraServerOptions): Promise<CameraServer> {
  const host = options.host ?? '127.0.0.1';
  const clips = await loadClips(options.cameras);
  const udp = await openUdpPair(host);
  const cameras = new Map<string, Camera>();
  const connections = new Set<RtspConnection>();
  const context = { cameras, guard: new DigestGuard('Xuncheng virtual camera'), udp };
  const server = createServer((socket: Socket) => {
    const connection = new RtspConnection(socket, context);
    connections.add(connection);
    socket.once('close', () => connections.delete(connection));
  });
  try {
    server.listen(options.port ?? 0, host);
    await once(server, 'listening');
  } catch (error) {
    await udp.close();
    throw error;
  }
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;

  for (const { path, file, username, password, offset = 0 } of options.cameras) {
    const clip = clips.get(file);
    if (!clip) throw new Error(`${file} was not loaded`);
    const credentials = username !== undefined && password !== undefined ? { username, password } : null;
    cameras.set(path, new Camera({ path, clip, credentials, offset }));
  }
  const camera = (path: string): Camera => {
    const found = cameras.get(path);
    if (!found) throw new Error(`no camera ${path}`);
    return found;
  };
  const heard = (_packet: Buffer, from: { address: string; port: number }): void => {
    for (const connection of connections) connection.heard(from.address, from.port);
  };
  udp.rtp.on('message', heard);
  udp.rtcp.on('message', heard);
  const timers: NodeJS.Timeout[] = [setInterval(() => { for (const connection of connections) connection.expire(); }, EXPIRY_CHECK_MS)];
  for (const { path, faults = [] } of options.cameras) {
    for (const { at, fault } of faults) {
      timers.push(setTimeout(() => {
        camera(path).setFault(fault).catch((error: unknown) => { process.emitWarning(`${path}: ${String(error)}`); });
      }, at * 1000));
    }
  }

  let closing: Promise<void> | null = null;
  const close = async (): Promise<void> => {
    for (const timer of timers) clearTimeout(timer);
    for (const each of cameras.values()) each.close();
    for (const connection of connections) connection.hangUp(false);
    server.close();
    await Promise.all([once(server, 'close'), udp.close()]);
  };
  return {
    port,
    url: path => {
      const { credentials } = camera(path);
      const login = credentials ? `${encodeURIComponent(credentials.username)}:${encodeURIComponent(credentials.password)}@` : '';
      return `rtsp://${login}${host.includes(':') ? `[${host}]` : host}:${String(port)}${path}`;
    },
    setFault: async (path, fault) => camera(path).setFault(fault),
    disconnect: (path, how = 'close') => { camera(path).disconnect(how === 'reset'); },
    position: path => camera(path).position(),
    clients: path => [...connections].flatMap(connection => connection.client(path) ?? []),
    close: () => closing ??= close(),
  };
}

/** Each file once, however many cameras play it. */
async function loadClips(cameras: readonly VirtualCamera[]): Promise<Map<string, Clip>> {
  const clips = new Map<string, Clip>();
  for (const { file } of cameras) {
    if (!clips.has(file)) clips.set(file, await loadClip(file));
  }
  return clips;
}
