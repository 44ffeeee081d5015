import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';

const shippedMigrations = join(import.meta.dirname, 'migrations');

const migrationsOf = async (folder: string): Promise<string[]> => (await readdir(folder)).filter((f) => f.endsWith('.sql')).toSorted();

/**
 * Names of what this version has and the database has not had.
 * @param databaseUrl connection of the application's role
 */
export async function missingMigrations(databaseUrl: string): Promise<readonly string[]> {
  const wanted = await migrationsOf(shippedMigrations);
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5000 });
  await client.connect();
  try {
    const { rows: [table] } = await client.query<{ readable: boolean | null }>(`select has_table_privilege(to_regclass('public.xuncheng_migrations'), 'select') as readable`);
    if (table?.readable !== true) return wanted;
    const { rows } = await client.query<{ name: string }>('select name from public.xuncheng_migrations');
    return wanted.filter((name) => !rows.some((r) => r.name === name));
  } finally {
    await client.end();
  }
}

/**
 * Brings the schema up to date, each file of migrations/ once, in order of name, in one transaction each. Concurrent callers wait
 * for one another. Throws when an applied file was changed afterwards: then the database and the code disagree about the past.
 * @param adminUrl connection of the owner; the role xuncheng_app must exist.
 * @param folder where the migrations lie, when not the shipped ones
 */
export async function migrate(adminUrl: string, folder = shippedMigrations): Promise<readonly string[]> {
  // a migration meets the schema under the same path whether it is the first of this connection or comes after others
  const client = new pg.Client({ connectionString: adminUrl, options: '-c search_path=app' });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock(7240411)');
    await client.query(`create table if not exists public.xuncheng_migrations
      (name text primary key, sha256 text not null, applied_at timestamptz not null default now())`);
    const { rows } = await client.query<{ name: string; sha256: string }>('select name, sha256 from public.xuncheng_migrations');
    const applied = new Map(rows.map((r) => [r.name, r.sha256]));
    const done: string[] = [];
    for (const name of await migrationsOf(folder)) {
      const sql = await readFile(join(folder, name), 'utf8');
      const sha256 = createHash('sha256').update(sql).digest('hex');
      const known = applied.get(name);
      if (known === sha256) continue;
      if (known !== undefined) throw new Error(`migration ${name} was changed after it had been applied to this database`);
      await client.query('begin');
      try {
        await client.query(sql);
        await client.query('insert into public.xuncheng_migrations (name, sha256) values ($1, $2)', [name, sha256]);
        await client.query('commit');
      } catch (error) {
        await client.query('rollback');
        throw new Error(`migration ${name} failed: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      }
      done.push(name);
    }
    await client.query('grant select on public.xuncheng_migrations to xuncheng_app');
    return done;
  } finally {
    await client.end();
  }
}
