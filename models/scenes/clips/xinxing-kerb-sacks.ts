import type { ClipScript } from '../page/clip.ts';
import { everyday, walker } from './traffic.ts';

/** A truck stops, two people stack cement sacks at the kerb; the stack stays until the truck comes back for it. */
const script: ClipScript = {
  name: 'xinxing-kerb-sacks', seed: 34, weather: 'haze', sun: [-32, 48], seconds: 74, fps: 10,
  camera: { from: [5.6, 5.2, 6.2], to: [-0.6, 0.6, -5.2], fov: 37, name_zh: '新兴街 · 建材店路段', name_en: '3 Xinxing Street, kerb' },
  still: [
    { thing: 'lookalike:planter', seed: 15, at: [4.8, -8.3] }, { thing: 'lookalike:newsbox', seed: 2, at: [-6.2, -8.4] },
    { thing: 'ebike:parked', seed: 33, at: [3.2, -8.0], turn: 2.9 }, { thing: 'ebike:parked', seed: 44, at: [4.0, -8.0], turn: 3.0 },
  ],
  actors: [
    { thing: 'truck', seed: 6, load: 'sacks', path: [[0.5, 36, -2.2], [4.4, 11, -2.45], [6.2, 4.6, -2.55], [20, 4.6, -2.55], [22, 0.5, -2.3], [27, -34, -1.9]] },
    { thing: 'person', seed: 62, vest: true, posture: 'carry', path: [[6.8, 3.2, -3.95], [9.6, -1.2, -4.95], [10.4, -1.2, -4.95, -1.6], [13, 2.1, -4.0], [13.6, 2.1, -4.0, 0.9], [16.1, -1.1, -5.0], [16.9, -1.1, -5.0, -1.6], [18.9, 2.2, -4.4], [31, 16, -6.4]] },
    { thing: 'person', seed: 63, posture: 'carry', path: [[7.6, 5.0, -3.95], [12.2, -1.3, -5.7], [13.2, -1.3, -5.7, -1.9], [15.6, 2.4, -4.6], [16.2, 2.4, -4.6, 0.7], [18.7, -1.1, -5.6], [19.6, -1.1, -5.6, -1.7], [32, 16, -5.9]] },
    { id: 'sacks', thing: 'debris:sacks', seed: 12, size: 2.6, scale: 1.3, at: [-2.7, -5.0], turn: 0.06, grow: [9.6, 19.4], shrink: [62, 69.6] },
    { thing: 'truck', seed: 6, load: 'none', path: [[52, 36, -2.2], [57, 11, -2.45], [59, 4.6, -2.55], [70, 4.6, -2.55], [71.4, 1.2, -2.3], [73.9, -14, -1.9]] },
    { thing: 'person', seed: 62, vest: true, posture: 'carry', path: [[48, 16, -6.0], [61.2, -1.0, -5.2], [62.4, -1.2, -5.0, -1.6], [64.6, 2.1, -4.0], [65.2, 2.1, -4.0, 0.9], [67.4, -1.1, -5.0], [68.2, -1.1, -5.0, -1.6], [70.4, 2.2, -4.4], [74, 7.5, -5.4]] },
    walker(91, 2, -14, 15, -7.6, 1.3), walker(92, 24, 15, -14, -7.9, 1.2), walker(93, 33, -14, 15, -7.2, 1.28), walker(94, 44, 15, -14, -7.5, 1.3),
    ...everyday(5, 50, { people: 3, vehicles: 0 }),
    { thing: 'car', seed: 301, path: [[8, -32, 1.8], [17, 32, 1.8]] }, { thing: 'ebike', seed: 302, path: [[22, -32, 2.8], [33, 32, 2.8]] }, { thing: 'van', seed: 303, path: [[30, 32, -1.9], [39, -32, -1.9]] },
    { thing: 'ebike', seed: 304, path: [[36, -32, 2.9], [47, 32, 2.9]] }, { thing: 'car', seed: 305, path: [[43, 32, -1.9], [51, -32, -1.9]] }, { thing: 'tricycle', seed: 306, path: [[60, -32, 2.6], [73, 32, 2.6]] },
  ],
  events: [{ type: 'debris', actors: ['sacks'], from: 13, to: 66 }],
  zones: [{ id: 'kerb', name: '路缘带', ground: [-5.5, -6.6, 1.2, -3.9] }],
};

export default script;
