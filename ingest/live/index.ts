import { randomUUID } from 'node:crypto';
import * as mediasoup from 'mediasoup';
import type { types } from 'mediasoup';
import type { Log } from '../../platform/log.ts';
import { RpcError } from '../../platform/rpc.ts';
import { openLiveStream, type LiveStream, type StartFfmpeg } from './live-stream.ts';
import type { LiveSource } from './live-arguments.ts';

export type { LiveSource } from './live-arguments.ts';
export type { StartFfmpeg } from './live-stream.ts';
export type DtlsParameters = types.DtlsParameters;
export type RtpCapabilities = types.RtpCapabilities;

export type Quality = 'high' | 'low';

export interface LiveOptions {
  readonly log: Log;
  readonly workerBin: string;
  /** Address and port on which browsers reach the video, by UDP and by TCP; port 0 = any free one. */
  readonly listen: { readonly ip: string; readonly announced?: string | undefined; readonly port: number };
  /** The stream of a camera, or an error a person can read. */
  readonly source: (cameraId: string, quality: Quality) => Promise<LiveSource>;
  readonly startFfmpeg: StartFfmpeg;
  /** Milliseconds that a stream outlives its last viewer. */
  readonly linger?: number;
}

/** Live pictures on demand: one stream per watched camera and quality, any number of viewers. */
export interface Live {
  open(p: { camera: string; quality: Quality }): Promise<{
    viewer: string;
    rtpCapabilities: types.RtpCapabilities;
    transport: { id: string; iceParameters: types.IceParameters; iceCandidates: types.IceCandidate[]; dtlsParameters: types.DtlsParameters };
  }>;
  connect(p: { viewer: string; dtlsParameters: types.DtlsParameters }): Promise<null>;
  consume(p: { viewer: string; rtpCapabilities: types.RtpCapabilities }): Promise<{ id: string; producerId: string; kind: 'video'; rtpParameters: types.RtpParameters }>;
  resume(p: { viewer: string }): Promise<null>;
  close(p: { viewer: string }): Promise<null>;
  counters(): { streams: number; viewers: number; workerRestarts: number };
  /** Ends everything; the same promise when called again. */
  shutdown(): Promise<void>;
}

const codecs: types.RouterRtpCodecCapability[] = [{
  kind: 'video',
  mimeType: 'video/H264',
  clockRate: 90000,
  // browsers decode by the parameter sets in the stream; this profile is the one that all of them offer
  parameters: { 'packetization-mode': 1, 'profile-level-id': '42e01f', 'level-asymmetry-allowed': 1 },
}];

/** Viewers that opened and never connected, or whose browser vanished, go after this long. */
const idleViewerMs = 30_000;

/** Between two attempts to start the video worker again. */
const firstPauseMs = 500;
const mostPauseMs = 15_000;

interface Engine {
  readonly worker: types.Worker;
  readonly server: types.WebRtcServer;
  readonly router: types.Router;
}

interface Viewer {
  readonly id: string;
  readonly key: string;
  readonly transport: types.WebRtcTransport;
  consumer: types.Consumer | null;
}

export async function startLive(options: LiveOptions): Promise<Live> {
  const { log, linger = 10_000 } = options;
  const streams = new Map<string, Promise<LiveStream>>();
  const lingering = new Map<string, NodeJS.Timeout>();
  const viewers = new Map<string, Viewer>();
  let workerRestarts = 0;
  let ending: Promise<void> | undefined;
  let retrying: NodeJS.Timeout | undefined;
  let engine = startEngine();

  async function startEngine(): Promise<Engine> {
    const worker = await mediasoup.createWorker({ workerBin: options.workerBin, logLevel: 'warn' });
    let stands = false;
    worker.on('died', (error) => {
      // one that dies before it stands fails the start
      if (!stands) return;
      workerRestarts += 1;
      log.error({ err: error }, 'video worker died; browsers open their tiles again');
      // its transports and producers have died with it; the streams' own processes are ours to end
      for (const viewer of viewers.keys()) viewers.delete(viewer);
      for (const [key, stream] of streams) {
        streams.delete(key);
        stream.then((s) => s.close(), () => undefined).catch((e: unknown) => log.warn({ err: e }, 'live stream did not end'));
      }
      if (ending === undefined) restart();
    });
    const listen = { ip: options.listen.ip, ...(options.listen.announced === undefined ? {} : { announcedAddress: options.listen.announced }), port: options.listen.port };
    try {
      const server = await worker.createWebRtcServer({ listenInfos: [{ ...listen, protocol: 'udp' }, { ...listen, protocol: 'tcp' }] });
      const router = await worker.createRouter({ mediaCodecs: codecs });
      stands = true;
      return { worker, server, router };
    } catch (error) {
      worker.close();
      throw error;
    }
  }

  /** Tries until it stands: its port may still be taken for a moment, or memory short. */
  function restart(pause = firstPauseMs): void {
    engine = startEngine();
    engine.catch((error: unknown) => {
      if (ending !== undefined) return;
      log.error({ err: error, retryMs: pause }, 'video worker does not start; tried again');
      retrying = setTimeout(() => restart(Math.min(pause * 2, mostPauseMs)), pause);
    });
  }

  function streamOf(key: string, camera: string, quality: Quality): Promise<LiveStream> {
    clearTimeout(lingering.get(key));
    lingering.delete(key);
    const present = streams.get(key);
    if (present !== undefined) return present;
    const opening = (async () => {
      const source = await options.source(camera, quality);
      const { router } = await engine;
      return openLiveStream({ router, source, startFfmpeg: options.startFfmpeg, log: log.child({ camera, quality }), onEnd: () => {
        if (streams.get(key) === opening) streams.delete(key);
        for (const viewer of viewers.values()) if (viewer.key === key) dropViewer(viewer);
      } });
    })();
    streams.set(key, opening);
    opening.catch(() => {
      if (streams.get(key) === opening) streams.delete(key);
    });
    return opening;
  }

  function dropViewer(viewer: Viewer): void {
    if (!viewers.delete(viewer.id)) return;
    viewer.transport.close();
    const { key } = viewer;
    if ([...viewers.values()].some((v) => v.key === key) || !streams.has(key)) return;
    clearTimeout(lingering.get(key));
    lingering.set(key, setTimeout(() => {
      lingering.delete(key);
      const stream = streams.get(key);
      streams.delete(key);
      stream?.then((s) => s.close()).catch((error: unknown) => log.warn({ err: error }, 'live stream did not end'));
    }, linger));
  }

  function viewerOf(id: string): Viewer {
    const viewer = viewers.get(id);
    if (viewer === undefined) throw new RpcError(404, 'this live tile is closed; open it again');
    return viewer;
  }

  await engine;
  return {
    async open({ camera, quality }) {
      if (ending !== undefined) throw new RpcError(503, 'live pictures are shutting down');
      const key = `${camera} ${quality}`;
      // the stream begins to run while the browser still negotiates
      const stream = streamOf(key, camera, quality);
      const { server, router } = await engine;
      const transport = await router.createWebRtcTransport({ webRtcServer: server, enableUdp: true, enableTcp: true, preferUdp: true });
      await stream.catch((error: unknown) => {
        transport.close();
        throw error;
      });
      const viewer: Viewer = { id: randomUUID(), key, transport, consumer: null };
      viewers.set(viewer.id, viewer);
      const idle = setTimeout(() => {
        if (transport.dtlsState !== 'connected') dropViewer(viewer);
      }, idleViewerMs);
      transport.on('routerclose', () => viewers.delete(viewer.id));
      transport.on('dtlsstatechange', (state) => {
        if (state === 'failed' || state === 'closed') dropViewer(viewer);
      });
      transport.on('icestatechange', (state) => {
        // a browser may come back on another path; one that is gone for long is dropped
        if (state === 'disconnected') setTimeout(() => transport.iceState === 'disconnected' && dropViewer(viewer), idleViewerMs).unref();
      });
      transport.observer.on('close', () => clearTimeout(idle));
      const { id, iceParameters, iceCandidates, dtlsParameters } = transport;
      return { viewer: viewer.id, rtpCapabilities: router.rtpCapabilities, transport: { id, iceParameters, iceCandidates, dtlsParameters } };
    },
    async connect({ viewer, dtlsParameters }) {
      await viewerOf(viewer).transport.connect({ dtlsParameters });
      return null;
    },
    async consume({ viewer: id, rtpCapabilities }) {
      const viewer = viewerOf(id);
      const stream = await streams.get(viewer.key);
      if (stream === undefined) throw new RpcError(503, 'the live stream has ended; open the tile again');
      const consumer = await viewer.transport.consume({ producerId: stream.producer.id, rtpCapabilities, paused: true });
      viewer.consumer = consumer;
      return { id: consumer.id, producerId: stream.producer.id, kind: 'video', rtpParameters: consumer.rtpParameters };
    },
    async resume({ viewer }) {
      await viewerOf(viewer).consumer?.resume();
      return null;
    },
    async close({ viewer: id }) {
      const viewer = viewers.get(id);
      if (viewer !== undefined) dropViewer(viewer);
      return null;
    },
    counters: () => ({ streams: streams.size, viewers: viewers.size, workerRestarts }),
    shutdown() {
      ending ??= (async () => {
        clearTimeout(retrying);
        for (const timer of lingering.values()) clearTimeout(timer);
        const open = [...streams.values()];
        streams.clear();
        viewers.clear();
        await Promise.allSettled(open.map(async (s) => (await s).close()));
        await engine.then((e) => e.worker.close(), () => undefined);
      })();
      return ending;
    },
  };
}
