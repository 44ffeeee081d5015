import { setTimeout as sleep } from 'node:timers/promises';
import type { CameraInput, CameraState } from '../domain/camera.ts';
import type { Log } from '../platform/log.ts';
import { maskUrl } from '../platform/secrets.ts';
import { backoff, type DialGate } from './dial-gate.ts';
import { classifyFailure } from './failure.ts';
import { checkUrl, untimed } from './ffmpeg-arguments.ts';
import type { Announced } from './frame-reader.ts';
import { probePiece, type StreamProfile } from './probe.ts';
import type { Recording, Ring } from './ring.ts';
import { chooseMode, longestWait, type KeyFrames } from './sample-mode.ts';
import type { IngestSettings } from './settings.ts';
import { runOnce, type RunEnd } from './standing-run.ts';

export type InputState = Exclude<CameraState, 'disabled'>;

export interface InputCounters {
  samples: number;
  /** Dials after the first. */
  restarts: number;
  lostPackets: number;
  damaged: number;
}

export interface StandingInputOptions {
  readonly camera: string;
  readonly input: CameraInput;
  readonly samples: boolean;
  readonly record: boolean;
  readonly relayPorts: readonly number[];
  readonly ring: Ring;
  readonly gate: DialGate;
  readonly settings: IngestSettings;
  readonly log: Log;
  /** Longest time between samples, seconds; may change while the input stands. */
  readonly limit: () => number;
  readonly onState: (state: InputState, reason: string | null) => void;
  readonly onSample: (sample: Announced, data: Uint8Array, run: string) => void;
}

/** A run that went well for so long makes earlier failures forgotten, milliseconds. */
const goodRun = 10_000;

/** One input that must stand: dials, watches, dials again, for as long as it is wanted. */
export class StandingInput {
  readonly counters: InputCounters = { samples: 0, restarts: 0, lostPackets: 0, damaged: 0 };
  readonly #options: StandingInputOptions;
  readonly #abort = new AbortController();
  #keys: KeyFrames = { interval: null, bFrames: false };
  #profile: StreamProfile | null = null;
  #codec: string | null = null;
  #done: Promise<void> | null = null;

  constructor(options: StandingInputOptions) {
    this.#options = options;
  }

  get input(): CameraInput { return this.#options.input; }
  /** For live pictures of high and of low quality; empty where the camera allows more sessions. */
  get relayPorts(): readonly number[] { return this.#options.relayPorts; }
  /** What the recording showed of the stream; null before its first piece was complete. */
  get profile(): StreamProfile | null { return this.#profile; }
  /** ffmpeg's name of the codec; null before the first dial went through. */
  get codec(): string | null { return this.#codec; }

  start(): void {
    this.#done ??= this.#run();
  }

  /** Resolves when its process is gone. */
  async close(): Promise<void> {
    this.#abort.abort();
    await this.#done;
  }

  async #run(): Promise<void> {
    const { settings, onState, log } = this.#options;
    let failures = 0;
    for (;;) {
      const began = performance.now();
      const end = await this.#dial();
      if (end === null || end.kind === 'stopped') return;
      const ran = performance.now() - began;
      if (ran > goodRun) failures = 0;
      const { state, reason, atOnce } = judge(end);
      log[atOnce ? 'info' : 'warn']({ input: maskUrl(this.input.url), state, reason }, 'camera input ended');
      onState(state, reason);
      failures += 1;
      const slow = state === 'unauthorised' || state === 'unsupported' ? 10 : 1;
      const wait = atOnce && failures <= 2 ? 50 : backoff({ failures, first: settings.backoff * slow, most: settings.backoffMost * slow, dice: Math.random() });
      await sleep(wait, undefined, { signal: this.#abort.signal }).catch(() => undefined);
      if (this.#abort.signal.aborted) return;
      this.counters.restarts += 1;
    }
  }

  /** One run, or null when the input is not wanted any more. */
  async #dial(): Promise<RunEnd | null> {
    const { camera, input, ring, gate, log } = this.#options;
    const { signal } = this.#abort;
    try {
      checkUrl(input.url);
    } catch (error) {
      return { kind: 'ended', lines: [`Unsupported address: ${error instanceof Error ? error.message : String(error)}`], code: null, killed: false, late: false };
    }
    const free = await gate.enter(signal);
    if (free === null) return null;
    try {
      const recording = await ring.begin(camera);
      return await this.#once(recording, free);
    } catch (error) {
      log.error({ err: error }, 'camera input failed');
      return { kind: 'ended', lines: [error instanceof Error ? error.message : String(error)], code: null, killed: false, late: false };
    } finally {
      free();
    }
  }

  async #once(recording: Recording, dialled: () => void): Promise<RunEnd> {
    const { input, samples, record, relayPorts, ring, settings, log, limit, onState, onSample } = this.#options;
    const mode = chooseMode(this.#keys, limit());
    let keyAt = performance.now();
    let probing = false;
    return runOnce({
      plan: { input, samples: samples ? mode : null, record, relayPorts, sampleSide: settings.sampleSide, timeout: settings.dialTimeout },
      recording, ring, log, signal: this.#abort.signal, stallAfter: settings.stallAfter,
      onLive: () => {
        dialled();
        keyAt = performance.now();
        onState('live', null);
      },
      onSample: (sample, data, key) => {
        this.counters.samples += 1;
        if (sample.damaged) this.counters.damaged += 1;
        if (key) keyAt = performance.now();
        // the first of a run comes without a time
        if (!record && sample.time > untimed) void ring.anchor(recording, Date.now() - sample.time * 1000).catch((error: unknown) => log.warn({ err: error }, 'ring'));
        onSample(sample, data, recording.run);
      },
      onProgress: () => {
        if (!samples) return null;
        const waited = (performance.now() - keyAt) / 1000;
        if (mode.kind === 'key' && waited > longestWait(limit()) + 1) this.#keys = { ...this.#keys, interval: waited };
        return chooseMode(this.#keys, limit()).kind === mode.kind ? null : 'samples are to be taken in another way';
      },
      onPiece: () => {
        const [piece] = recording.pieces;
        if (probing || piece === undefined) return;
        probing = true;
        probePiece(piece.file).then((profile) => {
          this.#profile = profile;
          this.#keys = { interval: Math.max(profile.keyInterval, this.#keys.interval ?? 0), bFrames: profile.bFrames };
        }).catch((error: unknown) => log.warn({ err: error }, 'a recorded piece cannot be read'));
      },
      onLost: (packets) => { this.counters.lostPackets += packets; },
      onVideo: ({ codec }) => { this.#codec = codec; },
    });
  }
}

/** What the end of a run means for people, and whether to dial again at once. */
function judge(end: Exclude<RunEnd, { kind: 'stopped' }>): { state: InputState; reason: string; atOnce: boolean } {
  switch (end.kind) {
    case 'renew': return { state: 'connecting', reason: `renewed: ${end.reason}`, atOnce: true };
    case 'stalled': return { state: 'stalled', reason: 'stalled: no packets come any more although the connection stands', atOnce: true };
    case 'silent': return { state: 'offline', reason: 'timeout: the camera does not answer in time', atOnce: false };
    case 'ended': {
      if (end.killed) return { state: 'connecting', reason: 'killed: ffmpeg was killed', atOnce: true };
      const address = /^Unsupported address: (.*)/.exec(end.lines[0] ?? '')?.[1];
      if (address !== undefined) return { state: 'unsupported', reason: `bad_address: ${address}`, atOnce: false };
      const failure = classifyFailure(end.lines, end.late);
      if (failure !== null) return { ...failure, atOnce: false };
      if (end.code === 0) return { state: 'connecting', reason: 'closed: the camera ended the stream', atOnce: true };
      return { state: 'offline', reason: `ended: ffmpeg said: ${end.lines.findLast((line) => line.trim() !== '')?.trim().slice(0, 200) ?? 'nothing'}`, atOnce: false };
    }
  }
}
