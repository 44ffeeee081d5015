import * as THREE from 'three';
import { Kit, panel } from './kit.ts';
import { cloth, withMap } from './materials.ts';
import type { Random } from './random.ts';
import { board } from './textures.ts';

export type ParasolKind = 'ribbed' | 'tilted' | 'cafe' | 'lean-to' | 'pagoda' | 'cantilever' | 'valance';

export const BRIGHT = ['#c8262b', '#1f5fae', '#2e8b57', '#e0892b', '#7b3f98', '#d9438a', '#e8c22f', '#17806d'] as const;
const MUTED = ['#d8cfb8', '#8f9f7a', '#b58a6a', '#6f8a94', '#a3a09a', '#c9b48f', '#5d6b5a', '#e9e2d2'] as const;

/** A flat-panelled roof: rings of (radius, height) with `sides` panels, coloured by `color(side)`; `square` blows it up to a square. */
function roof(kit: Kit, rings: readonly (readonly [number, number])[], sides: number, color: (k: number) => string, y: number, square: boolean): void {
  const at = (ang: number, r: number, h: number): [number, number, number] => {
    const q = square ? 1 / Math.max(Math.abs(Math.cos(ang)), Math.abs(Math.sin(ang))) : 1;
    return [Math.cos(ang) * r * q, h, Math.sin(ang) * r * q];
  };
  for (let k = 0; k < sides; k++) {
    const off = square ? Math.PI / 4 : 0;
    const a = (k / sides) * Math.PI * 2 + off; const b = ((k + 1) / sides) * Math.PI * 2 + off;
    const pts: [number, number, number][] = []; const idx: number[] = [];
    for (const [r, h] of rings) pts.push(at(a, r, h), at(b, r, h));
    for (let n = 0; n + 1 < rings.length; n++) idx.push(n * 2, n * 2 + 1, n * 2 + 3, n * 2, n * 2 + 3, n * 2 + 2);
    const g = new THREE.BufferGeometry();
    g.setAttribute('position', new THREE.Float32BufferAttribute(pts.flat(), 3));
    g.setIndex(idx);
    g.computeVertexNormals();
    kit.add(g, color(k), { y });
  }
}

/** The big market parasol: eight ribs, two colours, a weighted foot. */
function ribbed(rng: Random, radius: number, height: number): THREE.Group {
  const g = new THREE.Group();
  const one = rng.pick(BRIGHT);
  const two = rng.chance(0.6) ? rng.pick(['#f2efe6', ...BRIGHT]) : one;
  const rainbow = rng.chance(0.25);
  const ribs = rng.pick([8, 8, 10]);
  const square = rng.chance(0.2);
  const kit = new Kit();
  for (let k = 0; k < ribs; k++) {
    const a = (k / ribs) * Math.PI * 2; const b = ((k + 1) / ribs) * Math.PI * 2; const m = (a + b) / 2;
    const at = (ang: number, r: number, y: number): [number, number, number] => {
      const q = square ? Math.min(1.3, 1 / Math.max(Math.abs(Math.cos(ang)), Math.abs(Math.sin(ang)))) * 0.85 : 1;
      return [Math.cos(ang) * r * q, y, Math.sin(ang) * r * q];
    };
    const top: [number, number, number] = [0, 0, 0];
    const pts = [top, at(b, radius * 0.55, -0.16), at(a, radius * 0.55, -0.16), at(b, radius, -0.42), at(a, radius, -0.42), at(m, radius * 0.96, -0.42), at(b, radius, -0.6), at(a, radius, -0.6), at(m, radius * 0.97, -0.56)];
    const geo = new THREE.BufferGeometry();
    geo.setAttribute('position', new THREE.Float32BufferAttribute(pts.flat(), 3));
    geo.setIndex([0, 1, 2, 2, 1, 5, 1, 3, 5, 2, 5, 4, 5, 3, 8, 3, 6, 8, 4, 5, 7, 5, 8, 7]);
    geo.computeVertexNormals();
    kit.add(geo, rainbow ? (BRIGHT[k % BRIGHT.length] ?? one) : k % 2 === 0 ? one : two, { y: height });
  }
  g.add(kit.mesh(cloth));
  g.add(new Kit().bar([0, 0.05, 0], [0, height, 0], 0.025, '#b9bcbd').cyl(0.22, 0.25, 0.09, '#4a4d50', {}, 12).mesh());
  return g;
}

/** A small round beach parasol that leans. */
function tilted(rng: Random, radius: number, height: number): THREE.Group {
  const g = new THREE.Group();
  const colors = rng.chance(0.5) ? [rng.pick(BRIGHT), '#f2efe6'] : [rng.pick(BRIGHT), rng.pick(BRIGHT), rng.pick(BRIGHT)];
  const kit = new Kit();
  roof(kit, [[0.02, 0.42], [radius * 0.5, 0.3], [radius * 0.85, 0.1], [radius, 0]], 12, (k) => colors[k % colors.length] ?? '#fff', 0, false);
  const top = new THREE.Group();
  top.add(kit.mesh(cloth));
  top.position.y = height - 0.4;
  top.rotation.set(rng.f(-0.25, 0.25), 0, rng.f(-0.25, 0.25));
  g.add(top, new Kit().bar([0, 0, 0], [0, height, 0], 0.02, '#d9dcdd').box(0.4, 0.1, 0.4, '#55595b').mesh());
  return g;
}

/** The plain square parasol of a café, with a rim that carries a name. */
function cafe(rng: Random, radius: number, height: number): THREE.Group {
  const g = new THREE.Group();
  const color = rng.pick(['#7a2b2b', '#1f4a3a', '#e6dfcc', '#2b3550', '#3a3a3c', '#b5522e']);
  const kit = new Kit();
  const r = radius * 0.95;
  roof(kit, [[0.02, 0.5], [r, 0], [r, -0.22]], 4, () => color, height - 0.4, true);
  g.add(kit.mesh(cloth), new Kit().bar([0, 0, 0], [0, height + 0.15, 0], 0.03, '#7d5a3a').box(0.55, 0.1, 0.55, '#77777a').mesh());
  const text = rng.pick(['COFFEE', '茶饮', '老街咖啡', 'BEER', '甜品']);
  for (const s of [-1, 1]) g.add(panel(r * 1.2, 0.2, withMap(board(text, color, '#f2efe6', 256, 40)), { y: height - 0.51, z: s * (r + 0.01), ry: s < 0 ? Math.PI : 0 }));
  return g;
}

/** A sheet over a frame that slopes to one side: tarpaulin in blue, green or stripes. */
function leanTo(rng: Random, radius: number, height: number): THREE.Group {
  const g = new THREE.Group();
  const w = radius * 2.1; const d = radius * 1.6;
  const color = rng.pick(['#2f63a8', '#3a7a55', '#b9bdc0', '#c5552f']);
  const second = rng.chance(0.5) ? '#e6e4dc' : color;
  const kit = new Kit(); const n = 10; const drop = rng.f(0.25, 0.6);
  for (let k = 0; k < n; k++) kit.box(w / n, 0.015, d, k % 2 ? second : color, { x: (k - (n - 1) / 2) * (w / n), y: height - 0.15 + 0.02 * Math.sin(k * 1.3), rx: Math.atan2(drop, d) });
  g.add(kit.mesh(cloth));
  const poles = new Kit();
  for (const x of [-1, 1]) for (const z of [-1, 1]) poles.bar([x * w * 0.48, 0, z * d * 0.47], [x * w * 0.48, height - 0.15 - z * drop / 2, z * d * 0.47], 0.02, '#9aa0a3');
  g.add(poles.mesh());
  return g;
}

/** Two tiers with a gap for the wind, scalloped rim. */
function pagoda(rng: Random, radius: number, height: number): THREE.Group {
  const g = new THREE.Group();
  const one = rng.pick(MUTED); const two = rng.pick(MUTED);
  const kit = new Kit();
  roof(kit, [[0.34 * radius, 0.34], [0.7 * radius, 0.16], [radius, -0.08], [radius * 1.01, -0.3]], 6, (k) => (k % 3 === 0 ? two : one), height - 0.35, false);
  roof(kit, [[0.02, 0.72], [0.5 * radius, 0.4]], 6, () => two, height - 0.35, false);
  g.add(kit.mesh(cloth), new Kit().bar([0, 0, 0], [0, height + 0.3, 0], 0.032, '#8a6a45').cyl(0.3, 0.34, 0.16, '#b9b4a8', {}, 8).ball(0.05, '#8a6a45', { y: height + 0.33 }).mesh());
  return g;
}

/** A square roof that hangs from an arm beside it. */
function cantilever(rng: Random, radius: number, height: number): THREE.Group {
  const g = new THREE.Group();
  const color = rng.pick(MUTED);
  const kit = new Kit();
  roof(kit, [[0.02, 0.3], [radius * 0.92, 0]], 4, (k) => (k % 2 ? color : new THREE.Color(color).offsetHSL(0, 0, -0.05).getStyle()), height - 0.2, true);
  const x = -radius * 1.05;
  const pole = new Kit().bar([x, 0, -0.2], [x, height + 0.35, -0.2], 0.04, '#4a4d50').bar([x, height + 0.35, -0.2], [0, height + 0.2, 0], 0.03, '#4a4d50').bar([0, height, 0], [0, height + 0.22, 0], 0.02, '#4a4d50');
  for (const [dx, dz] of [[-0.25, -0.25], [0.25, -0.25], [-0.25, 0.25], [0.25, 0.25]] as const) pole.box(0.45, 0.06, 0.45, '#8d8f8f', { x: x + dx, z: -0.2 + dz });
  g.add(kit.mesh(cloth), pole.mesh());
  return g;
}

/** A rectangular canvas with a long striped valance, on four turned posts. */
function valance(rng: Random, radius: number, height: number): THREE.Group {
  const g = new THREE.Group();
  const [one, two] = rng.pick([['#e9e2d2', '#b58a6a'], ['#e9e2d2', '#6f8a94'], ['#d8cfb8', '#8f9f7a'], ['#f0ece0', '#8c4a4a']] as const);
  const w = radius * 1.9; const d = radius * 1.35;
  const kit = new Kit();
  for (const s of [-1, 1]) kit.box(w, 0.02, d / 2 + 0.06, one, { y: height - 0.08, z: s * d * 0.25, rx: s * 0.3 });
  const n = 12;
  for (let k = 0; k < n; k++) for (const s of [-1, 1]) kit.box(w / n, 0.28, 0.012, k % 2 ? one : two, { x: (k - (n - 1) / 2) * (w / n), y: height - 0.46, z: s * d / 2 });
  g.add(kit.mesh(cloth));
  const posts = new Kit();
  for (const x of [-1, 1]) for (const z of [-1, 1]) posts.cyl(0.035, 0.035, height - 0.2, '#6b5138', { x: x * w * 0.48, z: z * d * 0.48 }, 8);
  g.add(posts.mesh());
  return g;
}

/** A parasol or canopy; radius and height in metres. */
export function parasol(rng: Random, radius: number, height: number, kind: ParasolKind = 'ribbed'): THREE.Group {
  switch (kind) {
    case 'ribbed': return ribbed(rng, radius, height);
    case 'tilted': return tilted(rng, radius * 0.85, height * 0.95);
    case 'cafe': return cafe(rng, radius, height);
    case 'lean-to': return leanTo(rng, radius, height);
    case 'pagoda': return pagoda(rng, radius, height);
    case 'cantilever': return cantilever(rng, radius, height);
    case 'valance': return valance(rng, radius, height);
  }
}
