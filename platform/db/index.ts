import { Kysely, PostgresDialect, sql, type Transaction } from 'kysely';
import pg from 'pg';
import type { Database } from './schema.ts';

export type Db = Kysely<Database>;
/** A transaction, or the database itself: what a query may run on. */
export type DbOrTx = Db | Transaction<Database>;
export type Tx = Transaction<Database>;

// dates without a time stay text: 2026-10-01 is a day of the calendar, not an instant
pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text);

/**
 * Opens a pool as the application's role. Connections wait at most 5 s, and statements run at most 30 s, so that a database that hangs
 * is an error and not a silence.
 */
export function openDatabase(url: string, options: { max?: number; name?: string } = {}): Db {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max ?? 10,
    connectionTimeoutMillis: 5000,
    statement_timeout: 30_000,
    application_name: options.name ?? 'xuncheng',
    options: '-c search_path=app,pg_catalog -c timezone=UTC',
  });
  // an idle connection that breaks is replaced by the pool; without a listener it would end the process
  pool.on('error', () => undefined);
  // the pool listens to idle connections only: one that breaks while it is in use fails its query, and must not end the process besides
  pool.on('connect', (client) => client.on('error', () => undefined));
  return new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
}

/** The database's time; the only clock that rules about people's time may use. */
export async function databaseNow(db: DbOrTx): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`select app.now() as now`.execute(db);
  return rows[0]!.now;
}
