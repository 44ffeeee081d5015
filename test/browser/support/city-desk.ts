import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startDashboard } from '../../../dashboard/index.ts';
import { seedDemoCity } from '../../../demo/city/index.ts';
import { placeAt } from '../../../demo/city/units.ts';
import { startCameraServer } from '../../../demo/cameras/index.ts';
import { createAlertService, createCaseService, createIntake, createMediaService, seedCatalogue, startDispatcher } from '../../../dispatcher/index.ts';
import { detectionEventSchema, type MediaRef } from '../../../domain/detection.ts';
import type { Box } from '../../../domain/geometry.ts';
import { startFfmpeg, startLive } from '../../../ingest/index.ts';
import { openDatabase, type Db } from '../../../platform/db/index.ts';
import { folderEvidenceStore } from '../../../platform/evidence-store.ts';
import { startHeartbeat } from '../../../platform/heartbeat.ts';
import { createLog } from '../../../platform/log.ts';
import { mediasoupWorkerPath } from '../../../platform/mediasoup-worker.ts';
import { openQueues } from '../../../platform/queues.ts';
import { RpcError } from '../../../platform/rpc.ts';
import { createSealer } from '../../../platform/secrets.ts';
import { startFaultProxy, type FaultProxy } from '../../support/fault-proxy.ts';
import { makeClip } from '../../support/make-clip.ts';
import { startTestServers } from '../../support/servers.ts';

const run = promisify(execFile);

/** Pictures of one event: files, so that tests need nothing but ffmpeg, and a person who looks may bring better ones. */
export interface EventPictures {
  readonly original: string;
  readonly before: string;
  readonly clip: string;
}

export interface RaiseOptions {
  readonly camera?: string;
  readonly eventType?: 'stall' | 'debris' | 'bin_overflow';
  readonly box?: Box;
  /** Milliseconds before now. */
  readonly ago?: number;
  readonly label?: string;
  readonly pictures?: EventPictures;
  readonly withClip?: boolean;
}

export interface CityDesk {
  readonly url: string;
  readonly db: Db;
  readonly cameras: readonly string[];
  /** The way of the desk, and of nobody else, to its database. */
  readonly database: FaultProxy;
  /** Password of a user of the demo city. */
  passwordOf(username: string): string;
  /** Does something while nobody says that this role is alive. */
  pauseHeartbeat(role: 'vision' | 'dispatcher', work: () => Promise<void>): Promise<void>;
  /** A detection as the detector would send it. @returns the alert's id */
  raise(options?: RaiseOptions): Promise<string>;
  close(): Promise<void>;
}

export const cameraNames = ['人民路口', '文峰市场门前', '滨江公园南门', '新华街中段', '望海小学', '解放路公交站'];

/**
 * The desk with everything behind it real (PostgreSQL, Redis, dispatcher, WebRTC, virtual cameras) but the detector: tests raise its
 * events themselves.
 */
export async function startCityDesk({ pictures, port = 0, cameras: count = 3 }: { pictures?: EventPictures; port?: number; cameras?: number } = {}): Promise<CityDesk> {
  const servers = await startTestServers();
  const folder = mkdtempSync(join(tmpdir(), 'xuncheng-city-'));
  const log = createLog('city-desk');
  log.level = process.env['LOG_LEVEL'] ?? 'fatal';
  const db = openDatabase(servers.databaseUrl, { max: 10 });
  const evidence = folderEvidenceStore(join(folder, 'evidence'), { minFreeBytes: 1 });
  await seedCatalogue(db);
  await seedDemoCity(db, folder);
  await db.insertInto('models').values({ id: 'street', manifest: '{}', path: '', source: 'shipped', state_reason: null }).onConflict((c) => c.column('id').doNothing()).execute();

  const usual = pictures ?? await makePictures(folder);
  const snapshot = await readFile(usual.original);
  const ids = cameraNames.slice(0, count).map((_name, index) => `cam-${index + 1}`);
  const rtsp = await startCameraServer({ cameras: ids.map((id) => ({ path: `/${id}`, file: usual.clip })) });
  await seedCameras(db, ids, (id) => rtsp.url(`/${id}`));

  const queues = openQueues({ redisUrl: servers.redisUrl, prefix: 'xuncheng', log });
  const dispatcher = startDispatcher({
    db, log, queues, queuePrefix: 'xuncheng', redisUrl: servers.redisUrl, databaseUrl: servers.databaseUrl, evidence,
    recheck: () => Promise.resolve({ answer: 'absent' as const, score: 0.06, jpeg: snapshot }),
    pace: { sequence: 100, relay: 100 },
  });
  const live = await startLive({
    log, workerBin: mediasoupWorkerPath(), listen: { ip: '127.0.0.1', port: 0 }, startFfmpeg,
    source: (id) => Promise.resolve({ input: ['-rtsp_transport', 'tcp', '-i', rtsp.url(`/${id}`)], stdin: null, copyable: true }),
  });
  const heartbeats = { vision: startHeartbeat(db, 'vision', log), dispatcher: startHeartbeat(db, 'dispatcher', log) };
  const intake = createIntake({ db, log, evidence });
  const way = new URL(servers.databaseUrl);
  const database = await startFaultProxy({ host: way.hostname, port: Number(way.port) });
  way.port = String(database.port);
  const deskDb = openDatabase(way.href, { max: 10 });
  const services = { alerts: createAlertService({ db: deskDb, log }), cases: createCaseService({ db: deskDb, log }), intake, media: createMediaService({ db: deskDb, log }) };
  const dashboard = await startDashboard({
    db: deskDb, log, host: '127.0.0.1', port, evidence, services, sealer: createSealer('city desk'), queues: { counts: () => Promise.resolve({}), ping: () => Promise.resolve(true) },
    vision: {
      snapshot: (id) => (id === 'cam-dark' ? Promise.reject(new RpcError(503, 'no vision node holds this camera')) : Promise.resolve(snapshot)),
      recheck: () => Promise.resolve({ answer: 'absent' as const, score: 0.06, jpeg: snapshot }),
      openLive: async (camera, quality) => {
        const { viewer, rtpCapabilities, transport } = await live.open({ camera, quality });
        return {
          id: viewer, rtpCapabilities, transport,
          connect: async (dtlsParameters) => void await live.connect({ viewer, dtlsParameters: dtlsParameters as never }),
          consume: (caps) => live.consume({ viewer, rtpCapabilities: caps as never }),
          resume: async () => void await live.resume({ viewer }),
          close: async () => void await live.close({ viewer }),
        };
      },
    },
  });
  const logins = JSON.parse(readFileSync(join(folder, 'demo-users.json'), 'utf8')) as { username: string; password: string }[];
  let raised = 0;

  async function raise({ camera = 'cam-1', eventType = 'stall', box = [0.36, 0.42, 0.26, 0.34], ago = 0, label = eventType, pictures: own = usual, withClip = true }: RaiseOptions = {}): Promise<string> {
    const at = Date.now() - ago;
    const iso = (ms: number): string => new Date(ms).toISOString();
    const still = async (path: string): Promise<MediaRef> => evidence.putFile(path, { mime: 'image/jpeg', width: 1280, height: 720 });
    const key = `test-${++raised}-${createHash('sha256').update(`${at}`).digest('hex').slice(0, 8)}`;
    const event = detectionEventSchema.parse({
      key, camera, zone: 'pavement', rule: `pavement-${eventType}`, eventType, score: 0.82, box, boxes: [{ label, score: 0.82, box }, { label: 'person', score: 0.61, box: [0.7, 0.4, 0.05, 0.2] }],
      firstSeenAt: iso(at - 192_000), raisedAt: iso(at), threshold: 0.4, model: { id: 'street', sha256: 'ab'.repeat(32) },
      scores: Array.from({ length: 64 }, (_, i) => (i % 13 === 7 ? { at: iso(at - 192_000 + i * 3000), state: 'absent', score: null } : { at: iso(at - 192_000 + i * 3000), state: 'present', score: 0.62 + 0.25 * Math.abs(Math.sin(i / 5)) })),
      evidence: { original: await still(own.original), annotated: await still(own.original), before: await still(own.before) },
    });
    const { alertId } = await intake.accept({ kind: 'raised', event });
    if (alertId === null) throw new Error('the event was silenced');
    if (withClip) {
      const manifest = await evidence.put(Buffer.from(JSON.stringify({ key })), { mime: 'application/json' });
      await intake.accept({ kind: 'evidence', key, clip: await evidence.putFile(own.clip, { mime: 'video/mp4', width: 1280, height: 720 }), manifest, failure: null });
    }
    return alertId;
  }

  return {
    url: dashboard.url, db, cameras: ids, database, raise,
    async pauseHeartbeat(role, work) {
      await heartbeats[role].close();
      try {
        await work();
      } finally {
        heartbeats[role] = startHeartbeat(db, role, log);
      }
    },
    passwordOf(username) {
      const login = logins.find((one) => one.username === username);
      if (login === undefined) throw new Error(`the demo city has no ${username}`);
      return login.password;
    },
    async close() {
      await dashboard.close();
      await deskDb.destroy();
      await database.close();
      await Promise.all(Object.values(heartbeats).map((heartbeat) => heartbeat.close()));
      await live.shutdown();
      await dispatcher.close();
      await queues.close();
      await rtsp.close();
      await db.destroy();
      await servers.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function makePictures(folder: string): Promise<EventPictures> {
  const clip = await makeClip({ file: join(folder, 'clip.mp4'), seconds: 8, width: 1280, height: 720, gop: 25 });
  const at = async (second: number, name: string): Promise<string> => {
    const file = join(folder, name);
    await run('ffmpeg', ['-nostdin', '-v', 'error', '-y', '-ss', String(second), '-i', clip, '-frames:v', '1', '-q:v', '4', file]);
    return file;
  };
  return { clip, original: await at(4, 'original.jpg'), before: await at(0, 'before.jpg') };
}

async function seedCameras(db: Db, ids: readonly string[], urlOf: (id: string) => string): Promise<void> {
  const zones = [{ id: 'pavement', name: '人行道', polygon: [[0.12, 0.45], [0.9, 0.4], [0.96, 0.92], [0.05, 0.95]] }];
  for (const [index, id] of [...ids, 'cam-dark'].entries()) {
    const [lon, lat] = placeAt(0.6 + index * 1.1, 0.5 + (index % 3));
    const rules = (['stall', 'debris', 'bin_overflow'] as const).map((eventType) => ({
      id: `pavement-${eventType}`, zone: 'pavement', eventType, model: 'street', classes: { any: [eventType] }, minScore: 0.4, minSize: 0, dwell: 180_000, presence: 0.7, minSamples: 3, grace: 45_000, silence: 3_600_000, severity: eventType === 'stall' ? 'high' : 'normal',
    }));
    const name = cameraNames[index] ?? '东岸桥头';
    await db.insertInto('cameras').values({
      id, name, inputs: JSON.stringify([{ url: id === 'cam-dark' ? 'rtsp://192.0.2.9/main' : urlOf(id), roles: ['detect', 'record', 'live'] }]), lon, lat, address: `${name} 12 号门前`, district_id: index < 3 ? 'wanghai' : 'binjiang',
      sessions: null, gb_device_id: null, zones: JSON.stringify(zones), rules: JSON.stringify(rules), source: 'demo',
    }).execute();
    const dark = id === 'cam-dark';
    if (!dark) await db.insertInto('camera_leases').values({ camera_id: id, node_id: 'test', fence: 1, expires_at: new Date(Date.now() + 86_400_000) }).execute();
    await db.insertInto('camera_status').values({
      camera_id: id, state: dark ? 'offline' : 'live', state_reason: dark ? 'no route to 192.0.2.9: check power and network of the camera' : null, analysed: !dark,
      analysed_reason: dark ? 'no pictures since the camera went offline' : null, last_sample_at: new Date(),
    }).execute();
  }
}

/** Better pictures for the eye, when somebody keeps them in this folder as original.jpg, before.jpg and clip.mp4. */
export function picturesIn(folder: string): EventPictures | undefined {
  const found = { original: join(folder, 'original.jpg'), before: join(folder, 'before.jpg'), clip: join(folder, 'clip.mp4') };
  return Object.values(found).every((path) => existsSync(path)) ? found : undefined;
}

