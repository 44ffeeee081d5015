import pg from 'pg';
import { tellErrors, type Config } from '../../config/index.ts';
import { Invalid } from '../../domain/errors.ts';
import { migrate, missingMigrations } from '../db/migrate.ts';
import type { Log } from '../log.ts';
import { aloneContext, type Prepare, type RoleContext } from './role-context.ts';
import { StartRefused } from './start-refused.ts';

/** Key of the lock under which an installation is prepared: of several hosts that begin at once, one after the other. */
const lock = 7_240_413;

/**
 * Brings the database of an installation to this version and to its configuration: schema, catalogue, models, cameras, first user.
 * @param adminUrl of the owner; null = the schema is taken as it is
 * @throws StartRefused with what a person has to mend
 */
export async function prepareDatabase({ context, adminUrl, prepare, log, say }: {
  context: RoleContext; adminUrl: string | null; prepare: Prepare; log: Log; say: (line: string) => void;
}): Promise<void> {
  const client = new pg.Client({ connectionString: context.databaseUrl });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [lock]);
    if (adminUrl === null) log.info('DATABASE_ADMIN_URL is not set: the database is taken as it is, without migrations');
    else {
      const applied = await migrate(adminUrl);
      if (applied.length > 0) log.info({ applied }, 'migrated');
    }
    await assertPrepared(context.databaseUrl);
    const { adminPassword } = await prepare(context).catch((error: unknown) => {
      throw error instanceof Invalid ? new StartRefused(tellErrors(error.errors)) : error;
    });
    if (adminPassword !== null) say(`First start: sign in as admin with the one-time password ${adminPassword}`);
  } finally {
    await client.end();
  }
}

/** @throws StartRefused when the database lacks what this version needs */
export async function assertPrepared(databaseUrl: string): Promise<void> {
  const missing = await missingMigrations(databaseUrl);
  if (missing.length > 0) throw new StartRefused(`the database lacks ${missing.join(', ')}: run "main.ts --prepare" once, with DATABASE_ADMIN_URL, and start the roles then`);
}

/** Prepares the installation of several hosts, on one of them. */
export async function prepareHere(config: Config, { prepare, log }: { prepare: Prepare; log: Log }): Promise<void> {
  const { DATABASE_ADMIN_URL } = config.environment;
  const context = aloneContext('--prepare', config);
  if (DATABASE_ADMIN_URL === undefined) throw new StartRefused('--prepare needs DATABASE_ADMIN_URL, the owner of the database, who migrates');
  await prepareDatabase({ context, adminUrl: DATABASE_ADMIN_URL, prepare, log, say: (line) => console.log(line) });
  console.log('Xuncheng is prepared');
}
