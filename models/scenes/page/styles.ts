import type { BinKind } from './bins.ts';
import type { Weather } from './light.ts';
import type { ParasolKind } from './parasols.ts';
import type { StallKind } from './stalls.ts';
import type { WalkKind } from './textures-walls.ts';

export type FrontKind = 'shops' | 'oldtown' | 'glass' | 'housing' | 'arcade';

/** The look of a street: its shape, what it is built of, its light, and which models of stalls, parasols and bins stand in it. */
export interface Style {
  name: string;
  front: FrontKind;
  /** Half the roadway and the depth of the pavements in metres, from..to. */
  road: [number, number];
  pavement: [number, number];
  kerb: number;
  roadway: 'asphalt' | WalkKind;
  walk: 'tiles' | WalkKind;
  trees: 'round' | 'slim' | 'palm';
  treeShare: number;
  lamp: 'arm' | 'globe' | 'bracket';
  /** The near side is open: a balustrade and water instead of houses. */
  water: boolean;
  /** How often cars stand in a row at the far kerb. */
  parked: number;
  stalls: readonly StallKind[];
  parasols: readonly ParasolKind[];
  bins: readonly BinKind[];
  weathers: readonly Weather[];
  /** Colour of sun, lamps and haze, multiplied onto the ordinary ones. */
  tint: { key: string; haze: string };
}

const MARKET: readonly StallKind[] = ['fruit-table', 'food-cart', 'tricycle', 'ground-sheet', 'tent', 'rack', 'crates', 'trinkets', 'grill'];
const ANY_LIGHT: readonly Weather[] = ['sun', 'sun', 'sun', 'haze', 'overcast', 'overcast', 'dusk', 'night', 'night', 'rain', 'fog', 'lowsun'];

const PARADE: Style = {
  name: 'parade', front: 'shops', road: [3.2, 4.6], pavement: [4.2, 5.6], kerb: 0.14, roadway: 'asphalt', walk: 'tiles', trees: 'round', treeShare: 0.85, lamp: 'arm', water: false, parked: 0.35,
  stalls: MARKET, parasols: ['ribbed', 'ribbed', 'ribbed', 'tilted', 'lean-to'], bins: ['wheeled', 'wheeled', 'wheeled', 'pole', 'box', 'four-wheeled', 'litter-bin'], weathers: ANY_LIGHT, tint: { key: '#ffffff', haze: '#ffffff' },
};

/** Four looks to train on, and one that training never sees. */
export const STYLES = {
  parade: PARADE,
  oldtown: { ...PARADE, name: 'oldtown', front: 'oldtown', road: [2.4, 3.2], pavement: [2.6, 3.6], kerb: 0.04, roadway: 'slabs', walk: 'slabs', treeShare: 0.3, lamp: 'bracket', parked: 0.15, bins: ['wheeled', 'box', 'box', 'litter-bin', 'four-wheeled'] },
  plaza: { ...PARADE, name: 'plaza', front: 'glass', road: [4.2, 6], pavement: [6, 9], kerb: 0.1, walk: 'slabs', trees: 'slim', treeShare: 0.7, lamp: 'globe', parasols: ['ribbed', 'tilted', 'lean-to', 'cafe'], bins: ['pole', 'box', 'litter-bin', 'four-wheeled', 'wheeled'] },
  avenue: { ...PARADE, name: 'avenue', front: 'housing', road: [3.4, 4.8], pavement: [3.6, 5.4], kerb: 0.12, roadway: 'asphalt', walk: 'setts', treeShare: 0.75, parked: 0.7, bins: ['kerbside', 'kerbside', 'kerbside', 'four-wheeled', 'dome', 'litter-bin', 'wheeled'] },
  quay: {
    ...PARADE, name: 'quay', front: 'arcade', road: [2.8, 3.6], pavement: [4.6, 6.2], kerb: 0.22, roadway: 'concrete', walk: 'mosaic', trees: 'palm', treeShare: 0.9, lamp: 'globe', water: true, parked: 0.2,
    stalls: ['van-tail', 'handcart', 'glass-cart', 'grid-wall', 'flowers', 'baskets'], parasols: ['pagoda', 'cantilever', 'valance'], bins: ['wheeled', 'litter-bin', 'four-wheeled', 'dome'],
    weathers: ['lowsun', 'lowsun', 'sun', 'fog', 'dusk', 'night', 'overcast'], tint: { key: '#ffe3bd', haze: '#f3e6d6' },
  },
} satisfies Record<string, Style>;
export type StyleName = keyof typeof STYLES;

/** The style that no training picture shows. */
export const HELD_OUT: StyleName = 'quay';
export const TRAINING_STYLES: readonly StyleName[] = ['parade', 'oldtown', 'plaza', 'avenue'];
