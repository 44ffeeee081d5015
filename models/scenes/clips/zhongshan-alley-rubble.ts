import type { ClipScript } from '../page/clip.ts';
import { everyday, walker } from './traffic.ts';

/** Renovation waste is dumped at the mouth of an alley: rubble, planks, sacks. Later it is cleared away. */
const script: ClipScript = {
  name: 'zhongshan-alley-rubble', seed: 72, weather: 'sun', sun: [-28, 60], alley: true, seconds: 74, fps: 10,
  camera: { from: [-2.6, 5.0, 3.4], to: [1.2, 0.5, -8.0], fov: 38, name_zh: '中山路 23 号旁巷口', name_en: 'Alley beside 23 Zhongshan Road' },
  still: [
    { thing: 'ebike:parked', seed: 81, at: [4.4, -8.2], turn: 0.1 }, { thing: 'ebike:parked', seed: 82, at: [5.2, -8.2], turn: 0.2 },
    { thing: 'lookalike:planter', seed: 83, at: [-2.6, -8.3] }, { thing: 'bin:wheeled:empty', seed: 84, sort: 2, at: [-4.4, -8.3] },
  ],
  actors: [
    { thing: 'tricycle', seed: 701, path: [[0.5, -28, 2.4], [4, -11, 1.0], [7.5, -1.2, -3.2], [9, -0.6, -5.7], [10, -0.6, -6.2], [21, -0.6, -6.2], [22.5, 0.6, -4.6], [25, 4, -2.6], [29.5, 28, 1.8]] },
    { thing: 'person', seed: 702, vest: true, posture: 'bend', path: [[9, 5, -22], [16, 1.4, -9.2], [17, 0.9, -7.4, -1.4], [21, 0.9, -7.4, -1.4], [23, 1.4, -9.2], [31, 1.2, -21]] },
    { id: 'waste', thing: 'debris:mixed', seed: 19, size: 1.15, at: [0.4, -8.3], turn: 0.3, grow: [11, 20.5], shrink: [61, 69.5] },
    { thing: 'truck', seed: 9, load: 'rubble', path: [[50, 36, -2.2], [56, 8, -2.6], [58.5, 4.2, -2.7], [70, 4.2, -2.7], [71.4, 1.2, -2.4], [73.9, -14, -1.9]] },
    { thing: 'person', seed: 703, vest: true, posture: 'bend', path: [[53, 15, -6.4], [60.5, 1.9, -7.2, -1.9], [69.5, 1.9, -7.2, -1.9], [73.9, 8.2, -6.2]] },
    { thing: 'person', seed: 704, vest: true, posture: 'carry', path: [[54, 16, -5.8], [61.5, 0.5, -6.7], [62.3, 0.5, -6.7, 3.1], [64.6, 3.6, -4.3], [65.2, 3.6, -4.3, 0.3], [67.4, 0.7, -6.8], [68.6, 0.7, -6.8, 3.1], [73.9, 9, -5.8]] },
    walker(111, 1, 14, -13, -5.9, 1.3), walker(112, 20, -13, 14, -5.4, 1.25), walker(113, 30, 14, -13, -5.2, 1.2), walker(114, 38, -13, 14, -5.8, 1.35), walker(115, 26, 14, -13, -6.3, 1.15),
    ...everyday(7, 50, { people: 0, vehicles: 0 }),
    { thing: 'ebike', seed: 711, path: [[13, -30, 2.8], [24, 30, 2.8]] }, { thing: 'car', seed: 712, path: [[26, 32, -1.8], [35, -32, -1.8]] }, { thing: 'ebike', seed: 713, path: [[33, -30, 2.8], [44, 30, 2.8]] },
    { thing: 'car', seed: 714, path: [[38, -32, 1.7], [47, 32, 1.7]] }, { thing: 'ebike', seed: 715, path: [[42, 30, -2.9], [53, -30, -2.9]] },
  ],
  events: [{ type: 'debris', actors: ['waste'], from: 17, to: 64 }],
  zones: [{ id: 'alley', name: '巷口', ground: [-1.2, -10.6, 3.2, -6.4] }],
};

export default script;
