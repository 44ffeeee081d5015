import { freePort, isPortFree } from '../process/free-port.ts';
import type { Supervised } from '../process/supervise.ts';

/** Starts a server on its usual port, or on another when that is taken, even if it is taken between the look and the start. */
export async function onFreePort({ host, port, start }: {
  host: string;
  /** 0 = none is usual yet. */
  port: number;
  start: (port: number) => Promise<Supervised>;
}): Promise<{ server: Supervised; port: number }> {
  for (let tries = 1; ; tries += 1) {
    const chosen = tries === 1 && port !== 0 && await isPortFree(host, port) ? port : await freePort(host);
    try {
      return { server: await start(chosen), port: chosen };
    } catch (error) {
      if (tries === 5 || await isPortFree(host, chosen)) throw error;
    }
  }
}
