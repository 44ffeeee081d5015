import { join } from 'node:path';
import type { Config } from '../../config/index.ts';
import { randomPassword, readOrCreateSecrets, secretsFolder } from '../servers/secrets-file.ts';
import { StartRefused } from './start-refused.ts';

/** Processes of the product; `demo` (virtual cameras and the demo city) runs where no configuration is named. */
export const processRoles = ['vision', 'dispatcher', 'dashboard', 'demo'] as const;
export type ProcessRole = (typeof processRoles)[number];

/** What a role's process is given to begin with. */
export interface RoleContext {
  readonly config: Config;
  /** As the application's role. */
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** The installation's secret, the same for all roles on all hosts. */
  readonly secret: string;
  /** Port of the demo's virtual cameras; null = no demo. */
  readonly demoPort: number | null;
}

/** A role at work. */
export interface RunningRole {
  close(): Promise<void>;
}

/** Wires a role; resolves when it does its work. */
export type StartRole = (role: ProcessRole, context: RoleContext) => Promise<RunningRole>;

/** Brings the migrated database up to date with what this installation ships and is configured with. */
export type Prepare = (context: RoleContext) => Promise<{
  /** The one-time password of the user admin, on the first start. */
  readonly adminPassword: string | null;
}>;

/** How the supervisor tells its roles the demo's port. */
export const demoPortVariable = 'XUNCHENG_DEMO_PORT';

/** Made on the first start in `secrets/installation.json`, or named by XUNCHENG_SECRET where several hosts share a database. */
export function installationSecret(config: Config): string {
  const { XUNCHENG_SECRET, XUNCHENG_DATA } = config.environment;
  if (XUNCHENG_SECRET !== undefined) return XUNCHENG_SECRET;
  return readOrCreateSecrets(join(secretsFolder(XUNCHENG_DATA), 'installation.json'), () => ({ secret: randomPassword() })).secret;
}

/**
 * Of what runs by itself: a role's process, or the preparation of several hosts.
 * @throws StartRefused naming each variable that is missing
 */
export function aloneContext(what: string, config: Config): RoleContext {
  const { DATABASE_URL, REDIS_URL, XUNCHENG_SECRET } = config.environment;
  const needed = { DATABASE_URL, REDIS_URL, XUNCHENG_SECRET };
  const missing = Object.entries(needed).flatMap(([name, value]) => (value === undefined ? [name] : []));
  if (DATABASE_URL === undefined || REDIS_URL === undefined || XUNCHENG_SECRET === undefined) {
    throw new StartRefused(`${what} alone needs ${missing.join(', ')}, the same as on the other hosts`);
  }
  const demoPort = Number(process.env[demoPortVariable] ?? 0);
  return { config, databaseUrl: DATABASE_URL, redisUrl: REDIS_URL, secret: XUNCHENG_SECRET, demoPort: demoPort === 0 ? null : demoPort };
}
