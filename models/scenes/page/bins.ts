import * as THREE from 'three';
import { Kit, panel } from './kit.ts';
import { crumpled, paint, withMap } from './materials.ts';
import type { Random } from './random.ts';
import { bag, carton, litter } from './rubbish.ts';
import { board } from './textures.ts';
import { contact, thing, type Thing } from './thing.ts';

export type BinState = 'empty' | 'full' | 'overflow';
export const BIN_KINDS = ['wheeled', 'wheeled', 'wheeled', 'pole', 'box', 'four-wheeled', 'kerbside', 'dome', 'litter-bin'] as const;
export type BinKind = (typeof BIN_KINDS)[number];

const SORTS = [['#2f7a45', '厨余垃圾'], ['#2360a8', '可回收物'], ['#5c6266', '其他垃圾'], ['#b3262b', '有害垃圾']] as const;
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

/** The four-wheeled container of blocks of flats; its lid is in two halves or one. */
function fourWheeled(kit: Kit, rng: Random, state: BinState): { rim: number; w: number } {
  const color = rng.pick(['#2f7a45', '#3b3f42', '#6a6f72', '#2360a8', '#1f5a34']);
  const dark = new THREE.Color(color).offsetHSL(0, 0, -0.05);
  kit.add(new THREE.CylinderGeometry(0.72, 0.62, 0.95, 4, 1).rotateY(Math.PI / 4).scale(1.28, 1, 0.95).translate(0, 0.475, 0).toNonIndexed(), color, { y: 0.16 });
  kit.box(1.36, 0.08, 1.04, dark, { y: 1.08 });
  for (const x of [-0.5, 0.5]) for (const z of [-0.34, 0.34]) kit.cyl(0.08, 0.08, 0.16, '#1a1a1a', { x, z }, 8);
  for (const x of [-0.4, 0, 0.4]) kit.box(0.05, 0.8, 0.03, dark, { x, y: 0.25, z: 0.47 });
  if (state === 'empty') kit.add(new THREE.CylinderGeometry(0.53, 0.53, 1.34, 12, 1, false, 0, Math.PI).rotateZ(Math.PI / 2).scale(1, 0.45, 1), dark, { y: 1.15 });
  else kit.box(1.34, 0.04, 0.95, dark, state === 'full' ? { y: 1.28, z: -0.12, rx: -0.35 } : { y: 1.1, z: -0.62, rx: -1.25 });
  return { rim: 1.12, w: 0.66 };
}

/** The kerb-side steel container with a roof-shaped lid, emptied from the side by a lorry. */
function kerbside(kit: Kit, rng: Random, state: BinState): { rim: number; w: number } {
  const color = rng.pick(['#2e6b3f', '#3a7a48', '#255a38', '#50606a', '#2b4f86', '#6a6f62']);
  const lid = rng.chance(0.5) ? color : rng.pick(['#3a3d3e', '#4f8a5a', '#7a5a3a', '#255a38']);
  const w = rng.f(1.7, 2.1);
  kit.box(w, 0.95, 1.15, color, { y: 0.16 }).box(w * 0.9, 0.16, 0.9, '#1d1f20');
  for (let x = -w / 2 + 0.15; x < w / 2; x += rng.f(0.22, 0.4)) kit.box(0.04, 0.9, 0.04, new THREE.Color(color).offsetHSL(0, 0, -0.05), { x, y: 0.18, z: 0.58 });
  kit.box(0.24, 1.15, 0.12, rng.pick(['#b9bcbf', '#8d9092', color]), { x: rng.f(-0.15, 0.15), y: 0.1, z: 0.6 });
  for (const s of [-1, 1]) for (let k = 0; k < 4; k++) kit.box(0.14, 0.07, 0.012, k % 2 ? '#f1f0ea' : '#c5342f', { x: s * (w / 2 - 0.1), y: 0.62 + k * 0.08, z: 0.585, rz: 0.25 });
  const open = state !== 'empty';
  kit.box(w * 1.02, 0.05, 0.72, lid, { y: 1.2, z: -0.3, rx: -0.42 });
  if (!open) kit.box(w * 1.02, 0.05, 0.72, lid, { y: 1.2, z: 0.3, rx: 0.42 });
  else kit.box(w * 1.02, 0.05, 0.72, lid, { y: 1.42, z: 0.02, rx: -1.1 });
  for (const s of [-1, 1]) kit.box(0.03, 0.16, 1.1, color, { x: s * w * 0.49, y: 1.08 }).box(0.03, 0.14, 0.6, color, { x: s * w * 0.49, y: 1.22 });
  return { rim: 1.12, w: w / 2 };
}

/** The dome for glass or paper, and the pillar of a container that is under the ground. */
function dome(kit: Kit, rng: Random): { rim: number; w: number } {
  const color = rng.pick(['#2f7a45', '#2360a8', '#d9b23a', '#8d9496']);
  if (rng.chance(0.5)) {
    kit.add(new THREE.SphereGeometry(0.72, 16, 10, 0, Math.PI * 2, 0, 1.65), color, { y: 0.7, sy: 1.05 }).cyl(0.72, 0.66, 0.66, color, {}, 16);
    for (const a of [0, 1.57, 3.14]) kit.ball(0.14, '#141516', { x: Math.sin(a) * 0.62, y: 1.05, z: Math.cos(a) * 0.62 }, 8);
    return { rim: 1.35, w: 0.68 };
  }
  const steel = rng.pick(['#3f4446', '#8d9496', '#55595b']);
  kit.box(1.7, 0.02, 1.7, '#77797a').box(0.72, 1.0, 0.72, steel).box(0.76, 0.14, 0.78, new THREE.Color(steel).offsetHSL(0, 0, -0.06), { y: 1.0, rx: -0.12 }).box(0.5, 0.3, 0.03, '#1d1f20', { y: 0.6, z: 0.36 });
  return { rim: 1.08, w: 0.4 };
}

/** A round litter bin of mesh or slats. */
function litterBin(kit: Kit, rng: Random): { rim: number; w: number } {
  const c = rng.pick(['#2f5a44', '#3a3d3e', '#7d5a3a', '#8d9496']);
  const h = rng.f(0.7, 0.95);
  kit.cyl(0.24, 0.22, h, '#1b1c1d', {}, 14);
  for (let k = 0; k < 14; k++) kit.box(0.06, h, 0.02, c, { x: Math.sin((k / 14) * 6.283) * 0.25, z: Math.cos((k / 14) * 6.283) * 0.25, ry: (k / 14) * 6.283 });
  kit.cyl(0.27, 0.27, 0.05, c, { y: h }, 14);
  if (rng.chance(0.5)) kit.cyl(0.1, 0.28, 0.12, c, { y: h + 0.22 }, 14).bar([0.22, h, 0], [0.22, h + 0.24, 0], 0.015, c).bar([-0.22, h, 0], [-0.22, h + 0.24, 0], 0.015, c);
  return { rim: h, w: 0.27 };
}

/** A waste bin in a state; overflowing means bags above the rim and round the foot. */
export function bin(rng: Random, state: BinState, kind: BinKind = rng.pick(BIN_KINDS), sort = rng.i(0, 3), amount = rng.f(0.6, 1.4)): Thing {
  const kit = new Kit(); const bags = new Kit();
  const meshes: THREE.Object3D[] = [];
  let rim: number; let w: number;
  const big = kind === 'four-wheeled' || kind === 'kerbside' || kind === 'dome';
  switch (kind) {
    case 'wheeled': {
      const made = wheeled(kit, rng, state, sort);
      meshes.push(made.face);
      ({ rim, w } = made);
      break;
    }
    case 'pole': ({ rim, w } = post(kit, rng)); break;
    case 'box': ({ rim, w } = square(kit, rng)); break;
    case 'four-wheeled': ({ rim, w } = fourWheeled(kit, rng, state)); break;
    case 'kerbside': ({ rim, w } = kerbside(kit, rng, state)); break;
    case 'dome': ({ rim, w } = dome(kit, rng)); break;
    case 'litter-bin': ({ rim, w } = litterBin(kit, rng)); break;
  }
  const reach = kind === 'kerbside' ? 0.6 : big ? 0.5 : 0.35;
  if (state === 'full' && kind !== 'dome') for (let k = 0; k < (big ? 3 : 1); k++) bag(bags, rng, (k - (big ? 1 : 0)) * w * 0.5, rim - 0.18, 0.08, 0.2);
  let half: [number, number] = [w + 0.05, reach + 0.07];
  if (state === 'overflow') {
    const n = big ? 5 : kind === 'wheeled' ? 3 : 2;
    if (kind !== 'dome') for (let k = 0; k < n + 2; k++) bag(bags, rng, k < n ? (k - (n - 1) / 2) * (big ? w * 0.36 : 0.17) : rng.f(-0.1, 0.1), rim - 0.16 + (k >= n ? 0.18 + 0.12 * (k - n) : 0), rng.f(-0.12, 0.2) * (big ? 2 : 1), rng.f(0.18, 0.25));
    const around = Math.round(rng.i(2, 6) * amount * (big ? 2 : 1)) + (kind === 'dome' ? 3 : 0);
    for (let k = 0; k < around; k++) {
      const side = rng.chance(0.5) ? -1 : 1;
      const front = rng.chance(0.55);
      bag(bags, rng, front ? rng.f(-w - 0.3, w + 0.3) : side * rng.f(w + 0.2, w + 0.5), 0, front ? reach + rng.f(0.15, 0.4) : rng.f(-0.2, 0.4), rng.f(0.17, 0.3));
    }
    if (rng.chance(0.6)) carton(kit, rng, rng.pick([-1, 1]) * (w + 0.45), 0, rng.f(0.1, 0.5));
    litter(kit, rng, (w + 0.65) * Math.max(0.8, amount), Math.round(16 * amount * (big ? 1.6 : 1)));
    half = [w + 0.67, reach + 0.5];
  }
  if (!bags.empty) meshes.push(bags.mesh(crumpled));
  const cls = state === 'overflow' ? 'bin_overflow' : 'bin';
  return thing(`${cls}:${kind}:${state}`, cls, half, kit.mesh(paint), contact(w * 2 + (state === 'overflow' ? 1.2 : 0.35), reach * 2 + (state === 'overflow' ? 0.9 : 0.3), 0.65), ...meshes);
}
