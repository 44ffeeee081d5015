import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Log } from '../log.ts';
import { instanceVariable, killAll, processesIn } from '../process/leftovers.ts';
import { ManagedProcess } from '../process/managed-process.ts';
import { supervise } from '../process/supervise.ts';
import { onFreePort } from './on-free-port.ts';
import { randomPassword, readOrCreateSecrets, secretsFolder, writeSecrets } from './secrets-file.ts';

const host = '127.0.0.1';

export interface PrivateRedis {
  readonly url: string;
  pid(): number | undefined;
  restarts(): number;
  /** Twice gives the same promise. */
  close(): Promise<void>;
  kill(): void;
}

/**
 * A redis-server of our own on loopback: append-only file, nothing evicted, a generated password. Whenever it ends unasked it is
 * started again, on the same port.
 * @param dataDir its files lie in `redis/`, its password in `secrets/redis.json`
 * @throws Error with the server's last lines when it does not start
 */
export async function startPrivateRedis({ dataDir, log }: { dataDir: string; log: Log }): Promise<PrivateRedis> {
  const folder = join(dataDir, 'redis');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const secretsFile = join(secretsFolder(dataDir), 'redis.json');
  const secrets = readOrCreateSecrets(secretsFile, () => ({ password: randomPassword(), port: 0 }));
  const clearAway = (): Promise<number> => killAll(() => processesIn(folder, /^redis-/));
  await clearAway();
  const { password } = secrets;
  const urlOf = (port: number): string => `redis://:${password}@${host}:${port}`;
  const { server, port } = await onFreePort({
    host,
    port: secrets.port,
    start: (port) => supervise({
      name: 'redis',
      log,
      async start() {
        await clearAway();
        return startServer({ folder, dataDir, port, password, log });
      },
      ready: (_run, signal) => untilLoaded(urlOf(port), signal),
    }),
  });
  if (port !== secrets.port) writeSecrets(secretsFile, { password, port });
  return { url: urlOf(port), pid: () => server.pid(), restarts: () => server.restarts(), close: () => server.close(), kill: () => server.kill() };
}

function startServer({ folder, dataDir, port, password, log }: {
  folder: string; dataDir: string; port: number; password: string; log: Log;
}): ManagedProcess {
  const run = new ManagedProcess({
    command: 'redis-server',
    // the settings come on stdin: a password among the arguments is seen by every user of the host
    args: ['-'],
    cwd: folder,
    env: { PATH: process.env['PATH'], LC_ALL: 'C', [instanceVariable]: dataDir },
    stdio: ['pipe', 'pipe', 'pipe'],
    // it flushes its file and ends
    deathSignal: 'SIGTERM',
    onLine: (line) => log.debug({ process: 'redis' }, line),
  });
  run.child.stdin?.on('error', () => undefined).end(settings({ port, password }));
  return run;
}

/** Relative to the folder it is started in. */
function settings({ port, password }: { port: number; password: string }): string {
  return [
    `bind ${host}`, `port ${port}`, `requirepass ${password}`, 'protected-mode yes', 'daemonize no', 'dir ./',
    'appendonly yes', 'appendfsync everysec', 'aof-load-truncated yes', 'save ""', 'maxmemory-policy noeviction', 'loglevel notice', '',
  ].join('\n');
}

async function untilLoaded(url: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0, connectTimeout: 2_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.ping();
      return;
    } catch {
      await sleep(50, undefined, { signal });
    } finally {
      client.disconnect();
    }
  }
}
