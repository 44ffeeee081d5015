import { randomBytes } from 'node:crypto';
import { chmodSync, closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const randomPassword = (): string => randomBytes(24).toString('base64url');

/** The folder of generated secrets, for our user alone. */
export function secretsFolder(dataDir: string): string {
  const folder = join(dataDir, 'secrets');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  return folder;
}

/** Reads a file of secrets (JSON, mode 0600), made by `create` where there is none. */
export function readOrCreateSecrets<T extends object>(file: string, create: () => T): T {
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as T;
  const secrets = create();
  writeSecrets(file, secrets);
  return secrets;
}

/** Written beside, flushed and renamed, so that a power cut leaves the old file or the new one. */
export function writeSecrets(file: string, secrets: object): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}`;
  const handle = openSync(temporary, 'w', 0o600);
  writeFileSync(handle, `${JSON.stringify(secrets, null, 2)}\n`);
  fsyncSync(handle);
  closeSync(handle);
  renameSync(temporary, file);
}
