import * as THREE from 'three';
import { Kit, panel } from './kit.ts';
import { cloth, glow, hooked, withMap } from './materials.ts';
import type { Random } from './random.ts';
import type { Street } from './street-parts.ts';
import { bay, interior, shopSign } from './textures.ts';
import { archBay, boards, bricks, curtain } from './textures-walls.ts';

function lit(street: Street, map: THREE.Texture): THREE.MeshLambertMaterial {
  const m = hooked(new THREE.MeshLambertMaterial({ map }));
  m.emissive.set(0xffffff);
  m.emissiveMap = m.map;
  street.emitters.push(m);
  return m;
}

/** Old two-storey houses: brick or plaster, boarded shop fronts, tiled roofs, lanterns, boards that hang across the walk. */
export function oldtown(street: Street, rng: Random, from: number, to: number, front: number, facing: 1 | -1): void {
  const { root, kerb } = street;
  const out = (d: number): number => front + facing * d;
  const ry = facing === 1 ? 0 : Math.PI;
  const units = Math.max(1, Math.round((to - from) / rng.f(3, 3.8))); const w = (to - from) / units;
  const ground = rng.f(2.7, 3.1); const upper = rng.f(2.2, 2.7); const top = kerb + ground + upper;
  const brick = rng.chance(0.6);
  const wall = brick ? withMap(bricks(rng, [w / 1.8, 1.5])) : withMap(bay(rng, rng.pick(['#e6e2d8', '#d9cfbb', '#c9c4b8'])));
  const kit = new Kit();
  kit.box(to - from, ground + upper, 7.9, rng.pick(['#8f8a80', '#a39a8a', '#6f6a62']), { x: (from + to) / 2, y: kerb, z: out(-4.02) });
  for (const side of [1, -1]) for (let x = from; x < to; x += 0.42) kit.box(0.36, 0.08, 4.6, new THREE.Color('#4a4a4c').offsetHSL(0, 0, (Math.sin(x * 9) + 1) * 0.03), { x: x + 0.2, y: top + 1.0 + side * -0.02, z: out(side === 1 ? -1.35 : -5.7), rx: facing * side * 0.45 });
  kit.box(to - from + 0.3, 0.2, 0.3, '#3f3f42', { x: (from + to) / 2, y: top + 2, z: out(-3.5) });
  for (let u = 0; u < units; u++) {
    const x = from + (u + 0.5) * w; const openW = w - 0.34;
    root.add(panel(w, upper, wall, { x, y: kerb + ground + upper / 2, z: out(0.01), ry }));
    kit.box(0.9, 1.1, 0.06, '#2a2622', { x, y: kerb + ground + 0.6, z: out(0.02) });
    for (const s of [-1, 1]) kit.box(0.46, 1.12, 0.05, rng.pick(['#6a3a26', '#4a3a2c', '#5a6a5a']), { x: x + s * 0.68, y: kerb + ground + 0.6, z: out(0.08), ry: s * facing * 0.25 });
    kit.box(0.3, ground, 0.4, rng.pick(['#5d4030', '#77706a']), { x: from + u * w, y: kerb, z: out(0) });
    if (rng.chance(0.5)) root.add(panel(openW, ground - 0.35, withMap(boards(rng)), { x, y: kerb + (ground - 0.35) / 2, z: out(0.02), ry }));
    else {
      root.add(panel(openW, ground - 0.4, lit(street, interior(rng)), { x, y: kerb + (ground - 0.4) / 2, z: out(0.015), ry }));
      street.shopLights.push({ at: new THREE.Vector3(x, kerb + 2.1, out(1)), color: 0xffd9a0 });
      kit.box(openW, 0.5, 0.3, '#6a4a30', { x, y: kerb, z: out(0.12) });
    }
    if (rng.chance(0.7)) root.add(panel(openW * 0.9, 0.55, lit(street, shopSign(rng, w)), { x, y: kerb + ground - 0.1, z: out(0.1), ry }));
    if (rng.chance(0.35)) {
      const board = withMap(shopSign(rng, 1.2));
      for (const s of [-1, 1]) root.add(panel(0.5, 1.4, board, { x: x + w * 0.4 + s * 0.03, y: kerb + ground + 0.7, z: out(0.45), ry: s * Math.PI / 2 }));
    }
    if (rng.chance(0.5)) {
      const lantern = new Kit().ball(0.16, '#c8262b', { x: x - openW * 0.4, y: kerb + ground - 0.45, z: out(0.4), sy: 1.15 }, 12);
      root.add(lantern.mesh(street.emitters.length % 2 ? glow : cloth));
    }
    if (rng.chance(0.4)) kit.box(openW, 0.05, 1.1, '#55504a', { x, y: kerb + ground - 0.2, z: out(0.55), rx: facing * 0.22 });
  }
  root.add(kit.mesh());
}

/** A modern centre: glass over several floors, steel columns, a flat canopy, big lit boards. */
export function glass(street: Street, rng: Random, from: number, to: number, front: number, facing: 1 | -1): void {
  const { root, kerb } = street;
  const out = (d: number): number => front + facing * d;
  const ry = facing === 1 ? 0 : Math.PI;
  const units = Math.max(1, Math.round((to - from) / rng.f(5, 7))); const w = (to - from) / units;
  const ground = rng.f(4.4, 5.4); const floors = rng.i(2, 5); const floorH = 3.6;
  const stone = rng.pick(['#cfd2d3', '#8f9496', '#d9d3c6', '#5d6266']);
  const kit = new Kit();
  kit.box(to - from, ground + floors * floorH, 9.9, stone, { x: (from + to) / 2, y: kerb, z: out(-5.1) });
  kit.box(to - from, 0.25, 2.2, rng.pick(['#e6e8e8', '#6f767a', '#b9bcbf']), { x: (from + to) / 2, y: kerb + ground - 0.4, z: out(1.0) });
  const panes = [lit(street, curtain(rng)), withMap(curtain(rng))];
  for (let u = 0; u < units; u++) {
    const x = from + (u + 0.5) * w;
    kit.cyl(0.22, 0.22, ground - 0.4, '#b9bdc0', { x: from + u * w + 0.3, y: kerb, z: out(1.7) }, 14);
    root.add(panel(w - 0.4, ground - 1.4, lit(street, rng.chance(0.5) ? interior(rng) : curtain(rng)), { x, y: kerb + (ground - 1.4) / 2 + 0.2, z: out(-0.04), ry }));
    street.shopLights.push({ at: new THREE.Vector3(x, kerb + 3, out(1.4)), color: 0xf2f6ff });
    for (const t of [-0.5, -0.17, 0.17, 0.5]) kit.box(0.08, ground - 1.2, 0.1, '#4a4f53', { x: x + t * (w - 0.5), y: kerb, z: out(0) });
    if (rng.chance(0.75)) root.add(panel(w * rng.f(0.4, 0.8), 0.75, lit(street, shopSign(rng, w)), { x: x + rng.f(-0.1, 0.1) * w, y: kerb + ground + 0.3, z: out(0.16), ry }));
    for (let f = 0; f < floors; f++) {
      root.add(panel(w, floorH - 0.6, rng.pick(panes), { x, y: kerb + ground + (f + 0.5) * floorH + 0.3, z: out(0.03), ry }));
      kit.box(w, 0.5, 0.24, stone, { x, y: kerb + ground + f * floorH + 0.2, z: out(0.06) });
    }
  }
  root.add(kit.mesh());
}

/** Blocks of flats in brick with doors and steps, railings, hedges; hardly any shop. */
export function housing(street: Street, rng: Random, from: number, to: number, front: number, facing: 1 | -1): void {
  const { root, kerb } = street;
  const out = (d: number): number => front + facing * d;
  const ry = facing === 1 ? 0 : Math.PI;
  const units = Math.max(1, Math.round((to - from) / rng.f(4.2, 5.6))); const w = (to - from) / units;
  const floors = rng.i(2, 5); const h = 3; const wall = withMap(bricks(rng, [w / 1.7, (floors * h) / 1.7]));
  const plaster = rng.pick(['#d9d2c4', '#c9b79a', '#b9bfc2', '#e3d3c0']);
  const faced = rng.chance(0.3) ? withMap(bay(rng, plaster)) : wall;
  const trim = rng.pick(['#f0eee6', '#e2dccb', '#5a4a3a', '#3f4446']);
  const kit = new Kit();
  kit.box(to - from, floors * h + 0.8, 9.9, '#8f8a82', { x: (from + to) / 2, y: kerb, z: out(-5.1) });
  kit.box(to - from, 0.35, 0.4, trim, { x: (from + to) / 2, y: kerb + floors * h + 0.8, z: out(0) }).box(to - from, 0.6, 0.1, '#77726a', { x: (from + to) / 2, y: kerb, z: out(0.03) });
  for (let u = 0; u < units; u++) {
    const x = from + (u + 0.5) * w;
    root.add(panel(w, floors * h + 0.8, faced, { x, y: kerb + (floors * h + 0.8) / 2, z: out(0), ry }));
    const door = rng.i(0, 2);
    for (let f = 0; f < floors; f++) for (let k = 0; k < 3; k++) {
      const wx = x + (k - 1) * w * 0.31; const y = kerb + f * h + 0.9;
      if (f === 0 && k === door) {
        kit.box(1.05, 2.2, 0.05, rng.pick(['#6a2a22', '#2f4a3a', '#1f3550', '#7d5a3a', '#b5622e']), { x: wx, y: kerb + 0.3, z: out(0.03) }).box(1.3, 0.16, 0.6, '#a39d92', { x: wx, y: kerb, z: out(0.3) }).box(1.2, 0.16, 0.3, '#a39d92', { x: wx, y: kerb + 0.16, z: out(0.15) });
        continue;
      }
      kit.box(0.98, 1.5, 0.05, trim, { x: wx, y: y - 0.04, z: out(0.03) }).box(0.82, 1.34, 0.05, rng.pick(['#2b353a', '#3f4c52', '#1f2528', '#6f7a7d']), { x: wx, y: y + 0.04, z: out(0.045) }).box(0.04, 1.34, 0.06, trim, { x: wx, y: y + 0.04, z: out(0.05) });
    }
    if (rng.chance(0.3)) street.shopLights.push({ at: new THREE.Vector3(x, kerb + 2.3, out(0.8)), color: 0xffe0b0 });
    if (rng.chance(0.25)) kit.box(w * 0.8, rng.f(0.7, 1.1), 0.5, rng.pick(['#3f5a35', '#4a6a3a', '#35502f']), { x, y: kerb, z: out(0.5) });
  }
  root.add(kit.mesh());
}

/** An arcade house of a southern port (骑楼): the upper floors stand on columns over the walk, the shops lie back. */
export function arcade(street: Street, rng: Random, from: number, to: number, front: number, facing: 1 | -1): void {
  const { root, kerb } = street;
  const out = (d: number): number => front + facing * d;
  const ry = facing === 1 ? 0 : Math.PI;
  const units = Math.max(1, Math.round((to - from) / rng.f(3.4, 4.2))); const w = (to - from) / units;
  const ground = rng.f(3.6, 4.2); const floors = rng.i(2, 3); const floorH = 3.1; const deep = 2.6;
  const wall = rng.pick(['#e6d3b0', '#c9d3c4', '#e0b9a0', '#d9d6cf', '#b9c6cf', '#e9dfc4']);
  const kit = new Kit();
  kit.box(to - from, floors * floorH, 9, wall, { x: (from + to) / 2, y: kerb + ground, z: out(-4.52) });
  kit.box(to - from, ground, 6, '#8f8a80', { x: (from + to) / 2, y: kerb, z: out(-deep - 3.05) });
  kit.box(to - from, 0.12, deep, '#b9b0a0', { x: (from + to) / 2, y: kerb, z: out(-deep / 2) });
  const faces = [withMap(archBay(rng, wall)), withMap(archBay(rng, wall))];
  for (let u = 0; u < units; u++) {
    const x = from + (u + 0.5) * w; const edge = from + u * w;
    kit.box(0.5, 0.4, 0.5, '#a8a296', { x: edge, y: kerb, z: out(-0.25) }).cyl(0.18, 0.2, ground - 1.1, wall, { x: edge, y: kerb + 0.4, z: out(-0.25) }, 14).box(0.5, 0.25, 0.5, wall, { x: edge, y: kerb + ground - 0.75, z: out(-0.25) });
    for (let k = 0; k < 9; k++) {
      const a = (k / 8) * Math.PI; const r = w / 2 - 0.18;
      kit.box(0.5, 0.5, 0.45, wall, { x: x + Math.cos(a) * r, y: kerb + ground - 1.0 + Math.sin(a) * 0.75 + 0.1, z: out(-0.25) });
    }
    root.add(panel(w - 0.1, ground - 0.4, lit(street, interior(rng)), { x, y: kerb + (ground - 0.4) / 2, z: out(-deep), ry }));
    street.shopLights.push({ at: new THREE.Vector3(x, kerb + 2.6, out(-1.2)), color: 0xffedd0 });
    if (rng.chance(0.8)) root.add(panel(w * 0.75, 0.5, lit(street, shopSign(rng, w)), { x, y: kerb + ground + 0.1, z: out(0.03), ry }));
    for (let f = 0; f < floors; f++) {
      root.add(panel(w, floorH, rng.pick(faces), { x, y: kerb + ground + (f + 0.5) * floorH, z: out(0.0), ry }));
      kit.box(w, 0.14, 0.3, '#d9d2c0', { x, y: kerb + ground + f * floorH, z: out(0.1) });
    }
    for (let k = 0; k < 6; k++) kit.cyl(0.07, 0.05, 0.6, '#d9d2c0', { x: edge + (k + 0.5) * (w / 6), y: kerb + ground + floors * floorH, z: out(-0.1) }, 8);
    kit.box(w, 0.12, 0.3, '#d9d2c0', { x, y: kerb + ground + floors * floorH + 0.6, z: out(-0.1) });
  }
  root.add(kit.mesh());
}
