import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { realpathSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Takes a data folder for this process alone. What holds it is a listening socket, which no kind of death leaves behind: on Linux
 * with an abstract name, elsewhere a file that is taken over when nobody answers on it.
 * @returns the release, or null when another process has the folder
 */
export async function takeFolder(folder: string): Promise<(() => Promise<void>) | null> {
  const name = `xuncheng-${createHash('sha256').update(realpathSync(folder)).digest('hex').slice(0, 32)}`;
  const path = process.platform === 'linux' ? `\0${name}` : join(tmpdir(), `${name}.sock`);
  const server = await listening(path) ?? (await answers(path) ? null : await takeOver(path));
  if (server === null) return null;
  server.unref();
  return () => new Promise((resolve) => { server.close(() => resolve()); });
}

async function listening(path: string): Promise<Server | null> {
  const server = createServer((socket) => socket.destroy());
  try {
    server.listen({ path });
    await once(server, 'listening');
    return server;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return null;
    throw error;
  }
}

async function answers(path: string): Promise<boolean> {
  const socket = connect({ path });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function takeOver(path: string): Promise<Server | null> {
  if (!path.startsWith('\0')) rmSync(path, { force: true });
  return listening(path);
}
