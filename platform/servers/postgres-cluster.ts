import { execFile } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PostgresBinaries } from './postgres-binaries.ts';

const run = promisify(execFile);

/** PostgreSQL's own superuser; the product never connects as it but to make its two roles. */
export const superuser = 'postgres';

/**
 * Where the server finds its data. `nobody` may enter the data folder but perhaps none above it (a checkout under a home of mode 0700),
 * so on Linux the server is started in the folder and goes by the kernel's link to it.
 */
export function dataArgument(cluster: string): string {
  return process.platform === 'linux' ? '/proc/self/cwd' : cluster;
}

/** Makes an empty cluster in `cluster`, unless there is one. What an interrupted initdb left is thrown away. */
export async function ensureCluster(binaries: PostgresBinaries, cluster: string, superuserPassword: string): Promise<void> {
  const finished = `${cluster}.initialised`;
  if (existsSync(finished)) return;
  if (existsSync(cluster)) rmSync(cluster, { recursive: true });
  mkdirSync(cluster, { recursive: true });
  own(binaries, cluster);
  const scratch = mkdtempSync(join(tmpdir(), 'xuncheng-initdb-'));
  const passwordFile = join(scratch, 'password');
  try {
    writeFileSync(passwordFile, superuserPassword, { mode: 0o600 });
    for (const path of [scratch, passwordFile]) if (binaries.runAs) chownSync(path, binaries.runAs.uid, binaries.runAs.gid);
    await run(binaries.initdb, [
      '-D', dataArgument(cluster), '-U', superuser, `--pwfile=${passwordFile}`, '--auth=scram-sha-256',
      '--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--data-checksums',
    ], { cwd: cluster, env: serverEnvironment(), ...binaries.runAs });
    writeFileSync(finished, `PostgreSQL ${binaries.version}\n`);
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    throw new Error(`PostgreSQL's initdb failed: ${stderr.trim() || String(error)}`, { cause: error });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function own(binaries: PostgresBinaries, cluster: string): void {
  chmodSync(cluster, 0o700);
  if (binaries.runAs) chownSync(cluster, binaries.runAs.uid, binaries.runAs.gid);
}

/** The server gets none of our environment: that may hold secrets, and PG* variables would change what it does. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
}
