import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * What a proxy does with its connections.
 * - `pass`: forwards
 * - `refuse`: new connections are reset at once; those that stand go on
 * - `blackhole`: nothing is forwarded or read any more, connections stay open, new ones too
 * - `reset`: every connection is reset, new ones too
 * - `delay`: each piece is forwarded so many milliseconds later, in order
 * - `throttle`: at most so many bytes a second, per connection and direction
 * - `cut`: a connection is reset when so many bytes have come back from the server, counted from the change of mode
 */
export type ProxyMode =
  | { readonly kind: 'pass' | 'refuse' | 'blackhole' | 'reset' }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'throttle'; readonly bytesPerSecond: number }
  | { readonly kind: 'cut'; readonly afterBytes: number };

export interface FaultProxy {
  readonly port: number;
  /** Connections that stand. */
  readonly connections: number;
  /** Connections ever accepted. */
  readonly accepted: number;
  /** Takes effect at once on every connection. */
  setMode(mode: ProxyMode): void;
  /** Resets every connection once, whatever the mode. */
  resetAll(): void;
  close(): Promise<void>;
}

/** Bytes that may be on their way in one direction of a delayed connection. */
const DELAY_LINE_BYTES = 4 * 1024 * 1024;

interface Link { readonly client: Socket; readonly server: Socket; returned: number }

/** Starts a TCP proxy on a free loopback port, for tests that break the way to a server. */
export async function startFaultProxy(target: { readonly host?: string; readonly port: number; readonly mode?: ProxyMode }): Promise<FaultProxy> {
  let mode: ProxyMode = target.mode ?? { kind: 'pass' };
  let changed = Promise.withResolvers<void>();
  let accepted = 0;
  const links = new Set<Link>();

  const resetLink = (link: Link): void => {
    for (const socket of [link.client, link.server]) {
      // Before it is connected a socket cannot be reset, only dropped.
      if (socket.connecting) socket.destroy();
      else socket.resetAndDestroy();
    }
  };

  /** Waits until the piece may go on; false when the connection is to end instead. */
  const admit = async (link: Link, bytes: number, returning: boolean, due: number): Promise<boolean> => {
    while (mode.kind === 'blackhole') await changed.promise;
    switch (mode.kind) {
      case 'pass': case 'refuse': return true;
      case 'delay': { await sleep(Math.max(0, due - performance.now())); return true; }
      case 'reset': return false;
      case 'throttle': { await sleep(bytes * 1000 / mode.bytesPerSecond); return true; }
      case 'cut': {
        if (returning) link.returned += bytes;
        return link.returned < mode.afterBytes;
      }
    }
  };

  const forward = async (link: Link, chunk: Buffer, to: Socket, due: number): Promise<boolean> => {
    for (const piece of mode.kind === 'throttle' ? slices(chunk, mode.bytesPerSecond / 10) : [chunk]) {
      if (!await admit(link, piece.length, to === link.client, due)) { resetLink(link); return false; }
      if (to.destroyed) return false;
      if (!to.write(piece)) await Promise.race([once(to, 'drain'), once(to, 'close')]);
    }
    return true;
  };

  const pump = async (link: Link, from: Socket, to: Socket): Promise<void> => {
    let last = Promise.resolve(true);
    let waiting = 0;
    try {
      for await (const chunk of from as AsyncIterable<Buffer>) {
        const due = performance.now() + (mode.kind === 'delay' ? mode.ms : 0);
        waiting += chunk.length;
        last = last.then(async open => {
          const more = open && await forward(link, chunk, to, due);
          waiting -= chunk.length;
          return more;
        });
        last.catch(() => undefined);
        // What is delayed is on its way; everything else goes one by one, so that a sender feels a receiver that does not read.
        if ((mode.kind !== 'delay' || waiting > DELAY_LINE_BYTES) && !await last) return;
      }
      await last;
      while (mode.kind === 'blackhole') await changed.promise;
      to.end();
    } catch {
      // The error of one end is the end of the other, unless nothing comes through.
      while (mode.kind === 'blackhole') await changed.promise;
      to.destroy();
    }
  };

  const server = createServer({ allowHalfOpen: true }, client => {
    accepted += 1;
    if (mode.kind === 'refuse' || mode.kind === 'reset') { client.resetAndDestroy(); return; }
    const link: Link = { client, server: connect({ host: target.host ?? '127.0.0.1', port: target.port, allowHalfOpen: true }), returned: 0 };
    links.add(link);
    for (const [socket, other] of [[client, link.server], [link.server, client]] as const) {
      socket.setNoDelay(true);
      // Handled by the pump, which reads the same error.
      socket.on('error', () => undefined);
      socket.once('close', () => { if (other.destroyed) links.delete(link); });
      void pump(link, socket, other);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;

  const setMode = (next: ProxyMode): void => {
    mode = next;
    for (const link of links) link.returned = 0;
    if (next.kind === 'reset') for (const link of links) resetLink(link);
    changed.resolve();
    changed = Promise.withResolvers<void>();
  };
  let closing: Promise<void> | null = null;
  const close = async (): Promise<void> => {
    setMode({ kind: 'reset' });
    server.close();
    await once(server, 'close');
  };
  return {
    port,
    get connections() { return links.size; },
    get accepted() { return accepted; },
    setMode,
    resetAll: () => { for (const link of links) resetLink(link); },
    close: () => closing ??= close(),
  };
}

function slices(chunk: Buffer, size: number): Buffer[] {
  const step = Math.max(1, Math.floor(size));
  return Array.from({ length: Math.ceil(chunk.length / step) }, (_, index) => chunk.subarray(index * step, (index + 1) * step));
}
