import { randomInt } from 'node:crypto';
import type { Clip } from './clip.ts';
import type { Credentials } from './digest.ts';
import type { CameraFault } from './faults.ts';
import { otherPicture } from './other-picture.ts';
import { Playhead, type ScheduledFrame } from './playhead.ts';
import { CLOCK_RATE, modulo32, packetOffsets, payloadRange, senderReport, stampPicture } from './rtp.ts';

/** Who watches a camera. The camera calls these and never waits. */
export interface Viewer {
  /** @param picture interleaved RTP packets on channel 0, shared by all viewers: not to be changed */
  picture(picture: Buffer, key: boolean): void;
  /** @param report an RTCP compound packet */
  report(report: Buffer): void;
  /** A picture was left out: wait for the next key frame. */
  gap(): void;
  /** The camera throws everybody out. */
  hangUp(reset: boolean): void;
}

/** Where the scene of a camera stands. Times in seconds, wall times in milliseconds since 1970. */
export interface ScenePosition {
  /** Place in the clip. */
  readonly sceneTime: number;
  /** Rounds completed. */
  readonly loop: number;
  readonly duration: number;
  readonly wallMs: number;
  /** Wall time of scene time 0 of round 0: `startMs + 1000 * (loop * duration + sceneTime)` is when anything is seen. */
  readonly startMs: number;
}

export interface CameraOptions {
  readonly path: string;
  readonly clip: Clip;
  readonly credentials: Credentials | null;
  /** Seconds into the clip at which the camera starts. */
  readonly offset: number;
}

const REPORT_EVERY_TICKS = 5 * CLOCK_RATE;
/** A process that stood still for longer goes on with what is due now instead of sending what it missed. */
const LATE_TICKS = CLOCK_RATE;

/** One virtual camera: a clip on a time line that runs since its construction, a fault or none, and its viewers. */
export class Camera {
  readonly path: string;
  readonly credentials: Credentials | null;
  readonly #main: Clip;
  readonly #playhead: Playhead;
  readonly #startMs = monotonicMs();
  readonly #viewers = new Set<Viewer>();
  readonly #ssrc = randomInt(1, 2 ** 32);
  readonly #firstTimestamp = randomInt(0, 2 ** 32);
  #sequence = randomInt(0, 2 ** 16);
  #packets = 0;
  #bytes = 0;
  #reportDue = 0;
  #timer: NodeJS.Timeout | null = null;
  #fault: CameraFault | null = null;
  #faultTimer: NodeJS.Timeout | null = null;
  #faultGeneration = 0;

  constructor(options: CameraOptions) {
    this.path = options.path;
    this.credentials = options.credentials;
    this.#main = options.clip;
    this.#playhead = new Playhead(options.clip, Math.round(options.offset * CLOCK_RATE));
  }

  get fault(): CameraFault | null {
    return this.#fault;
  }

  /** The clip that is shown: the scene or another picture. */
  get clip(): Clip {
    return this.#playhead.clip;
  }

  position(): ScenePosition {
    const ticks = this.#ticks();
    const { loop, at } = this.#playhead.scene(ticks);
    const startMs = this.#startMs + this.#playhead.moment(0, 0) * 1000 / CLOCK_RATE;
    return { sceneTime: at / CLOCK_RATE, loop, duration: this.#main.period / CLOCK_RATE, wallMs: monotonicMs(), startMs };
  }

  /** RTP timestamp of the next key frame: the first that a viewer who joins now will get. */
  nextTimestamp(): number {
    if (!this.#timer) this.#playhead.skipTo(this.#ticks());
    return modulo32(this.#timestamp(this.#playhead.nextKey().pts));
  }

  /** The viewer gets pictures from the next key frame on. */
  join(viewer: Viewer): void {
    this.#viewers.add(viewer);
    viewer.report(this.#senderReport());
    if (this.#timer) return;
    this.#playhead.skipTo(this.#ticks());
    this.#schedule();
  }

  leave(viewer: Viewer): void {
    this.#viewers.delete(viewer);
    if (this.#viewers.size > 0 || !this.#timer) return;
    clearTimeout(this.#timer);
    this.#timer = null;
  }

  /**
   * Puts a fault in the place of the one before. Other pictures are encoded first.
   * @returns when the fault is in effect
   * @throws FfmpegError when a picture cannot be made; the fault before stays
   */
  async setFault(fault: CameraFault | null): Promise<void> {
    this.#faultGeneration += 1;
    const generation = this.#faultGeneration;
    const clip = await this.#faultClip(fault);
    if (generation !== this.#faultGeneration) return;
    if (this.#faultTimer) clearTimeout(this.#faultTimer);
    this.#faultTimer = null;
    this.#fault = fault;
    if (clip) this.#playhead.show(clip, this.#ticks());
    else this.#playhead.showMain(this.#ticks());
    if (fault?.kind === 'refuse' || fault?.kind === 'reset') this.disconnect(fault.kind === 'reset');
    if (fault?.seconds === undefined) return;
    this.#faultTimer = setTimeout(() => { void this.setFault(null); }, fault.seconds * 1000);
  }

  /** Throws every viewer out once. */
  disconnect(reset: boolean): void {
    for (const viewer of [...this.#viewers]) viewer.hangUp(reset);
  }

  close(): void {
    this.#faultGeneration += 1;
    if (this.#faultTimer) clearTimeout(this.#faultTimer);
    this.disconnect(false);
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #faultClip(fault: CameraFault | null): Promise<Clip | null> {
    const at = Math.min(this.position().sceneTime, (this.#main.period - 2 * (this.#main.frames[1]?.due ?? 0)) / CLOCK_RATE);
    switch (fault?.kind) {
      case 'black': return otherPicture(this.#main, { kind: 'black' });
      case 'frozen': return otherPicture(this.#main, { kind: 'frozen', at });
      case 'moved': return otherPicture(this.#main, { kind: 'moved', at });
      case 'resolution': return otherPicture(this.#main, { kind: 'resolution', at, width: fault.width, height: fault.height });
      default: return null;
    }
  }

  #schedule(): void {
    const wait = (this.#playhead.peek().due - this.#ticks()) * 1000 / CLOCK_RATE;
    this.#timer = setTimeout(() => { this.#tick(); }, Math.max(1, wait));
  }

  #tick(): void {
    const now = this.#ticks();
    if (now - this.#playhead.peek().due > LATE_TICKS) {
      this.#playhead.skipTo(now);
      for (const viewer of this.#viewers) viewer.gap();
    }
    for (let next = this.#playhead.peek(); next.due <= now; next = this.#playhead.peek()) {
      this.#playhead.advance();
      this.#send(next);
    }
    if (now >= this.#reportDue && this.#sends()) {
      this.#reportDue = now + REPORT_EVERY_TICKS;
      const report = this.#senderReport();
      for (const viewer of this.#viewers) viewer.report(report);
    }
    if (this.#viewers.size > 0) this.#schedule();
  }

  #send({ frame, pts }: ScheduledFrame): void {
    if (!this.#sends()) {
      for (const viewer of this.#viewers) viewer.gap();
      return;
    }
    if (frame.key && this.#fault?.kind === 'no-key-frames') return;
    const picture = stampPicture(frame.template, { sequence: this.#sequence, timestamp: this.#timestamp(pts), ssrc: this.#ssrc });
    this.#sequence = (this.#sequence + frame.packets) % 2 ** 16;
    this.#packets += frame.packets;
    this.#bytes += frame.template.length - 16 * frame.packets;
    if (this.#fault?.kind === 'damage') damage(picture, this.#fault.share);
    for (const viewer of [...this.#viewers]) viewer.picture(picture, frame.key);
  }

  #sends(): boolean {
    return this.#fault?.kind !== 'stall' && this.#fault?.kind !== 'silent';
  }

  #senderReport(): Buffer {
    const ticks = this.#ticks();
    const off = this.#fault?.kind === 'clock-jump' ? this.#fault.by * 1000 : 0;
    return senderReport({
      ssrc: this.#ssrc, wallMs: this.#startMs + ticks * 1000 / CLOCK_RATE + off, timestamp: this.#timestamp(ticks),
      packets: this.#packets, bytes: this.#bytes,
    });
  }

  #timestamp(ticks: number): number {
    const off = this.#fault?.kind === 'clock-jump' ? this.#fault.by * CLOCK_RATE : 0;
    return this.#firstTimestamp + Math.round(ticks + off);
  }

  #ticks(): number {
    return (monotonicMs() - this.#startMs) * CLOCK_RATE / 1000;
  }
}

/** Milliseconds since 1970 by a clock that does not jump. */
function monotonicMs(): number {
  return performance.timeOrigin + performance.now();
}

/** Changes a byte in that share of packets, anywhere in the payload. */
function damage(picture: Buffer, share: number): void {
  for (const offset of packetOffsets(picture)) {
    if (Math.random() >= share) continue;
    const { start, end } = payloadRange(picture, offset);
    const at = start + Math.floor(Math.random() * (end - start));
    picture[at] = (picture[at] ?? 0) ^ (1 + Math.floor(Math.random() * 255));
  }
}
