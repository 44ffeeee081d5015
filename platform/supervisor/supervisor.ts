import { mkdirSync, realpathSync } from 'node:fs';
import type { Config } from '../../config/index.ts';
import { createLog, type Log } from '../log.ts';
import { mediasoupWorkerPath } from '../mediasoup-worker.ts';
import { freePort, isPortFree } from '../process/free-port.ts';
import { instanceVariable, killAll, processesOfInstance } from '../process/leftovers.ts';
import { takeFolder } from '../process/single-instance.ts';
import { startPrivatePostgres } from '../servers/private-postgres.ts';
import { startPrivateRedis } from '../servers/private-redis.ts';
import { prepareDatabase } from './prepare.ts';
import { demoPortVariable, installationSecret, type Prepare, type ProcessRole } from './role-context.ts';
import { startRoleProcess } from './role-process.ts';
import { StartRefused } from './start-refused.ts';

interface Closable {
  close(): Promise<void>;
  kill?(): void;
}

interface DatabaseUrls {
  readonly url: string;
  /** Of the owner; null = no migrations. */
  readonly adminUrl: string | null;
}

type Part = ProcessRole | 'redis' | 'postgres' | 'folder';
const endOrder: readonly Part[] = ['dashboard', 'vision', 'dispatcher', 'demo', 'redis', 'postgres', 'folder'];

/** The whole product on this host. */
export class Supervisor {
  readonly #config: Config;
  readonly #entry: string;
  readonly #log: Log;
  readonly #prepare: Prepare;
  readonly #say: (line: string) => void;
  readonly #parts = new Map<Part, Closable>();
  readonly #giveUp = new AbortController();
  #started: Promise<void> = Promise.resolve();
  #ready = false;
  #closed: Promise<void> | null = null;

  /**
   * @param entry the file that runs a role when started with `--role NAME`
   * @param say takes the lines that are meant for a person
   */
  constructor({ config, entry, prepare, say }: { config: Config; entry: string; prepare: Prepare; say: (line: string) => void }) {
    this.#config = config;
    this.#entry = entry;
    this.#prepare = prepare;
    this.#say = say;
    this.#log = createLog('supervisor');
  }

  /** Resolves when every role is ready. @throws StartRefused, or Error with the last lines of what did not start; {@link close} afterwards. */
  start(): Promise<void> {
    this.#started = this.#start();
    return this.#started;
  }

  async #start(): Promise<void> {
    const { environment } = this.#config;
    mkdirSync(environment.XUNCHENG_DATA, { recursive: true, mode: 0o700 });
    const dataDir = realpathSync(environment.XUNCHENG_DATA);
    await this.#takeFolder(dataDir);
    const port = await this.#choosePort();
    await killAll(() => processesOfInstance(dataDir));

    const [database, redisUrl] = await allOrFirstError([this.#database(dataDir), this.#redis(dataDir)], () => this.#giveUp.abort());
    this.#refuseIfClosing();
    const demoPort = this.#config.file === null ? await freePort() : null;
    await prepareDatabase({
      context: { config: this.#config, databaseUrl: database.url, redisUrl, secret: installationSecret(this.#config), demoPort },
      adminUrl: database.adminUrl, prepare: this.#prepare, log: this.#log, say: this.#say,
    });
    this.#refuseIfClosing();

    const env = roleEnvironment(this.#config, { dataDir, port, databaseUrl: database.url, redisUrl, demoPort });
    const roles: readonly ProcessRole[] = ['dispatcher', 'vision', 'dashboard', ...(demoPort === null ? [] : ['demo' as const])];
    await allOrFirstError(roles.map(async (role) => {
      this.#parts.set(role, await startRoleProcess({ role, entry: this.#entry, env, log: this.#log, signal: this.#giveUp.signal }));
    }), () => this.#giveUp.abort());
    this.#refuseIfClosing();
    this.#ready = true;
    const scheme = environment.TLS_CERT === undefined ? 'http' : 'https';
    const host = environment.HOST.includes(':') ? `[${environment.HOST}]` : environment.HOST;
    this.#say(`Xuncheng is ready: ${scheme}://${host}:${port}`);
  }

  /** Ends everything in order. Twice gives the same promise. */
  close(): Promise<void> {
    this.#closed ??= (async () => {
      // What is still starting gives up; what runs is ended in order below.
      if (!this.#ready) this.#giveUp.abort();
      await this.#started.catch(() => undefined);
      for (const name of endOrder) {
        await this.#parts.get(name)?.close().catch((error: unknown) => this.#log.error({ part: name, err: error }, 'did not end in order'));
      }
    })();
    return this.#closed;
  }

  /** Ends everything at once. */
  kill(): void {
    for (const name of endOrder) this.#parts.get(name)?.kill?.();
  }

  async #takeFolder(dataDir: string): Promise<void> {
    const release = await takeFolder(dataDir);
    if (release === null) throw new StartRefused(`another Xuncheng is running on the data folder ${dataDir}: end it, or choose another by XUNCHENG_DATA`);
    this.#parts.set('folder', { close: release });
  }

  async #choosePort(): Promise<number> {
    const { HOST, PORT } = this.#config.environment;
    if (PORT === 0) return freePort(HOST);
    const free = await isPortFree(HOST, PORT).catch((error: unknown) => {
      throw new StartRefused(`cannot listen on ${HOST}:${PORT}: ${error instanceof Error ? error.message : String(error)}`);
    });
    if (!free) throw new StartRefused(`port ${PORT} of ${HOST} is in use: end what listens on it, or choose another by PORT`);
    return PORT;
  }

  async #database(dataDir: string): Promise<DatabaseUrls> {
    const { DATABASE_URL, DATABASE_ADMIN_URL } = this.#config.environment;
    if (DATABASE_URL !== undefined) return { url: DATABASE_URL, adminUrl: DATABASE_ADMIN_URL ?? null };
    const postgres = await startPrivatePostgres({ dataDir, log: this.#log });
    this.#parts.set('postgres', postgres);
    return postgres;
  }

  async #redis(dataDir: string): Promise<string> {
    const { REDIS_URL } = this.#config.environment;
    if (REDIS_URL !== undefined) return REDIS_URL;
    const redis = await startPrivateRedis({ dataDir, log: this.#log });
    this.#parts.set('redis', redis);
    return redis.url;
  }

  #refuseIfClosing(): void {
    if (this.#giveUp.signal.aborted) throw new StartRefused('ended while starting');
  }
}

/** Waits for all, even after an error, so that nothing comes up behind our back; `onError` may tell the others to give up. */
async function allOrFirstError<T extends readonly Promise<unknown>[]>(work: readonly [...T], onError: () => void): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  let first: { error: unknown } | null = null;
  await Promise.all(work.map((one) => one.catch((error: unknown) => {
    first ??= { error };
    onError();
  })));
  if (first !== null) throw (first as { error: unknown }).error;
  return Promise.all(work);
}

function roleEnvironment(config: Config, { dataDir, port, databaseUrl, redisUrl, demoPort }: {
  dataDir: string; port: number; databaseUrl: string; redisUrl: string; demoPort: number | null;
}): NodeJS.ProcessEnv {
  // only the supervisor migrates and makes the first user
  const { DATABASE_ADMIN_URL: _owner, XUNCHENG_ADMIN_PASSWORD: _password, ...inherited } = process.env;
  return {
    ...inherited,
    XUNCHENG_DATA: dataDir,
    XUNCHENG_SECRET: installationSecret(config),
    HOST: config.environment.HOST,
    PORT: String(port),
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    MEDIASOUP_WORKER_BIN: mediasoupWorkerPath(),
    [instanceVariable]: dataDir,
    [demoPortVariable]: String(demoPort ?? 0),
    // a person at a terminal sees what is wrong, a log collector all
    LOG_LEVEL: process.env['LOG_LEVEL'] ?? (process.stderr.isTTY ? 'warn' : 'info'),
  };
}
