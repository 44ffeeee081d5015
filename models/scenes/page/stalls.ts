import { Kit } from './kit.ts';
import { glow } from './materials.ts';
import type { ParasolKind } from './parasols.ts';
import { person } from './people.ts';
import type { Random } from './random.ts';
import { MARKET_STALLS, type StallBuilder } from './stalls-market.ts';
import { QUAY_STALLS } from './stalls-quay.ts';
import { adopt, contact, thing, type Thing } from './thing.ts';

const BUILDERS = { ...MARKET_STALLS, ...QUAY_STALLS };
export type StallKind = keyof typeof BUILDERS;
export const MARKET_KINDS = Object.keys(MARKET_STALLS) as (keyof typeof MARKET_STALLS)[];
export const QUAY_KINDS = Object.keys(QUAY_STALLS) as (keyof typeof QUAY_STALLS)[];

export interface StallOptions { seller?: boolean; night?: boolean; shade?: boolean; parasols?: readonly ParasolKind[] }

/**
 * A street stall (流动摊点, 占道经营): what is sold, what it is sold from, shade, and the seller. The box of a stall is the box
 * of the whole group; parasol, cart, table with goods and the seller have boxes of their own besides.
 */
export function stall(rng: Random, kind: StallKind = rng.pick(MARKET_KINDS), options: StallOptions = {}): Thing {
  const made = thing(`stall:${kind}`, 'stall', [1, 1]);
  const drawnShade = rng.chance(kind === 'food-cart' ? 0.4 : 0.78);
  const build: StallBuilder = BUILDERS[kind];
  const { half, seller: [x, z, turn], sit } = build(made, rng, { shade: options.shade ?? drawnShade, parasol: rng.pick(options.parasols ?? ['ribbed']) });
  made.half = half;
  made.root.add(contact(half[0] * 2.3, half[1] * 2.2, 0.55));
  if (options.night) {
    made.root.add(new Kit().bar([0.3, 0, -0.35], [0.3, 1.8, -0.35], 0.015, '#77797a').bar([0.3, 1.8, -0.35], [0.1, 1.85, 0], 0.012, '#77797a').mesh());
    made.root.add(new Kit().ball(0.06, '#fff4d8', { x: 0.1, y: 1.8 }, 8).mesh(glow));
  }
  if (options.seller ?? rng.chance(0.92)) {
    const seller = adopt(made, person(rng, { posture: sit ? 'sit' : rng.chance(0.3) ? 'bend' : 'stand', hat: rng.chance(0.5), apron: rng.chance(0.5) }));
    seller.root.position.set(x, 0, z);
    seller.root.rotation.y = turn;
    made.pose = (t, v) => seller.pose?.(t, v);
  }
  return made;
}
