import type { ClipScript } from '../page/clip.ts';
import { everyday } from './traffic.ts';

/** Three wheeled bins; one runs over as people leave bags, and a street cleaner empties it. */
const script: ClipScript = {
  name: 'nanzhu-bins', seed: 47, weather: 'overcast', seconds: 74, fps: 10,
  camera: { from: [-3.2, 4.7, 4.6], to: [0.9, 0.6, -6.6], fov: 34, name_zh: '南珠东大街 垃圾收集点', name_en: 'Nanzhu East Street, bin point' },
  still: [
    { thing: 'bin:wheeled:empty', seed: 21, sort: 1, at: [1.6, -7.6], turn: -0.04 }, { thing: 'bin:wheeled:empty', seed: 22, sort: 0, at: [2.5, -7.55], turn: 0.05 },
    { thing: 'lookalike:planter', seed: 25, at: [-3.6, -8.3] }, { thing: 'lookalike:bench', seed: 9, at: [6.6, -8.1] },
  ],
  actors: [
    { thing: 'bin:wheeled:empty', seed: 30, sort: 2, at: [0.5, -7.55], turn: 0.03, show: [-1, 12] },
    { id: 'full', thing: 'bin:wheeled:overflow', seed: 31, sort: 2, size: 1.25, at: [0.5, -7.55], turn: 0.03, show: [12, 65.5], grow: [12, 19], shrink: [61, 65.5], least: 0.3 },
    { thing: 'bin:wheeled:empty', seed: 30, sort: 2, at: [0.5, -7.55], turn: 0.03, show: [65.5, 75] },
    { thing: 'person', seed: 501, path: [[2, -13, -6.2], [11, 0.2, -6.3], [13.4, 0.2, -6.3, 3.0], [24, 14, -6.0]] },
    { thing: 'person', seed: 502, path: [[6, 14, -6.5], [15.5, 1.0, -6.2], [17.5, 1.0, -6.2, 3.5], [27, -12, -5.8]] },
    { thing: 'person', seed: 503, path: [[10, -13, -5.8], [18.6, -0.4, -6.4], [20, -0.4, -6.4, 2.6], [31, -13, -5.9]] },
    { thing: 'person', seed: 504, vest: true, hat: true, path: [[52, 14, -6.0], [60.2, 0.9, -6.35], [66.5, 0.9, -6.35, 3.4], [73.9, 13, -5.8]] },
    ...everyday(6, 74, { people: 7, vehicles: 10, z: [-5.6, -5.0] }),
  ],
  events: [{ type: 'bin_overflow', actors: ['full'], from: 16, to: 62 }],
  zones: [{ id: 'bins', name: '垃圾桶点位', ground: [-1.4, -8.5, 3.6, -6.4] }],
};

export default script;
