import * as THREE from 'three';
import { Kit, rough } from './kit.ts';
import { crumpled, paint } from './materials.ts';
import type { Random } from './random.ts';
import { contact, thing, type Thing } from './thing.ts';

export const RUBBISH = ['bags', 'bags', 'dark-bags', 'carriers', 'cardboard', 'litter', 'furniture', 'mattress', 'mixed', 'mixed'] as const;
export type RubbishKind = (typeof RUBBISH)[number];

const DARK = ['#16171a', '#1c1d22', '#121315', '#24262b', '#2a2c30'] as const;
const LIGHT = ['#e4e2dc', '#d6d8da', '#c9cdd0', '#e9e7e2', '#cfe0e6'] as const;
const COLOURED = ['#2b4f86', '#3f7a52', '#c5342f', '#d8cf9a', '#d9b23a', '#7fa8c9', '#b5c77a', '#8a4a86', '#5f8f6a'] as const;

/** A tied bag: folds that run up to the knot, flattened where it stands. Radius in metres. */
export function bag(kit: Kit, rng: Random, x: number, y: number, z: number, r: number, color: string = rng.pick([...DARK, ...LIGHT, ...COLOURED])): void {
  const g = new THREE.IcosahedronGeometry(1, r > 0.18 ? 6 : r > 0.12 ? 4 : 3);
  const at = g.getAttribute('position') as THREE.BufferAttribute;
  const s = rng.f(0, 99); const tied = rng.chance(0.75) ? rng.f(0.5, 0.85) : 0.15; const slump = rng.f(0.6, 0.85);
  for (let k = 0; k < at.count; k++) {
    const px = at.getX(k); const py = at.getY(k); const pz = at.getZ(k);
    const a = Math.atan2(pz, px);
    const folds = 0.07 * Math.sin(a * 7 + s + py * 2) + 0.05 * Math.sin(a * 12 - s + py * 3);
    const up = Math.max(0, (py - 0.35) / 0.65);
    const dents = 0.09 * Math.abs(Math.sin(px * 4.1 + pz * 3.3 + s)) + 0.07 * Math.abs(Math.sin(pz * 6.7 - py * 5.1 + s * 2)) + 0.05 * Math.abs(Math.sin(px * 11.3 + py * 9.7 - s));
    const wide = (1 + folds * (0.6 + up) - dents) * (1 - tied * up ** 1.3);
    at.setXYZ(k, px * wide, py > 0 ? py * (0.85 + 0.3 * up * tied) : Math.max(-0.62, py * 0.85), pz * wide);
  }
  rough(g, r > 0.18 ? 0.035 : 0.06, s);
  kit.add(g, new THREE.Color(color).offsetHSL(0, 0, rng.f(-0.03, 0.03)), { x, y: y + r * 0.6 * slump, z, sx: r * rng.f(0.9, 1.25), sy: r * slump * 1.05, sz: r * rng.f(0.9, 1.15), ry: rng.f(0, 6), rx: rng.f(-0.35, 0.35), rz: rng.f(-0.35, 0.35) });
}

/** Bags in a heap over an ellipse: a layer on the ground, the rest on top towards the middle. */
export function bagHeap(kit: Kit, rng: Random, n: number, rx: number, rz: number, colors: readonly string[], size: readonly [number, number]): void {
  const low = Math.ceil(n * (n > 7 ? 0.62 : 0.8));
  for (let k = 0; k < n; k++) {
    const up = k >= low ? (k - low > (n - low) * 0.7 ? 2 : 1) : 0;
    const a = rng.f(0, 6.28); const u = Math.sqrt(rng.next()) * (up === 0 ? 1 : up === 1 ? 0.6 : 0.25);
    bag(kit, rng, Math.cos(a) * rx * u, up * size[0] * 1.05, Math.sin(a) * rz * u, rng.f(...size), rng.pick(colors));
  }
}

/** Cups, cartons, papers and foil on the ground within a spread in metres; `flat` leaves out what stands up. */
export function litter(kit: Kit, rng: Random, spread: number, n: number, from = 0.1): void {
  for (let k = 0; k < n; k++) {
    const x = rng.f(-spread, spread); const z = rng.f(from, spread * 0.95);
    const kind = rng.i(0, 4);
    if (kind === 0) kit.cyl(0.033, 0.033, 0.2, rng.pick(['#cfe3ea', '#d84a3a', '#3f8f5a']), { x, y: 0.033, z, rz: Math.PI / 2, ry: rng.f(0, 3) }, 7);
    else if (kind === 1) kit.box(0.12, 0.07, 0.12, rng.pick(['#efece4', '#d9b98a']), { x, z, ry: rng.f(0, 3) });
    else if (kind === 2) kit.add(rough(new THREE.IcosahedronGeometry(rng.f(0.05, 0.12), 1), 0.05, k), rng.pick([...LIGHT, '#d9c7a0', '#c55a4a']), { x, y: 0.03, z, sy: 0.5, ry: rng.f(0, 3) });
    else kit.box(rng.f(0.1, 0.28), 0.012, rng.f(0.08, 0.22), rng.pick(['#e8e6e0', '#c9a878', '#b9c6cf', '#d85a4a', '#f0e9b0']), { x, y: 0.004, z, ry: rng.f(0, 3), rx: rng.f(-0.1, 0.1) });
  }
}

/** An open, dented carton with its flaps, or one flattened and leaning. */
export function carton(kit: Kit, rng: Random, x: number, y: number, z: number): void {
  const color = rng.pick(['#b48a5a', '#a67c4c', '#c29b6b', '#9c7447', '#d1cdc4']);
  const w = rng.f(0.35, 0.7); const h = rng.f(0.25, 0.5); const d = rng.f(0.3, 0.55); const ry = rng.f(0, 6);
  if (rng.chance(0.45)) {
    for (let k = 0; k < rng.i(1, 3); k++) kit.box(w * 1.6, 0.02, d * 1.7, new THREE.Color(color).offsetHSL(0, 0, rng.f(-0.05, 0.05)), { x: x + rng.f(-0.1, 0.1), y: y + 0.03 + k * 0.03, z, ry: ry + rng.f(-0.3, 0.3), rx: rng.chance(0.4) ? rng.f(-0.9, -0.2) : rng.f(-0.1, 0.1) });
    return;
  }
  const g = new THREE.BoxGeometry(w, h, d, 3, 2, 3).translate(0, h / 2, 0);
  kit.add(rough(g, 0.05, rng.f(0, 99)), color, { x, y, z, ry, rz: rng.chance(0.3) ? rng.f(-0.6, 0.6) : 0 });
  for (const s of [-1, 1]) kit.box(w * 0.95, 0.012, d * 0.5, color, { x: x - Math.sin(ry) * s * -d * 0.6, y: y + h, z: z + Math.cos(ry) * s * d * 0.6, ry, rx: s * rng.f(0.1, 0.7) });
}

/** Cast-off furniture; the middle of its front at z = 0. */
export function furniture(kit: Kit, rng: Random): [number, number] {
  const c = rng.pick(['#6f4a35', '#5a6472', '#8a6f58', '#7a3d3d', '#a39a8c', '#3f4a44']);
  const kind = rng.i(0, 3);
  if (kind <= 1) {
    const l = kind === 0 ? 1.7 : 0.9;
    kit.box(l, 0.34, 0.75, c).box(l, 0.45, 0.2, c, { y: 0.3, z: -0.3, rx: rng.f(-0.2, 0) }).box(0.22, 0.5, 0.75, c, { x: -l / 2 + 0.05 }).box(0.22, 0.5, 0.75, c, { x: l / 2 - 0.05 });
    kit.box(0.7, 0.16, 0.6, new THREE.Color(c).offsetHSL(0, 0, 0.08), { x: -l * 0.2, y: 0.34, z: 0.05, ry: rng.f(-0.5, 0.5), rz: rng.f(-0.1, 0.3) });
  } else {
    const wood = rng.pick(['#a58a68', '#d9d2c4', '#7d5a3a', '#b9a184']);
    kit.box(0.9, rng.f(0.8, 1.5), 0.45, wood, { x: -0.3, ry: rng.f(-0.3, 0.3), rz: rng.f(-0.06, 0.06) }).box(0.02, 0.6, 0.03, '#333', { x: -0.3, y: 0.2, z: 0.24 });
    for (let k = 0; k < 3; k++) kit.box(rng.f(0.3, 0.6), 0.16, 0.4, wood, { x: rng.f(-0.2, 0.9), y: k * 0.05, z: rng.f(0.2, 0.6), ry: rng.f(0, 3), rx: rng.f(-0.4, 0.4) });
  }
  kit.box(0.9, 1.4, 0.04, rng.pick(['#a58a68', '#e0dccf', '#8f7350']), { x: 0.7, y: 0.1, z: 0.42, rx: -0.35, ry: 0.2 });
  if (rng.chance(0.6)) carton(kit, rng, -0.6, 0, 0.65);
  if (rng.chance(0.4)) for (const [dx, dz] of [[0, 0], [0.36, 0], [0, 0.36], [0.36, 0.36]] as const) kit.bar([0.9 + dx, 0, 0.3 + dz], [0.9 + dx, 0.44, 0.3 + dz], 0.02, '#7d5a3a');
  return [1.15, 0.8];
}

function mattress(kit: Kit, rng: Random): [number, number] {
  const c = rng.pick(['#d9d2c4', '#b9c3cc', '#c9b7a8', '#e6e2d6']);
  const w = rng.f(0.9, 1.5);
  const g = rough(new THREE.BoxGeometry(w, 1.9, 0.2, 6, 8, 2).translate(0, 0.95, 0), 0.03, rng.f(0, 99));
  if (rng.chance(0.5)) kit.add(g, c, { rx: -rng.f(0.15, 0.5), ry: rng.f(-0.3, 0.3) });
  else kit.add(g, c, { y: 0.1, z: 1, rx: -Math.PI / 2 + 0.05, ry: rng.f(0, 3) });
  return [w / 2 + 0.2, 1];
}

/** A heap of rubbish (暴露垃圾): bags, cartons, litter, what was cast off. `size` 0.4 (one bag or two) to 2. */
export function rubbish(rng: Random, kind: RubbishKind = rng.pick(RUBBISH), size = rng.f(0.4, 1.6)): Thing {
  const soft = new Kit(); const hard = new Kit();
  const along = rng.f(0.8, 2); // heaps at a kerb are longer than deep
  const n = Math.max(1, Math.round(9 * size * size));
  const rx = 0.36 * Math.sqrt(n) * Math.sqrt(along) * 0.62; const rz = rx / along;
  let half: [number, number] = [rx + 0.25, rz + 0.25];
  const colors = rng.pick([DARK, DARK, LIGHT, [...DARK, ...LIGHT], [...LIGHT, ...COLOURED], [...DARK, ...LIGHT, ...COLOURED], COLOURED]);
  switch (kind) {
    case 'bags': bagHeap(soft, rng, n, rx, rz, colors, [0.2, 0.33]); break;
    case 'dark-bags': bagHeap(soft, rng, n, rx, rz, DARK, [0.24, 0.38]); break;
    case 'carriers': bagHeap(soft, rng, Math.round(n * 1.8), rx, rz, [...LIGHT, ...COLOURED], [0.11, 0.2]); break;
    case 'cardboard': for (let k = 0; k < Math.max(2, n * 0.8); k++) carton(hard, rng, rng.f(-rx, rx), k > 4 ? rng.f(0, 0.35) : 0, rng.f(-rz, rz)); break;
    case 'litter': {
      const g = new THREE.SphereGeometry(1, 18, 8, 0, Math.PI * 2, 0, 1.3);
      hard.add(rough(g, 0.18, rng.f(0, 99)), rng.pick(['#6a655c', '#7d766a', '#57544e']), { sx: rx, sy: 0.16 * size, sz: rz, y: -0.02 });
      for (let k = 0; k < 45 + 60 * size; k++) {
        const a = rng.f(0, 6.28); const u = Math.sqrt(rng.next());
        const p = { x: Math.cos(a) * rx * u, y: 0.16 * size * (1 - u * u), z: Math.sin(a) * rz * u, rx: rng.f(-0.6, 0.6), ry: rng.f(0, 3), rz: rng.f(-0.6, 0.6) };
        if (k % 3 === 0) soft.add(rough(new THREE.IcosahedronGeometry(rng.f(0.05, 0.13), 1), 0.06, k), rng.pick([...LIGHT, ...COLOURED, '#1c1d22']), { ...p, sy: 0.6 });
        else hard.box(rng.f(0.06, 0.3), rng.f(0.01, 0.08), rng.f(0.06, 0.2), rng.pick(['#e8e6e0', '#c9a878', '#b9c6cf', '#d85a4a', '#f0e9b0', '#8f877b', '#3f6fae', '#6b8f5a']), p);
      }
      break;
    }
    case 'furniture': half = furniture(hard, rng); if (rng.chance(0.5)) bagHeap(soft, rng, rng.i(1, 5), 0.8, 0.5, colors, [0.2, 0.3]); break;
    case 'mattress': half = mattress(hard, rng); if (rng.chance(0.6)) bagHeap(soft, rng, rng.i(1, 6), 0.8, 0.6, colors, [0.2, 0.32]); break;
    case 'mixed':
      bagHeap(soft, rng, Math.max(2, Math.round(n * 0.6)), rx, rz, colors, [0.18, 0.34]);
      for (let k = 0; k < 1 + n * 0.3; k++) carton(hard, rng, rng.f(-rx, rx), 0, rng.f(-rz, rz) + 0.15);
      if (rng.chance(0.4)) furniture(hard, rng);
      break;
  }
  if (kind !== 'furniture' && kind !== 'mattress' && rng.chance(0.6)) litter(hard, rng, half[0], Math.round(6 + 10 * size), -half[1]);
  const meshes = [soft.empty ? null : soft.mesh(crumpled), hard.empty ? null : hard.mesh(paint)].filter((m) => m !== null);
  const made = thing(`rubbish:${kind}`, 'rubbish', half, ...meshes, contact(half[0] * 2.4, half[1] * 2.4, 0.6));
  return made;
}
