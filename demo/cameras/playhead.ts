import type { Clip, ClipFrame } from './clip.ts';

/** A frame on the time line of a camera, in ticks since the camera started. */
export interface ScheduledFrame {
  readonly frame: ClipFrame;
  /** When it is to be sent. */
  readonly due: number;
  /** When the camera saw it: the source of its RTP timestamp. */
  readonly pts: number;
}

interface Programme { readonly clip: Clip; readonly origin: number; loop: number; index: number }

/**
 * Which frame a camera sends when: its clip in an endless loop, or for a while another clip in its place. Pure: time is an argument,
 * in ticks of the RTP clock since the camera started. The scene of the main clip goes on while another clip is shown, so that
 * scene time and wall time keep their relation; time stamps never go back.
 */
export class Playhead {
  readonly #main: Clip;
  readonly #mainOrigin: number;
  #now: Programme;
  /** The main clip at the key frame where it will take over again. */
  #next: Programme | null = null;
  #lastPts = -1;

  /** @param offset ticks into the clip at which the camera starts */
  constructor(main: Clip, offset = 0) {
    this.#main = main;
    this.#mainOrigin = -(offset % main.period);
    this.#now = { clip: main, origin: this.#mainOrigin, loop: 0, index: 0 };
  }

  /** The clip that is shown. */
  get clip(): Clip {
    return this.#now.clip;
  }

  /** Round and place in the main clip at a moment, whatever is shown. */
  scene(ticks: number): { loop: number; at: number } {
    const loop = Math.floor((ticks - this.#mainOrigin) / this.#main.period);
    return { loop, at: ticks - this.#mainOrigin - loop * this.#main.period };
  }

  /** The moment at which a place in a round of the main clip is seen. */
  moment(loop: number, at: number): number {
    return this.#mainOrigin + loop * this.#main.period + at;
  }

  /** The next frame to send. */
  peek(): ScheduledFrame {
    if (this.#next && schedule(this.#next).due <= schedule(this.#now).due) {
      this.#now = this.#next;
      this.#next = null;
    }
    return schedule(this.#now);
  }

  /** Marks the next frame as sent. */
  advance(): void {
    this.#lastPts = Math.max(this.#lastPts, schedule(this.#now).pts);
    step(this.#now);
  }

  /** The next key frame, if nothing changes until then. */
  nextKey(): ScheduledFrame {
    return schedule(stepToKey({ ...this.#now }));
  }

  /** Goes on at `ticks`, leaving out what was due before: after a time without viewers, or after the process stood still. */
  skipTo(ticks: number): void {
    this.#now = this.#next ?? this.#now;
    this.#next = null;
    seek(this.#now, ticks);
  }

  /** Shows another clip from its beginning, at once. */
  show(clip: Clip, ticks: number): void {
    const frameTime = clip.frames[1]?.due ?? clip.period;
    this.#now = { clip, origin: Math.max(ticks, this.#lastPts + frameTime), loop: 0, index: 0 };
    this.#next = null;
  }

  /** Goes back to the main clip at its next key frame; the other clip runs until then. */
  showMain(ticks: number): void {
    if (this.#now.clip === this.#main) return;
    const main: Programme = { clip: this.#main, origin: this.#mainOrigin, loop: 0, index: 0 };
    seek(main, Math.max(ticks, this.#lastPts + 1));
    this.#next = stepToKey(main);
  }
}

function schedule({ clip, origin, loop, index }: Programme): ScheduledFrame {
  const frame = clip.frames[index];
  if (!frame) throw new RangeError(`frame ${String(index)} of ${String(clip.frames.length)}`);
  const start = origin + loop * clip.period;
  return { frame, due: start + frame.due, pts: start + frame.pts };
}

function step(programme: Programme): void {
  programme.index += 1;
  if (programme.index < programme.clip.frames.length) return;
  programme.index = 0;
  programme.loop += 1;
}

function stepToKey(programme: Programme): Programme {
  while (!schedule(programme).frame.key) step(programme);
  return programme;
}

/** Puts a programme at its first frame that is due at `ticks` or later. */
function seek(programme: Programme, ticks: number): void {
  const { clip, origin } = programme;
  programme.loop = Math.max(0, Math.floor((ticks - origin) / clip.period));
  const at = ticks - origin - programme.loop * clip.period;
  programme.index = clip.frames.findIndex(frame => frame.due >= at);
  if (programme.index >= 0) return;
  programme.index = 0;
  programme.loop += 1;
}
