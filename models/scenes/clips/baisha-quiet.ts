import type { ClipScript } from '../page/clip.ts';
import { everyday, walker } from './traffic.ts';

/** Nothing to report: café chairs, planters, cones, parked e-bikes, clean bins, a short delivery, people and traffic. */
const script: ClipScript = {
  name: 'baisha-quiet', seed: 58, weather: 'sun', sun: [-48, 44], seconds: 66, fps: 10,
  camera: { from: [-4.9, 5.5, -4.0], to: [6.4, 0.4, -5.8], fov: 42, name_zh: '白沙街 · 步行道', name_en: 'Baisha Street, walkway' },
  still: [
    { thing: 'lookalike:cafe', seed: 41, at: [1.6, -7.6] }, { thing: 'lookalike:cafe', seed: 42, at: [4.3, -7.7] },
    { thing: 'lookalike:planter', seed: 43, at: [-1.2, -8.2] }, { thing: 'lookalike:planter', seed: 43, at: [6.6, -8.2] },
    { thing: 'bin:pole:empty', seed: 44, at: [8.8, -5.0] }, { thing: 'lookalike:cones', seed: 45, at: [7.4, -2.6] },
    { thing: 'ebike:parked', seed: 46, at: [10.2, -8.1], turn: 0.2 }, { thing: 'ebike:parked', seed: 47, at: [11.0, -8.1], turn: 0.1 }, { thing: 'ebike:parked', seed: 48, at: [11.8, -8.1], turn: 0.2 },
    { thing: 'lookalike:sandwich-board', seed: 49, at: [0.2, -8.1], turn: 0.5 },
  ],
  actors: [
    { thing: 'lookalike:delivery', seed: 51, path: [[6, 20, -5.2], [20, 3.0, -5.9], [22, 2.6, -8.2], [24, 2.6, -9.4]] },
    { thing: 'person', seed: 53, path: [[30, 2.6, -9.4], [32, 2.8, -8.0], [34, 4, -6.2], [49, 22, -5.4]] },
    walker(81, 1, 22, -14, -6.2, 1.3, { umbrella: true }), walker(82, 9, -13, 22, -5.4, 1.35), walker(83, 16, 22, -14, -6.6, 1.2), walker(84, 22, -13, 24, -6.1, 1.3, { umbrella: true }),
    walker(85, 30, 24, -14, -5.5, 1.4), walker(86, 35, -13, 22, -6.5, 1.25),
    ...everyday(4, 66, { people: 4, vehicles: 11, z: [-6.2, -5.2] }),
  ],
  events: [],
  zones: [{ id: 'walkway', name: '人行道', ground: [-1, -8.6, 10, -4.1] }],
};

export default script;
