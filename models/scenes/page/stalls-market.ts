import * as THREE from 'three';
import { priceTags, PRODUCE, stool, trays } from './goods.ts';
import { Kit, panel } from './kit.ts';
import { cloth, withMap } from './materials.ts';
import { BRIGHT, parasol, type ParasolKind } from './parasols.ts';
import type { Random } from './random.ts';
import { board, jumble } from './textures.ts';
import { part, type Thing } from './thing.ts';
import { tricycle } from './vehicles.ts';

/** Where a stall's seller is, and how he sits; metres and radians, in the stall's own frame. */
export interface StallBuild { half: [number, number]; seller: [number, number, number]; sit: boolean }
export interface StallLook { shade: boolean; parasol: ParasolKind }
export type StallBuilder = (made: Thing, rng: Random, look: StallLook) => StallBuild;

export function shadeOf(made: Thing, rng: Random, look: StallLook, radius: number, height: number, x = 0, z = 0): void {
  if (!look.shade) return;
  const p = part(made, 'parasol', parasol(rng, radius, height, look.parasol));
  p.root.position.set(x, 0, z);
}

const fruitTable: StallBuilder = (made, rng, look) => {
  const table = part(made, 'table');
  const kit = new Kit(); const w = rng.f(1.5, 2.3); const d = 0.95;
  kit.box(w, 0.05, d, '#8b6a45', { y: 0.7 });
  for (const x of [-w / 2 + 0.1, w / 2 - 0.1]) kit.box(0.05, 0.7, d * 0.85, '#5a5f63', { x });
  if (rng.chance(0.6)) kit.box(w + 0.02, 0.6, 0.012, rng.pick(BRIGHT), { y: 0.14, z: d / 2 });
  trays(table.root, kit, rng, w - 0.05, d - 0.05, 0.75, 0.14);
  kit.box(0.26, 0.12, 0.3, '#d9dcdd', { x: w * 0.4, y: 0.87 });
  priceTags(table.root, rng, 3, w, 0.98, 0.35);
  table.root.add(kit.mesh());
  const rest = new Kit();
  for (let k = 0; k < rng.i(1, 4); k++) rest.box(0.45, 0.28, 0.35, rng.pick(['#c9a878', '#2f6aa8', '#e8e4da']), { x: rng.f(-0.5, 0.5) * w, y: k === 2 ? 0.28 : 0, z: d / 2 + 0.3, ry: rng.f(-0.2, 0.2) });
  stool(rest, rng, -0.5, -0.8);
  made.root.add(rest.mesh());
  shadeOf(made, rng, look, rng.f(1.35, 1.75), rng.f(2.3, 2.6), rng.f(-0.2, 0.2), -0.2);
  return { half: [w / 2 + 0.2, 0.9], seller: [0.2, -0.75, 0], sit: rng.chance(0.35) };
};

const foodCart: StallBuilder = (made, rng, look) => {
  const cart = part(made, 'cart');
  const kit = new Kit();
  const w = rng.f(1.3, 1.7); const c = rng.pick(BRIGHT);
  kit.box(w, 0.62, 0.75, c, { y: 0.32 }).box(w + 0.06, 0.05, 0.82, '#c9cccd', { y: 0.94 });
  for (const x of [-w / 2 + 0.03, w / 2 - 0.03]) for (const z of [-0.36, 0.36]) kit.box(0.04, 1.0, 0.04, '#b9bcbd', { x, y: 0.99, z });
  kit.box(w + 0.3, 0.06, 1.05, rng.pick(BRIGHT), { y: 1.98 });
  for (const z of [-0.3, 0.3]) kit.add(new THREE.TorusGeometry(0.22, 0.045, 6, 16), '#1a1a1a', { x: z < 0 ? -w * 0.3 : w * 0.3, y: 0.26, z: 0.4 });
  kit.box(w * 0.42, 0.34, 0.6, '#dfe6e8', { x: -w * 0.22, y: 0.99 });
  kit.cyl(0.18, 0.16, 0.2, '#8d9092', { x: w * 0.24, y: 0.99 }, 14).cyl(0.19, 0.19, 0.03, '#3f4244', { x: w * 0.24, y: 1.19 }, 14);
  for (let k = 0; k < 5; k++) kit.cyl(0.035, 0.03, 0.14, rng.pick(['#e6402f', '#f2c94c', '#fff']), { x: rng.f(0, 0.45) * w, y: 0.99, z: rng.f(0.18, 0.34) }, 7);
  kit.cyl(0.14, 0.14, 0.5, '#7a8a94', { x: w / 2 + 0.22, z: -0.1 }, 12);
  const text = rng.pick(['烤红薯', '煎饼果子', '糖水凉粉', '臭豆腐', '烤生蚝', '章鱼小丸子', '鸡蛋仔', '手抓饼', '甘蔗汁', '卷筒粉']);
  const [bg, ink] = rng.pick([['#c8262b', '#fff3c4'], ['#f2c22f', '#a3161b'], ['#1f5fae', '#ffffff'], ['#f5f0e2', '#b3191d']] as const);
  cart.root.add(panel(w, 0.5, withMap(board(text, bg, ink)), { y: 0.64, z: 0.385 }));
  cart.root.add(panel(w + 0.28, 0.28, withMap(board(text, bg, ink, 320, 56)), { y: 2.12, z: 0.53 }));
  cart.root.add(kit.mesh());
  shadeOf(made, rng, look, 1.25, 2.55, 0, 0.2);
  return { half: [w / 2 + 0.35, 0.7], seller: [0, -0.7, 0], sit: false };
};

const trike: StallBuilder = (made, rng, look) => {
  const turn = rng.chance(0.5) ? Math.PI / 2 : -Math.PI / 2;
  const base = new THREE.Group();
  const kit = new Kit();
  trays(base, kit, rng, 0.95, 1.4, 0.82);
  base.add(kit.mesh());
  base.position.z = -0.5;
  const cart = part(made, 'cart', base, tricycle(rng, false).root);
  cart.root.add(panel(0.8, 0.3, withMap(board(rng.pick(['荔枝 5元', '本地芒果', '火龙果', '西瓜 甜', '香蕉 3元', '土鸡蛋']), '#f5f2ea', '#b3191d')), { x: 0.56, y: 0.75, z: -0.5, ry: Math.PI / 2 }));
  cart.root.rotation.y = turn;
  shadeOf(made, rng, look, 1.35, 2.45, turn > 0 ? -0.6 : 0.6, 0);
  return { half: [1.5, 0.8], seller: [-0.9, 0.75, Math.PI * 0.1], sit: rng.chance(0.35) };
};

const groundSheet: StallBuilder = (made, rng, look) => {
  const kit = new Kit(); const w = rng.f(1.5, 2.4); const d = rng.f(1, 1.4);
  kit.box(w, 0.012, d, rng.pick(['#2f5f9a', '#c9c2ae', '#a83a35', '#4a4d50', '#d8d3c4']), { ry: rng.f(-0.05, 0.05) });
  const shoes = rng.chance(0.35);
  for (let k = 0; k < 26; k++) {
    const x = ((k % 7) - 3) * (w / 7.6); const z = (Math.floor(k / 7) - 1.5) * (d / 4.4);
    if (shoes) for (const s of [-0.05, 0.05]) kit.box(0.08, 0.08, 0.24, new THREE.Color().setHSL(rng.next(), 0.5, rng.f(0.15, 0.6)), { x: x + s, y: 0.012, z });
    else {
      const hue = rng.pick(rng.pick(PRODUCE));
      for (let b = 0; b < 5; b++) kit.add(new THREE.IcosahedronGeometry(rng.f(0.045, 0.075), 1), new THREE.Color().setHSL(hue / 360, 0.5, rng.f(0.25, 0.45)), { x: x + rng.f(-0.07, 0.07), y: 0.05 + (b > 3 ? 0.06 : 0), z: z + rng.f(-0.07, 0.07), sx: rng.f(0.8, 1.6) });
    }
  }
  for (let k = 0; k < 3; k++) kit.cyl(0.24, 0.17, 0.24, rng.pick(['#b89a62', '#9c7f4c', '#2f6aa8']), { x: w / 2 + 0.2, z: (k - 1) * 0.45 }, 12);
  stool(kit, rng, 0, -d / 2 - 0.4);
  made.root.add(kit.mesh());
  if (rng.chance(0.5)) shadeOf(made, rng, look, 1.25, 2.1, 0, -d / 2 - 0.2);
  return { half: [w / 2 + 0.3, d / 2 + 0.5], seller: [0, -d / 2 - 0.35, 0], sit: rng.chance(0.75) };
};

/** A pop-up tent: its roof is a parasol, what stands under it a table. */
const tent: StallBuilder = (made, rng) => {
  const kit = new Kit(); const w = rng.f(2.2, 3); const d = rng.f(1.8, 2.3); const c = rng.pick(BRIGHT);
  for (const x of [-w / 2, w / 2]) for (const z of [-d / 2, d / 2]) kit.bar([x, 0, z], [x, 2.05, z], 0.022, '#c9cccd');
  const roof = new Kit();
  roof.add(new THREE.ConeGeometry(1, 0.6, 4, 1, true).rotateY(Math.PI / 4).scale(w / 1.414, 1, d / 1.414).translate(0, 2.05 + 0.3, 0).toNonIndexed(), c);
  for (const s of [-1, 1]) roof.box(w, 0.22, 0.01, c, { y: 1.85, z: s * d / 2 }).box(0.01, 0.22, d, c, { x: s * w / 2, y: 1.85 });
  part(made, 'parasol', kit.mesh(), roof.mesh(cloth));
  const t = new Kit();
  t.box(w * 0.86, 0.05, 0.8, '#8b6a45', { y: 0.72 }).box(w * 0.86, 0.55, 0.01, rng.pick(BRIGHT), { y: 0.18, z: 0.4 });
  for (const x of [-0.4, 0.4]) t.box(0.05, 0.72, 0.7, '#666', { x: x * w });
  const table = part(made, 'table');
  trays(table.root, t, rng, w * 0.82, 0.75, 0.77);
  table.root.add(t.mesh());
  table.root.position.z = d * 0.2;
  return { half: [w / 2 + 0.1, d / 2 + 0.1], seller: [rng.f(-0.5, 0.5), -0.35, 0], sit: rng.chance(0.35) };
};

const rack: StallBuilder = (made, rng, look) => {
  const kit = new Kit(); const w = rng.f(1.6, 2.4);
  for (const z of [-0.3, 0.45]) {
    kit.bar([-w / 2, 1.5, z], [w / 2, 1.5, z], 0.016, '#b9bcbd');
    for (const s of [-1, 1]) kit.bar([s * w / 2, 0, z - 0.2], [s * w / 2, 1.5, z], 0.016, '#b9bcbd').bar([s * w / 2, 0, z + 0.2], [s * w / 2, 1.5, z], 0.016, '#b9bcbd');
    for (let x = -w / 2 + 0.08; x < w / 2; x += 0.085) kit.box(0.045, rng.f(0.6, 0.95), rng.f(0.36, 0.46), new THREE.Color().setHSL(rng.next(), rng.f(0.15, 0.7), rng.f(0.2, 0.7)), { x, y: 0.55, z, ry: Math.PI / 2 * rng.f(0.93, 1.07) });
  }
  part(made, 'table', kit.mesh());
  shadeOf(made, rng, look, 1.4, 2.4);
  return { half: [w / 2 + 0.15, 0.85], seller: [w / 2 + 0.25, 0.2, -0.6], sit: false };
};

const crates: StallBuilder = (made, rng, look) => {
  const table = part(made, 'table');
  const kit = new Kit(); const n = rng.i(4, 8);
  for (let k = 0; k < n; k++) {
    const x = ((k % 4) - 1.5) * 0.56; const z = k < 4 ? 0 : 0.5; const y = rng.chance(0.5) && k < 4 ? 0.3 : 0;
    if (y > 0) kit.box(0.5, 0.3, 0.4, '#8b6a45', { x, z });
    kit.box(0.52, 0.26, 0.42, rng.pick(['#2f6aa8', '#b3262b', '#c9a878', '#3f7a4a']), { x, y, z });
    table.root.add(panel(0.46, 0.37, withMap(jumble(rng, rng.pick(PRODUCE), 64)), { x, y: y + 0.265, z, rx: -Math.PI / 2 }));
  }
  priceTags(table.root, rng, 2, 1.6, 0.7, 0.2);
  table.root.add(kit.mesh());
  shadeOf(made, rng, look, 1.5, 2.4, 0, -0.35);
  return { half: [1.25, 0.8], seller: [rng.f(-0.6, 0.6), -0.75, 0], sit: rng.chance(0.35) };
};

/** A folding table under a cloth with small things: phone cases, toys, jewellery. */
const trinkets: StallBuilder = (made, rng, look) => {
  const kit = new Kit(); const n = rng.i(1, 3); const w = 1.2 * n;
  const color = rng.pick(['#23262d', '#7a1f2b', '#1f3f6f', '#e8e4da', '#2e6b4a']);
  kit.box(w, 0.03, 0.62, color, { y: 0.7 }).box(w, 0.5, 0.01, color, { y: 0.2, z: 0.31 });
  for (const x of [-w / 2 + 0.05, w / 2 - 0.05]) kit.bar([x, 0, -0.25], [x, 0.7, 0.25], 0.015, '#999').bar([x, 0, 0.25], [x, 0.7, -0.25], 0.015, '#999');
  for (let k = 0; k < 34 * n; k++) kit.box(rng.f(0.05, 0.14), rng.f(0.02, 0.12), rng.f(0.05, 0.12), new THREE.Color().setHSL(rng.next(), rng.f(0.2, 0.8), rng.f(0.25, 0.75)), { x: rng.f(-0.48, 0.48) * w, y: 0.73, z: rng.f(-0.27, 0.27), ry: rng.f(0, 3) });
  if (rng.chance(0.5)) {
    const back = -0.33;
    kit.bar([-w / 2, 0.7, back], [-w / 2, 1.5, back], 0.012, '#aaa').bar([w / 2, 0.7, back], [w / 2, 1.5, back], 0.012, '#aaa').bar([-w / 2, 1.5, back], [w / 2, 1.5, back], 0.012, '#aaa');
    for (let k = 0; k < 12 * n; k++) kit.box(0.09, rng.f(0.12, 0.25), 0.03, new THREE.Color().setHSL(rng.next(), 0.6, rng.f(0.3, 0.7)), { x: rng.f(-0.47, 0.47) * w, y: rng.f(0.85, 1.2), z: back });
  }
  part(made, 'table', kit.mesh());
  shadeOf(made, rng, look, 1.2, 2.2, rng.f(-0.3, 0.3), -0.3);
  return { half: [w / 2 + 0.1, 0.7], seller: [rng.f(-0.4, 0.4), -0.75, 0], sit: rng.chance(0.6) };
};

/** A charcoal grill with skewers, plastic tables' stools before it. */
const grill: StallBuilder = (made, rng, look) => {
  const kit = new Kit(); const w = rng.f(1.2, 1.8);
  kit.box(w, 0.22, 0.4, '#55595b', { y: 0.62 }).box(w - 0.1, 0.03, 0.3, '#2a1a14', { y: 0.83 });
  for (const x of [-0.45, 0.45]) for (const z of [-0.15, 0.15]) kit.bar([x * w, 0, z], [x * w, 0.62, z], 0.02, '#55595b');
  for (let k = 0; k < 18; k++) kit.bar([(k / 17 - 0.5) * w * 0.9, 0.86, -0.2], [(k / 17 - 0.5) * w * 0.9, 0.86, 0.24], 0.018, rng.pick(['#8a4a2a', '#a8633a', '#6b3a22']), 5);
  kit.box(0.6, 0.8, 0.5, rng.pick(['#e8e6e0', '#b3262b', '#2f6aa8']), { x: w / 2 + 0.4 }).box(0.56, 0.16, 0.4, '#c9ccd0', { x: w / 2 + 0.4, y: 0.8 });
  part(made, 'cart', kit.mesh());
  const seats = new Kit();
  for (let k = 0; k < rng.i(2, 5); k++) stool(seats, rng, rng.f(-1.2, 1.2), rng.f(0.8, 1.3));
  seats.box(0.7, 0.5, 0.7, rng.pick(['#e8e4da', '#b3262b']), { x: rng.f(-0.7, 0.7), z: 1.1 });
  made.root.add(seats.mesh());
  shadeOf(made, rng, look, 1.4, 2.35, 0, -0.1);
  return { half: [w / 2 + 0.75, 1.2], seller: [0, -0.6, 0], sit: false };
};

/** The stalls of the ordinary streets; the generator's other stalls are in stalls-quay.ts. */
export const MARKET_STALLS = { 'fruit-table': fruitTable, 'food-cart': foodCart, tricycle: trike, 'ground-sheet': groundSheet, tent, rack, crates, trinkets, grill } satisfies Record<string, StallBuilder>;
