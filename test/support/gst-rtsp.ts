import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';
import { z } from 'zod';

export interface GstRtspOptions {
  /** An MP4 file. */
  readonly file: string;
  readonly codec?: 'h264' | 'hevc';
  /** Begins with a slash. */
  readonly path?: string;
  readonly username?: string;
  readonly password?: string;
  readonly auth?: 'basic' | 'digest';
  /** One running stream for all clients; otherwise each gets the file from its beginning. Either way it is played once. */
  readonly shared?: boolean;
}

export interface GstRtspServer {
  readonly port: number;
  /** With user and password, where they are asked for. */
  readonly url: string;
  readonly pid: number;
  close(): Promise<void>;
}

// Debian's packages belong to this Python, whatever comes first on the PATH.
const PYTHON = '/usr/bin/python3';
const SCRIPT = fileURLToPath(new URL('gst-rtsp.py', import.meta.url));

/**
 * Starts an RTSP server that we did not write, on a free loopback port; it ends with this process.
 * @throws Error with what it said, when it does not come up
 */
export async function startGstRtspServer(options: GstRtspOptions): Promise<GstRtspServer> {
  const { path = '/camera', username, password } = options;
  if (!existsSync(options.file)) throw new Error(`${options.file} does not exist`);
  const child = spawn(PYTHON, [SCRIPT, JSON.stringify({ ...options, path })], { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => { said = (said + chunk.toString()).slice(-4000); });
  const exited = once(child, 'exit');
  const firstLine = once(createInterface(child.stdout), 'line').then(([line]: unknown[]) => String(line));
  const line = await Promise.race([firstLine, exited.then(() => { throw new Error(`gst-rtsp-server did not start: ${said}`); })]);
  const { port } = z.object({ port: z.number() }).parse(JSON.parse(line));
  const login = username !== undefined && password !== undefined ? `${encodeURIComponent(username)}:${encodeURIComponent(password)}@` : '';
  let closing: Promise<void> | null = null;
  const close = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  return { port, url: `rtsp://${login}127.0.0.1:${String(port)}${path}`, pid: child.pid ?? 0, close: () => closing ??= close() };
}
