import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { Camera } from '../domain/camera.ts';
import type { Detection, DetectionMessage } from '../domain/detection.ts';
import type { Frame } from '../domain/frame.ts';
import { modelManifestSchema, type ModelManifest } from '../domain/model.ts';
import { usualCalendar } from '../domain/working-time.ts';
import type { Db } from '../platform/db/index.ts';
import type { EvidenceStore } from '../platform/evidence-store.ts';
import type { Log } from '../platform/log.ts';
import { analysisFrom, type Analysis } from './analysis.ts';
import { openBeforePictures } from './before-pictures.ts';
import { createCameraWatch, type CameraWatch, type Judged, type WatchEvent } from './camera-watch.ts';
import { createEvidenceMaker, evidenceSettings, type EvidenceSettings } from './evidence.ts';
import { eventOf } from './event.ts';
import type { Footage } from './footage.ts';
import { createInferencePool } from './inference-pool.ts';
import type { Picture } from './letterbox.ts';
import { readPicture } from './read-picture.ts';
import type { ModelFile } from './protocol.ts';
import { recheck, type RecheckAnswer, type RecheckRequest } from './recheck.ts';
import { planRules } from './rule-plan.ts';
import type { Holidays } from './schedule.ts';
import { seenInDatabase } from './seen.ts';
import { openSpool, type Seen } from './spool.ts';
import { openTrackStore } from './track-store.ts';
import type { Track } from './tracker.ts';

export { annotate } from './annotate.ts';
export type { Analysis } from './analysis.ts';
export type { Footage } from './footage.ts';
export type { ModelFile } from './protocol.ts';
export type { RecheckAnswer, RecheckRequest } from './recheck.ts';
export { openModels, type Look, type Models } from './models.ts';

export interface DetectorSettings {
  /** Inference threads; each holds every model once. */
  readonly threads: number;
  /** ONNX execution providers in order of preference: cpu, cuda, … */
  readonly executionProviders: readonly string[];
  readonly spoolLimitBytes: number;
  /** A message that is not seen in PostgreSQL is sent again after this, milliseconds, then more seldom. */
  readonly resendMs: number;
  /** How often the list of models and the calendar are read, milliseconds. */
  readonly modelsEvery: number;
  readonly evidence: EvidenceSettings;
}

export interface CameraCounters {
  readonly offered: number;
  readonly judged: number;
  /** Frames that a newer one displaced. */
  readonly dropped: number;
  /** Frames of an older lease. */
  readonly ignored: number;
  readonly raised: number;
  readonly tracks: number;
}

export interface DetectorCounters {
  readonly cameras: Readonly<Record<string, CameraCounters>>;
  readonly inference: { readonly threads: number; readonly restarts: number; readonly runs: number; readonly busyMs: number };
  readonly spool: { readonly messages: number; readonly tasks: number; readonly bytes: number; readonly limitBytes: number; readonly oldestSeconds: number };
  /** Frames of cameras that are not held. */
  readonly strangers: number;
}

export interface Detector {
  /** Takes a sample; the newest of a camera wins, what it displaces is counted. Never waits. */
  offer(frame: Frame): void;
  analysisOf(cameraId: string): Analysis;
  /** Takes over cameras and rules as they are now. */
  reconcile(cameras: readonly Camera[]): void;
  /** Reads the list of models again; also done by itself now and then. */
  reloadModels(): Promise<void>;
  recheck(request: RecheckRequest): Promise<RecheckAnswer>;
  /** Runs a model over one picture: pixels, or a file's bytes. @throws Error with the reason when the model is not ready */
  infer(modelId: string, picture: Picture | Uint8Array): Promise<readonly Detection[]>;
  counters(): DetectorCounters;
  close(): Promise<void>;
}

export interface DetectorPorts {
  /** Where it is asked what has arrived and where the state of models is noted. */
  readonly db: Db;
  readonly log: Log;
  readonly dataDir: string;
  readonly evidence: EvidenceStore;
  /**
   * Hands a message to the carrier; rejects when the carrier is away.
   * @param attempt 1, 2, …: the same message comes again until PostgreSQL holds it, and must not be mistaken for one that was parked
   */
  readonly send: (message: DetectionMessage, attempt: number) => Promise<void>;
  readonly footage: Footage;
  /** Every registered model: manifest and path of its ONNX file. */
  readonly models: () => Promise<readonly ModelFile[]>;
  readonly cameras: () => readonly Camera[];
  /** What PostgreSQL holds; for tests without one. */
  readonly seen?: (keys: readonly string[]) => Promise<ReadonlyMap<string, Seen>>;
  readonly settings?: Partial<DetectorSettings>;
}

const defaults: DetectorSettings = {
  threads: Math.max(1, Math.floor(availableParallelism() / 2)),
  executionProviders: ['cpu'],
  spoolLimitBytes: 64 * 1024 * 1024,
  resendMs: 3000,
  modelsEvery: 10_000,
  evidence: evidenceSettings,
};

interface Held {
  readonly watch: CameraWatch;
  /** When the last picture was judged by every rule, at first when the watch began: this process's monotonic clock, milliseconds. */
  analysed: number;
  readonly counts: { offered: number; judged: number; dropped: number; ignored: number; raised: number };
  readonly waiters: Set<(judged: Judged) => void>;
}

/** A row of another version, or written by hand. A file that is not there yet has no hash; its absence is told when it is opened. */
function manifestProblem(manifest: unknown): string | null {
  const { error } = modelManifestSchema.extend({ sha256: z.string() }).safeParse(manifest);
  const [issue] = error?.issues ?? [];
  return issue === undefined ? null : `model_manifest: ${issue.path.join('.')}: ${issue.message}`;
}

export async function startDetector(ports: DetectorPorts): Promise<Detector> {
  const { db, log, dataDir, footage } = ports;
  const settings: DetectorSettings = { ...defaults, ...ports.settings };
  const held = new Map<string, Held>();
  let manifests: ReadonlyMap<string, ModelManifest> = new Map();
  let malformed: ReadonlyMap<string, string> = new Map();
  /** As it was last read: a database that is away changes no holiday. */
  let holidays: Holidays = usualCalendar;
  let strangers = 0;
  /** Wall time of monotonic zero, fixed at the first frame: samples then live on a clock that never jumps. */
  let zero: number | null = null;
  let closing: Promise<void> | undefined;

  const store = await openTrackStore(join(dataDir, 'tracks'), log);
  const spool = await openSpool({
    folder: join(dataDir, 'spool'), limitBytes: settings.spoolLimitBytes, send: ports.send, seen: ports.seen ?? seenInDatabase(db), log, resendMs: settings.resendMs,
  });
  const before = await openBeforePictures({ folder: join(dataDir, 'before'), footage, log });
  const maker = createEvidenceMaker({ spool, footage, store: ports.evidence, before, log, settings: settings.evidence });
  const pool = createInferencePool({
    log,
    threads: settings.threads,
    executionProviders: settings.executionProviders,
    onModel(id, { state, reason }) {
      if (state === 'failed') log.error({ model: id, reason }, 'model refused; its cameras are not analysed');
      else log.info({ model: id }, 'model ready');
      db.updateTable('models').set({ state: state === 'ready' ? 'ready' : 'failed', state_reason: reason }).where('id', '=', id).execute()
        .catch((error: unknown) => log.debug({ err: error }, 'state of a model could not be noted'));
    },
  });

  const clock = (frame: Frame): number => {
    zero ??= frame.arrivedAt - frame.monotonic;
    return zero + frame.monotonic;
  };

  const port = {
    async raise(camera: Camera, event: WatchEvent): Promise<void> {
      const { judged: { frame }, plan, track } = event;
      await maker.begin({
        stage: 'pictures', cameraName: camera.name, zone: plan.zone.polygon, place: { run: frame.run, streamTime: frame.streamTime },
        before: track.before, event: eventOf(camera, event),
      });
      held.get(camera.id)!.counts.raised += 1;
      log.info({ camera: camera.id, rule: plan.rule.id, eventType: plan.rule.eventType, key: track.id }, 'raised');
    },
    async gone(_camera: Camera, { track, judged: { frame } }: WatchEvent): Promise<void> {
      await spool.put({ kind: 'gone', key: track.id, at: new Date(frame.arrivedAt).toISOString() });
    },
    note(camera: Camera, { outcome, track, observation, judged: { frame } }: WatchEvent): void {
      if (outcome === 'born') before.born(camera.id, track);
      else if (outcome === 'lost' && track.confirmer.phase !== 'raised') before.drop(track);
      else if (outcome === 'still' && observation !== null && spool.wasRaised(track.id)) {
        ports.send({ kind: 'still', key: track.id, at: new Date(frame.arrivedAt).toISOString(), score: observation.score }, 1)
          .catch((error: unknown) => log.debug({ err: error }, 'a sighting was not told; the next one will be'));
      }
    },
    staying: (camera: Camera, track: Track): void => before.keep(camera.id, track),
  };

  function reconcile(cameras: readonly Camera[]): void {
    const ids = new Set(cameras.map((c) => c.id));
    for (const [id, { watch }] of held) {
      if (ids.has(id)) continue;
      held.delete(id);
      watch.save().catch((error: unknown) => log.warn({ err: error, camera: id }, 'tracks could not be saved'));
    }
    for (const camera of cameras) {
      const plans = planRules(camera, manifests);
      const known = held.get(camera.id);
      if (known !== undefined) {
        known.watch.reconcile(camera, plans);
        continue;
      }
      const watch = createCameraWatch({ camera, plans, store, clock, holidays: () => holidays, newId: randomUUID, port });
      held.set(camera.id, { watch, analysed: performance.now(), counts: { offered: 0, judged: 0, dropped: 0, ignored: 0, raised: 0 }, waiters: new Set() });
    }
  }

  async function reloadModels(): Promise<void> {
    const listed = await ports.models();
    malformed = new Map(listed.flatMap(({ manifest }) => {
      const issue = manifestProblem(manifest);
      return issue === null ? [] : [[manifest.id, issue] as const];
    }));
    const models = listed.filter((m) => !malformed.has(m.manifest.id));
    manifests = new Map(models.map((m) => [m.manifest.id, m.manifest]));
    pool.setModels(models);
    reconcile(ports.cameras());
  }

  async function reloadCalendar(): Promise<void> {
    const days = await db.selectFrom('calendar_days').select(['day', 'working']).execute();
    holidays = { exceptions: new Map(days.map(({ day, working }) => [day, working])) };
  }

  function modelProblem(watch: CameraWatch): string | null {
    for (const { rule } of watch.plans) {
      const issue = malformed.get(rule.model);
      if (issue !== undefined) return issue;
      const model = pool.model(rule.model);
      if (model?.state === 'failed') return model.reason;
      if (model?.state === 'loading') return `model_loading: model ${rule.model} is being loaded`;
    }
    return null;
  }

  function nextSample(entry: Held, ms: number): Promise<Judged | null> {
    return new Promise((resolve) => {
      const answer = (judged: Judged | null): void => {
        clearTimeout(timer);
        entry.waiters.delete(answer);
        resolve(judged);
      };
      const timer = setTimeout(() => answer(null), ms);
      entry.waiters.add(answer);
    });
  }

  await reloadModels().catch((error: unknown) => log.warn({ err: error }, 'the list of models cannot be read yet'));
  await reloadCalendar().catch((error: unknown) => log.warn({ err: error }, 'the calendar cannot be read yet'));
  reconcile(ports.cameras());
  const timer = setInterval(() => {
    reloadModels().catch((error: unknown) => log.debug({ err: error }, 'the list of models cannot be read'));
    reloadCalendar().catch((error: unknown) => log.debug({ err: error }, 'the calendar cannot be read'));
  }, settings.modelsEvery);
  timer.unref();

  return {
    offer(frame) {
      const entry = held.get(frame.cameraId);
      if (entry === undefined || closing !== undefined) {
        strangers += 1;
        return;
      }
      const { watch, counts, waiters } = entry;
      counts.offered += 1;
      const tasks = watch.tasks(frame);
      if (tasks === null) {
        counts.ignored += 1;
        return;
      }
      const displaced = pool.offer(frame.cameraId, { picture: frame, tasks }, async (answers) => {
        if (closing !== undefined) return;
        let judged: Judged;
        try {
          judged = await watch.judge(frame, tasks, answers ?? tasks.map(() => ({ ok: false, reason: 'thread: the inference thread ended, it is started again' })));
        } finally {
          counts.judged += 1;
        }
        if (watch.analysedAt === frame.arrivedAt) entry.analysed = performance.now();
        for (const tell of waiters) tell(judged);
      });
      if (displaced) counts.dropped += 1;
    },
    analysisOf(cameraId) {
      const entry = held.get(cameraId);
      if (entry === undefined) return { analysed: false, reason: 'not_held: the camera is not held by this node', lastSampleAt: null };
      const { watch, analysed } = entry;
      return analysisFrom({
        ruleCount: watch.plans.length,
        problem: watch.problem,
        modelProblem: modelProblem(watch),
        analysedAt: watch.analysedAt,
        silentFor: performance.now() - analysed,
        quality: watch.quality,
      });
    },
    reconcile,
    reloadModels,
    recheck(request) {
      const entry = held.get(request.cameraId);
      return recheck({ request, watch: entry?.watch, footage, nextSample: (ms) => (entry === undefined ? Promise.resolve(null) : nextSample(entry, ms)) });
    },
    async infer(modelId, picture) {
      const state = await pool.settled(modelId);
      if (state?.state !== 'ready') throw new Error(state?.reason ?? `model_missing: model ${modelId} is not registered`);
      const [answer] = await pool.run({ picture: await readPicture(picture), tasks: [{ model: modelId, region: null }] });
      if (answer?.ok !== true) throw new Error(answer?.reason ?? 'no answer');
      return answer.detections;
    },
    counters: () => ({
      cameras: Object.fromEntries([...held].map(([id, { counts, watch }]) => [id, { ...counts, tracks: watch.trackCount }])),
      inference: pool.counters(),
      spool: spool.counters(),
      strangers,
    }),
    close() {
      closing ??= (async () => {
        clearInterval(timer);
        await pool.close();
        await maker.close();
        await before.close();
        await Promise.all([...held.values()].map(({ watch }) => watch.save().catch((error: unknown) => log.warn({ err: error }, 'tracks could not be saved'))));
        await spool.close();
      })();
      return closing;
    },
  };
}
