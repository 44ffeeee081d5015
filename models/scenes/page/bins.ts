import * as THREE from 'three';
import { Kit, panel, rough } from './kit.ts';
import { paint, withMap } from './materials.ts';
import type { Random } from './random.ts';
import { board } from './textures.ts';
import { contact, thing, type Thing } from './thing.ts';

export type BinState = 'empty' | 'full' | 'overflow';
export const BIN_KINDS = ['wheeled', 'wheeled', 'wheeled', 'pole', 'box'] as const;
export type BinKind = (typeof BIN_KINDS)[number];

const SORTS = [['#2f7a45', '厨余垃圾'], ['#2360a8', '可回收物'], ['#5c6266', '其他垃圾'], ['#b3262b', '有害垃圾']] as const;
const BAG = ['#16171a', '#1c1d22', '#e4e2dc', '#c5342f', '#2b4f86', '#d8cf9a', '#3f7a52', '#e9e7e2'] as const;

/** A tied rubbish bag. */
export function bag(kit: Kit, rng: Random, x: number, y: number, z: number, r: number): void {
  const color = rng.pick(BAG);
  const g = rough(new THREE.SphereGeometry(r, 10, 8), r * 0.22, rng.f(0, 99));
  kit.add(g, color, { x, y: y + r * 0.72, z, sy: 0.82, sx: rng.f(0.9, 1.2), ry: rng.f(0, 6) });
  kit.cyl(r * 0.32, r * 0.1, r * 0.4, color, { x: x + rng.f(-0.03, 0.03), y: y + r * 1.3, z, rz: rng.f(-0.4, 0.4) }, 7);
}

function litter(kit: Kit, rng: Random, spread: number, n: number): void {
  for (let k = 0; k < n; k++) {
    const x = rng.f(-spread, spread); const z = rng.f(0.1, spread * 0.95);
    const kind = rng.i(0, 3);
    if (kind === 0) kit.cyl(0.033, 0.033, 0.2, rng.pick(['#cfe3ea', '#d84a3a', '#3f8f5a']), { x, y: 0.033, z, rz: Math.PI / 2, ry: rng.f(0, 3) }, 7);
    else if (kind === 1) kit.box(0.12, 0.07, 0.12, rng.pick(['#efece4', '#d9b98a']), { x, z, ry: rng.f(0, 3) });
    else kit.box(rng.f(0.1, 0.28), 0.012, rng.f(0.08, 0.22), rng.pick(['#e8e6e0', '#c9a878', '#b9c6cf', '#d85a4a', '#f0e9b0']), { x, y: 0.004, z, ry: rng.f(0, 3), rx: rng.f(-0.1, 0.1) });
  }
}

function wheeled(kit: Kit, rng: Random, state: BinState, sort: number): { face: THREE.Mesh; rim: number; w: number } {
  const [color, word] = SORTS[sort] ?? SORTS[0];
  const dark = new THREE.Color(color).offsetHSL(0, 0, -0.06);
  const body = new THREE.CylinderGeometry(0.405, 0.33, 0.92, 4, 1).rotateY(Math.PI / 4).scale(1, 1, 1.15).translate(0, 0.46, 0);
  kit.add(body.toNonIndexed(), color, { y: 0.06 });
  const flat = kit;
  flat.box(0.62, 0.05, 0.7, dark, { y: 0.95 });
  for (const s of [-1, 1]) flat.add(new THREE.CylinderGeometry(0.1, 0.1, 0.06, 12).rotateZ(Math.PI / 2), '#1a1a1a', { x: s * 0.24, y: 0.1, z: -0.3 });
  flat.bar([-0.25, 1.0, -0.42], [0.25, 1.0, -0.42], 0.018, dark);
  flat.box(0.04, 0.05, 0.1, dark, { x: -0.25, y: 0.97, z: -0.38 }).box(0.04, 0.05, 0.1, dark, { x: 0.25, y: 0.97, z: -0.38 });
  if (state === 'empty') flat.box(0.62, 0.05, 0.72, dark, { y: 1.0, z: 0.01 }).box(0.5, 0.03, 0.58, color, { y: 1.045 });
  else if (state === 'full') flat.box(0.62, 0.05, 0.72, dark, { y: 1.16, z: -0.03, rx: -0.3 });
  else flat.box(0.62, 0.7, 0.05, dark, { y: 0.5, z: -0.46, rx: rng.f(-0.2, -0.08) });
  const face = panel(0.3, 0.3, withMap(board(word.slice(0, 2), color, '#f2f2ec', 96, 96)), { y: 0.62, z: 0.365, rx: 0.07 });
  return { face, rim: 1.0, w: 0.33 };
}

function post(kit: Kit, rng: Random): { rim: number; w: number } {
  const frame = rng.pick(['#4f5759', '#7a6a55', '#8d9496']);
  for (const s of [-1, 1]) {
    kit.box(0.36, 0.62, 0.36, s < 0 ? '#2360a8' : '#5c6266', { x: s * 0.24, y: 0.28 });
    kit.box(0.3, 0.12, 0.02, '#141516', { x: s * 0.24, y: 0.74, z: 0.18 });
    kit.bar([s * 0.46, 0, 0], [s * 0.46, 1.1, 0], 0.03, frame);
  }
  kit.box(1.05, 0.06, 0.46, frame, { y: 0.95 });
  return { rim: 0.88, w: 0.5 };
}

function square(kit: Kit, rng: Random): { rim: number; w: number } {
  const c = rng.pick(['#8d8a80', '#5a4a3a', '#3f5a4a', '#b0aca2']);
  kit.box(0.46, 0.85, 0.46, c).box(0.5, 0.08, 0.5, '#3a3d3e', { y: 0.85 }).box(0.3, 0.14, 0.02, '#141516', { y: 0.64, z: 0.235 });
  return { rim: 0.93, w: 0.26 };
}

/** A waste bin in a state; overflowing means bags above the rim and round the foot. */
export function bin(rng: Random, state: BinState, kind: BinKind = rng.pick(BIN_KINDS), sort = rng.i(0, 3), amount = rng.f(0.6, 1.4)): Thing {
  const kit = new Kit();
  const meshes: THREE.Object3D[] = [];
  let rim: number; let w: number;
  if (kind === 'wheeled') {
    const made = wheeled(kit, rng, state, sort);
    meshes.push(made.face);
    rim = made.rim; w = made.w;
  } else ({ rim, w } = kind === 'pole' ? post(kit, rng) : square(kit, rng));
  if (state === 'full') bag(kit, rng, 0, rim - 0.12, 0.08, 0.2);
  let half: [number, number] = [w + 0.05, 0.42];
  if (state === 'overflow') {
    const n = kind === 'wheeled' ? 3 : 2;
    for (let k = 0; k < n + 2; k++) bag(kit, rng, k < n ? (k - (n - 1) / 2) * 0.17 : rng.f(-0.1, 0.1), rim - 0.12 + (k >= n ? 0.18 + 0.12 * (k - n) : 0), rng.f(-0.12, 0.2), rng.f(0.18, 0.25));
    const around = Math.round(rng.i(2, 6) * amount);
    for (let k = 0; k < around; k++) {
      const side = rng.chance(0.5) ? -1 : 1;
      const front = rng.chance(0.55);
      bag(kit, rng, front ? rng.f(-0.6, 0.6) : side * rng.f(w + 0.2, w + 0.5), 0, front ? rng.f(0.5, 0.75) : rng.f(-0.2, 0.4), rng.f(0.17, 0.28));
    }
    if (rng.chance(0.6)) kit.box(0.5, 0.36, 0.4, '#b48a5a', { x: rng.pick([-1, 1]) * (w + 0.45), z: rng.f(0.1, 0.5), ry: rng.f(0, 3) });
    litter(kit, rng, 1.0 * amount, Math.round(16 * amount));
    half = [1.0, 0.85];
  }
  const cls = state === 'overflow' ? 'bin_overflow' : 'bin';
  return thing(`${cls}:${kind}:${state}`, cls, half, kit.mesh(paint), contact(w * 2 + (state === 'overflow' ? 1.2 : 0.35), state === 'overflow' ? 1.6 : 1.0, 0.65), ...meshes);
}
