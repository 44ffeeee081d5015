import type { ClipScript } from '../page/clip.ts';
import { everyday, walker } from './traffic.ts';

/** Dusk: two vendors set up side by side, fruit and snacks, and draw people. */
const script: ClipScript = {
  name: 'yongfu-evening-market', seed: 63, weather: 'dusk', sun: [62, 17], seconds: 74, fps: 10,
  camera: { from: [4.6, 5.3, 5.6], to: [-0.4, 0.7, -6.4], fov: 37, name_zh: '永福西大街 夜市口', name_en: 'Yongfu West Street, evening market' },
  still: [
    { thing: 'lookalike:planter', seed: 16, at: [5.6, -8.3] }, { thing: 'bin:pole:empty', seed: 23, at: [-6.6, -5.1], turn: 0.1 },
    { thing: 'ebike:parked', seed: 36, at: [5.2, -4.75], turn: -0.2 }, { thing: 'ebike:parked', seed: 37, at: [5.9, -4.75], turn: -0.25 },
  ],
  actors: [
    { thing: 'tricycle', seed: 610, path: [[1, 30, -2.4], [7, 2.4, -3.0], [8, 2.0, -3.05], [18, 2.0, -3.05], [19.2, 0.5, -2.9], [26, -30, -2.5]] },
    { id: 'fruit', thing: 'stall:fruit-table', seed: 614, shade: true, at: [1.9, -6.3], turn: 0.05, grow: [8.5, 16], shrink: [61.5, 68] },
    { id: 'snacks', thing: 'stall:food-cart', seed: 623, shade: false, path: [[4, -15, -6.0], [15.5, -3.0, -6.3], [17, -2.8, -6.4, 0.05], [60, -2.8, -6.4, 0.05], [61.5, -3.1, -6.3], [72.5, -15.5, -6.0]] },
    { thing: 'person', seed: 631, path: [[16, 15, -5.2], [27.5, 2.1, -4.95], [40, 2.1, -4.95, 3.1], [52, -14, -5.0]] },
    { thing: 'person', seed: 632, path: [[18, -14, -5.0], [28, -2.6, -5.2], [42, -2.6, -5.2, 3.2], [55, 14, -4.9]] },
    { thing: 'person', seed: 633, path: [[24, -14, -4.8], [35.5, 1.2, -5.0], [50, 1.2, -5.0, 2.9], [61, 14, -5.0]] },
    walker(96, 2, 15, -14, -7.8, 1.2), walker(97, 26, -14, 15, -8.1, 1.25), walker(98, 38, 15, -14, -7.9, 1.3), walker(99, 48, -14, 15, -7.9, 1.2),
    ...everyday(9, 74, { people: 4, vehicles: 8, z: [-4.7, -4.5] }).filter((a) => a.thing !== 'person' || (a.path?.[0]?.[2] ?? 0) > 0),
  ],
  events: [{ type: 'stall', actors: ['fruit'], from: 15, to: 62 }, { type: 'stall', actors: ['snacks'], from: 17, to: 60 }],
  zones: [{ id: 'pavement', name: '人行道', ground: [-5.5, -8.6, 4, -4.2] }],
};

export default script;
