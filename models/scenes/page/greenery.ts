import * as THREE from 'three';
import { Kit } from './kit.ts';
import { hooked } from './materials.ts';
import type { Random } from './random.ts';
import { leaves } from './textures.ts';

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

/** A street tree with its pit; (x, z) in metres. */
export function tree(rng: Random, leaf: THREE.Material, x: number, z: number, kerb: number, width = 1): THREE.Group {
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
  const mass = leafMass(rng, leaf, 260, rng.f(1.6, 2.3) * width, rng.f(1.2, 1.7) / width, 0.85);
  mass.position.y = h + 0.9 / width;
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

/** A palm: a slender stem with rings and hanging fronds. */
export function palm(rng: Random, x: number, z: number, kerb: number): THREE.Group {
  const g = new THREE.Group();
  const h = rng.f(4.5, 6.5);
  const kit = new Kit();
  kit.cyl(0.6, 0.66, 0.3, '#a8a296', {}, 12).cyl(0.13, 0.2, h, '#8a7a66', {}, 9);
  for (let y = 0.6; y < h; y += 0.45) kit.cyl(0.17, 0.18, 0.05, '#77685a', { y }, 9);
  for (let k = 0; k < 11; k++) {
    const a = (k / 11) * 6.283 + rng.f(-0.2, 0.2); const drop = rng.f(0.2, 1.5);
    const color = new THREE.Color().setHSL(rng.f(0.22, 0.31), 0.36, rng.f(0.2, 0.34));
    let [px, py, pz] = [0, h, 0];
    for (let s = 0; s < 4; s++) {
      const nx = Math.cos(a) * (s + 1) * 0.55; const nz = Math.sin(a) * (s + 1) * 0.55; const ny = h + 0.5 * Math.sin((s + 1) * 0.7) - drop * ((s + 1) / 4) ** 2;
      const wide = 0.46 - s * 0.07;
      kit.box(0.62, 0.02, wide, color, { x: (px + nx) / 2, y: (py + ny) / 2, z: (pz + nz) / 2, ry: -a, rz: Math.atan2(ny - py, 0.55) });
      [px, py, pz] = [nx, ny, nz];
    }
  }
  g.add(kit.mesh());
  g.position.set(x, kerb, z);
  return g;
}
