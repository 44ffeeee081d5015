import * as THREE from 'three';
import { Kit, panel } from './kit.ts';
import { cloth, hooked, withMap } from './materials.ts';
import type { Random } from './random.ts';
import { asphalt, bay, interior, leaves, paving, shopSign, shutter } from './textures.ts';

/** The still part of a street. x runs along it, z across it; the shops that are watched stand at z = -depth. Metres. */
export interface Street {
  root: THREE.Group;
  /** Half the width of the roadway: kerbs at z = ±road. */
  road: number;
  /** z of the far shop fronts (negative) and of the near ones (positive). */
  farFront: number;
  nearFront: number;
  /** Height of the pavement above the road. */
  kerb: number;
  lamps: THREE.Vector3[];
  /** Places taken by trees, posts and the like, so that nothing is put into them. */
  taken: { x: number; z: number; r: number }[];
  /** Middle and width of the alley mouth on the far side, where there is one. */
  alley: { x: number; w: number } | null;
  /** Lit boards and shop openings: their strength follows the light of the day. */
  trees: THREE.Object3D[];
  emitters: THREE.MeshLambertMaterial[];
  shopLights: { at: THREE.Vector3; color: number }[];
}

const WALLS = ['#cfc8ba', '#d8cdb4', '#b9b3a8', '#c9b7a0', '#d9d6cf', '#b7c0c2', '#c7a890', '#e0d8c6', '#a9a296', '#d2b9a6'] as const;

function ground(street: Street, rng: Random, long: number): void {
  const { road, kerb, farFront, nearFront } = street;
  const flat = (w: number, d: number, x: number, y: number, z: number, m: THREE.Material): void => {
    const mesh = panel(w, d, m, { x, y, z, rx: -Math.PI / 2 });
    mesh.castShadow = false;
    street.root.add(mesh);
  };
  flat(long, road * 2, 0, 0, 0, withMap(asphalt(rng, [long / 6, road / 3])));
  const deep = 30;
  flat(long, deep, 0, kerb, -road - deep / 2, withMap(paving(rng, [long / 2.4, deep / 2.4])));
  flat(long, deep, 0, kerb, road + deep / 2, withMap(paving(rng, [long / 2.4, deep / 2.4])));
  const kit = new Kit();
  for (const side of [-1, 1]) {
    for (let x = -long / 2; x < long / 2; x += 1) {
      const tone = 0.52 + 0.06 * Math.sin(x * 12.7) + 0.03 * Math.sin(x * 5.1);
      kit.box(0.985, kerb + 0.012, 0.16, new THREE.Color(tone, tone * 0.985, tone * 0.95), { x: x + 0.5, z: side * (road + 0.07) });
    }
    // gutter: a slightly darker strip along the kerb
    kit.box(long, 0.006, 0.35, '#55534f', { z: side * (road - 0.18) });
  }
  const paintLine = (w: number, d: number, x: number, z: number, color = '#d9d8d2'): void => {
    kit.box(w, 0.008, d, color, { x, z });
  };
  const centre = rng.pick(['#d8b23c', '#d9d8d2']);
  const solid = rng.chance(0.35);
  for (let x = -long / 2; x < long / 2; x += solid ? 4 : 6) paintLine(solid ? 4 : 2.6, 0.13, x, 0, centre);
  for (const side of [-1, 1]) if (rng.chance(0.7)) for (let x = -long / 2; x < long / 2; x += 4) paintLine(4, 0.1, x, side * (road - 0.5));
  if (rng.chance(0.6)) {
    const at = rng.pick([-1, 1]) * rng.f(9, 20);
    for (let z = -road + 0.5; z < road - 0.3; z += 0.95) paintLine(3.2, 0.45, at, z);
  }
  // strip of guiding tiles for the blind, and bays for e-bikes
  if (rng.chance(0.7)) {
    const z = farFront + 1.7;
    kit.box(long, 0.008, 0.32, '#b99a3c', { y: kerb, z });
  }
  for (let k = 0; k < 5; k++) {
    const x = rng.f(-24, 24); const z = rng.f(-road + 0.8, road - 0.8);
    kit.cyl(0.36, 0.36, 0.008, '#3d3d3c', { x, z }, 20).cyl(0.3, 0.3, 0.011, '#4a4a48', { x, z }, 20);
    kit.box(rng.f(1, 3.5), 0.005, rng.f(0.7, 2), rng.pick(['#4b4a48', '#5f5d5a', '#6a6864']), { x: rng.f(-24, 24), z: rng.f(-road + 1, road - 1) });
  }
  for (let k = 0; k < 4; k++) kit.box(0.7, 0.009, 0.7, '#6f6c66', { x: rng.f(-20, 20), y: kerb, z: rng.pick([farFront + rng.f(0.6, 3), nearFront - rng.f(0.6, 3)]) });
  const mesh = kit.mesh();
  mesh.castShadow = false;
  street.root.add(mesh);
}

function facade(street: Street, rng: Random, from: number, to: number, front: number, facing: 1 | -1): void {
  const { root, kerb } = street;
  const wall = rng.pick(WALLS);
  const floors = rng.i(2, 5);
  const groundH = rng.f(3.3, 3.9);
  const floorH = rng.f(2.9, 3.2);
  const units = Math.max(1, Math.round((to - from) / rng.f(3.6, 4.8)));
  const w = (to - from) / units;
  const kit = new Kit();
  const out = (d: number): number => front + facing * d;
  const ry = facing === 1 ? 0 : Math.PI;
  const bays = [bay(rng, wall), bay(rng, wall)];
  const depth = 8;
  const top = kerb + groundH + floors * floorH;
  kit.box(to - from, floors * floorH, depth - 0.05, wall, { x: (from + to) / 2, y: kerb + groundH, z: out(-depth / 2 - 0.06) });
  kit.box(to - from + 0.1, 0.5, 0.3, wall, { x: (from + to) / 2, y: top, z: out(0.05) });
  kit.box(to - from, 0.2, 0.36, '#a5a198', { x: (from + to) / 2, y: kerb + groundH - 0.02, z: out(0.1) });
  for (let u = 0; u < units; u++) {
    const x = from + (u + 0.5) * w;
    const pillar = 0.38;
    const openW = w - pillar;
    const openH = 2.75;
    kit.box(pillar, groundH, 0.45, rng.chance(0.5) ? wall : '#bdb6aa', { x: from + u * w, y: kerb, z: out(-0.1) });
    const depthIn = rng.f(0.9, 1.6);
    const kind = rng.pick(['open', 'open', 'glass', 'shutter', 'half'] as const);
    if (kind === 'shutter') {
      root.add(panel(openW, openH, withMap(shutter(rng)), { x, y: kerb + openH / 2, z: out(-0.12), ry }));
    } else {
      const mat = hooked(new THREE.MeshLambertMaterial({ map: interior(rng) }));
      mat.emissive.set(0xffffff);
      mat.emissiveMap = mat.map;
      street.emitters.push(mat);
      root.add(panel(openW, openH, mat, { x, y: kerb + openH / 2, z: out(-depthIn), ry }));
      kit.box(openW, 0.02, depthIn, rng.pick(['#8f8a80', '#a39c8d', '#6f6a63']), { x, y: kerb + 0.03, z: out(-depthIn / 2) });
      kit.box(0.06, openH, depthIn, '#a8a296', { x: x - openW / 2 + 0.03, y: kerb, z: out(-depthIn / 2) });
      kit.box(0.06, openH, depthIn, '#a8a296', { x: x + openW / 2 - 0.03, y: kerb, z: out(-depthIn / 2) });
      street.shopLights.push({ at: new THREE.Vector3(x, kerb + 2.3, out(1.2)), color: rng.pick([0xffe0b0, 0xfff1dc, 0xe8f2ff]) });
      if (kind === 'glass') {
        const frame = rng.pick(['#c9cccd', '#4a4541', '#8c6f52']);
        for (const t of [-0.5, -0.25, 0, 0.25, 0.5]) kit.box(0.07, openH - 0.4, 0.06, frame, { x: x + t * (openW - 0.08), y: kerb, z: out(-0.12) });
        kit.box(openW, 0.08, 0.06, frame, { x, y: kerb + openH - 0.45, z: out(-0.12) });
        kit.box(openW, 0.25, 0.05, frame, { x, y: kerb, z: out(-0.12) });
        const glassy = new THREE.Mesh(new THREE.PlaneGeometry(openW, openH - 0.4), new THREE.MeshBasicMaterial({ color: 0x9fb4bd, transparent: true, opacity: 0.14, depthWrite: false }));
        glassy.position.set(x, kerb + (openH - 0.4) / 2, out(-0.1));
        glassy.rotation.y = ry;
        glassy.layers.set(1);
        root.add(glassy);
      } else {
        // goods just inside the door: shop goods are no stall
        for (let g = 0; g < rng.i(1, 5); g++) {
          const h = rng.f(0.3, 0.9);
          kit.box(rng.f(0.3, 0.7), h, 0.4, new THREE.Color().setHSL(rng.next(), 0.35, rng.f(0.25, 0.55)), { x: x + rng.f(-0.38, 0.38) * openW, y: kerb + 0.05, z: out(-depthIn + 0.35) });
        }
      }
      if (kind === 'half') root.add(panel(openW, 0.7, withMap(shutter(rng)), { x, y: kerb + openH - 0.35, z: out(-0.12), ry }));
    }
    kit.box(openW, groundH - openH, 0.3, wall, { x, y: kerb + openH, z: out(-0.15) });
    const sign = hooked(new THREE.MeshLambertMaterial({ map: shopSign(rng, w) }));
    sign.emissive.set(0xffffff);
    sign.emissiveMap = sign.map;
    street.emitters.push(sign);
    const signH = rng.f(0.75, 1.0);
    const tilt = facing * rng.f(0, 0.12);
    root.add(panel(w - 0.16, signH, sign, { x, y: kerb + openH + 0.05 + signH / 2, z: out(0.34), ry, rx: facing * tilt }));
    kit.box(w - 0.14, signH, 0.26, '#5f5c58', { x, y: kerb + openH + 0.05, z: out(0.18) });
    if (rng.chance(0.3)) {
      const colors = rng.pick([['#b8392f', '#e8e2d4'], ['#2f6b8f', '#e8e2d4'], ['#2e7d4f', '#dfe6da'], ['#d98a2b', '#f0e6d0']] as const);
      const awning = new Kit();
      const n = 9;
      for (let k = 0; k < n; k++) awning.box(openW / n, 0.03, 1.5, colors[k % 2 === 0 ? 0 : 1], { x: x + (k - (n - 1) / 2) * (openW / n), y: kerb + openH - 0.1, z: out(0.78), rx: facing * 0.32 });
      root.add(awning.mesh(cloth));
    }
    for (let f = 0; f < floors; f++) {
      const y = kerb + groundH + (f + 0.5) * floorH;
      root.add(panel(w, floorH, withMap(rng.pick(bays)), { x, y, z: out(0.01), ry }));
      if (rng.chance(0.45)) {
        const ax = x + rng.f(-0.3, 0.3) * w;
        kit.box(0.85, 0.6, 0.35, '#d6d6d0', { x: ax, y: y - floorH * 0.48, z: out(0.22) });
        kit.add(new THREE.CylinderGeometry(0.22, 0.22, 0.02, 14).rotateX(Math.PI / 2), '#55585a', { x: ax + 0.12, y: y - floorH * 0.48 + 0.3, z: out(0.405) });
      }
      kit.box(w, 0.1, 0.12, '#c6c1b6', { x, y: y - floorH / 2 - 0.05, z: out(0.06) });
    }
  }
  kit.bar([to - 0.12, kerb, out(0.14)], [to - 0.12, top, out(0.14)], 0.05, '#b5b2aa');
  root.add(kit.mesh());
}

function leafMass(rng: Random, material: THREE.Material, cards: number, rx: number, ry: number, size: number): THREE.Mesh {
  const at: number[] = []; const nor: number[] = []; const uv: number[] = []; const idx: number[] = []; const col: number[] = [];
  const v = new THREE.Vector3(); const e = new THREE.Euler(); const p = new THREE.Vector3();
  const lumps = Array.from({ length: 7 }, () => new THREE.Vector3(rng.f(-0.6, 0.6) * rx, rng.f(-0.4, 0.5) * ry, rng.f(-0.6, 0.6) * rx));
  for (let k = 0; k < cards; k++) {
    const lump = rng.pick(lumps);
    p.set(rng.f(-1, 1), rng.f(-1, 1), rng.f(-1, 1)).normalize().multiplyScalar(rng.f(0.55, 1));
    p.set(lump.x + p.x * rx * 0.5, lump.y + p.y * ry * 0.5, lump.z + p.z * rx * 0.5);
    e.set(rng.f(-1.2, 1.2), rng.f(0, 6.3), rng.f(-0.6, 0.6));
    const s = size * rng.f(0.7, 1.25);
    const n = new THREE.Vector3(p.x / rx, p.y / ry + 0.35, p.z / rx).normalize();
    const shade = 0.55 + 0.5 * Math.max(0, p.y / ry * 0.5 + 0.5) * rng.f(0.8, 1.1);
    const base = at.length / 3;
    for (const [cx, cy] of [[-1, -1], [1, -1], [1, 1], [-1, 1]] as const) {
      v.set(cx * s * 0.5, cy * s * 0.5, 0).applyEuler(e).add(p);
      at.push(v.x, v.y, v.z); nor.push(n.x, n.y, n.z); uv.push((cx + 1) / 2, (cy + 1) / 2); col.push(shade, shade, shade);
    }
    idx.push(base, base + 1, base + 2, base, base + 2, base + 3);
  }
  const g = new THREE.BufferGeometry();
  g.setAttribute('position', new THREE.Float32BufferAttribute(at, 3));
  g.setAttribute('normal', new THREE.Float32BufferAttribute(nor, 3));
  g.setAttribute('uv', new THREE.Float32BufferAttribute(uv, 2));
  g.setAttribute('color', new THREE.Float32BufferAttribute(col, 3));
  g.setIndex(idx);
  const mesh = new THREE.Mesh(g, material);
  mesh.castShadow = true;
  mesh.receiveShadow = true;
  return mesh;
}

export function leafMaterial(rng: Random): THREE.MeshLambertMaterial {
  return hooked(new THREE.MeshLambertMaterial({ map: leaves(rng), alphaTest: 0.45, side: THREE.DoubleSide, vertexColors: true }));
}

function tree(rng: Random, leaf: THREE.Material, x: number, z: number, kerb: number): THREE.Group {
  const g = new THREE.Group();
  const h = rng.f(3, 4);
  const kit = new Kit();
  kit.box(1.2, 0.02, 1.2, '#5a4a3a', { y: 0.005 });
  for (const [dx, dz, w, d] of [[0, 0.6, 1.3, 0.1], [0, -0.6, 1.3, 0.1], [0.6, 0, 0.1, 1.3], [-0.6, 0, 0.1, 1.3]] as const) kit.box(w, 0.06, d, '#8b8880', { x: dx, z: dz });
  kit.cyl(0.13, 0.19, h, '#5d4f41', {}, 9).cyl(0.195, 0.2, 1.0, '#cfcabd', {}, 9);
  for (let k = 0; k < 4; k++) {
    const a = rng.f(0, 6.3);
    kit.bar([0, h * 0.85, 0], [Math.cos(a) * 1.2, h + rng.f(0.6, 1.4), Math.sin(a) * 1.2], 0.06, '#5d4f41');
  }
  g.add(kit.mesh());
  const mass = leafMass(rng, leaf, 260, rng.f(1.6, 2.3), rng.f(1.2, 1.7), 0.85);
  mass.position.y = h + 0.9;
  g.add(mass);
  g.position.set(x, kerb, z);
  return g;
}

/** A planter with a bush; a look-alike, never labelled. */
export function planter(rng: Random, leaf: THREE.Material): THREE.Group {
  const g = new THREE.Group();
  const kit = new Kit();
  const round = rng.chance(0.4);
  const color = rng.pick(['#8a8378', '#6d4c3a', '#9a958c', '#4d5a54', '#a6553f']);
  if (round) kit.cyl(0.42, 0.32, 0.5, color, {}, 16).cyl(0.36, 0.36, 0.02, '#3b2f25', { y: 0.49 }, 14);
  else kit.box(1.3, 0.5, 0.5, color).box(1.2, 0.02, 0.4, '#3b2f25', { y: 0.49 });
  g.add(kit.mesh());
  const mass = leafMass(rng, leaf, 40, round ? 0.4 : 0.55, 0.35, 0.4);
  mass.position.y = 0.75;
  if (!round) mass.scale.z = 0.6;
  g.add(mass);
  return g;
}

function lampPost(street: Street, x: number, z: number): void {
  const toward = z < 0 ? 1 : -1;
  const y = street.kerb;
  const kit = new Kit();
  kit.cyl(0.05, 0.09, 6.4, '#6f7678', { x, y, z }, 10).cyl(0.14, 0.16, 0.5, '#5d6466', { x, y, z }, 10);
  kit.bar([x, y + 6.3, z], [x, y + 6.75, z + toward * 1.4], 0.04, '#6f7678').box(0.26, 0.1, 0.6, '#5a6062', { x, y: y + 6.7, z: z + toward * 1.6 });
  street.root.add(kit.mesh());
  street.lamps.push(new THREE.Vector3(x, y + 6.6, z + toward * 1.6));
  street.taken.push({ x, z, r: 0.4 });
}

function furniture(street: Street, rng: Random): void {
  const { root, kerb, road, farFront, nearFront, taken } = street;
  const leaf = leafMaterial(rng);
  const step = rng.f(6.5, 10);
  const start = rng.f(0, step);
  if (rng.chance(0.85)) for (let x = -36 + start; x < 42; x += step) {
    if (street.alley && Math.abs(x - street.alley.x) < street.alley.w / 2 + 0.8) continue;
    const far = tree(rng, leaf, x, -road - 0.8, kerb);
    root.add(far);
    street.trees.push(far);
    taken.push({ x, z: -road - 0.8, r: 0.7 });
    if (rng.chance(0.5)) {
      const near = tree(rng, leaf, x + 3, road + 0.9, kerb);
      root.add(near);
      street.trees.push(near);
      taken.push({ x: x + 3, z: road + 0.9, r: 0.7 });
    }
  }
  for (let x = -30 + rng.f(0, 8); x < 42; x += 17) {
    lampPost(street, x, -road - 0.5);
    lampPost(street, x + 8.5, road + 0.5);
  }
  const kit = new Kit();
  if (rng.chance(0.45)) for (let x = -30; x < 40; x += 1.6) if (!taken.some((t) => Math.hypot(t.x - x, t.z + road + 0.35) < t.r + 0.2)) kit.cyl(0.07, 0.08, 0.75, '#3f4446', { x, y: kerb, z: -road - 0.35 }, 10).cyl(0.075, 0.075, 0.08, '#d9b23a', { x, y: kerb + 0.55, z: -road - 0.35 }, 10);
  if (rng.chance(0.6)) {
    const x = rng.f(-8, 8);
    kit.box(0.55, 1.25, 0.35, '#7f8b86', { x, y: kerb, z: farFront + 0.35 }).box(0.5, 0.04, 0.3, '#5e6764', { x, y: kerb + 1.25, z: farFront + 0.35 });
    taken.push({ x, z: farFront + 0.35, r: 0.5 });
  }
  // wires along the shop fronts
  for (const [y, sag] of [[6.2, 0.5], [6.5, 0.7], [6.9, 0.4]] as const) for (let x = -36; x < 40; x += 2) {
    const s = (t: number): number => kerb + y - sag * (1 - ((((t + 36) % 18) / 9 - 1) ** 2));
    kit.bar([x, s(x), farFront + 0.6], [x + 2, s(x + 2 - 1e-6), farFront + 0.6], 0.014, '#262626', 4);
  }
  if (!kit.empty) root.add(kit.mesh());
  for (let k = 0; k < rng.i(0, 5); k++) {
    const p = planter(rng, leaf);
    const x = rng.f(-14, 16);
    p.position.set(x, kerb, rng.chance(0.6) ? farFront + 0.5 : nearFront - 0.6);
    if (rng.chance(0.3)) p.rotation.y = Math.PI / 2;
    root.add(p);
    taken.push({ x, z: p.position.z, r: 0.8 });
  }
}

/** What stands behind and at the ends of the street, so that no picture looks into nothing. */
function surroundings(street: Street, rng: Random): void {
  const kit = new Kit();
  for (let k = 0; k < 12; k++) {
    const h = rng.f(12, 34);
    kit.box(rng.f(8, 16), h, 10, rng.pick(WALLS), { x: rng.f(-70, 70), z: street.farFront - rng.f(14, 34) });
    kit.box(rng.f(8, 16), h * 0.8, 10, rng.pick(WALLS), { x: rng.f(-70, 70), z: street.nearFront + rng.f(15, 30) });
  }
  for (const side of [-1, 1]) for (let k = 0; k < 4; k++) kit.box(9, rng.f(10, 24), 9, rng.pick(WALLS), { x: side * rng.f(58, 75), z: rng.f(-24, 24) });
  street.root.add(kit.mesh(withWindows(rng)));
}

function withWindows(_rng: Random): THREE.Material {
  return hooked(new THREE.MeshLambertMaterial({ vertexColors: true }));
}

function makeAlley(street: Street, rng: Random): void {
  if (!street.alley) return;
  const { x, w } = street.alley;
  const z0 = street.farFront;
  const kit = new Kit();
  const wall = rng.pick(WALLS);
  for (const side of [-1, 1]) {
    kit.box(0.2, 9, 24, wall, { x: x + side * (w / 2 + 0.11), y: street.kerb, z: z0 - 12 });
    kit.box(0.5, 0.6, 0.8, '#cfcfc8', { x: x + side * (w / 2 - 0.15), y: 3.2, z: z0 - 3 });
    kit.bar([x + side * (w / 2 - 0.05), 0, z0 - 1.5], [x + side * (w / 2 - 0.05), 9, z0 - 1.5], 0.05, '#a6a39b');
  }
  kit.box(w, 7, 0.2, rng.pick(WALLS), { x, y: street.kerb, z: z0 - 22 });
  street.root.add(kit.mesh());
  const floor = panel(w, 24, withMap(asphalt(rng, [1, 5])), { x, y: street.kerb + 0.015, z: z0 - 12, rx: -Math.PI / 2 });
  floor.castShadow = false;
  street.root.add(floor);
}

export interface StreetOptions { alley?: boolean; road?: number; pavement?: number }

/** Builds the still street. The same numbers give the same street. */
export function buildStreet(rng: Random, options: StreetOptions = {}): Street {
  const drawnRoad = rng.f(3.2, 4.6);
  const drawnPavement = rng.f(4.2, 5.6);
  const road = options.road ?? drawnRoad;
  const pavement = options.pavement ?? drawnPavement;
  const street: Street = {
    root: new THREE.Group(), road, farFront: -(road + pavement), nearFront: road + pavement + rng.f(0, 1), kerb: 0.14,
    lamps: [], taken: [], alley: (options.alley ?? rng.chance(0.25)) ? { x: options.road ? 1 : rng.f(-3, 5), w: rng.f(3, 3.8) } : null, trees: [], emitters: [], shopLights: [],
  };
  const long = 150;
  ground(street, rng.fork(1), long);
  const build = rng.fork(2);
  for (const [front, facing, start, end] of [[street.farFront, 1, -40, 46], [street.nearFront, -1, -40, 46]] as const) {
    let x: number = start;
    while (x < end) {
      let to = x + build.f(9, 17);
      const alley = facing === 1 ? street.alley : null;
      if (alley && x < alley.x - alley.w / 2 && to > alley.x - alley.w / 2 - 3) {
        to = alley.x - alley.w / 2;
        facade(street, build, x, to, front, facing);
        x = alley.x + alley.w / 2;
        continue;
      }
      facade(street, build, x, to, front, facing);
      x = to;
    }
  }
  makeAlley(street, rng.fork(3));
  furniture(street, rng.fork(4));
  surroundings(street, rng.fork(5));
  return street;
}


