import * as THREE from 'three';
import { Kit, panel } from './kit.ts';
import { cloth, gloss, withMap } from './materials.ts';
import type { Random } from './random.ts';
import { shadeOf, type StallBuilder } from './stalls-market.ts';
import { board } from './textures.ts';
import { part } from './thing.ts';
import { van } from './vehicles.ts';

const EARTH = ['#b0906a', '#8f9f7a', '#c9b48f', '#6f8a94', '#a8745a', '#d8cfb8'] as const;

function bowl(kit: Kit, rng: Random, x: number, y: number, z: number, r: number): void {
  kit.cyl(r, r * 0.55, r * 0.55, rng.pick(['#d9c7a0', '#8fa3ad', '#c58a6a', '#e8e2d2']), { x, y, z }, 14);
  kit.ball(r * 0.88, new THREE.Color().setHSL(rng.pick([0.04, 0.1, 0.13, 0.24, 0.3, 0.8]), 0.45, rng.f(0.3, 0.6)), { x, y: y + r * 0.5, z, sy: 0.5 }, 10);
}

/** A van's open tail with shelves in it and goods before it. The van is the cart. */
const vanTail: StallBuilder = (made, rng) => {
  const base = van(rng);
  const kit = new Kit();
  const back = -2.15;
  kit.box(1.5, 0.04, 1.1, base.note === 'van' ? '#c3c6c8' : '#999', { y: 1.95, z: back - 0.5, rx: 0.12 });
  kit.bar([-0.6, 1.45, back], [-0.6, 1.98, back - 0.9], 0.015, '#555').bar([0.6, 1.45, back], [0.6, 1.98, back - 0.9], 0.015, '#555');
  kit.box(1.3, 0.9, 0.05, '#1d1a18', { y: 0.62, z: back + 0.02 });
  for (let k = 0; k < 14; k++) bowl(kit, rng, rng.f(-0.5, 0.5), 0.62 + (k % 2) * 0.28, back - 0.06 - rng.f(0, 0.16), rng.f(0.1, 0.16));
  const cart = part(made, 'cart', ...base.root.children.filter((c) => c.userData['contact'] !== true), kit.mesh(gloss));
  cart.root.rotation.y = Math.PI;
  cart.root.position.z = -0.4;
  const front = new Kit();
  for (let k = 0; k < 6; k++) bowl(front, rng, (k % 3 - 1) * 0.5, 0.3, 2.6 + Math.floor(k / 3) * 0.45 - 0.4, 0.2);
  front.box(1.7, 0.3, 1, rng.pick(EARTH), { z: 2.4 });
  part(made, 'table', front.mesh());
  return { half: [1.1, 3], seller: [rng.pick([-1, 1]) * 1.05, 2.1, 0.4], sit: rng.chance(0.4) };
};

/** A two-wheeled wooden handcart with shafts and a small roof of its own. */
const handcart: StallBuilder = (made, rng, look) => {
  const kit = new Kit(); const w = rng.f(1.5, 1.9);
  kit.box(w, 0.08, 0.85, '#7d5a3a', { y: 0.62 }).box(w, 0.16, 0.04, '#8f6a45', { y: 0.68, z: 0.42 }).box(w, 0.16, 0.04, '#8f6a45', { y: 0.68, z: -0.42 });
  for (const z of [-0.5, 0.5]) {
    kit.add(new THREE.TorusGeometry(0.46, 0.035, 6, 22), '#5a4028', { y: 0.48, z });
    for (let k = 0; k < 5; k++) kit.add(new THREE.CylinderGeometry(0.014, 0.014, 0.9, 5).rotateZ((k / 5) * Math.PI), '#5a4028', { y: 0.48, z });
  }
  for (const z of [-0.3, 0.3]) kit.bar([w / 2, 0.64, z], [w / 2 + 0.9, 0.72, z], 0.025, '#5a4028');
  kit.bar([-w / 2 + 0.1, 0, 0], [-w / 2 + 0.1, 0.62, 0], 0.03, '#5a4028');
  for (let k = 0; k < 12; k++) bowl(kit, rng, (k % 6 - 2.5) * w * 0.15, 0.7, (Math.floor(k / 6) - 0.5) * 0.4, 0.15);
  const cart = part(made, 'cart', kit.mesh());
  if (rng.chance(0.6)) {
    const top = new Kit();
    for (const s of [-1, 1]) top.box(w * 0.95, 0.02, 0.56, rng.pick(EARTH), { y: 1.72, z: s * 0.26, rx: s * 0.35 });
    const posts = new Kit();
    for (const x of [-1, 1]) for (const z of [-0.38, 0.38]) posts.bar([x * w * 0.44, 0.7, z], [x * w * 0.44, 1.7, z], 0.018, '#5a4028');
    cart.root.add(top.mesh(cloth), posts.mesh());
  } else shadeOf(made, rng, look, 1.4, 2.5, -0.2, -0.3);
  return { half: [w / 2 + 0.5, 0.75], seller: [w / 2 + 0.35, -0.6, -0.5], sit: false };
};

/** A glazed cabinet on four small wheels: cold dishes, buns. */
const glassCart: StallBuilder = (made, rng, look) => {
  const kit = new Kit(); const w = rng.f(1.1, 1.5);
  kit.box(w, 0.75, 0.65, rng.pick(['#d9dcdd', '#b9c4bd', '#e6dfcc']), { y: 0.12 });
  for (const x of [-1, 1]) for (const z of [-1, 1]) kit.cyl(0.06, 0.06, 0.12, '#222', { x: x * w * 0.42, z: z * 0.25 }, 8).box(0.03, 0.62, 0.03, '#8d8f8f', { x: x * (w / 2 - 0.02), y: 0.87, z: z * 0.3 });
  kit.box(w, 0.03, 0.65, '#c9cccd', { y: 1.15 }).box(w + 0.1, 0.05, 0.75, '#c9cccd', { y: 1.49 });
  for (let k = 0; k < 10; k++) kit.box(0.2, 0.1, 0.24, new THREE.Color().setHSL(rng.pick([0.03, 0.09, 0.13, 0.3]), 0.5, rng.f(0.35, 0.6)), { x: (k % 5 - 2) * w * 0.19, y: k < 5 ? 0.88 : 1.19, z: rng.f(-0.1, 0.12) });
  kit.box(0.5, 0.03, 0.45, '#c9cccd', { x: -w / 2 - 0.26, y: 0.82 }).bar([w / 2, 0.95, -0.3], [w / 2 + 0.25, 1.0, -0.3], 0.015, '#8d8f8f');
  const cart = part(made, 'cart', kit.mesh(gloss));
  cart.root.add(panel(w * 0.9, 0.3, withMap(board(rng.pick(['卤味', '凉拌', '包子馒头', '糯米鸡', '烧腊', '豆花']), '#e9e2d2', '#4a3a2a')), { y: 0.5, z: 0.33 }));
  shadeOf(made, rng, look, 1.2, 2.5, 0, -0.3);
  return { half: [w / 2 + 0.5, 0.6], seller: [0, -0.65, 0], sit: false };
};

/** Wire grids on feet with bags, hats and toys hung on them. */
const gridWall: StallBuilder = (made, rng, look) => {
  const kit = new Kit(); const panels = rng.i(2, 3);
  for (let p = 0; p < panels; p++) {
    const a = (p - (panels - 1) / 2) * 0.5; const x0 = (p - (panels - 1) / 2) * 1.0; const z0 = -Math.abs(p - (panels - 1) / 2) * -0.25;
    for (let k = 0; k <= 8; k++) {
      const u = (k / 8 - 0.5);
      kit.bar([x0 + Math.cos(a) * u, 0.2, z0 - Math.sin(a) * u], [x0 + Math.cos(a) * u, 1.8, z0 - Math.sin(a) * u], 0.008, '#e6e6e6', 4);
      kit.bar([x0 - Math.cos(a) * 0.5, 0.2 + k * 0.2, z0 + Math.sin(a) * 0.5], [x0 + Math.cos(a) * 0.5, 0.2 + k * 0.2, z0 - Math.sin(a) * 0.5], 0.008, '#e6e6e6', 4);
    }
    for (let k = 0; k < 16; k++) {
      const u = rng.f(-0.45, 0.45); const c = new THREE.Color().setHSL(rng.next(), rng.f(0.1, 0.5), rng.f(0.3, 0.75));
      if (rng.chance(0.4)) kit.ball(rng.f(0.1, 0.16), c, { x: x0 + Math.cos(a) * u, y: rng.f(0.5, 1.7), z: z0 - Math.sin(a) * u + 0.06, sy: 0.8, sz: 0.6 });
      else kit.box(rng.f(0.16, 0.26), rng.f(0.2, 0.34), 0.1, c, { x: x0 + Math.cos(a) * u, y: rng.f(0.3, 1.45), z: z0 - Math.sin(a) * u + 0.07, ry: a });
    }
  }
  part(made, 'table', kit.mesh());
  shadeOf(made, rng, look, 1.3, 2.4, 0, -0.1);
  return { half: [panels * 0.55 + 0.1, 0.6], seller: [panels * 0.5 + 0.25, 0.1, -0.4], sit: rng.chance(0.5) };
};

/** Flower pots and buckets on a stepped rack. */
const flowers: StallBuilder = (made, rng, look) => {
  const kit = new Kit(); const w = rng.f(1.6, 2.3);
  for (let s = 0; s < 3; s++) {
    kit.box(w, 0.04, 0.36, '#8d8f8f', { y: 0.1 + s * 0.32, z: 0.4 - s * 0.4 });
    for (const x of [-0.47, 0.47]) kit.box(0.04, 0.1 + s * 0.32, 0.3, '#8d8f8f', { x: x * w, z: 0.4 - s * 0.4 });
    for (let x = -w / 2 + 0.16; x < w / 2 - 0.1; x += 0.3) {
      const y = 0.14 + s * 0.32; const z = 0.4 - s * 0.4;
      kit.cyl(0.12, 0.09, 0.2, rng.pick(['#3a3d3e', '#a6553f', '#e8e4da']), { x, y, z }, 9);
      const hue = rng.pick([0, 0.92, 0.15, 0.78, 0.05, 0.55]);
      for (let f = 0; f < 6; f++) kit.ball(rng.f(0.04, 0.08), f < 3 ? new THREE.Color().setHSL(0.3, 0.4, rng.f(0.2, 0.4)) : new THREE.Color().setHSL(hue, 0.6, rng.f(0.45, 0.75)), { x: x + rng.f(-0.08, 0.08), y: y + rng.f(0.22, 0.42), z: z + rng.f(-0.08, 0.08) }, 5);
    }
  }
  part(made, 'table', kit.mesh());
  shadeOf(made, rng, look, 1.35, 2.4, rng.f(-0.2, 0.2), -0.7);
  return { half: [w / 2 + 0.1, 0.8], seller: [w / 2 + 0.2, -0.3, -0.4], sit: rng.chance(0.5) };
};

/** Two baskets and a carrying pole, or bowls on crates: the smallest of stalls. */
const baskets: StallBuilder = (made, rng) => {
  const kit = new Kit(); const n = rng.i(2, 5);
  for (let k = 0; k < n; k++) {
    const x = (k - (n - 1) / 2) * 0.62; const z = rng.f(-0.12, 0.12);
    kit.cyl(0.3, 0.22, 0.28, rng.pick(['#a8844a', '#8f6f3c', '#b89a62']), { x, z }, 14);
    kit.ball(0.27, new THREE.Color().setHSL(rng.pick([0.03, 0.12, 0.26, 0.3, 0.9]), 0.5, rng.f(0.3, 0.5)), { x, y: 0.26, z, sy: 0.4 }, 10);
  }
  kit.bar([-n * 0.3, 0.05, 0.5], [n * 0.3, 0.05, 0.55], 0.02, '#8a6a45');
  made.root.add(kit.mesh());
  return { half: [n * 0.32 + 0.1, 0.8], seller: [0, -0.55, 0], sit: true };
};

/** The stalls of the held-out style: none of them is in a training picture. */
export const QUAY_STALLS = { 'van-tail': vanTail, handcart, 'glass-cart': glassCart, 'grid-wall': gridWall, flowers, baskets } satisfies Record<string, StallBuilder>;
