import { once } from 'node:events';
import { createServer } from 'node:net';

/** True when `port` of `host` can be listened on now. @throws Error for other reasons than its being in use, as a host that is not ours */
export async function isPortFree(host: string, port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen({ host, port, exclusive: true });
    await once(server, 'listening');
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
    throw error;
  } finally {
    server.close();
  }
}

/** A port of `host` that nobody listened on a moment ago; whoever uses it may still have to try another. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  const server = createServer();
  server.listen({ host, port: 0, exclusive: true });
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => { server.close(resolve); });
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}
