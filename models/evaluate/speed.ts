import type { Models } from '../../detector/index.ts';
import type { Picture } from '../../detector/letterbox.ts';
import { median } from './detection.ts';

/** Median milliseconds of one picture on one thread. */
export interface Speed {
  /** Bringing the picture to size, the network, reading the answer. */
  readonly ms: number;
  readonly networkMs: number;
}

export interface Comparison extends Speed {
  readonly rounds: number;
  readonly against: (Speed & { readonly model: string; readonly ratio: number; readonly networkRatio: number }) | null;
}

const [rounds, warmUp] = [60, 8];
/** A camera's sample as the product sees it. */
const sample: Picture = { width: 640, height: 360, data: Uint8Array.from({ length: 640 * 360 * 3 }, (_, i) => (Math.imul(i, 2654435761) >>> 16) & 255) };

/** Times a model, and another in turn with it, so that whatever else the machine does meets both alike. */
export async function compareSpeed(models: Models, model: string, against: string | null): Promise<Comparison> {
  const ids = against === null ? [model] : [model, against];
  const times = new Map(ids.map((id) => [id, [] as Speed[]]));
  for (let round = -warmUp; round < rounds; round++) {
    // each is now first, now second
    for (const id of round % 2 === 0 ? ids : ids.toReversed()) {
      const { ms, networkMs } = await models.look(id, sample);
      if (round >= 0) times.get(id)!.push({ ms, networkMs });
    }
  }
  const speedOf = (id: string): Speed => ({ ms: median(times.get(id)!.map((t) => t.ms))!, networkMs: median(times.get(id)!.map((t) => t.networkMs))! });
  const own = speedOf(model);
  if (against === null) return { ...own, rounds, against: null };
  const other = speedOf(against);
  return { ...own, rounds, against: { model: against, ...other, ratio: own.ms / other.ms, networkRatio: own.networkMs / other.networkMs } };
}
