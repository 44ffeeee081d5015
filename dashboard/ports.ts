import type { Box } from '../domain/geometry.ts';
import type { QueueName } from '../domain/jobs.ts';
import type { AlertService, CaseService, Intake, MediaService } from '../domain/services.ts';

/** What the dashboard needs of its neighbours; app.ts passes the objects. */
export interface Services {
  readonly alerts: AlertService;
  readonly cases: CaseService;
  readonly intake: Intake;
  readonly media: MediaService;
}

/** One viewer of a live picture on the vision node that holds the camera. mediasoup's own types travel as JSON. */
export interface LiveViewer {
  readonly id: string;
  readonly rtpCapabilities: unknown;
  readonly transport: { readonly id: string; readonly iceParameters: unknown; readonly iceCandidates: unknown; readonly dtlsParameters: unknown };
  connect(dtlsParameters: unknown): Promise<void>;
  consume(rtpCapabilities: unknown): Promise<{ id: string; producerId: string; kind: 'video'; rtpParameters: unknown }>;
  resume(): Promise<void>;
  close(): Promise<void>;
}

export interface RecheckAnswer {
  readonly answer: 'present' | 'absent' | 'unknown';
  readonly score: number | null;
  /** What the camera saw, at full resolution. */
  readonly jpeg: Buffer | null;
}

/** What vision nodes do for people. Failures are RpcError: 503 while no node holds the camera or it is out of reach. */
export interface VisionPort {
  /** JPEG of now. */
  snapshot(cameraId: string): Promise<Buffer>;
  openLive(cameraId: string, quality: 'high' | 'low'): Promise<LiveViewer>;
  /** Asks the camera whether the thing is still there. */
  recheck(request: { cameraId: string; zoneId: string | null; eventType: string; box: Box | null }): Promise<RecheckAnswer>;
}

/** Redis is only looked at: for health and metrics. */
export interface QueueWatch {
  counts(queue: QueueName): Promise<Record<string, number>>;
  ping(): Promise<boolean>;
}
