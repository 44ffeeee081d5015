import type { ClipScript } from '../page/clip.ts';
import { everyday } from './traffic.ts';

/** Night under a street lamp: clean bins, people passing; after closing time one bin runs over until it is collected. */
const script: ClipScript = {
  name: 'wenfeng-night-bins', seed: 85, weather: 'night', seconds: 72, fps: 10,
  camera: { from: [3.4, 4.8, 4.2], to: [-0.6, 0.6, -5.8], fov: 36, name_zh: '文峰南路 公交站旁', name_en: 'Wenfeng South Road, bus stop' },
  still: [
    { thing: 'bin:wheeled:empty', seed: 91, sort: 0, at: [-1.5, -5.3], turn: 0.05 }, { thing: 'lookalike:planter', seed: 92, at: [4.8, -8.3] },
    { thing: 'ebike:parked', seed: 93, at: [-6.2, -8.0], turn: 0.2 }, { thing: 'ebike:parked', seed: 94, at: [-5.4, -8.0], turn: 0.1 },
  ],
  actors: [
    { thing: 'bin:wheeled:empty', seed: 95, sort: 1, at: [-0.5, -5.35], turn: -0.05, show: [-1, 14] },
    { id: 'full', thing: 'bin:wheeled:overflow', seed: 96, sort: 1, size: 1.2, at: [-0.5, -5.35], turn: -0.05, show: [14, 65], grow: [14, 20.5], shrink: [61, 65], least: 0.3 },
    { thing: 'bin:wheeled:empty', seed: 95, sort: 1, at: [-0.5, -5.35], turn: -0.05, show: [65, 80] },
    { thing: 'person', seed: 801, path: [[3, 14, -6.7], [13.4, -0.2, -6.5], [15.6, -0.2, -6.5, 0.1], [27, -13, -6.9]] },
    { thing: 'person', seed: 802, path: [[7, -13, -6.3], [17.6, -0.9, -6.3], [19.4, -0.9, -6.3, 0.4], [30, 13, -6.6]] },
    { thing: 'person', seed: 803, vest: true, path: [[51, -13, -6.5], [60.6, -0.7, -6.35], [66, -0.7, -6.35, 0.2], [71.9, -9, -6.6]] },
    ...everyday(8, 72, { people: 6, vehicles: 9, z: [-8.1, -7.2] }),
  ],
  events: [{ type: 'bin_overflow', actors: ['full'], from: 18, to: 61.5 }],
  zones: [{ id: 'bins', name: '垃圾桶点位', ground: [-2.6, -6.3, 0.7, -4.0] }],
};

export default script;
