import { sql } from 'kysely';
import type { LiveChange, Sequenced } from '../../domain/live-events.ts';
import type { Scope } from '../../domain/roles.ts';
import type { Db } from '../../platform/db/index.ts';
import type { Log } from '../../platform/log.ts';
import { eventScope } from '../../platform/scope.ts';

const pollMs = 120;
/** While PostgreSQL tells by itself that there is something new. */
const quietPollMs = 1000;
const pageSize = 500;

/** What one reader may see. */
export interface View {
  readonly scope: Scope;
  readonly kinds: readonly LiveChange['kind'][];
}

export interface EventFeed {
  /** Highest number given so far. */
  head(): Promise<number>;
  /** Changes after `after` up to `upTo`, in order, that the view lets through; at most 500. */
  page(view: View, after: number, upTo: number): Promise<readonly Sequenced<LiveChange>[]>;
  /** Called with the head after every look at the log, moved or not: silence means that the log cannot be read. Returns the way out. */
  follow(listener: (head: number) => void): () => void;
  readonly pageSize: number;
  /** There may be something new. */
  wake(): void;
  close(): Promise<void>;
}

/**
 * Reads the event log. Numbers are given after commit by one sequencer, in order, so "greater than the last one seen" misses nothing.
 * One poll a node tells all readers that the head moved; readers of the same view at the same place share one query.
 * @param isTold true while a listening connection calls `wake`; polling then only catches what was missed
 * @param onFailure the log could not be read
 */
export function createEventFeed({ db, log, isTold, onFailure }: { db: Db; log: Log; isTold: () => boolean; onFailure: () => void }): EventFeed {
  const listeners = new Set<(head: number) => void>();
  const shared = new Map<string, Promise<readonly Sequenced<LiveChange>[]>>();
  let known: number | null = null;
  let timer: NodeJS.Timeout | undefined;
  let polling: Promise<void> = Promise.resolve();
  let closed = false;
  let busy = false;
  let again = false;

  async function head(): Promise<number> {
    const { seq } = await db.selectFrom('event_log').select(sql<string | null>`max(seq)`.as('seq')).executeTakeFirstOrThrow();
    return Number(seq ?? 0);
  }

  async function poll(): Promise<void> {
    busy = true;
    again = false;
    try {
      known = Math.max(known ?? 0, await head());
      for (const listener of listeners) listener(known);
    } catch (error) {
      // the database is away: readers go on from where they are when it is back
      log.debug({ err: error }, 'event feed');
      onFailure();
    }
    busy = false;
    schedule(again ? 0 : isTold() ? quietPollMs : pollMs);
  }

  function schedule(ms: number): void {
    clearTimeout(timer);
    if (!closed && listeners.size > 0) timer = setTimeout(() => { polling = poll(); }, ms);
  }

  async function read({ scope, kinds }: View, after: number, upTo: number): Promise<readonly Sequenced<LiveChange>[]> {
    const rows = await db.selectFrom('event_log').select(['seq', 'payload', 'at'])
      .where('seq', '>', String(after)).where('seq', '<=', String(upTo)).where('kind', 'in', [...kinds]).where(eventScope(scope))
      .orderBy('seq').limit(pageSize).execute();
    return rows.map((r) => ({ ...(r.payload as LiveChange), seq: Number(r.seq), at: r.at.toISOString() }));
  }

  return {
    head,
    pageSize,
    page(view, after, upTo) {
      const key = JSON.stringify([view, after, upTo]);
      let query = shared.get(key);
      if (query === undefined) {
        query = read(view, after, upTo).finally(() => shared.delete(key));
        shared.set(key, query);
      }
      return query;
    },
    follow(listener) {
      listeners.add(listener);
      if (listeners.size === 1) {
        known = null;
        if (!busy) schedule(0);
      } else if (known !== null) {
        // the head may have moved since the newcomer asked for it
        listener(known);
      }
      return () => void listeners.delete(listener);
    },
    wake() {
      if (busy) again = true;
      else schedule(0);
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      listeners.clear();
      await polling;
    },
  };
}
