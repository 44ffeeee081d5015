import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Log } from '../log.ts';
import { instanceVariable, killAll, processesIn } from '../process/leftovers.ts';
import { ManagedProcess } from '../process/managed-process.ts';
import { supervise } from '../process/supervise.ts';
import { findPostgres, type PostgresBinaries } from './postgres-binaries.ts';
import { dataArgument, ensureCluster, serverEnvironment, superuser } from './postgres-cluster.ts';
import { onFreePort } from './on-free-port.ts';
import { randomPassword, readOrCreateSecrets, secretsFolder, writeSecrets } from './secrets-file.ts';

const host = '127.0.0.1';
const database = 'xuncheng';
const ownerRole = 'xuncheng_owner';
const appRole = 'xuncheng_app';

interface PostgresSecrets {
  superuser: string;
  owner: string;
  app: string;
  port: number;
}

export interface PrivatePostgres {
  /** As the application's role. */
  readonly url: string;
  /** As the owner, who migrates. */
  readonly adminUrl: string;
  pid(): number | undefined;
  restarts(): number;
  /** Ends it in order ("fast"), or by SIGKILL after 15 s. Twice gives the same promise. */
  close(): Promise<void>;
  kill(): void;
}

export interface PrivatePostgresOptions {
  /** The cluster lies in `postgres/`, its passwords in `secrets/postgres.json`. */
  readonly dataDir: string;
  readonly log: Log;
  /** False only for tests, whose data need not survive a power cut. */
  readonly durable?: boolean;
}

/**
 * A PostgreSQL of our own on loopback. Whenever it ends unasked it is started again, on the same port.
 * @throws Error with the server's last lines when it does not start
 */
export async function startPrivatePostgres({ dataDir, log, durable = true }: PrivatePostgresOptions): Promise<PrivatePostgres> {
  const binaries = findPostgres();
  const cluster = join(dataDir, 'postgres');
  const secretsFile = join(secretsFolder(dataDir), 'postgres.json');
  const secrets = readOrCreateSecrets<PostgresSecrets>(secretsFile, () => (
    { superuser: randomPassword(), owner: randomPassword(), app: randomPassword(), port: 0 }
  ));
  await ensureCluster(binaries, cluster, secrets.superuser);
  await clearAway(cluster);
  const { server, port } = await onFreePort({
    host,
    port: secrets.port,
    start: (port) => supervise({
      name: 'postgres',
      log,
      graceMs: 15_000,
      async start() {
        await clearAway(cluster);
        return startServer({ binaries, cluster, dataDir, port, durable, log });
      },
      ready: (_run, signal) => untilAccepting(urlOf(superuser, secrets.superuser, port, 'postgres'), signal),
    }),
  });
  if (port !== secrets.port) writeSecrets(secretsFile, { ...secrets, port });
  const superuserUrl = urlOf(superuser, secrets.superuser, port, 'postgres');
  try {
    await ensureRoles(superuserUrl, secrets);
    await ensureDatabase(superuserUrl);
  } catch (error) {
    await server.close();
    throw error;
  }
  return {
    url: urlOf(appRole, secrets.app, port, database),
    adminUrl: urlOf(ownerRole, secrets.owner, port, database),
    pid: () => server.pid(),
    restarts: () => server.restarts(),
    close: () => server.close(),
    kill: () => server.kill(),
  };
}

function urlOf(user: string, password: string, port: number, name: string): string {
  return `postgres://${user}:${password}@${host}:${port}/${name}`;
}

/** After SIGKILL of the server its children may hold the shared memory for a while, and its pid file names a process that may be another by now. */
async function clearAway(cluster: string): Promise<void> {
  await killAll(() => processesIn(cluster, /^postgres/));
  rmSync(join(cluster, 'postmaster.pid'), { force: true });
}

function startServer({ binaries, cluster, dataDir, port, durable, log }: {
  binaries: PostgresBinaries; cluster: string; dataDir: string; port: number; durable: boolean; log: Log;
}): ManagedProcess {
  const settings: Record<string, string | number> = {
    listen_addresses: host, port, unix_socket_directories: '', max_connections: 120, shared_buffers: '64MB',
    password_encryption: 'scram-sha-256', timezone: 'UTC', log_timezone: 'UTC', lc_messages: 'C', logging_collector: 'off',
    ...(durable ? {} : { fsync: 'off', full_page_writes: 'off' }),
  };
  return new ManagedProcess({
    command: binaries.postgres,
    args: ['-D', dataArgument(cluster), ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    cwd: cluster,
    env: { ...serverEnvironment(), [instanceVariable]: dataDir },
    ...binaries.runAs,
    // "fast" shutdown: ends connections, writes a checkpoint
    stopSignal: 'SIGINT',
    // "immediate": its children go too, at once; what was committed is in the log
    deathSignal: 'SIGQUIT',
    onLine: (line) => log.debug({ process: 'postgres' }, line),
  });
}

async function untilAccepting(url: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    try {
      await withClient(url, (client) => client.query('select 1'));
      return;
    } catch {
      await sleep(50, undefined, { signal });
    }
  }
}

/** The file of secrets is the truth about the passwords: a restored backup of the data folder works at once. */
async function ensureRoles(superuserUrl: string, secrets: PostgresSecrets): Promise<void> {
  await withClient(superuserUrl, async (client) => {
    for (const [role, password] of [[ownerRole, secrets.owner], [appRole, secrets.app]] as const) {
      const { rowCount } = await client.query('select 1 from pg_roles where rolname = $1', [role]);
      const verb = rowCount === 0 ? 'create' : 'alter';
      await client.query(`${verb} role ${role} with login nosuperuser nocreaterole nocreatedb password ${client.escapeLiteral(password)}`);
    }
  });
}

async function ensureDatabase(superuserUrl: string): Promise<void> {
  await withClient(superuserUrl, async (client) => {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [database]);
    if (rowCount === 0) await client.query(`create database ${database} owner ${ownerRole}`);
    await client.query(`revoke all on database ${database} from public`);
    await client.query(`grant connect, temporary on database ${database} to ${appRole}`);
  });
}

async function withClient<T>(connectionString: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 5_000 });
  // a connection that breaks fails the query that runs on it
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
