import { Writable } from 'node:stream';

/** What stderr tells of a picture before or after its bytes come through the pipe. */
export interface Announced {
  readonly time: number;
  readonly width: number;
  readonly height: number;
  readonly damaged: boolean;
}

/**
 * Cuts the raw RGB bytes of a pipe into pictures. Sizes come from elsewhere, one for each picture and in the same order; bytes wait
 * for them. Each picture is a buffer of its own, so that whoever gets it may keep it.
 */
export class FrameReader extends Writable {
  readonly #onPicture: (announced: Announced, data: Uint8Array) => void;
  readonly #announced: Announced[] = [];
  #told = 0;
  #waiting: Buffer[] = [];
  #picture: Buffer | null = null;
  #filled = 0;

  constructor(onPicture: (announced: Announced, data: Uint8Array) => void) {
    super({ highWaterMark: 1024 * 1024 });
    this.#onPicture = onPicture;
  }

  /**
   * @param number of the picture, from 0
   * @returns false when an announcement before this one was lost: pictures and words no longer agree, and nothing more is given out
   */
  announce(picture: Announced, number: number): boolean {
    if (number !== this.#told) this.#told = Infinity;
    if (number !== this.#told) return false;
    this.#told += 1;
    this.#announced.push(picture);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const chunk of waiting) this.#take(chunk);
    return true;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#take(chunk);
    done();
  }

  #take(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      const head = this.#announced[0];
      if (head === undefined) {
        this.#waiting.push(chunk.subarray(at));
        return;
      }
      this.#picture ??= Buffer.allocUnsafeSlow(head.width * head.height * 3);
      const taken = chunk.copy(this.#picture, this.#filled, at);
      at += taken;
      this.#filled += taken;
      if (this.#filled < this.#picture.length) return;
      const data = this.#picture;
      this.#picture = null;
      this.#filled = 0;
      this.#announced.shift();
      this.#onPicture(head, data);
    }
  }
}
