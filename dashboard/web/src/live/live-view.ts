import { Device } from 'mediasoup-client';
import type { types } from 'mediasoup-client';
import type { Ack, ClientToServer } from '../../../../domain/live-events.ts';
import type { FeedSocket } from './feed.ts';

export type LiveQuality = 'high' | 'low';

export interface LiveView {
  readonly stream: MediaStream;
  /** Ends both sides. Safe to call twice. */
  close(): void;
}

/** The server's refusal of a live picture, or the network's. */
export class LiveRefused extends Error {
  override readonly name = 'LiveRefused';
  readonly status: number;
  constructor(status: number, detail: string) {
    super(detail);
    this.status = status;
  }
}

const answerWithin = 15_000;
const silenceMs = 6_000;

type Signals = { [K in keyof ClientToServer]: ClientToServer[K] extends (p: infer P, ack: Ack<infer V>) => void ? { ask: P; answer: V } : never };

function ask<K extends keyof Signals>(socket: FeedSocket, event: K, payload: Signals[K]['ask']): Promise<Signals[K]['answer']> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new LiveRefused(0, '')), answerWithin);
    const ack: Ack<Signals[K]['answer']> = (answer) => {
      clearTimeout(timer);
      if (answer.ok) resolve(answer.value);
      else reject(new LiveRefused(answer.status, answer.detail));
    };
    const emit = socket.emit.bind(socket) as (name: K, payload: Signals[K]['ask'], ack: Ack<Signals[K]['answer']>) => void;
    emit(event, payload, ack);
  });
}

/**
 * Opens the live picture of a camera: signalling over the desk's socket, media by WebRTC from the vision node.
 * `onLost` is called once when the media path breaks after this has answered.
 * @throws LiveRefused when the server refuses or does not answer in 15 s
 */
export async function openLive(socket: FeedSocket, camera: string, quality: LiveQuality, onLost: () => void): Promise<LiveView> {
  const device = new Device();
  const offer = await ask(socket, 'live:open', { camera, quality });
  const { viewer } = offer;
  let transport: types.Transport | null = null;
  let closed = false;
  const close = (): void => {
    if (closed) return;
    closed = true;
    transport?.close();
    if (socket.connected) socket.emit('live:close', { viewer }, () => undefined);
  };
  try {
    await device.load({ routerRtpCapabilities: offer.rtpCapabilities as types.RtpCapabilities });
    transport = device.createRecvTransport(offer.transport as types.TransportOptions);
    transport.on('connect', ({ dtlsParameters }, done, fail) => {
      void (async () => {
        try {
          await ask(socket, 'live:connect', { viewer, dtlsParameters });
          done();
        } catch (error) {
          fail(error instanceof Error ? error : new Error(String(error)));
        }
      })();
    });
    let lost: ReturnType<typeof setTimeout> | undefined;
    const lose = (): void => {
      if (closed) return;
      close();
      onLost();
    };
    transport.on('connectionstatechange', (state) => {
      clearTimeout(lost);
      // A short silence heals by itself; a long one does not.
      if (state === 'disconnected') lost = setTimeout(lose, silenceMs);
      else if (state === 'failed' || state === 'closed') lose();
    });
    const given = await ask(socket, 'live:consume', { viewer, rtpCapabilities: device.recvRtpCapabilities });
    const consumer = await transport.consume({
      id: given.id, producerId: given.producerId, kind: given.kind, rtpParameters: given.rtpParameters as types.RtpParameters,
    });
    // A wall wants the present, not smoothness.
    if (consumer.rtpReceiver !== undefined && 'jitterBufferTarget' in consumer.rtpReceiver) consumer.rtpReceiver.jitterBufferTarget = 0;
    await ask(socket, 'live:resume', { viewer });
    return { stream: new MediaStream([consumer.track]), close };
  } catch (error) {
    close();
    throw error;
  }
}
