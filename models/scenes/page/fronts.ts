import * as THREE from 'three';
import { Kit, panel } from './kit.ts';
import { cloth, hooked, withMap } from './materials.ts';
import type { Random } from './random.ts';
import type { Street } from './street-parts.ts';
import { bay, interior, shopSign, shutter } from './textures.ts';

export const WALLS = ['#cfc8ba', '#d8cdb4', '#b9b3a8', '#c9b7a0', '#d9d6cf', '#b7c0c2', '#c7a890', '#e0d8c6', '#a9a296', '#d2b9a6'] as const;

/** A row of houses from..to along x, its front at z = front, facing +z (1) or -z (-1): shops below, flats above. */
export function shops(street: Street, rng: Random, from: number, to: number, front: number, facing: 1 | -1): void {
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
