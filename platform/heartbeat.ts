import { hostname } from 'node:os';
import { sql } from 'kysely';
import type { Db } from './db/index.ts';
import type { Log } from './log.ts';

export type BeatingRole = 'vision' | 'dispatcher' | 'dashboard';
/** Seconds without a beat after which a role counts as down. */
export const heartbeatLimitSeconds = 15;
const periodMs = 3000;

/**
 * Says every 3 s that a process of this role is alive. A database that is away is no error here: silence is the message.
 * @returns ends the beat and takes the row away, so that an orderly end shows at once
 */
export function startHeartbeat(db: Db, role: BeatingRole, log: Log): { close(): Promise<void> } {
  const node = `${hostname()}:${process.pid}`;
  const beat = (): Promise<void> => db.insertInto('role_heartbeats').values({ role, node })
    .onConflict((c) => c.columns(['role', 'node']).doUpdateSet({ heartbeat_at: sql<Date>`app.now()` })).execute()
    .then(() => undefined, (error: unknown) => log.debug({ err: error }, 'heartbeat'));
  let running = beat();
  const timer = setInterval(() => { running = beat(); }, periodMs);
  timer.unref();
  return {
    async close() {
      clearInterval(timer);
      await running;
      await db.deleteFrom('role_heartbeats').where('role', '=', role)
        .where((e) => e.or([e('node', '=', node), e('heartbeat_at', '<', sql<Date>`app.now() - interval '1 day'`)])).execute().catch(() => undefined);
    },
  };
}
