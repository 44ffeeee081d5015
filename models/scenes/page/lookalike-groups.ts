import * as THREE from 'three';
import { heap } from './debris.ts';
import { Kit, rough } from './kit.ts';
import { gloss, paint } from './materials.ts';
import { parasol, type ParasolKind } from './parasols.ts';
import { person } from './people.ts';
import type { Random } from './random.ts';
import { adopt, contact, part, thing, type Thing } from './thing.ts';
import { van } from './vehicles.ts';

/** Poses all who stand in a group. */
function posed(made: Thing): Thing {
  made.pose = (t, v) => { for (const c of made.children) c.pose?.(t, v); };
  return made;
}

/** A café's table, its seats and often its parasol, in a permitted place (外摆): no stall. */
export function cafe(rng: Random, parasols: readonly ParasolKind[] = ['cafe', 'cafe', 'ribbed']): Thing {
  const kit = new Kit();
  const c = rng.pick(['#6f4f36', '#3f4446', '#b9b2a4', '#2f5f4a', '#e8e4da']);
  const square = rng.chance(0.4);
  if (square) kit.box(0.75, 0.03, 0.75, c, { y: 0.72 });
  else kit.cyl(0.4, 0.4, 0.03, c, { y: 0.72 }, 18);
  kit.bar([0, 0, 0], [0, 0.72, 0], 0.03, '#444').cyl(0.22, 0.24, 0.03, '#444', {}, 14);
  for (let k = 0; k < rng.i(0, 4); k++) kit.cyl(0.04, 0.03, rng.f(0.08, 0.14), rng.pick(['#f2efe6', '#7a4a2a', '#d9b26a']), { x: rng.f(-0.25, 0.25), y: 0.75, z: rng.f(-0.25, 0.25) }, 8);
  const made = thing('cafe', null, [0.95, 0.95], contact(2, 2, 0.45, true));
  for (let k = 0; k < rng.i(2, 4); k++) {
    const a = k * 1.7 + rng.f(-0.2, 0.2); const x = Math.cos(a) * 0.75; const z = Math.sin(a) * 0.75;
    kit.box(0.42, 0.04, 0.42, c, { x, y: 0.44, z, ry: -a }).box(0.04, 0.42, 0.42, c, { x: x + Math.cos(a) * 0.2, y: 0.46, z: z + Math.sin(a) * 0.2, ry: -a });
    for (const [dx, dz] of [[-0.18, -0.18], [0.18, -0.18], [-0.18, 0.18], [0.18, 0.18]] as const) kit.bar([x + dx, 0, z + dz], [x + dx, 0.44, z + dz], 0.014, '#444');
    if (!rng.chance(0.4)) continue;
    const guest = adopt(made, person(rng, { posture: 'sit' }));
    guest.root.position.set(x, 0, z);
    guest.root.rotation.y = Math.atan2(-x, -z);
  }
  made.root.add(kit.mesh(paint));
  if (rng.chance(0.45)) part(made, 'parasol', parasol(rng, rng.f(1.2, 1.6), rng.f(2.3, 2.7), rng.pick(parasols)));
  return posed(made);
}

/** A van with its doors open, cartons beside it and someone who carries them in: goods on their way. */
export function unloading(rng: Random): Thing {
  const made = thing('unloading', null, [1.4, 3.2]);
  adopt(made, van(rng));
  const kit = new Kit();
  for (const s of [-1, 1]) kit.box(0.06, 1.4, 0.8, rng.pick(['#d9dadb', '#c3c6c8']), { x: s * 0.86, y: 0.5, z: -2.5, ry: s * 0.3 });
  for (let k = 0; k < rng.i(2, 7); k++) kit.box(rng.f(0.36, 0.5), 0.34, rng.f(0.34, 0.46), rng.pick(['#b48a5a', '#a67c4c', '#d1cdc4']), { x: (k % 3 - 1) * 0.5, y: Math.floor(k / 3) * 0.34, z: -2.85, ry: rng.f(-0.1, 0.1) });
  made.root.add(kit.mesh(), contact(1.6, 1, 0.5).translateY(2.8));
  for (let k = 0; k < rng.i(1, 2); k++) {
    const p = adopt(made, person(rng, { posture: rng.chance(0.6) ? 'carry' : 'bend' }));
    p.root.position.set(rng.f(-1.3, 1.3), 0, -3.4 - rng.f(0, 0.5));
    p.root.rotation.y = rng.f(-1, 1);
  }
  return posed(made);
}

/** Road works: gravel and a trench inside barriers and cones. Fresh gravel within a barrier is no case. */
export function roadWorks(rng: Random): Thing {
  const made = thing('road-works', null, [1.9, 1.3]);
  const kit = new Kit();
  kit.box(2.4, 0.02, 1.2, '#4a4038').box(0.9, 0.05, 0.7, '#2b2622', { x: -0.5 });
  heap(kit, rng, 0.55, 0.35, rng.pick([['#8f8a82', '#a39c90', '#77716a'], ['#7a5f45', '#8a6f52', '#6b543d']]), 40);
  const c = rng.pick(['#e2571e', '#e8c22f', '#c5342f']);
  const fence = (x: number, z: number, ry: number, w: number): void => {
    const bx = Math.cos(ry) * w * 0.45; const bz = -Math.sin(ry) * w * 0.45;
    for (const y of [0.45, 0.8]) kit.box(w, 0.18, 0.04, y > 0.5 ? c : '#f1f0ea', { x, y, z, ry });
    for (const s of [-1, 1]) kit.box(0.06, 1.0, 0.06, '#55595b', { x: x + s * bx, z: z + s * bz });
  };
  fence(0, 1.1, 0, 3.2); fence(0, -1.1, 0, 3.2); fence(-1.6, 0, Math.PI / 2, 2.1); fence(1.6, 0, Math.PI / 2, 2.1);
  for (let k = 0; k < rng.i(0, 4); k++) kit.box(0.36, 0.03, 0.36, '#232323', { x: -1.5 + k, z: 1.55 }).cyl(0.025, 0.15, 0.68, '#e2571e', { x: -1.5 + k, y: 0.03, z: 1.55 }, 12);
  made.root.add(kit.mesh(), contact(3.6, 2.6, 0.35));
  if (rng.chance(0.4)) {
    const p = adopt(made, person(rng, { posture: 'bend', vest: true, hat: true }));
    p.root.position.set(0.9, 0, 0.2);
  }
  return posed(made);
}

/** People who wait in a group: at a stop, before a door, around a phone; some with luggage. */
export function waiting(rng: Random): Thing {
  const made = thing('waiting', null, [1.2, 0.8]);
  const n = rng.i(3, 7);
  for (let k = 0; k < n; k++) {
    const p = adopt(made, person(rng, { posture: 'stand', umbrella: rng.chance(0.1) }));
    p.root.position.set((k - (n - 1) / 2) * 0.42 + rng.f(-0.1, 0.1), 0, rng.f(-0.5, 0.5));
    p.root.rotation.y = rng.f(-1.6, 1.6);
  }
  if (rng.chance(0.4)) {
    const l = luggage(rng);
    l.root.position.set(rng.f(-0.8, 0.8), 0, 0.7);
    made.root.add(l.root);
  }
  made.half = [n * 0.22 + 0.2, 0.8];
  return posed(made);
}

/** A suitcase or two, a travelling bag: somebody's, for a moment. */
export function luggage(rng: Random): Thing {
  const kit = new Kit();
  for (let k = 0; k < rng.i(1, 3); k++) {
    const h = rng.f(0.5, 0.72); const x = k * 0.5 - 0.4; const ry = rng.f(-0.5, 0.5);
    const c = rng.pick(['#1f2430', '#7a1f2b', '#2f5f6a', '#b9bcbf', '#d98f9b', '#3a3d3e']);
    if (rng.chance(0.7)) {
      kit.box(0.4, h, 0.24, c, { x, y: 0.04, ry });
      for (const y of [0.15, 0.3, 0.45]) kit.box(0.41, 0.02, 0.25, new THREE.Color(c).offsetHSL(0, 0, -0.05), { x, y: y * h * 1.6, ry });
      kit.bar([x - 0.1, h, 0], [x - 0.1, h + 0.35, 0], 0.01, '#999').bar([x + 0.1, h, 0], [x + 0.1, h + 0.35, 0], 0.01, '#999').bar([x - 0.1, h + 0.35, 0], [x + 0.1, h + 0.35, 0], 0.015, '#333');
    } else kit.add(new THREE.CapsuleGeometry(0.16, 0.34, 4, 10).rotateZ(Math.PI / 2), c, { x, y: 0.16, ry }).add(new THREE.TorusGeometry(0.14, 0.015, 5, 14), '#222', { x, y: 0.3, ry });
  }
  return thing('luggage', null, [0.75, 0.35], kit.mesh(gloss), contact(1.4, 0.6, 0.45, true));
}

/** New goods before a shop: wrapped packs of water, basins, gas bottles, brooms: for sale inside, not stacked material. */
export function shopGoods(rng: Random): Thing {
  const kit = new Kit();
  const kind = rng.i(0, 3);
  if (kind === 0) {
    const c = rng.pick(['#bfd9e6', '#c9e0cf', '#e6dcc0']);
    for (let k = 0; k < rng.i(4, 10); k++) kit.add(rough(new THREE.BoxGeometry(0.4, 0.26, 0.28, 4, 2, 3), 0.015, k), new THREE.Color(c).offsetHSL(0, 0, rng.f(-0.03, 0.03)), { x: (k % 3 - 1) * 0.42, y: 0.13 + Math.floor(k / 3) * 0.265 });
  } else if (kind === 1) {
    for (let s = 0; s < rng.i(2, 4); s++) {
      const c = rng.pick(['#d8413a', '#2f6fc0', '#e0b02a', '#3f9a6a', '#d98fa5']);
      for (let k = 0; k < rng.i(3, 8); k++) kit.cyl(0.26, 0.18, 0.12, c, { x: (s - 1) * 0.58, y: k * 0.06 }, 16);
    }
    for (let k = 0; k < 5; k++) kit.bar([0.9 + k * 0.05, 0.05, 0], [0.85 + k * 0.05, 1.3, -0.3], 0.014, '#b08d5c').box(0.2, 0.16, 0.05, '#c9a24a', { x: 0.9 + k * 0.05, y: 0 });
  } else if (kind === 2) {
    for (let k = 0; k < rng.i(3, 6); k++) kit.cyl(0.15, 0.15, 0.55, rng.pick(['#8d9aa3', '#2f6fa8', '#b9bcbf']), { x: (k - 2) * 0.36, z: rng.f(-0.05, 0.05) }, 14).cyl(0.07, 0.13, 0.12, '#6f777c', { x: (k - 2) * 0.36, y: 0.55 }, 12);
  } else {
    for (let k = 0; k < rng.i(1, 3); k++) kit.box(0.6, 0.85, 0.58, '#eef0f0', { x: (k - 1) * 0.68 }).add(new THREE.CylinderGeometry(0.19, 0.19, 0.03, 18).rotateX(Math.PI / 2), '#3a4348', { x: (k - 1) * 0.68, y: 0.42, z: 0.3 }).box(0.55, 0.1, 0.02, '#c9cccd', { x: (k - 1) * 0.68, y: 0.72, z: 0.295 });
  }
  return thing('shop-goods', null, [1, 0.4], kit.mesh(kind === 2 ? gloss : paint), contact(2.1, 0.8, 0.5));
}

/** Some parcels at a door, taped, in order, gone within the hour. */
export function parcels(rng: Random): Thing {
  const kit = new Kit();
  for (let k = 0; k < rng.i(1, 4); k++) {
    const w = rng.f(0.22, 0.42); const h = rng.f(0.14, 0.3);
    const p = { x: (k % 2) * 0.4 - 0.2, y: k > 1 ? 0.28 : 0, z: rng.f(-0.05, 0.05), ry: rng.f(-0.2, 0.2) };
    kit.box(w, h, rng.f(0.2, 0.34), rng.pick(['#b48a5a', '#c29b6b', '#e8e6e0', '#8f9aa8']), p).box(w + 0.005, 0.004, 0.05, '#d8c49a', { ...p, y: p.y + h });
  }
  return thing('parcels', null, [0.45, 0.3], kit.mesh(), contact(1, 0.6, 0.5));
}
