import * as THREE from 'three';
import { Kit, rough } from './kit.ts';
import { paint } from './materials.ts';
import type { Random } from './random.ts';
import { contact, thing, type Thing } from './thing.ts';

export const DEBRIS = ['sacks', 'planks', 'rubble', 'boxes', 'bricks', 'tyres', 'sand', 'mixed'] as const;
export type DebrisKind = (typeof DEBRIS)[number];

const SACK = ['#c4bfb0', '#b5ae9a', '#a89d84', '#cfcbc0', '#7f9a86', '#b5653f', '#8b98a5', '#d9cfa0'] as const;

/** One stuffed sack lying on its side, along x. */
export function sack(kit: Kit, rng: Random, color: string, x: number, y: number, z: number, ry: number): void {
  const g = rough(new THREE.BoxGeometry(0.62, 0.2, 0.38, 6, 3, 4), 0.02, rng.f(0, 99));
  const at = g.getAttribute('position') as THREE.BufferAttribute;
  for (let k = 0; k < at.count; k++) {
    const u = at.getX(k) / 0.31; const w = at.getZ(k) / 0.19;
    const f = Math.sqrt(Math.max(0.12, 1 - 0.62 * Math.pow(Math.abs(u), 3))) * Math.sqrt(Math.max(0.2, 1 - 0.55 * Math.pow(Math.abs(w), 3)));
    at.setY(k, at.getY(k) * f);
    at.setZ(k, at.getZ(k) * (1 - 0.18 * u * u));
  }
  g.computeVertexNormals();
  kit.add(g, color, { x, y: y + 0.1, z, ry, rz: rng.f(-0.05, 0.05) });
}

function sacks(kit: Kit, rng: Random, n: number): [number, number] {
  const color = rng.pick(SACK);
  const cols = Math.max(1, Math.round(Math.sqrt(n / 1.6)));
  let placed = 0;
  for (let layer = 0; placed < n && layer < 5; layer++) {
    const rows = Math.max(1, cols - Math.floor(layer / 2));
    for (let r = 0; r < 2 && placed < n; r++) for (let c = 0; c < rows && placed < n; c++, placed++) {
      const turn = layer % 2 === 1 ? 0.08 : -0.04;
      sack(kit, rng, rng.chance(0.85) ? color : rng.pick(SACK), (c - (rows - 1) / 2) * 0.62 + rng.f(-0.04, 0.04), layer * 0.185, (r - 0.5) * 0.4 + rng.f(-0.03, 0.03), turn + rng.f(-0.12, 0.12));
    }
  }
  return [cols * 0.34 + 0.1, 0.5];
}

function planks(kit: Kit, rng: Random, n: number): [number, number] {
  const l = rng.f(1.6, 2.8);
  for (let k = 0; k < n; k++) {
    const layer = Math.floor(k / 4);
    kit.box(l * rng.f(0.8, 1.05), 0.045, rng.f(0.14, 0.2), rng.pick(['#b08d5c', '#9a7748', '#c3a271', '#7f6544', '#a4906e']), { x: rng.f(-0.12, 0.12), y: layer * 0.048, z: ((k % 4) - 1.5) * 0.21 + rng.f(-0.02, 0.02), ry: rng.f(-0.09, 0.09) * (layer > 2 ? 2 : 1), rz: rng.f(-0.01, 0.02) });
  }
  for (let k = 0; k < rng.i(0, 4); k++) kit.box(l * 0.8, 0.04, 0.14, '#8f7350', { x: rng.f(-0.2, 0.2), y: 0.1, z: 0.45, ry: rng.f(-0.5, 0.5), rz: rng.f(0.05, 0.2) });
  return [l / 2, 0.5];
}

/** A heap with lumps on it; metres. */
export function heap(kit: Kit, rng: Random, radius: number, height: number, colors: readonly string[], lumps: number): [number, number] {
  const rings = 8; const sides = 26;
  const at: number[] = []; const idx: number[] = [];
  const seed = rng.f(0, 99);
  for (let r = 0; r <= rings; r++) for (let s = 0; s < sides; s++) {
    const a = (s / sides) * Math.PI * 2;
    const u = r / rings;
    const bump = 1 + 0.16 * Math.sin(a * 2 + seed) + 0.08 * Math.sin(a * 5 + seed * 2);
    const rad = radius * u * bump;
    const h = height * (1 - u) ** 0.85 * (1 - 0.25 * u) + (r < rings ? (Math.sin(a * 7 + r * 3 + seed) + Math.sin(a * 13 - r * 5)) * 0.02 : 0);
    at.push(Math.cos(a) * rad, r === rings ? -0.01 : h, Math.sin(a) * rad);
  }
  for (let r = 0; r < rings; r++) for (let s = 0; s < sides; s++) {
    const a = r * sides + s; const b = r * sides + (s + 1) % sides;
    idx.push(a, b, a + sides, b, b + sides, a + sides);
  }
  const h = new THREE.BufferGeometry();
  h.setAttribute('position', new THREE.Float32BufferAttribute(at, 3));
  h.setIndex(idx);
  h.computeVertexNormals();
  kit.add(h, colors[0] ?? '#888');
  for (let k = 0; k < lumps; k++) {
    const a = rng.f(0, 6.3); const u = Math.sqrt(rng.next()) * 1.05;
    const s = rng.f(0.05, 0.17);
    const y = height * Math.max(0, 1 - u) ** 0.85 * (1 - 0.25 * u);
    kit.add(rough(new THREE.BoxGeometry(s, s * rng.f(0.5, 0.9), s * rng.f(0.6, 1.3)), s * 0.35, k), rng.pick(colors), { x: Math.cos(a) * radius * u, y: y + s * 0.1, z: Math.sin(a) * radius * u, rx: rng.f(0, 3), ry: rng.f(0, 3) });
  }
  return [radius, radius];
}

function boxes(kit: Kit, rng: Random, n: number): [number, number] {
  const per = Math.max(2, Math.ceil(n / 3));
  const wide = Math.ceil(per / 2);
  for (let k = 0; k < n; k++) {
    const layer = Math.floor(k / per); const j = k % per;
    const w = rng.f(0.4, 0.56); const h = rng.f(0.34, 0.44);
    const p = { x: (j % wide - (wide - 1) / 2) * 0.56 + rng.f(-0.04, 0.04), y: layer * 0.4, z: (Math.floor(j / wide) - 0.5) * 0.5 + rng.f(-0.04, 0.04), ry: rng.f(-0.16, 0.16) };
    kit.box(w, h, rng.f(0.36, 0.48), rng.pick(['#b48a5a', '#a67c4c', '#c29b6b', '#9c7447', '#d1cdc4']), p);
    kit.box(w + 0.006, 0.004, 0.06, '#d8c49a', { ...p, y: p.y + h });
  }
  return [wide * 0.3 + 0.1, 0.6];
}

function bricks(kit: Kit, rng: Random): [number, number] {
  const cols = rng.i(4, 7); const layers = rng.i(4, 8);
  const color = rng.pick(['#9c4f38', '#8a8a86', '#a8593c']);
  for (let y = 0; y < layers; y++) for (let c = 0; c < cols; c++) for (let r = 0; r < 3; r++) {
    if (y >= layers - 2 && rng.chance(0.45)) continue;
    kit.box(0.23, 0.062, 0.24, new THREE.Color(color).offsetHSL(0, 0, rng.f(-0.06, 0.05)), { x: (c - (cols - 1) / 2) * 0.24, y: y * 0.066, z: (r - 1) * 0.25, ry: rng.f(-0.04, 0.04) });
  }
  for (let k = 0; k < 12; k++) kit.box(0.23, 0.06, 0.11, color, { x: rng.f(-1, 1) * cols * 0.16, z: rng.f(0.5, 0.8), ry: rng.f(0, 3) });
  return [cols * 0.13, 0.6];
}

function tyres(kit: Kit, rng: Random, n: number): [number, number] {
  const stacks = Math.ceil(n / 4);
  for (let k = 0; k < n; k++) {
    const s = Math.floor(k / 4);
    kit.add(new THREE.TorusGeometry(0.24, 0.095, 8, 18).rotateX(Math.PI / 2), k % 3 === 0 ? '#232425' : '#1a1b1c', { x: (s - (stacks - 1) / 2) * 0.7 + rng.f(-0.05, 0.05), y: 0.095 + (k % 4) * 0.19, z: rng.f(-0.06, 0.06) });
  }
  return [stacks * 0.36, 0.4];
}

/** Stacked or dumped material (乱堆物料, 暴露渣土). `size` 0.6 to 1.6: how much of it. */
export function debris(rng: Random, kind: DebrisKind = rng.pick(DEBRIS), size = rng.f(0.7, 1.5)): Thing {
  const kit = new Kit();
  let half: [number, number];
  switch (kind) {
    case 'sacks': half = sacks(kit, rng, Math.round(9 * size)); break;
    case 'planks': half = planks(kit, rng, Math.round(15 * size)); break;
    case 'rubble': half = heap(kit, rng, 0.95 * size, 0.55 * size, ['#8f877b', '#a39a8c', '#9c5f48', '#77716a', '#b9b3a6'], Math.round(110 * size)); break;
    case 'sand': half = heap(kit, rng, 1.0 * size, 0.55 * size, ['#b79a6a', '#a98d60', '#9a8158'], 26); break;
    case 'boxes': half = boxes(kit, rng, Math.round(9 * size)); break;
    case 'bricks': half = bricks(kit, rng); break;
    case 'tyres': half = tyres(kit, rng, Math.round(7 * size)); break;
    case 'mixed': {
      half = heap(kit, rng, 0.8 * size, 0.4 * size, ['#8f877b', '#a39a8c', '#9c5f48', '#77716a'], Math.round(60 * size));
      for (let k = 0; k < 5; k++) sack(kit, rng, rng.pick(SACK), -0.9 * size + rng.f(-0.3, 0.3), (k % 2) * 0.18, rng.f(-0.4, 0.4), rng.f(0, 3));
      for (let k = 0; k < 6; k++) kit.box(rng.f(1, 1.8), 0.04, 0.16, rng.pick(['#b08d5c', '#9a7748']), { x: 0.75 * size, y: 0.05 + k * 0.03, z: rng.f(-0.3, 0.3), ry: rng.f(-0.7, 0.7), rz: rng.f(0, 0.2) });
      half = [1.5 * size, 0.9 * size];
      break;
    }
  }
  return thing(`debris:${kind}`, 'debris', half, kit.mesh(paint), contact(half[0] * 2.5, half[1] * 2.5, 0.6));
}
