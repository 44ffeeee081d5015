import { sql } from 'kysely';
import type { CameraCounts, HealthView, UpOrDown } from '../domain/desk-views.ts';
import type { Scope } from '../domain/roles.ts';
import type { Db } from '../platform/db/index.ts';
import { heartbeatLimitSeconds } from '../platform/heartbeat.ts';
import { countCameras } from './camera-view.ts';
import type { QueueWatch } from './ports.ts';

const noCameras: CameraCounts = { total: 0, live: 0, analysed: 0, blind: 0 };
const patienceMs = 2000;
const roundMs = 2000;
const upIf = (alive: boolean): UpOrDown => (alive ? 'up' : 'down');

interface Looked {
  readonly db: Db;
  readonly queues: QueueWatch;
}

/** Waits for a part of the answer no longer than a person would. */
export function within<T>(ms: number, work: Promise<T>, otherwise: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<T>((resolve) => { timer = setTimeout(resolve, ms, otherwise); });
  return Promise.race([work.catch(() => otherwise), late]).finally(() => clearTimeout(timer));
}

async function readRoles(db: Db): Promise<ReadonlySet<string>> {
  const fresh = sql<boolean>`heartbeat_at > app.now() - make_interval(secs => ${heartbeatLimitSeconds})`;
  const beats = await db.selectFrom('role_heartbeats').select('role').where(fresh).distinct().execute();
  const nodes = await db.selectFrom('vision_nodes').select('id').where(fresh).limit(1).execute();
  return new Set<string>([...beats.map((b) => b.role), ...(nodes.length > 0 ? ['vision'] : [])]);
}

/** What is up and what is down, with the cameras of a scope. Never fails and takes two seconds at most: what does not answer is down. */
export async function readHealth({ db, queues }: Looked, scope: Scope): Promise<HealthView> {
  const [alive, cameras, queue] = await Promise.all([
    within<ReadonlySet<string> | null>(patienceMs, readRoles(db), null),
    within<CameraCounts | null>(patienceMs, countCameras(db, scope), null),
    within(patienceMs, queues.ping(), false),
  ]);
  const database = alive !== null && cameras !== null;
  const roles = { vision: upIf(alive?.has('vision') === true), dispatcher: upIf(alive?.has('dispatcher') === true), dashboard: 'up' } as const;
  const ok = database && queue && Object.values(roles).every((r) => r === 'up');
  return { status: ok ? 'ok' : 'degraded', roles, database: upIf(database), queue: upIf(queue), cameras: cameras ?? noCameras };
}

/** Tells those who look at pages what is up and what is down. */
export interface HealthWatch {
  /** Calls with what is so now and whenever that changes. Returns the way out. */
  follow(scope: Scope, listener: (health: HealthView) => void): () => void;
  /** Something failed: look at once. */
  look(): void;
  close(): Promise<void>;
}

/** Looks every two seconds while somebody follows; people of the same scope share one look. */
export function createHealthWatch(looked: Looked): HealthWatch {
  const followers = new Map<(health: HealthView) => void, { readonly scope: Scope; told: string }>();
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> = Promise.resolve();
  let busy = false;
  let again = false;
  let closed = false;

  async function round(): Promise<void> {
    busy = true;
    again = false;
    const scopes = new Map([...followers.values()].map(({ scope }) => [JSON.stringify(scope), scope]));
    const views = new Map(await Promise.all([...scopes].map(async ([key, scope]) => [key, await readHealth(looked, scope)] as const)));
    for (const [listener, follower] of followers) {
      const view = views.get(JSON.stringify(follower.scope));
      const text = JSON.stringify(view);
      if (view === undefined || text === follower.told) continue;
      follower.told = text;
      listener(view);
    }
    busy = false;
    schedule(again ? 0 : roundMs);
  }

  function schedule(ms: number): void {
    clearTimeout(timer);
    if (!closed && followers.size > 0) timer = setTimeout(() => { looking = round(); }, ms);
  }

  function look(): void {
    if (busy) again = true;
    else schedule(0);
  }

  return {
    follow(scope, listener) {
      followers.set(listener, { scope, told: '' });
      look();
      return () => void followers.delete(listener);
    },
    look,
    async close() {
      closed = true;
      clearTimeout(timer);
      followers.clear();
      await looking;
    },
  };
}
