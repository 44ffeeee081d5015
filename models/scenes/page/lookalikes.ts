import * as THREE from 'three';
import { Kit } from './kit.ts';
import { cafe, luggage, parcels, roadWorks, shopGoods, unloading, waiting } from './lookalike-groups.ts';
import { paint } from './materials.ts';
import type { ParasolKind } from './parasols.ts';
import { person } from './people.ts';
import type { Random } from './random.ts';
import { leafMaterial, planter } from './greenery.ts';
import { adopt, contact, thing, type Thing } from './thing.ts';
import { bicycle, eBike } from './vehicles.ts';

export const LOOKALIKES = ['planter', 'cafe', 'cones', 'bench', 'newsbox', 'parked-bikes', 'delivery', 'umbrella', 'sandwich-board', 'barrier', 'parcels', 'unloading', 'road-works', 'waiting', 'luggage', 'shop-goods'] as const;
export type LookalikeKind = (typeof LOOKALIKES)[number];

function cones(rng: Random): Thing {
  const kit = new Kit();
  const n = rng.i(3, 6);
  for (let k = 0; k < n; k++) {
    const x = (k - (n - 1) / 2) * 0.9; const z = rng.f(-0.25, 0.25);
    kit.box(0.36, 0.03, 0.36, '#232323', { x, z }).cyl(0.025, 0.15, 0.68, '#e2571e', { x, y: 0.03, z }, 14).cyl(0.082, 0.105, 0.13, '#f1f0ea', { x, y: 0.3, z }, 14);
  }
  if (rng.chance(0.5)) for (let k = 0; k < 3; k++) kit.box(1.1, 0.18, 0.03, k % 2 ? '#e8c22f' : '#232323', { x: (k - 1) * 1.1, y: 0.62, z: -0.5 });
  return thing('cones', null, [n * 0.45, 0.5], kit.mesh(paint), contact(n * 0.95, 0.8, 0.35, true));
}

function bench(rng: Random): Thing {
  const kit = new Kit();
  const c = rng.pick(['#7d5a3a', '#8f8a80', '#5a4636']);
  for (const z of [-0.16, 0, 0.16]) kit.box(1.7, 0.04, 0.13, c, { y: 0.44, z });
  if (rng.chance(0.6)) for (const y of [0.6, 0.76]) kit.box(1.7, 0.12, 0.03, c, { y, z: -0.26, rx: -0.15 });
  for (const x of [-0.7, 0.7]) kit.box(0.07, 0.44, 0.42, '#3a3d3e', { x });
  const made = thing('bench', null, [0.9, 0.4], kit.mesh(paint), contact(1.9, 0.7, 0.5));
  if (rng.chance(0.35)) {
    const p = adopt(made, person(rng, { posture: 'sit' }));
    p.root.position.set(rng.f(-0.5, 0.5), 0, 0.02);
    made.pose = (t) => p.pose?.(t, 0);
  }
  return made;
}

/** Someone brings a few boxes on a barrow: an activity of the street, not stacked material. */
function delivery(rng: Random): Thing {
  const kit = new Kit();
  kit.bar([-0.2, 0.1, 0], [-0.2, 1.1, -0.35], 0.018, '#3f6fae').bar([0.2, 0.1, 0], [0.2, 1.1, -0.35], 0.018, '#3f6fae').box(0.44, 0.03, 0.3, '#3f6fae', { y: 0.08, z: 0.14 });
  for (let k = 0; k < rng.i(1, 2); k++) kit.box(0.4, 0.3, 0.3, '#b48a5a', { y: 0.11 + k * 0.3, z: 0.12 });
  for (const x of [-0.24, 0.24]) kit.add(new THREE.CylinderGeometry(0.1, 0.1, 0.05, 10).rotateZ(Math.PI / 2), '#1a1a1a', { x, y: 0.1 });
  const made = thing('delivery', null, [0.4, 0.8], kit.mesh(paint), contact(0.7, 0.8, 0.4, true));
  const p = adopt(made, person(rng, { posture: 'carry' }));
  p.root.position.z = -0.75;
  made.pose = (t, v) => p.pose?.(t, v);
  return made;
}

/** Something that resembles a stall, a heap or a bin and is none. A café's parasol is labelled as a parasol. */
export function lookalike(rng: Random, kind: LookalikeKind = rng.pick(LOOKALIKES), parasols?: readonly ParasolKind[]): Thing {
  switch (kind) {
    case 'planter': {
      return thing('planter', null, [0.75, 0.4], planter(rng, leafMaterial(rng)), contact(1.6, 0.9, 0.5));
    }
    case 'cafe': return cafe(rng, parasols);
    case 'cones': return cones(rng);
    case 'bench': return bench(rng);
    case 'newsbox': {
      const c = rng.pick(['#1f6f4a', '#2360a8', '#8d9496']);
      const kit = new Kit().box(0.75, 1.25, 0.55, c).box(0.62, 0.5, 0.02, '#dfe6e8', { y: 0.6, z: 0.28 }).box(0.8, 0.06, 0.6, '#55595b', { y: 1.25 });
      return thing('newsbox', null, [0.45, 0.35], kit.mesh(paint), contact(1.1, 0.9, 0.55));
    }
    case 'parked-bikes': {
      const made = thing('parked-bikes', null, [1.4, 1]);
      const n = rng.i(2, 4);
      for (let k = 0; k < n; k++) {
        const b = adopt(made, rng.chance(0.75) ? eBike(rng, false) : bicycle(rng, false));
        b.root.position.x = (k - (n - 1) / 2) * 0.75 + rng.f(-0.06, 0.06);
        b.root.rotation.y = rng.f(-0.15, 0.15) + (rng.chance(0.2) ? Math.PI : 0);
        b.root.rotation.z = 0.07;
      }
      made.half = [n * 0.4, 1];
      return made;
    }
    case 'delivery': return delivery(rng);
    case 'umbrella': return person(rng, { posture: 'walk', umbrella: true });
    case 'sandwich-board': {
      const kit = new Kit();
      const c = rng.pick(['#2b2b2b', '#7d5a3a', '#b3262b']);
      for (const s of [-1, 1]) kit.box(0.6, 1.0, 0.03, c, { z: s * 0.16, rx: -s * 0.16 }).box(0.5, 0.8, 0.02, '#e8e2d0', { y: 0.1, z: s * 0.19, rx: -s * 0.16 });
      return thing('sandwich-board', null, [0.35, 0.3], kit.mesh(paint), contact(0.8, 0.7, 0.45, true));
    }
    case 'barrier': {
      const kit = new Kit();
      const c = rng.pick(['#e2571e', '#e8c22f', '#2360a8']);
      for (let k = 0; k < 2; k++) kit.box(1.4, 0.3, 0.08, k ? c : '#f1f0ea', { y: 0.55 + k * 0.3 });
      for (const x of [-0.6, 0.6]) kit.box(0.07, 1.1, 0.07, '#55595b', { x }).box(0.1, 0.06, 0.6, '#55595b', { x });
      return thing('barrier', null, [0.75, 0.35], kit.mesh(paint), contact(1.6, 0.6, 0.35, true));
    }
    case 'parcels': return parcels(rng);
    case 'unloading': return unloading(rng);
    case 'road-works': return roadWorks(rng);
    case 'waiting': return waiting(rng);
    case 'luggage': return luggage(rng);
    case 'shop-goods': return shopGoods(rng);
  }
}
