import type { AlertState } from './alert.ts';
import type { CaseState } from './case.ts';
import type { CameraState } from './camera.ts';
import type { HealthView } from './desk-views.ts';

/** What changed, in the order of the event log. Receivers fetch the row when they need more. */
export type LiveChange =
  | { readonly kind: 'alert'; readonly id: string; readonly state: AlertState; readonly camera: string; readonly eventType: string; readonly version: number; readonly change: string }
  | { readonly kind: 'case'; readonly id: string; readonly number: string; readonly state: CaseState; readonly version: number; readonly change: string }
  | { readonly kind: 'camera'; readonly id: string; readonly state: CameraState; readonly analysed: boolean; readonly change: string };

/** `seq` is given by the sequencer after commit and has no gaps for a reader to trip over. */
export type Sequenced<T> = T & { readonly seq: number; readonly at: string };
export type AlertChange = Sequenced<Extract<LiveChange, { kind: 'alert' }>>;
export type CaseChange = Sequenced<Extract<LiveChange, { kind: 'case' }>>;
export type CameraChange = Sequenced<Extract<LiveChange, { kind: 'camera' }>>;

/** Server → browser. */
export interface ServerToClient {
  alert: (change: AlertChange) => void;
  case: (change: CaseChange) => void;
  camera: (change: CameraChange) => void;
  /** The client is level with the log up to `seq`; sent after the backlog and every two seconds. Silence: the log cannot be read. */
  position: (p: { seq: number; at: string }) => void;
  /** What is up and what is down, cameras of the own scope; sent at the start and when it changes. */
  health: (health: HealthView) => void;
  /** The session has ended (log-out, password change, loss of role). */
  signedOut: (p: { reason: string }) => void;
}

export type Ack<T> = (answer: { ok: true; value: T } | { ok: false; status: number; detail: string }) => void;

/** Browser → server: signalling of live tiles. mediasoup's own types travel as JSON. */
export interface ClientToServer {
  'live:open': (p: { camera: string; quality?: 'high' | 'low' }, ack: Ack<{ viewer: string; rtpCapabilities: unknown; transport: { id: string; iceParameters: unknown; iceCandidates: unknown; dtlsParameters: unknown } }>) => void;
  'live:connect': (p: { viewer: string; dtlsParameters: unknown }, ack: Ack<null>) => void;
  'live:consume': (p: { viewer: string; rtpCapabilities: unknown }, ack: Ack<{ id: string; producerId: string; kind: 'video'; rtpParameters: unknown }>) => void;
  'live:resume': (p: { viewer: string }, ack: Ack<null>) => void;
  'live:close': (p: { viewer: string }, ack: Ack<null>) => void;
}
