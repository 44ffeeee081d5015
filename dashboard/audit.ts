import type { Db } from '../platform/db/index.ts';
import type { Log } from '../platform/log.ts';
import type { SignedIn } from './sessions.ts';

export interface AuditEntry {
  readonly user: { readonly id: string | null; readonly name: string };
  readonly action: string;
  readonly object?: string | undefined;
  readonly detail?: Readonly<Record<string, unknown>> | undefined;
  readonly ip?: string | undefined;
}

/** Who looked at or took out what. Log-ins and changes are written at once; views of evidence in batches of a second. */
export interface Audit {
  write(entry: AuditEntry): Promise<void>;
  /** One row per person and picture in ten minutes: a wall that scrolls back and forth is one look. */
  viewed(who: SignedIn, mediaId: string, ip: string): void;
  close(): Promise<void>;
}

const sameViewMs = 10 * 60_000;
const mostWaiting = 10_000;

export function createAudit(db: Db, log: Log): Audit {
  const seen = new Map<string, number>();
  let waiting: AuditEntry[] = [];
  const rowOf = (e: AuditEntry) => ({
    user_id: e.user.id, user_name: e.user.name, action: e.action, object: e.object ?? null, detail: JSON.stringify(e.detail ?? {}), ip: e.ip ?? null,
  });

  async function flush(): Promise<void> {
    const now = performance.now();
    for (const [key, at] of seen) if (now - at > sameViewMs) seen.delete(key);
    if (waiting.length === 0) return;
    const batch = waiting;
    waiting = [];
    try {
      await db.insertInto('audit_log').values(batch.map(rowOf)).execute();
    } catch (error) {
      // views are kept until the database is back, within reason; what is dropped is said
      const kept = [...batch, ...waiting].slice(0, mostWaiting);
      log.warn({ err: error, kept: kept.length, dropped: batch.length + waiting.length - kept.length }, 'audit of views waits for the database');
      waiting = kept;
    }
  }
  let flushing: Promise<void> = Promise.resolve();
  const timer = setInterval(() => { flushing = flushing.then(flush); }, 1000);
  timer.unref();

  return {
    async write(entry) {
      await db.insertInto('audit_log').values(rowOf(entry)).execute();
    },
    viewed({ user }, mediaId, ip) {
      const key = `${user.id} ${mediaId}`;
      const last = seen.get(key);
      if (last !== undefined && performance.now() - last < sameViewMs) return;
      seen.set(key, performance.now());
      waiting.push({ user: { id: user.id, name: user.username }, action: 'evidence.view', object: `media:${mediaId}`, ip });
    },
    async close() {
      clearInterval(timer);
      await flushing;
      await flush();
    },
  };
}
