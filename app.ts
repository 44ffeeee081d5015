import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { addedModelsFolder, parseConfigText } from './config/index.ts';
import { createVisionPort, ensureAdmin, startDashboard } from './dashboard/index.ts';
import { startDetector, type Detector } from './detector/index.ts';
import { startCameraServer } from './demo/cameras/index.ts';
import { demoCameras, demoClips, seedDemoCity } from './demo/city/index.ts';
import { createAlertService, createCaseService, createIntake, createMediaService, seedCatalogue, startDispatcher } from './dispatcher/index.ts';
import { boxSchema } from './domain/detection.ts';
import { startFfmpeg, startIngest, startLive, type DtlsParameters, type Ingest, type Live, type RtpCapabilities } from './ingest/index.ts';
import { importConfig } from './platform/config-import.ts';
import { openDatabase } from './platform/db/index.ts';
import { folderEvidenceStore } from './platform/evidence-store.ts';
import { startHeartbeat } from './platform/heartbeat.ts';
import { createLog } from './platform/log.ts';
import { mediasoupWorkerPath } from './platform/mediasoup-worker.ts';
import { takeFolder } from './platform/process/single-instance.ts';
import { assertRedisKeepsJobs, openQueues } from './platform/queues.ts';
import { modelPath, registerModels } from './platform/register-models.ts';
import { RpcError, serveRpc, type RpcAnswer, type RpcHandler } from './platform/rpc.ts';
import { createSealer } from './platform/secrets.ts';
import { startSpoolReport } from './platform/spool-report.ts';
import { StartRefused } from './platform/supervisor/start-refused.ts';
import type { Prepare, ProcessRole, RoleContext, RunningRole, StartRole } from './platform/supervisor/role-context.ts';

/** Wiring: which object is passed to whom. Nothing is decided here. */

const queuePrefix = 'xuncheng';
const shippedModelsFolder = join(import.meta.dirname, 'models');
const demoUser = 'demo';
const demoPassword = (secret: string): string => createHash('sha256').update(`demo cameras ${secret}`).digest('base64url').slice(0, 16);
const evidenceOf = (context: RoleContext) => folderEvidenceStore(join(context.config.environment.XUNCHENG_DATA, 'evidence'));

/** Brings the migrated database to what catalogue, models and configuration say. @returns the one-time password of admin, at the first start */
export const prepareInstallation: Prepare = async (context) => {
  const { config, secret, demoPort } = context;
  const log = createLog('prepare');
  const db = openDatabase(context.databaseUrl, { max: 2, name: 'xuncheng-prepare' });
  try {
    await assertRedisKeepsJobs(context.redisUrl);
    await seedCatalogue(db);
    await registerModels(db, addedModelsFolder(config.environment), 'api', log);
    await registerModels(db, shippedModelsFolder, 'shipped', log);
    const sealer = createSealer(secret);
    if (demoPort !== null) {
      await seedDemoCity(db, config.environment.XUNCHENG_DATA);
      const cameras = demoCameras((clip) => `rtsp://${demoUser}:${demoPassword(secret)}@127.0.0.1:${demoPort}/${clip.id}`);
      const { file, errors } = parseConfigText(JSON.stringify({ cameras }), import.meta.dirname);
      if (file === null) throw new Error(`the demo's cameras: ${errors.map((e) => `${e.path}: ${e.message}`).join('; ')}`);
      await importConfig(db, file, sealer, 'demo');
    } else if (config.file !== null) {
      await importConfig(db, config.file, sealer);
    }
    const { oneTimePassword } = await ensureAdmin(db, { password: config.environment.XUNCHENG_ADMIN_PASSWORD });
    return { adminPassword: oneTimePassword ?? null };
  } finally {
    await db.destroy();
  }
};

const passParameters = <S extends z.ZodType>(schema: S, run: (p: z.output<S>) => Promise<RpcAnswer>): RpcHandler => async (params) => {
  const parsed = schema.safeParse(params);
  if (!parsed.success) throw new RpcError(400, z.prettifyError(parsed.error));
  return run(parsed.data);
};

/** What other roles may ask of a vision node. */
function visionHandlers({ ingest, detector, live }: { ingest: Ingest; detector: Detector; live: Live }): Record<string, RpcHandler> {
  const camera = z.object({ camera: z.string() });
  const viewer = z.object({ viewer: z.string() });
  return {
    'snapshot': passParameters(camera, async (p) => ({ bytes: (await ingest.snapshot(p.camera)).jpeg, mime: 'image/jpeg' })),
    'recheck': passParameters(camera.extend({ zone: z.string().nullable(), eventType: z.string(), box: boxSchema.nullable() }), async (p) => {
      const { jpeg, ...answer } = await detector.recheck({ cameraId: p.camera, zoneId: p.zone, eventType: p.eventType, box: p.box });
      return { json: { ...answer, jpeg: jpeg?.toString('base64') ?? null } };
    }),
    // mediasoup checks what the browser sends itself; it travels as it is
    'live.open': passParameters(camera.extend({ quality: z.enum(['high', 'low']) }), async (p) => ({ json: await live.open(p) })),
    'live.connect': passParameters(viewer.extend({ dtlsParameters: z.custom<DtlsParameters>() }), async (p) => ({ json: await live.connect(p) })),
    'live.consume': passParameters(viewer.extend({ rtpCapabilities: z.custom<RtpCapabilities>() }), async (p) => ({ json: await live.consume(p) })),
    'live.resume': passParameters(viewer, async (p) => ({ json: await live.resume(p) })),
    'live.close': passParameters(viewer, async (p) => ({ json: await live.close(p) })),
  };
}

async function startVision(context: RoleContext): Promise<RunningRole> {
  const { config, secret } = context;
  const log = createLog('vision');
  const dataDir = join(config.environment.XUNCHENG_DATA, 'vision');
  await mkdir(dataDir, { recursive: true });
  // its name in leases comes from the folder: two of one name would take each other's cameras and recordings
  const release = await takeFolder(dataDir);
  if (release === null) throw new StartRefused(`another vision process uses ${dataDir}: each needs an XUNCHENG_DATA of its own`);
  const node = `${hostname()}:${config.environment.XUNCHENG_DATA}`;
  const evidence = evidenceOf(context);
  const db = openDatabase(context.databaseUrl, { max: 6, name: 'xuncheng-vision' });
  const queues = openQueues({ redisUrl: context.redisUrl, prefix: queuePrefix, log });
  const heartbeat = startHeartbeat(db, 'vision', log);

  // other roles learn the address before what answers there exists: a call that comes too early is refused
  let handlers: Record<string, RpcHandler> = {};
  const rpc = await serveRpc({
    host: config.environment.XUNCHENG_RPC_HOST, port: 0, secret,
    handler: (method) => handlers[method] ?? (async () => { throw new RpcError(503, 'this vision node is still starting, or knows no such method'); }),
  });
  let detector: Detector | null = null;
  const ingest = await startIngest({
    db, log, nodeId: node, dataDir, rpcUrl: rpc.url, sealer: createSealer(secret),
    onFrame: (frame) => detector?.offer(frame),
    analysisOf: (id) => detector?.analysisOf(id) ?? { analysed: false, reason: 'the detector is starting', lastSampleAt: null },
    settings: config.file === null ? {} : { ring: { age: config.file.ingest.keep, bytes: config.file.ingest.maxGigabytes * 1e9 } },
  });
  detector = await startDetector({
    db, log, dataDir, evidence, footage: ingest, cameras: () => ingest.cameras(),
    models: async () => (await db.selectFrom('models').select(['id', 'manifest', 'path', 'source']).execute()).map((m) => ({
      manifest: m.manifest, path: modelPath(m, { shipped: shippedModelsFolder, added: addedModelsFolder(config.environment), file: config.file?.models ?? [] }),
    })),
    // a message that is sent again is one job with the one that waits; now and then it gets a new name, lest it be taken for a parked one
    send: (message, attempt) => queues.add('detections', `${message.kind === 'raised' ? message.event.key : message.key}.${message.kind}.${attempt >> 3}`, message),
  });
  ingest.onCamerasChanged((cameras) => detector.reconcile(cameras));
  detector.reconcile(ingest.cameras());
  const { listen, announced, port } = config.file?.live ?? { listen: '127.0.0.1', announced: undefined, port: 0 };
  const live = await startLive({
    log, workerBin: mediasoupWorkerPath(), listen: { ip: listen, announced, port }, startFfmpeg,
    source: (camera, quality) => ingest.liveSource(camera, quality),
  });
  handlers = visionHandlers({ ingest, detector, live });
  const spoolReport = startSpoolReport({ db, node, folder: dataDir, log });
  return closeInOrder([() => spoolReport.close(), () => rpc.close(), () => live.shutdown(), () => ingest.close(), () => detector.close(), () => heartbeat.close(), () => queues.close(), () => db.destroy(), release]);
}

async function startDispatching(context: RoleContext): Promise<RunningRole> {
  const log = createLog('dispatcher');
  const db = openDatabase(context.databaseUrl, { max: 12, name: 'xuncheng-dispatcher' });
  const queues = openQueues({ redisUrl: context.redisUrl, prefix: queuePrefix, log });
  const vision = createVisionPort({ db, secret: context.secret });
  const heartbeat = startHeartbeat(db, 'dispatcher', log);
  const dispatcher = startDispatcher({
    db, log, queues, queuePrefix, redisUrl: context.redisUrl, databaseUrl: context.databaseUrl, evidence: evidenceOf(context), recheck: (place) => vision.recheck(place),
  });
  return closeInOrder([() => dispatcher.close(), () => heartbeat.close(), () => queues.close(), () => db.destroy()]);
}

async function startDesk(context: RoleContext): Promise<RunningRole> {
  const { environment } = context.config;
  const log = createLog('dashboard');
  const db = openDatabase(context.databaseUrl, { max: 16, name: 'xuncheng-dashboard' });
  const queues = openQueues({ redisUrl: context.redisUrl, prefix: queuePrefix, log });
  const dashboard = await startDashboard({
    db, databaseUrl: context.databaseUrl, log, queues, host: environment.HOST, port: environment.PORT, evidence: evidenceOf(context), sealer: createSealer(context.secret),
    tls: environment.TLS_CERT === undefined || environment.TLS_KEY === undefined ? undefined : { cert: await readFile(environment.TLS_CERT), key: await readFile(environment.TLS_KEY) },
    services: { alerts: createAlertService({ db, log }), cases: createCaseService({ db, log }), intake: createIntake({ db, log, evidence: evidenceOf(context) }), media: createMediaService({ db, log }) },
    vision: createVisionPort({ db, secret: context.secret }),
    settings: { trustProxy: environment.XUNCHENG_TRUSTED_PROXIES, secureCookies: environment.XUNCHENG_SECURE_COOKIES },
  });
  return closeInOrder([() => dashboard.close(), () => queues.close(), () => db.destroy()]);
}

async function startDemo(context: RoleContext): Promise<RunningRole> {
  const server = await startCameraServer({
    port: context.demoPort ?? 0,
    cameras: demoClips().map((clip) => ({ path: `/${clip.id}`, file: clip.path, username: demoUser, password: demoPassword(context.secret) })),
  });
  return { close: () => server.close() };
}

/** Every step is taken, whatever the ones before it said; the same promise when called again. */
function closeInOrder(steps: readonly (() => Promise<unknown>)[]): RunningRole {
  let closing: Promise<void> | undefined;
  return {
    close() {
      closing ??= (async () => {
        const errors: unknown[] = [];
        for (const step of steps) await step().catch((error: unknown) => errors.push(error));
        if (errors.length > 0) throw new AggregateError(errors, 'did not end in order');
      })();
      return closing;
    },
  };
}

const starts: Readonly<Record<ProcessRole, (context: RoleContext) => Promise<RunningRole>>> = {
  vision: startVision, dispatcher: startDispatching, dashboard: startDesk, demo: startDemo,
};

/** Starts one role; resolves when it does its work. */
export const startRole: StartRole = (role, context) => starts[role](context);
