import * as THREE from 'three';
import { Kit, panel } from './kit.ts';
import { shops, WALLS } from './fronts.ts';
import { arcade, glass, housing, oldtown } from './fronts-other.ts';
import { leafMaterial, palm, planter, tree } from './greenery.ts';
import { glow, hooked, withMap } from './materials.ts';
import type { Random } from './random.ts';
import type { Street } from './street-parts.ts';
import { STYLES, type Style } from './styles.ts';
import { asphalt, paving } from './textures.ts';
import { walkway } from './textures-walls.ts';

const FRONTS = { shops, oldtown, glass, housing, arcade };

function ground(street: Street, rng: Random, long: number): void {
  const { road, kerb, farFront, nearFront, style } = street;
  const flat = (w: number, d: number, x: number, y: number, z: number, m: THREE.Material): void => {
    const mesh = panel(w, d, m, { x, y, z, rx: -Math.PI / 2 });
    mesh.castShadow = false;
    street.root.add(mesh);
  };
  flat(long, road * 2, 0, 0, 0, withMap(style.roadway === 'asphalt' ? asphalt(rng, [long / 6, road / 3]) : walkway(rng, style.roadway, [long / 4, road / 2])));
  const deep = 30;
  const walk = (): THREE.Material => withMap(style.walk === 'tiles' ? paving(rng, [long / 2.4, deep / 2.4]) : walkway(rng, style.walk, [long / 3, deep / 3]));
  flat(long, deep, 0, kerb, -road - deep / 2, walk());
  if (style.water) {
    flat(long, nearFront - road, 0, kerb, (nearFront + road) / 2, walk());
    flat(long, 40, 0, -0.9, nearFront + 20, hooked(new THREE.MeshPhongMaterial({ color: '#4f6a6a', specular: 0x99a5a8, shininess: 90 })));
  } else flat(long, deep, 0, kerb, road + deep / 2, walk());
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
  if (style.walk === 'tiles' && rng.chance(0.7)) {
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

function lampPost(street: Street, x: number, z: number): void {
  const toward = z < 0 ? 1 : -1;
  const y = street.kerb;
  const kit = new Kit();
  street.taken.push({ x, z, r: 0.4 });
  switch (street.style.lamp) {
    case 'arm':
      kit.cyl(0.05, 0.09, 6.4, '#6f7678', { x, y, z }, 10).cyl(0.14, 0.16, 0.5, '#5d6466', { x, y, z }, 10);
      kit.bar([x, y + 6.3, z], [x, y + 6.75, z + toward * 1.4], 0.04, '#6f7678').box(0.26, 0.1, 0.6, '#5a6062', { x, y: y + 6.7, z: z + toward * 1.6 });
      street.lamps.push(new THREE.Vector3(x, y + 6.6, z + toward * 1.6));
      break;
    case 'globe':
      kit.cyl(0.06, 0.08, 3.6, '#2f3f3a', { x, y, z }, 10).cyl(0.18, 0.22, 0.4, '#2f3f3a', { x, y, z }, 10).box(0.9, 0.05, 0.05, '#2f3f3a', { x, y: y + 3.5, z });
      street.root.add(new Kit().ball(0.2, '#e6e0cc', { x: x - 0.42, y: y + 3.75, z }, 12).ball(0.2, '#e6e0cc', { x: x + 0.42, y: y + 3.75, z }, 12).mesh(glow));
      street.lamps.push(new THREE.Vector3(x, y + 3.9, z + toward * 0.3));
      break;
    case 'bracket':
      kit.bar([x, y + 4.2, z - toward * 2], [x, y + 4.5, z], 0.03, '#3a3d3e').cyl(0.14, 0.1, 0.3, '#2b2d2e', { x, y: y + 4.15, z }, 8).cyl(0.06, 0.07, 4.4, '#4a4d4e', { x, y, z: z - toward * 0.05 }, 8);
      street.lamps.push(new THREE.Vector3(x, y + 4.2, z + toward * 0.3));
      break;
  }
  street.root.add(kit.mesh());
}

function furniture(street: Street, rng: Random): void {
  const { root, kerb, road, farFront, nearFront, taken, style } = street;
  const leaf = leafMaterial(rng);
  const step = rng.f(6.5, 10);
  const start = rng.f(0, step);
  const plant = (x: number, z: number): THREE.Group => (style.trees === 'palm' ? palm(rng, x, z, kerb) : tree(rng, leaf, x, z, kerb, style.trees === 'slim' ? 0.62 : 1));
  if (rng.chance(style.treeShare)) for (let x = -36 + start; x < 42; x += step) {
    if (street.alley && Math.abs(x - street.alley.x) < street.alley.w / 2 + 0.8) continue;
    const far = plant(x, -road - 0.8);
    root.add(far);
    street.trees.push(far);
    taken.push({ x, z: -road - 0.8, r: 0.7 });
    if (rng.chance(0.5)) {
      const near = plant(x + 3, road + 0.9);
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
  if (style.front === 'shops' || style.front === 'oldtown') for (const [y, sag] of [[6.2, 0.5], [6.5, 0.7], [6.9, 0.4]] as const) for (let x = -36; x < 40; x += 2) {
    const s = (t: number): number => kerb + y - sag * (1 - ((((t + 36) % 18) / 9 - 1) ** 2));
    kit.bar([x, s(x), farFront + 0.6], [x + 2, s(x + 2 - 1e-6), farFront + 0.6], 0.014, '#262626', 4);
  }
  if (style.water) {
    kit.box(150, 0.9, 0.25, '#b9b4a8', { y: -0.75, z: nearFront }).box(150, 0.12, 0.2, '#d9d4c6', { y: kerb + 0.95, z: nearFront - 0.1 });
    for (let x = -40; x < 44; x += 0.8) kit.cyl(0.07, 0.07, 0.95, '#d9d4c6', { x, y: kerb, z: nearFront - 0.1 }, 6);
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
    kit.box(rng.f(8, 16), h * 0.8, 10, rng.pick(WALLS), { x: rng.f(-70, 70), z: street.nearFront + (street.style.water ? 60 : 15) + rng.f(0, 15) });
  }
  for (const side of [-1, 1]) for (let k = 0; k < 4; k++) kit.box(9, rng.f(10, 24), 9, rng.pick(WALLS), { x: side * rng.f(58, 75), z: rng.f(-24, 24) });
  street.root.add(kit.mesh());
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

export interface StreetOptions { alley?: boolean; road?: number; pavement?: number; style?: Style }

/** Builds the still street. The same numbers give the same street. */
export function buildStreet(rng: Random, options: StreetOptions = {}): Street {
  const style = options.style ?? STYLES.parade;
  const drawnRoad = rng.f(...style.road);
  const drawnPavement = rng.f(...style.pavement);
  const road = options.road ?? drawnRoad;
  const pavement = options.pavement ?? drawnPavement;
  const street: Street = {
    root: new THREE.Group(), style, road, farFront: -(road + pavement), nearFront: road + pavement + rng.f(0, 1), kerb: style.kerb,
    lamps: [], taken: [], alley: (options.alley ?? rng.chance(0.25)) ? { x: options.road ? 1 : rng.f(-3, 5), w: rng.f(3, 3.8) } : null, trees: [], emitters: [], shopLights: [],
  };
  const long = 150;
  ground(street, rng.fork(1), long);
  const build = rng.fork(2);
  for (const [front, facing, start, end] of [[street.farFront, 1, -40, 46], [street.nearFront, -1, -40, 46]] as const) {
    if (facing === -1 && style.water) continue;
    let x: number = start;
    while (x < end) {
      let to = x + build.f(9, 17);
      const alley = facing === 1 ? street.alley : null;
      if (alley && x < alley.x - alley.w / 2 && to > alley.x - alley.w / 2 - 3) {
        to = alley.x - alley.w / 2;
        FRONTS[style.front](street, build, x, to, front, facing);
        x = alley.x + alley.w / 2;
        continue;
      }
      FRONTS[style.front](street, build, x, to, front, facing);
      x = to;
    }
  }
  makeAlley(street, rng.fork(3));
  furniture(street, rng.fork(4));
  surroundings(street, rng.fork(5));
  return street;
}


