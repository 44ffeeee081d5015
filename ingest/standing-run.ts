import type { Log } from '../platform/log.ts';
import type { StandingPlan } from './ffmpeg-arguments.ts';
import { standingArguments, timeOffset, untimed } from './ffmpeg-arguments.ts';
import { parseFfmpegLine, type FfmpegLine } from './ffmpeg-lines.ts';
import { startFfmpegJob, type FfmpegProcess } from './ffmpeg-process.ts';
import { FrameReader, type Announced } from './frame-reader.ts';
import type { Recording, Ring } from './ring.ts';

/** Why a run came to its end. */
export type RunEnd =
  | { readonly kind: 'stopped' }
  /** ffmpeg ended by itself. */
  | { readonly kind: 'ended'; readonly lines: readonly string[]; readonly code: number | null; readonly killed: boolean; readonly late: boolean }
  | { readonly kind: 'stalled' }
  /** Never a packet. */
  | { readonly kind: 'silent' }
  /** Dial again at once: what follows does not belong to the same recording, or is to be decoded otherwise. */
  | { readonly kind: 'renew'; readonly reason: string };

export interface StandingRunOptions {
  readonly plan: StandingPlan;
  readonly recording: Recording;
  readonly ring: Ring;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly stallAfter: number;
  /** Packets flow. Called once. */
  readonly onLive: () => void;
  readonly onSample: (sample: Announced, data: Uint8Array, key: boolean) => void;
  /** Packets flowed up to now; asked whether to go on. A text ends the run for that reason. */
  readonly onProgress: () => string | null;
  /** A piece of the recording is complete. */
  readonly onPiece: () => void;
  readonly onLost: (packets: number) => void;
  readonly onVideo: (video: { codec: string; width: number; height: number }) => void;
}

/** Stream times in MPEG-TS wrap after 26.5 h, so a run ends before. Milliseconds. */
const longestRun = 24 * 3600_000;
/** Stream time against our clock from one sample to the next; more is a jump of the camera's clock. Seconds. */
const jump = 10;
const mostDisorder = 50;
const tickMs = 500;

/** Runs one standing ffmpeg from its dial to its end. A straight line: nothing is tried twice here. */
export async function runOnce(options: StandingRunOptions): Promise<RunEnd> {
  const { plan, recording, ring, signal } = options;
  const started = performance.now();
  let end: RunEnd | null = null;
  let live = false;
  let packetAt = started;
  let lastTime = -Infinity;
  let damaged = false;
  let disorder = 0;
  let configured = 0;
  let offset: number | null = null;
  let reading = Promise.resolve();
  const keys: boolean[] = [];

  const reader = new FrameReader((sample, data) => options.onSample(sample, data, keys.shift() ?? false));
  const { script, input, outputs } = standingArguments(plan);
  const process: FfmpegProcess = startFfmpegJob({
    inputOptions: input, input: null, stdin: script, cwd: recording.folder,
    outputs: outputs.map(({ target, options: all }) => ({ options: all, target: target === 'samples' ? reader : target })),
    onLine: (line) => { for (const told of parseFfmpegLine(line)) hear(told); },
  });

  function finish(reason: RunEnd): void {
    end ??= reason;
    void process.stop();
  }

  function packets(): void {
    packetAt = performance.now();
    if (live) return;
    live = true;
    options.onLive();
  }

  function inOrder(work: () => Promise<void>): void {
    reading = reading.then(work).catch((error: unknown) => options.log.warn({ err: error }, 'the list of recorded pieces cannot be read'));
  }

  function hear(told: FfmpegLine): void {
    switch (told.kind) {
      case 'sample': {
        keys.push(told.key);
        packets();
        const jumped = watchClock(told.number === 0 ? null : told.time);
        const inStep = reader.announce({ time: told.number === 0 && told.time < timeOffset ? untimed : told.time, width: told.width, height: told.height, damaged }, told.number);
        damaged = false;
        if (!inStep) finish({ kind: 'renew', reason: 'a picture came without word of its time' });
        if (jumped) finish({ kind: 'renew', reason: 'the times of the stream jumped' });
        break;
      }
      case 'progress': {
        if (told.time > 0 && told.time !== lastTime) packets();
        lastTime = told.time;
        const reason = live ? options.onProgress() : null;
        if (reason !== null) finish({ kind: 'renew', reason });
        break;
      }
      case 'segment':
        inOrder(async () => {
          await ring.opened(recording, told.index);
          if (told.index > 0) options.onPiece();
        });
        break;
      case 'configured':
        // a clip of two sizes would not play
        configured += 1;
        if (configured > 1) finish({ kind: 'renew', reason: 'the size of the picture changed' });
        break;
      case 'video': options.onVideo(told); break;
      case 'damaged': damaged = true; break;
      case 'lost': options.onLost(told.packets); break;
      case 'disorder':
        disorder += 1;
        if (disorder > mostDisorder) finish({ kind: 'renew', reason: 'the times of the stream went back' });
        break;
    }
  }

  function watchClock(time: number | null): boolean {
    if (time === null) return false;
    const now = performance.now() / 1000 - time;
    const before = offset;
    offset = now;
    return before !== null && Math.abs(now - before) > jump;
  }

  const watchdog = setInterval(() => {
    const now = performance.now();
    if (live && now - packetAt > options.stallAfter) finish({ kind: 'stalled' });
    if (!live && now - started > plan.timeout * 2 + 5000) finish({ kind: 'silent' });
    if (now - started > longestRun) finish({ kind: 'renew', reason: 'the recording of a day is complete' });
  }, tickMs);
  const stop = (): void => finish({ kind: 'stopped' });
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const { code, signal: killedBy } = await process.ended;
  clearInterval(watchdog);
  signal.removeEventListener('abort', stop);
  await reading;
  await ring.ended(recording);
  reader.destroy();
  return end ?? { kind: 'ended', lines: process.lines(), code, killed: killedBy !== null, late: !live && performance.now() - started > plan.timeout * 0.9 };
}
