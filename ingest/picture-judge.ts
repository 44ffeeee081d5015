import type { FrameQuality } from '../domain/camera.ts';
import { measurePicture, QualityJudge } from './quality.ts';
import type { ViewJudge } from './view-judge.ts';
import { signatureOf } from './view-signature.ts';

export interface PictureVerdict {
  readonly quality: FrameQuality;
  /** Configured view that is shown; null where the camera has none, or none is recognised. */
  readonly view: string | null;
  /** How far the view lies from its place, when that is seen: shares of width and height. */
  readonly shift: readonly [number, number] | null;
}

/** Judges the samples of one camera one after the other: is the picture of use, and what does it show. */
export class PictureJudge {
  readonly #quality: QualityJudge;
  /** Null = views are not looked at; until those of a turning camera are there, nothing it shows is known. */
  views: ViewJudge | 'opening' | null = null;

  /** @param frozenAfter milliseconds of the same picture that make it frozen */
  constructor(frozenAfter: number) {
    this.#quality = new QualityJudge(frozenAfter);
  }

  /** @param rgb width × height × 3 bytes @param at milliseconds of a clock that does not jump */
  judge(rgb: Uint8Array, width: number, height: number, at: number, damaged: boolean): PictureVerdict {
    const quality = this.#quality.judge(measurePicture(rgb, width, height), at, damaged);
    if (quality !== 'ok' || this.views === null) return { quality, view: null, shift: null };
    if (this.views === 'opening') return { quality: 'covered', view: null, shift: null };
    const { state, view, shift } = this.views.judge(signatureOf(rgb, width, height), at);
    return { quality: state === 'known' ? 'ok' : state, view, shift };
  }
}
