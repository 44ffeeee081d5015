import { randomInt } from 'node:crypto';
import type { types } from 'mediasoup';
import type { Log } from '../../platform/log.ts';
import { liveArguments, type LiveSource } from './live-arguments.ts';

/** A running ffmpeg. `ended` never rejects; it tells why the process is gone. */
export interface FfmpegProcess {
  readonly ended: Promise<{ readonly reason: string }>;
  stop(): Promise<void>;
}
export type StartFfmpeg = (args: readonly string[], options: { stdin: string | null; name: string }) => FfmpegProcess;

/** One camera's live stream inside the video worker. */
export interface LiveStream {
  readonly producer: types.Producer;
  /** I was asked to end; the same promise when called again. */
  close(): Promise<void>;
}

const payloadType = 101;

/** Starts ffmpeg towards a plain transport of the router. `onEnd` is called once when the stream ends by itself. */
export async function openLiveStream({ router, source, startFfmpeg, log, onEnd }: {
  router: types.Router; source: LiveSource; startFfmpeg: StartFfmpeg; log: Log; onEnd: () => void;
}): Promise<LiveStream> {
  // ffmpeg sends RTP and RTCP from two ports, RTCP first: multiplexed, the transport would lock on to that one and refuse the video
  const transport = await router.createPlainTransport({ listenInfo: { protocol: 'udp', ip: '127.0.0.1' }, rtcpMux: false, comedia: true });
  const ssrc = randomInt(1, 2 ** 31);
  const producer = await transport.produce({
    kind: 'video',
    rtpParameters: {
      codecs: [{
        mimeType: 'video/H264', payloadType, clockRate: 90000,
        parameters: { 'packetization-mode': 1, 'profile-level-id': '42e01f', 'level-asymmetry-allowed': 1 },
      }],
      encodings: [{ ssrc }],
    },
  });
  const ffmpeg = startFfmpeg(liveArguments(source, { port: transport.tuple.localPort, rtcpPort: transport.rtcpTuple?.localPort ?? transport.tuple.localPort, ssrc, payloadType }), { stdin: source.stdin, name: 'live' });
  let closing: Promise<void> | undefined;
  const ended = ffmpeg.ended.then(({ reason }) => {
    transport.close();
    if (closing === undefined) {
      log.warn({ reason }, 'live stream ended');
      onEnd();
    }
  });
  return {
    producer,
    close() {
      closing ??= (async () => {
        await ffmpeg.stop();
        await ended;
      })();
      return closing;
    },
  };
}
