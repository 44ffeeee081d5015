import * as THREE from 'three';
import { Kit, panel } from './kit.ts';
import { cloth, glow, paint, withMap } from './materials.ts';
import { person } from './people.ts';
import type { Random } from './random.ts';
import { board, jumble } from './textures.ts';
import { adopt, contact, thing, type Thing } from './thing.ts';
import { tricycle } from './vehicles.ts';

export const STALLS = ['fruit-table', 'food-cart', 'tricycle', 'ground-sheet', 'tent', 'rack', 'crates'] as const;
export type StallKind = (typeof STALLS)[number];

const BRIGHT = ['#c8262b', '#1f5fae', '#2e8b57', '#e0892b', '#7b3f98', '#d9438a', '#e8c22f', '#17806d'] as const;
const PRODUCE: readonly (readonly number[])[] = [[28, 30], [2, 8], [95, 110], [45, 52], [280, 300], [12, 120], [70, 85], [350, 355]];

/** A big market parasol: eight ribs, two colours, a weighted foot. */
function parasol(rng: Random, radius: number, height: number): THREE.Group {
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
  const pole = new Kit().bar([0, 0.05, 0], [0, height, 0], 0.025, '#b9bcbd').cyl(0.22, 0.25, 0.09, '#4a4d50', {}, 12);
  g.add(pole.mesh());
  return g;
}

/** Trays of goods on a slope or flat: the heart of most stalls. */
function trays(g: THREE.Group, kit: Kit, rng: Random, w: number, d: number, y: number, slope = 0): void {
  const cols = Math.max(2, Math.round(w / 0.42)); const rows = d > 0.7 ? 2 : 1;
  for (let c = 0; c < cols; c++) for (let r = 0; r < rows; r++) {
    const hues = rng.pick(PRODUCE);
    const x = (c - (cols - 1) / 2) * (w / cols); const z = (r - (rows - 1) / 2) * (d / rows);
    const ty = y + (slope > 0 ? (0.5 - r) * slope : 0);
    kit.box(w / cols - 0.04, 0.12, d / rows - 0.04, rng.pick(['#e8e4da', '#2f6aa8', '#c9a878', '#3f7a4a', '#b3262b']), { x, y: ty, z });
    if (rng.chance(0.6)) {
      const hue = rng.pick(hues);
      const r0 = rng.f(0.04, 0.06);
      const nx = Math.floor((w / cols - 0.08) / (r0 * 1.8)); const nz = Math.floor((d / rows - 0.08) / (r0 * 1.8));
      for (let a = 0; a < nx; a++) for (let b = 0; b < nz; b++) kit.add(new THREE.IcosahedronGeometry(r0, 1), new THREE.Color().setHSL((hue + rng.f(-6, 6)) / 360, 0.7, rng.f(0.34, 0.5)), { x: x + (a - (nx - 1) / 2) * r0 * 1.85, y: ty + 0.12 + rng.f(0, 0.03) + (a > 0 && a < nx - 1 && b > 0 && b < nz - 1 ? 0.03 : 0), z: z + (b - (nz - 1) / 2) * r0 * 1.85 });
    } else g.add(panel(w / cols - 0.06, d / rows - 0.06, withMap(jumble(rng, hues, 64)), { x, y: ty + 0.135, z, rx: -Math.PI / 2 }));
  }
}

function priceTags(g: THREE.Group, rng: Random, n: number, w: number, y: number, z: number): void {
  for (let k = 0; k < n; k++) g.add(panel(0.24, 0.15, withMap(board(`${rng.i(2, 9)}元/斤`, rng.pick(['#fff7c9', '#f5f2ea', '#e6402f']), '#181818', 128, 80)), { x: rng.f(-0.45, 0.45) * w, y, z, rx: -0.5 }));
}

function stool(kit: Kit, rng: Random, x: number, z: number): void {
  const c = rng.pick(['#d8413a', '#2f6fc0', '#e8e4da', '#3f9a6a']);
  kit.cyl(0.13, 0.16, 0.3, c, { x, z }, 4).box(0.26, 0.03, 0.26, c, { x, y: 0.3, z });
}

function foodCart(g: THREE.Group, rng: Random, shade: boolean): [number, number] {
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
  g.add(panel(w, 0.5, withMap(board(text, bg, ink)), { y: 0.64, z: 0.385 }));
  g.add(panel(w + 0.28, 0.28, withMap(board(text, bg, ink, 320, 56)), { y: 2.12, z: 0.53 }));
  g.add(kit.mesh());
  if (shade) { const p = parasol(rng, 1.25, 2.55); p.position.z = 0.2; g.add(p); }
  return [w / 2 + 0.35, 0.7];
}

function tent(g: THREE.Group, rng: Random): [number, number] {
  const kit = new Kit(); const w = rng.f(2.2, 3); const d = rng.f(1.8, 2.3); const c = rng.pick(BRIGHT);
  for (const x of [-w / 2, w / 2]) for (const z of [-d / 2, d / 2]) kit.bar([x, 0, z], [x, 2.05, z], 0.022, '#c9cccd');
  g.add(kit.mesh());
  const roof = new Kit();
  const cone = new THREE.ConeGeometry(1, 0.6, 4, 1, true).rotateY(Math.PI / 4).scale(w / 1.414, 1, d / 1.414).translate(0, 2.05 + 0.3, 0);
  roof.add(cone.toNonIndexed(), c);
  for (const s of [-1, 1]) roof.box(w, 0.22, 0.01, c, { y: 1.85, z: s * d / 2 }).box(0.01, 0.22, d, c, { x: s * w / 2, y: 1.85 });
  g.add(roof.mesh(cloth));
  const t = new Kit();
  t.box(w * 0.86, 0.05, 0.8, '#8b6a45', { y: 0.72, z: d * 0.2 }).box(w * 0.86, 0.55, 0.01, rng.pick(BRIGHT), { y: 0.18, z: d * 0.2 + 0.4 });
  for (const x of [-0.4, 0.4]) t.box(0.05, 0.72, 0.7, '#666', { x: x * w, z: d * 0.2 });
  const inner = new THREE.Group();
  trays(inner, t, rng, w * 0.82, 0.75, 0.77);
  inner.position.z = 0;
  for (const m of inner.children) m.position.z += d * 0.2;
  g.add(inner, t.mesh());
  return [w / 2 + 0.1, d / 2 + 0.1];
}

function rack(g: THREE.Group, rng: Random): [number, number] {
  const kit = new Kit(); const w = rng.f(1.6, 2.4);
  for (const z of [-0.3, 0.45]) {
    kit.bar([-w / 2, 1.5, z], [w / 2, 1.5, z], 0.016, '#b9bcbd');
    for (const s of [-1, 1]) kit.bar([s * w / 2, 0, z - 0.2], [s * w / 2, 1.5, z], 0.016, '#b9bcbd').bar([s * w / 2, 0, z + 0.2], [s * w / 2, 1.5, z], 0.016, '#b9bcbd');
    for (let x = -w / 2 + 0.08; x < w / 2; x += 0.085) kit.box(0.045, rng.f(0.6, 0.95), rng.f(0.36, 0.46), new THREE.Color().setHSL(rng.next(), rng.f(0.15, 0.7), rng.f(0.2, 0.7)), { x, y: 0.55, z, ry: Math.PI / 2 * rng.f(0.93, 1.07) });
  }
  g.add(kit.mesh());
  if (rng.chance(0.7)) g.add(parasol(rng, 1.4, 2.4));
  return [w / 2 + 0.15, 0.85];
}

/**
 * A street stall (流动摊点, 占道经营): what is sold, what it is sold from, shade, and the seller.
 * The box of a stall is the box of the whole group; the seller is labelled as a person besides.
 */
export function stall(rng: Random, kind: StallKind = rng.pick(STALLS), options: { seller?: boolean; night?: boolean; shade?: boolean } = {}): Thing {
  const g = new THREE.Group();
  let half: [number, number];
  let sellerAt: [number, number, number] = [0.2, -0.75, 0];
  let sit = rng.chance(0.35);
  const drawnShade = rng.chance(0.8);
  const shade = options.shade ?? drawnShade;
  switch (kind) {
    case 'fruit-table': {
      const kit = new Kit(); const w = rng.f(1.5, 2.3); const d = 0.95;
      kit.box(w, 0.05, d, '#8b6a45', { y: 0.7 });
      for (const x of [-w / 2 + 0.1, w / 2 - 0.1]) kit.box(0.05, 0.7, d * 0.85, '#5a5f63', { x });
      if (rng.chance(0.6)) kit.box(w + 0.02, 0.6, 0.012, rng.pick(BRIGHT), { y: 0.14, z: d / 2 });
      trays(g, kit, rng, w - 0.05, d - 0.05, 0.75, 0.14);
      for (let k = 0; k < rng.i(1, 4); k++) kit.box(0.45, 0.28, 0.35, rng.pick(['#c9a878', '#2f6aa8', '#e8e4da']), { x: rng.f(-0.5, 0.5) * w, y: k === 2 ? 0.28 : 0, z: d / 2 + 0.3, ry: rng.f(-0.2, 0.2) });
      kit.box(0.26, 0.12, 0.3, '#d9dcdd', { x: w * 0.4, y: 0.87 });
      stool(kit, rng, -0.5, -0.8);
      g.add(kit.mesh());
      if (shade) { const p = parasol(rng, rng.f(1.35, 1.75), rng.f(2.3, 2.6)); p.position.set(rng.f(-0.2, 0.2), 0, -0.2); g.add(p); }
      priceTags(g, rng, 3, w, 0.98, 0.35);
      half = [w / 2 + 0.2, 0.9];
      break;
    }
    case 'food-cart': half = foodCart(g, rng, options.shade ?? rng.chance(0.5)); sellerAt = [0, -0.7, 0]; sit = false; break;
    case 'tricycle': {
      const trike = tricycle(rng, false);
      const kit = new Kit();
      trays(g, kit, rng, 0.95, 1.4, 0.82, 0.0);
      for (const m of g.children) m.position.z -= 0.5;
      const load = kit.mesh();
      load.position.z = -0.5;
      g.add(trike.root, load);
      g.rotation.y = rng.chance(0.5) ? Math.PI / 2 : -Math.PI / 2;
      g.add(panel(0.8, 0.3, withMap(board(rng.pick(['荔枝 5元', '本地芒果', '火龙果', '西瓜 甜', '香蕉 3元', '土鸡蛋']), '#f5f2ea', '#b3191d')), { x: 0.56, y: 0.75, z: -0.5, ry: Math.PI / 2 }));
      if (shade) { const p = parasol(rng, 1.35, 2.45); p.position.z = -0.6; g.add(p); }
      half = [1.5, 0.8];
      sellerAt = [-0.9, 0.75, Math.PI * 0.1];
      break;
    }
    case 'ground-sheet': {
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
      g.add(kit.mesh());
      if (rng.chance(0.4)) { const p = parasol(rng, 1.25, 2.1); p.position.set(0, 0, -d / 2 - 0.2); g.add(p); }
      half = [w / 2 + 0.3, d / 2 + 0.5];
      sellerAt = [0, -d / 2 - 0.35, 0];
      sit = rng.chance(0.75);
      break;
    }
    case 'tent': half = tent(g, rng); sellerAt = [rng.f(-0.5, 0.5), -0.35, 0]; break;
    case 'rack': half = rack(g, rng); sellerAt = [half[0] + 0.1, 0.2, -0.6]; sit = false; break;
    case 'crates': {
      const kit = new Kit(); const n = rng.i(4, 8); const inner = new THREE.Group();
      for (let k = 0; k < n; k++) {
        const x = ((k % 4) - 1.5) * 0.56; const z = k < 4 ? 0 : 0.5; const y = rng.chance(0.5) && k < 4 ? 0.3 : 0;
        if (y > 0) kit.box(0.5, 0.3, 0.4, '#8b6a45', { x, z });
        const c = rng.pick(['#2f6aa8', '#b3262b', '#c9a878', '#3f7a4a']);
        kit.box(0.52, 0.26, 0.42, c, { x, y, z });
        inner.add(panel(0.46, 0.37, withMap(jumble(rng, rng.pick(PRODUCE), 64)), { x, y: y + 0.265, z, rx: -Math.PI / 2 }));
      }
      g.add(inner, kit.mesh());
      if (shade) { const p = parasol(rng, 1.5, 2.4); p.position.z = -0.35; g.add(p); }
      priceTags(g, rng, 2, 1.6, 0.7, 0.2);
      half = [1.25, 0.8];
      sellerAt = [rng.f(-0.6, 0.6), -0.75, 0];
      break;
    }
  }
  if (options.night) {
    g.add(new Kit().bar([0.3, 0, -0.35], [0.3, 1.8, -0.35], 0.015, '#77797a').bar([0.3, 1.8, -0.35], [0.1, 1.85, 0], 0.012, '#77797a').mesh());
    g.add(new Kit().ball(0.06, '#fff4d8', { x: 0.1, y: 1.8 }, 8).mesh(glow));
  }
  const made = thing(`stall:${kind}`, 'stall', half, g, contact(half[0] * 2.3, half[1] * 2.2, 0.55));
  if (options.seller ?? rng.chance(0.92)) {
    const seller = adopt(made, person(rng, { posture: sit ? 'sit' : rng.chance(0.3) ? 'bend' : 'stand', hat: rng.chance(0.5), apron: rng.chance(0.5) }));
    seller.root.position.set(sellerAt[0], 0, sellerAt[1]);
    seller.root.rotation.y = sellerAt[2];
    made.pose = (t, v) => seller.pose?.(t, v);
  }
  void paint;
  return made;
}
