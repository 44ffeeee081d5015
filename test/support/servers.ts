import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '../../platform/db/migrate.ts';
import { createLog } from '../../platform/log.ts';
import { findPostgres } from '../../platform/servers/postgres-binaries.ts';
import { startPrivatePostgres, type PrivatePostgres } from '../../platform/servers/private-postgres.ts';
import { writeSecrets } from '../../platform/servers/secrets-file.ts';
import { startPrivateRedis, type PrivateRedis } from '../../platform/servers/private-redis.ts';

export interface TestServers {
  /** As the application's role. */
  readonly databaseUrl: string;
  /** As the owner. */
  readonly adminUrl: string;
  readonly redisUrl: string;
  readonly dataDir: string;
  readonly postgres: PrivatePostgres;
  readonly redis: PrivateRedis;
  /** Ends both and removes their data. */
  close(): Promise<void>;
}

/** Real PostgreSQL and Redis for one test file, empty but for the schema, on ports and in a folder of their own. */
export async function startTestServers({ migrated = true }: { migrated?: boolean } = {}): Promise<TestServers> {
  const log = createLog('test-servers');
  log.level = process.env['LOG_LEVEL'] ?? 'error';
  const dataDir = realpathSync(mkdtempSync(join(tmpdir(), 'xuncheng-test-')));
  await prepareDataFolder(dataDir);
  const [postgres, redis] = await Promise.all([
    startPrivatePostgres({ dataDir, log, durable: false }),
    startPrivateRedis({ dataDir, log }),
  ]);
  if (migrated) await migrate(postgres.adminUrl);
  return {
    databaseUrl: postgres.url,
    adminUrl: postgres.adminUrl,
    redisUrl: redis.url,
    dataDir,
    postgres,
    redis,
    async close() {
      await Promise.all([postgres.close(), redis.close()]);
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Puts an empty cluster into an empty data folder, so that a first start there need not make it. */
export async function prepareDataFolder(dataDir: string): Promise<void> {
  execFileSync('cp', ['-a', `${await template()}/.`, dataDir]);
}

/** initdb takes a second or two, a copy of what it makes a tenth: an empty cluster with the roles and the database is kept. */
async function template(): Promise<string> {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'xuncheng');
  const folder = join(cache, `test-cluster-2-${findPostgres().version}-${process.arch}`);
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const fresh = mkdtempSync(join(cache, 'test-cluster-'));
  try {
    const log = createLog('test-servers');
    log.level = 'error';
    const postgres = await startPrivatePostgres({ dataDir: fresh, log, durable: false });
    await postgres.close();
    // each copy takes a port of its own
    const secretsFile = join(fresh, 'secrets/postgres.json');
    writeSecrets(secretsFile, { ...JSON.parse(readFileSync(secretsFile, 'utf8')) as object, port: 0 });
    renameSync(fresh, folder);
  } catch (error) {
    // another test file may have made it meanwhile
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return folder;
}
