import { sql } from 'kysely';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CameraStatus } from '../domain/camera.ts';
import type { Db } from '../platform/db/index.ts';
import { appendEvent } from '../platform/event-log.ts';
import type { Log } from '../platform/log.ts';

export interface StatusOf {
  readonly camera: string;
  readonly fence: number;
  readonly districtId: string | null;
  readonly status: CameraStatus;
}

export interface Pulse {
  readonly camera: string;
  readonly fence: number;
  readonly lastSampleAt: string | null;
  readonly counters: object;
}

const retryMs = 1000;

/**
 * Stores what is said of cameras. Only the newest of each matters; while the database is away it waits here. A status whose fence is
 * not that of the camera's lease is refused by the statement itself.
 */
export class StatusWriter {
  readonly #db: Db;
  readonly #log: Log;
  readonly #onRefused: (camera: string, fence: number) => void;
  readonly #waiting = new Map<string, StatusOf>();
  #work: Promise<void> | null = null;
  #closed = false;

  constructor({ db, log, onRefused }: { db: Db; log: Log; onRefused: (camera: string, fence: number) => void }) {
    this.#db = db;
    this.#log = log;
    this.#onRefused = onRefused;
  }

  write(status: StatusOf): void {
    this.#waiting.set(status.camera, status);
    this.#work ??= this.#drain().finally(() => { this.#work = null; });
  }

  async #drain(): Promise<void> {
    let failed = false;
    for (;;) {
      const next = [...this.#waiting.values()][0];
      if (next === undefined) return;
      try {
        if (!await store(this.#db, next)) this.#onRefused(next.camera, next.fence);
        if (this.#waiting.get(next.camera) === next) this.#waiting.delete(next.camera);
        failed = false;
      } catch (error) {
        if (this.#closed) return;
        if (!failed) this.#log.warn({ err: error }, 'the status of cameras cannot be stored; tried again');
        failed = true;
        await sleep(retryMs);
      }
    }
  }

  /** Time of the last sample and counters, for all cameras in one statement. */
  async pulse(pulses: readonly Pulse[]): Promise<void> {
    if (pulses.length === 0) return;
    await sql`
      update app.camera_status s set last_sample_at = coalesce(p."lastSampleAt", s.last_sample_at), counters = p.counters, updated_at = app.now()
      from jsonb_to_recordset(${JSON.stringify(pulses)}::jsonb) as p(camera text, fence bigint, "lastSampleAt" timestamptz, counters jsonb)
      join app.camera_leases l on l.camera_id = p.camera and l.fence = p.fence
      where s.camera_id = p.camera and s.fence = p.fence`.execute(this.#db);
  }

  /** Writes what waits, once: a database that is away now is not waited for. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#work;
  }
}

/** @returns false when the lease has gone to another */
async function store(db: Db, { camera, fence, districtId, status }: StatusOf): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    const { rows: [before] } = await sql<{ state: string; analysed: boolean }>`select state, analysed from app.camera_status where camera_id = ${camera} for update`.execute(tx);
    const { rows: [stored] } = await sql<{ fence: string }>`
      insert into app.camera_status as s (camera_id, fence, state, state_reason, analysed, analysed_reason, last_sample_at)
      select ${camera}, ${fence}::bigint, ${status.state}, ${status.stateReason}, ${status.analysed}, ${status.analysedReason}, ${status.lastSampleAt}::timestamptz
      from app.camera_leases l where l.camera_id = ${camera} and l.fence = ${fence}::bigint
      on conflict (camera_id) do update set
        fence = excluded.fence, state = excluded.state, state_reason = excluded.state_reason,
        state_since = case when s.state = excluded.state then s.state_since else app.now() end,
        analysed = excluded.analysed, analysed_reason = excluded.analysed_reason,
        analysed_since = case when s.analysed = excluded.analysed then s.analysed_since else app.now() end,
        last_sample_at = coalesce(excluded.last_sample_at, s.last_sample_at), updated_at = app.now()
      where s.fence <= excluded.fence
      returning fence`.execute(tx);
    if (stored === undefined) return false;
    const changes = [before?.state === status.state ? null : 'state', before?.analysed === status.analysed ? null : 'analysed'].filter((change) => change !== null);
    if (changes.length > 0) {
      await appendEvent(tx, { kind: 'camera', id: camera, state: status.state, analysed: status.analysed, change: changes.join(',') }, { districtId, unitIds: [] });
    }
    return true;
  });
}
