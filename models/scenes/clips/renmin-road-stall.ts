import type { ClipScript } from '../page/clip.ts';
import { everyday, walker } from './traffic.ts';

/** A food cart is pushed along the pavement, stands before the shops for three quarters of a minute, and moves on. */
const script: ClipScript = {
  name: 'renmin-road-stall', seed: 21, weather: 'sun', sun: [38, 52], seconds: 70, fps: 10,
  camera: { from: [-5.2, 5.4, 6.4], to: [1.2, 0.7, -6.2], fov: 37, name_zh: '人民路 12 号门前', name_en: '12 Renmin Road, shop fronts' },
  still: [
    { thing: 'lookalike:planter', seed: 5, at: [-4.6, -8.2] },
    { thing: 'bin:wheeled:empty', seed: 8, at: [6.4, -8.3], sort: 1 }, { thing: 'bin:wheeled:empty', seed: 9, at: [7.2, -8.3], sort: 2 },
    { thing: 'ebike:parked', seed: 3, at: [-3.4, -4.75], turn: 0.25 }, { thing: 'ebike:parked', seed: 14, at: [-2.6, -4.7], turn: 0.15 }, { thing: 'ebike:parked', seed: 11, at: [-1.8, -4.72], turn: 0.3 },
    { thing: 'lookalike:bench', seed: 4, at: [10.5, -5.4] },
  ],
  actors: [
    { id: 'cart', thing: 'stall:food-cart', seed: 17, shade: true, path: [[3, 17, -6.3], [15, 2.4, -6.3], [16.5, 2.2, -6.6, 0.1], [58, 2.2, -6.6, 0.1], [59.5, 2.0, -6.4], [69, -12, -6.1]] },
    { thing: 'person', seed: 71, path: [[14, -14, -5.4], [24, 1.6, -5.4], [36, 1.6, -5.4, 3.05], [48, 16, -5.2]] },
    { thing: 'person', seed: 72, path: [[27, 16, -5.3], [37.5, 2.9, -5.5], [50, 2.9, -5.5, 3.3], [61, -12, -5.3]] },
    walker(73, 1, -14, 16, -7.9, 1.3), walker(74, 20, 16, -14, -8.0, 1.2), walker(75, 42, -14, 16, -7.7, 1.35),
    ...everyday(3, 70, { people: 4, z: [-5.2, -4.9] }),
  ],
  events: [{ type: 'stall', actors: ['cart'], from: 16.5, to: 58 }],
  zones: [{ id: 'pavement', name: '人行道', ground: [-3, -8.6, 7.5, -4.2] }],
};

export default script;
