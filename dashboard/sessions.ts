import { createHash, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { SessionUser } from '../domain/desk-views.ts';
import { scopeOf, type Actor } from '../domain/roles.ts';
import type { Db, DbOrTx } from '../platform/db/index.ts';

/** What somebody shows to prove who he is: the session's cookie or an API token. Only hashes of either are stored. */
export interface Credential {
  readonly kind: 'session' | 'token';
  readonly secret: string;
}

export interface SignedIn {
  readonly kind: Credential['kind'];
  /** Hash of the secret, hex: names the session without opening it. */
  readonly id: string;
  readonly user: SessionUser;
  readonly actor: Actor;
  /** ISO time; null for a token. */
  readonly expiresAt: string | null;
}

/** Hours without a request, and days in all, after which a session ends. */
const idleHours = 12;
const lifeDays = 7;

const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();
export const newSecret = (): string => randomBytes(32).toString('base64url');
export const tokenPrefix = 'xct_';

export interface Sessions {
  open(userId: string, agent: string | null): Promise<{ secret: string; expiresAt: Date }>;
  /** Null when unknown, expired, revoked, or when the person is disabled. */
  find(credential: Credential): Promise<SignedIn | null>;
  /** The same for many, by id, without counting as use: those that are absent from the answer have ended. */
  stillSignedIn(ids: readonly string[]): Promise<ReadonlyMap<string, SignedIn>>;
  end(id: string): Promise<void>;
  /** Ends all of a person's sessions; with `tokens` his API tokens too. */
  endAll(db: DbOrTx, userId: string, options?: { tokens?: boolean }): Promise<void>;
  issueToken(userId: string, name: string): Promise<{ id: string; token: string; createdAt: Date }>;
}

export function createSessions(db: Db): Sessions {
  const people = () => db.selectFrom('users').leftJoin('units', 'units.id', 'users.unit_id').where('users.disabled_at', 'is', null).select([
    'users.id', 'users.username', 'users.display_name', 'users.roles', 'users.language', 'users.must_change_password', 'users.phone',
    'units.id as unit_id', 'units.name as unit_name', 'units.level as unit_level',
  ]);
  const sessions = () => people().innerJoin('sessions', 'sessions.user_id', 'users.id')
    .select(['sessions.token_hash', 'sessions.expires_at', sql<boolean>`sessions.last_seen_at < app.now() - interval '1 minute'`.as('stale')])
    .where(sql<boolean>`sessions.expires_at > app.now() and sessions.last_seen_at > app.now() - make_interval(hours => ${idleHours})`);
  const tokens = () => people().innerJoin('api_tokens', 'api_tokens.user_id', 'users.id').where('api_tokens.revoked_at', 'is', null)
    .select(['api_tokens.token_hash', sql<boolean>`coalesce(api_tokens.last_used_at < app.now() - interval '1 minute', true)`.as('stale')]);

  type Row = Awaited<ReturnType<ReturnType<typeof tokens>['executeTakeFirstOrThrow']>>;
  function signedIn(row: Row, kind: Credential['kind'], expiresAt: Date | null): SignedIn {
    const unit = row.unit_id === null ? null : { id: row.unit_id, name: row.unit_name ?? row.unit_id };
    const scope = scopeOf(row.roles, unit === null ? null : { id: unit.id, level: row.unit_level ?? 3 });
    return {
      kind,
      id: row.token_hash.toString('hex'),
      user: {
        id: row.id, username: row.username, name: row.display_name, roles: row.roles, unit, scope, language: row.language, mustChangePassword: row.must_change_password,
      },
      actor: { userId: row.id, name: row.display_name, roles: row.roles, unitId: unit?.id ?? null, scope },
      expiresAt: expiresAt?.toISOString() ?? null,
    };
  }

  return {
    async open(userId, agent) {
      const secret = newSecret();
      await db.deleteFrom('sessions').where('expires_at', '<', sql<Date>`app.now()`).execute();
      const { expires_at } = await db.insertInto('sessions').values({
        token_hash: hashOf(secret), user_id: userId, agent: agent?.slice(0, 300) ?? null, expires_at: sql<Date>`app.now() + make_interval(days => ${lifeDays})`,
      }).returning('expires_at').executeTakeFirstOrThrow();
      return { secret, expiresAt: expires_at };
    },
    async find({ kind, secret }) {
      const hash = hashOf(secret);
      if (kind === 'session') {
        const row = await sessions().where('sessions.token_hash', '=', hash).executeTakeFirst();
        if (row?.stale === true) await db.updateTable('sessions').set({ last_seen_at: sql<Date>`app.now()` }).where('token_hash', '=', hash).execute();
        return row === undefined ? null : signedIn(row, kind, row.expires_at);
      }
      const row = await tokens().where('api_tokens.token_hash', '=', hash).executeTakeFirst();
      if (row?.stale === true) await db.updateTable('api_tokens').set({ last_used_at: sql<Date>`app.now()` }).where('token_hash', '=', hash).execute();
      return row === undefined ? null : signedIn(row, kind, null);
    },
    async stillSignedIn(ids) {
      const found = new Map<string, SignedIn>();
      if (ids.length === 0) return found;
      const hashes = ids.map((id) => Buffer.from(id, 'hex'));
      for (const row of await sessions().where('sessions.token_hash', 'in', hashes).execute()) found.set(row.token_hash.toString('hex'), signedIn(row, 'session', row.expires_at));
      for (const row of await tokens().where('api_tokens.token_hash', 'in', hashes).execute()) found.set(row.token_hash.toString('hex'), signedIn(row, 'token', null));
      return found;
    },
    async end(id) {
      await db.deleteFrom('sessions').where('token_hash', '=', Buffer.from(id, 'hex')).execute();
    },
    async endAll(on, userId, options = {}) {
      await on.deleteFrom('sessions').where('user_id', '=', userId).execute();
      if (options.tokens === true) {
        await on.updateTable('api_tokens').set({ revoked_at: sql<Date>`app.now()` }).where('user_id', '=', userId).where('revoked_at', 'is', null).execute();
      }
    },
    async issueToken(userId, name) {
      const token = tokenPrefix + newSecret();
      const row = await db.insertInto('api_tokens').values({ token_hash: hashOf(token), user_id: userId, name }).returning(['id', 'created_at']).executeTakeFirstOrThrow();
      return { id: row.id, token, createdAt: row.created_at };
    },
  };
}
