import { mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import type { Camera, CameraStatus } from '../domain/camera.ts';
import type { Frame } from '../domain/frame.ts';
import type { Db } from '../platform/db/index.ts';
import type { Log } from '../platform/log.ts';
import type { Sealer } from '../platform/secrets.ts';
import { cameraFromRow } from './camera-rows.ts';
import { DialGate } from './dial-gate.ts';
import { createFootage, type Footage } from './footage.ts';
import { HeldCamera, type Analysis, type CameraCounters } from './held-camera.ts';
import { leaseRound, releaseLeases, type Lease } from './leases.ts';
import type { LiveSource, Quality } from './live/index.ts';
import { createLiveSources } from './live-source.ts';
import { Ring, type RingSpan } from './ring.ts';
import { defaultSettings, type IngestSettings } from './settings.ts';
import { createSnapshots } from './snapshots.ts';
import { StatusWriter } from './status-writer.ts';
import { killStrays } from './strays.ts';

export { startFfmpeg } from './ffmpeg-process.ts';
export type { Clip, Footage } from './footage.ts';
export type { Analysis, CameraCounters } from './held-camera.ts';
export type { RingSpan } from './ring.ts';
export { defaultSettings, type IngestSettings } from './settings.ts';
export * from './live/index.ts';

export interface IngestOptions {
  readonly db: Db;
  readonly log: Log;
  /** The same over restarts of this node, another for each node. */
  readonly nodeId: string;
  readonly dataDir: string;
  /** Where other roles reach this node. */
  readonly rpcUrl: string;
  readonly sealer: Sealer;
  /** Gets every sample; must not wait. */
  readonly onFrame: (frame: Frame) => void;
  readonly analysisOf: (camera: string) => Analysis;
  readonly settings?: Partial<IngestSettings>;
}

export interface Ingest extends Footage {
  /** Cameras that this node holds, at their newest revision. */
  cameras(): readonly Camera[];
  /** Called with all of them whenever one comes, goes or has a new revision. @returns takes the listener away */
  onCamerasChanged(listener: (cameras: readonly Camera[]) => void): () => void;
  statusOf(camera: string): CameraStatus | null;
  /** The newest picture at full resolution, or what there is of it. @throws Error when there has never been one */
  snapshot(camera: string): Promise<{ readonly jpeg: Buffer; readonly at: number }>;
  ring(camera: string): readonly RingSpan[];
  /** Keeps a span of the ring until it is unpinned; the same key again moves it. */
  pin(key: string, camera: string, run: string, from: number, to: number): void;
  unpin(key: string): void;
  /** The stream for live pictures. @throws Error that a person can read */
  liveSource(camera: string, quality: Quality): Promise<LiveSource>;
  counters(): Readonly<Record<string, CameraCounters>>;
  /** Ends all processes, gives the leases back. The same promise when called again. */
  close(): Promise<void>;
}

const tickMs = 1000;
const pulseMs = 5000;
const sweepMs = 5000;

/** Starts ingest on this node: takes its share of the cameras and keeps their inputs standing. */
export async function startIngest(options: IngestOptions): Promise<Ingest> {
  const { db, log, sealer } = options;
  // Samples are many megabytes a second outside V8's heap, which itself is small. With its usual limits V8 takes that for a reason to
  // collect the whole heap each second: two thirds of this process's time with 16 cameras.
  setFlagsFromString('--heap-growing-percent=300');
  const settings: IngestSettings = { ...defaultSettings, ...options.settings };
  await mkdir(join(options.dataDir, 'ring'), { recursive: true });
  const folder = await realpath(join(options.dataDir, 'ring'));
  const strays = await killStrays(folder);
  if (strays > 0) log.warn({ strays }, 'ended what an earlier process had left running');
  const ring = await Ring.open({ folder, limits: settings.ring, log });
  const footage = createFootage(ring);
  const liveSource = createLiveSources({ timeout: settings.dialTimeout });
  const gate = new DialGate(settings.dialHold);
  const held = new Map<string, HeldCamera>();
  const listeners = new Set<(cameras: readonly Camera[]) => void>();
  const status = new StatusWriter({ db, log, onRefused: (camera, fence) => {
    if (held.get(camera)?.fence === fence) void drop(camera, 'another node holds the camera now');
  } });
  // leases of an earlier process of this name are taken over; this process never shares its name with a living one
  const lease = { db, node: options.nodeId, rpcUrl: options.rpcUrl, leaseFor: settings.leaseFor };
  let closing: Promise<void> | null = null;
  let databaseAway = false;

  const fences = (): Map<string, number> => new Map([...held].map(([id, camera]) => [id, camera.fence]));
  const cameras = (): readonly Camera[] => [...held.values()].map(({ camera }) => camera);
  const changed = (): void => { for (const listener of listeners) listener(cameras()); };

  async function drop(id: string, reason: string): Promise<void> {
    const camera = held.get(id);
    if (camera === undefined) return;
    held.delete(id);
    log.info({ camera: id, reason }, 'camera given up');
    changed();
    await camera.close();
  }

  async function load(ids: readonly string[]): Promise<Camera[]> {
    if (ids.length === 0) return [];
    const rows = await db.selectFrom('cameras').selectAll().where('id', 'in', [...ids]).where('deleted_at', 'is', null).execute();
    return rows.flatMap((row) => {
      try {
        return [cameraFromRow(row, sealer)];
      } catch (error) {
        log.error({ camera: row.id, err: error }, 'the password of this camera cannot be opened');
        return [{ ...cameraFromRow({ ...row, inputs: [] }, sealer), inputs: [] }];
      }
    });
  }

  function hold(camera: Camera, { fence }: Lease): void {
    log.info({ camera: camera.id, fence }, 'camera held');
    held.set(camera.id, new HeldCamera({
      camera, fence, ring, viewsFile: join(options.dataDir, 'views', `${encodeURIComponent(camera.id)}.json`), gate, settings, log: log.child({ camera: camera.id }), onFrame: options.onFrame, analysisOf: options.analysisOf,
      onStatus: (said) => {
        if (closing === null) status.write({ camera: camera.id, fence, districtId: held.get(camera.id)?.camera.districtId ?? camera.districtId, status: said });
      },
    }));
  }

  async function reconcile(): Promise<void> {
    const leases = await leaseRound(lease, fences());
    const wanted = new Map(leases.map((each) => [each.camera, each]));
    for (const [id, camera] of held) {
      if (wanted.get(id)?.fence !== camera.fence) await drop(id, 'the lease is gone');
    }
    const stale = leases.filter((each) => (held.get(each.camera)?.camera.revision ?? -1) !== each.revision);
    const fresh = await load(stale.map((each) => each.camera));
    if (closing !== null) return;
    for (const camera of fresh) {
      const present = held.get(camera.id);
      const its = wanted.get(camera.id);
      if (present !== undefined) present.update(camera);
      else if (its !== undefined) hold(camera, its);
    }
    if (fresh.length > 0) changed();
  }

  async function round(): Promise<void> {
    try {
      await reconcile();
      databaseAway = false;
    } catch (error) {
      if (!databaseAway && closing === null) log.warn({ err: error }, 'leases cannot be renewed; cameras go on as they are');
      databaseAway = true;
    }
  }

  async function pulse(): Promise<void> {
    if (databaseAway) return;
    const all = [...held.values()].map((camera) => ({
      camera: camera.camera.id, fence: camera.fence, lastSampleAt: camera.status().lastSampleAt, counters: camera.counters(),
    }));
    await status.pulse(all);
  }

  const loops = [
    loop(settings.pollEvery, round),
    loop(tickMs, async () => { for (const camera of held.values()) camera.tick(); }),
    loop(pulseMs, () => pulse().catch((error: unknown) => log.debug({ err: error }, 'pulse'))),
    loop(sweepMs, () => ring.sweep().catch((error: unknown) => log.error({ err: error }, 'the recording ring cannot be swept'))),
  ];

  async function close(): Promise<void> {
    await Promise.all(loops.map((each) => each.close()));
    const last = fences();
    const stopping = [...held.values()];
    await Promise.all(stopping.map((camera) => camera.close()));
    for (const { camera, fence } of stopping) {
      const reason = 'stopped: the vision process was stopped';
      status.write({ camera: camera.id, fence, districtId: camera.districtId, status: {
        state: camera.enabled ? 'connecting' : 'disabled', stateReason: reason, analysed: false, analysedReason: reason, lastSampleAt: null,
      } });
    }
    await status.close();
    await releaseLeases(db, options.nodeId, last).catch((error: unknown) => log.warn({ err: error }, 'leases cannot be given back; they run out'));
    await ring.close();
    held.clear();
  }

  return {
    ...footage,
    cameras,
    onCamerasChanged(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    statusOf: (id) => held.get(id)?.status() ?? null,
    snapshot: createSnapshots({ lastOf: (id) => held.get(id)?.last ?? null, ring, footage: createFootage(ring) }),
    ring: (id) => ring.spans(id),
    pin: (key, camera, run, from, to) => ring.pin(key, camera, run, from, to),
    unpin: (key) => ring.unpin(key),
    liveSource: (id, quality) => liveSource(held.get(id) ?? null, quality),
    counters: () => Object.fromEntries([...held].map(([id, camera]) => [id, camera.counters()])),
    close: () => closing ??= close(),
  };
}

/** Calls again and again, never twice at a time; the first call is at once. */
function loop(everyMs: number, work: () => Promise<void>): { close(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const again = async (): Promise<void> => {
    await work();
    if (!closed) timer = setTimeout(() => { running = again(); }, everyMs);
  };
  let running = again();
  return {
    async close() {
      closed = true;
      clearTimeout(timer);
      await running;
    },
  };
}
