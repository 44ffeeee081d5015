import * as THREE from 'three';
import { toCreasedNormals } from 'three/addons/utils/BufferGeometryUtils.js';
import { sack } from './debris.ts';
import { Kit } from './kit.ts';
import { gloss, paint, pane } from './materials.ts';
import { person } from './people.ts';
import type { Random } from './random.ts';
import { adopt, contact, thing, type Thing } from './thing.ts';

const CAR = ['#e9eaea', '#f4f4f2', '#b9bcbf', '#2a2c30', '#16171a', '#7c1c1f', '#27415f', '#6f757a', '#8c7b63', '#3f5a4c'] as const;

type Outline = readonly (readonly [number, number])[];

/** A side view (z forward, y up) drawn out to a width, with rounded edges. */
function drawOut(outline: Outline, width: number, bevel: number): THREE.BufferGeometry {
  const shape = new THREE.Shape();
  const n = outline.length;
  const point = (k: number): THREE.Vector2 => new THREE.Vector2(...(outline[(k + n) % n] ?? [0, 0]));
  // corners are cut short and joined by curves; the bevel grows the outline, so it is drawn smaller
  for (let k = 0; k < n; k++) {
    const before = point(k - 1); const at = point(k); const after = point(k + 1);
    const r = Math.min(0.16, before.distanceTo(at) * 0.42, after.distanceTo(at) * 0.42);
    const from = at.clone().add(before.clone().sub(at).setLength(r));
    const to = at.clone().add(after.clone().sub(at).setLength(r));
    if (k === 0) shape.moveTo(from.x, from.y);
    else shape.lineTo(from.x, from.y);
    shape.quadraticCurveTo(at.x, at.y, to.x, to.y);
  }
  shape.closePath();
  const g = new THREE.ExtrudeGeometry(shape, { depth: width - 2 * bevel, bevelEnabled: true, bevelSize: bevel * 0.7, bevelOffset: -bevel * 0.7, bevelThickness: bevel, bevelSegments: 3, curveSegments: 4 });
  g.translate(0, 0, -(width - 2 * bevel) / 2);
  g.rotateY(-Math.PI / 2);
  g.deleteAttribute('uv');
  return toCreasedNormals(g, 0.7);
}

function wheel(kit: Kit, x: number, z: number, r: number, w: number, arch = true): void {
  if (arch) kit.add(new THREE.CylinderGeometry(r * 1.2, r * 1.2, w, 18).rotateZ(Math.PI / 2), '#0d0e0f', { x: x * 0.99, y: r * 1.06, z });
  kit.add(new THREE.CylinderGeometry(r, r, w + 0.03, 18).rotateZ(Math.PI / 2), '#1b1c1e', { x, y: r, z });
  kit.add(new THREE.CylinderGeometry(r * 0.62, r * 0.62, w + 0.05, 14).rotateZ(Math.PI / 2), '#a9acaf', { x, y: r, z });
  kit.add(new THREE.CylinderGeometry(r * 0.2, r * 0.2, w + 0.06, 8).rotateZ(Math.PI / 2), '#55585a', { x, y: r, z });
}

function lights(kit: Kit, w: number, front: number, back: number, y: number): void {
  for (const s of [-1, 1]) {
    kit.box(0.34, 0.13, 0.06, '#eef2f4', { x: s * (w / 2 - 0.24), y, z: front - 0.02 });
    kit.box(0.28, 0.15, 0.06, '#a31616', { x: s * (w / 2 - 0.22), y: y + 0.08, z: back + 0.02 });
  }
  kit.box(0.44, 0.13, 0.03, '#1f4fa8', { y: y - 0.22, z: front + 0.015 }).box(0.44, 0.13, 0.03, '#1f4fa8', { y: y - 0.18, z: back - 0.015 });
}

export function car(rng: Random, taxi = rng.chance(0.12)): Thing {
  const suv = rng.chance(0.4);
  const h = suv ? 1.66 : 1.44;
  const l = rng.f(4.2, 4.75);
  const w = rng.f(1.74, 1.86);
  const color = taxi ? rng.pick(['#2c7f86', '#d8a41e']) : rng.pick(CAR);
  const f = l / 2;
  const belt = h * 0.6;
  const lower: Outline = [[-f + 0.06, 0.28], [f - 0.05, 0.26], [f, 0.45], [f - 0.06, 0.68], [f - 0.35, belt * 0.9], [f - 1.15, belt + 0.04], [-f + (suv ? 0.15 : 0.7), belt + 0.08], [-f + 0.05, belt + 0.02], [-f, 0.55]];
  const roof: Outline = suv
    ? [[f - 1.15, belt], [f - 1.85, h - 0.05], [f - 2.3, h], [-f + 0.55, h - 0.02], [-f + 0.12, belt]]
    : [[f - 1.1, belt], [f - 1.85, h - 0.04], [f - 2.3, h], [-f + 1.15, h - 0.05], [-f + 0.45, belt + 0.03]];
  const body = new Kit();
  body.add(drawOut(lower, w, 0.09), color);
  body.add(drawOut(roof, w - 0.26, 0.08), color, { sy: 1 });
  const trim = new Kit();
  for (const z of [f - 0.85, -f + 0.85]) for (const s of [-1, 1]) wheel(trim, s * (w / 2 - 0.1), z, 0.32, 0.2);
  trim.box(w - 0.1, 0.14, l - 0.3, '#1d1e20', { y: 0.2 });
  lights(trim, w, f, -f, 0.58);
  trim.box(w * 0.5, 0.1, 0.03, '#26282b', { y: 0.45, z: f + 0.01 });
  for (const s of [-1, 1]) trim.box(0.16, 0.11, 0.1, color, { x: s * (w / 2 + 0.08), y: belt + 0.02, z: f - 1.45 });
  for (const s of [-1, 1]) {
    for (const z of [f - 1.45, -0.02, -f + 1.25]) trim.box(0.012, belt - 0.3, 0.016, '#1b1c1e', { x: s * (w / 2 - 0.001), y: 0.32, z });
    for (const z of [0.12, -f + 1.38]) trim.box(0.02, 0.03, 0.16, '#c9cccd', { x: s * (w / 2), y: belt - 0.08, z });
    trim.box(0.03, h - belt - 0.12, 0.07, color, { x: s * (w / 2 - 0.085), y: belt + 0.06, z: -0.02 });
  }
  trim.box(w - 0.2, 0.16, 0.05, '#2a2c2e', { y: 0.28, z: f - 0.02 }).box(w - 0.2, 0.16, 0.05, '#2a2c2e', { y: 0.28, z: -f + 0.02 });
  if (taxi) trim.box(0.5, 0.14, 0.2, '#f4efe0', { y: h, z: 0.1 });
  const glass = new Kit();
  const inner: Outline = roof.map(([z, y]) => [z * 0.985, y > belt + 0.15 ? y - 0.09 : y + 0.07] as const);
  glass.add(drawOut(inner.map(([z, y]) => [z * 0.96, y] as const), w - 0.19, 0.04), '#000');
  const front = new Kit();
  const fz = roof[0]?.[0] ?? 0; const tz = roof[1]?.[0] ?? 0; const ty = roof[1]?.[1] ?? h;
  const slope = Math.atan2(fz - tz, ty - belt);
  front.box(w - 0.42, Math.hypot(fz - tz, ty - belt) - 0.12, 0.02, '#000', { y: belt + 0.06, z: fz - 0.02 + 0.03, rx: -slope });
  const bz = roof[4]?.[0] ?? 0; const rz = roof[3]?.[0] ?? 0; const ry = roof[3]?.[1] ?? h;
  const back = Math.atan2(rz - bz, ry - belt);
  front.box(w - 0.44, Math.hypot(rz - bz, ry - belt) - 0.14, 0.02, '#000', { y: belt + 0.09, z: bz - 0.02, rx: back });
  const made = thing('car', 'vehicle', [w / 2 + 0.1, f + 0.1], body.mesh(gloss), trim.mesh(paint), glass.mesh(pane), front.mesh(pane), contact(w + 0.5, l + 0.5, 0.75));
  return made;
}

export function van(rng: Random): Thing {
  const l = rng.f(3.9, 4.4); const w = 1.65; const h = rng.f(1.85, 2);
  const f = l / 2;
  const color = rng.pick(['#d9dadb', '#c3c6c8', '#8f969c', '#f1f1ee', '#5f7f9a']);
  const side: Outline = [[-f, 0.3], [f - 0.05, 0.28], [f, 0.6], [f - 0.15, 0.95], [f - 0.75, h - 0.06], [f - 1.1, h], [-f + 0.12, h - 0.02], [-f, h - 0.3]];
  const body = new Kit().add(drawOut(side, w, 0.07), color);
  const glass = new Kit();
  glass.add(drawOut([[f - 0.35, 1.05], [f - 0.78, h - 0.2], [-f + 0.25, h - 0.2], [-f + 0.25, 1.05]], w + 0.015, 0.005), '#000');
  glass.box(w - 0.25, 0.82, 0.02, '#000', { y: 1.02, z: f - 0.13, rx: -0.58 });
  glass.box(w - 0.3, 0.5, 0.02, '#000', { y: 1.15, z: -f - 0.005 });
  const trim = new Kit();
  for (const z of [f - 0.7, -f + 0.75]) for (const s of [-1, 1]) wheel(trim, s * (w / 2 - 0.09), z, 0.29, 0.18);
  lights(trim, w, f, -f, 0.62);
  for (const z of [f - 1.25, 0.1, -f + 0.9]) for (const s of [-1, 1]) trim.box(0.03, 0.8, 0.07, color, { x: s * (w / 2 + 0.012), y: 1.02, z });
  return thing('van', 'vehicle', [w / 2 + 0.1, f + 0.1], body.mesh(gloss), glass.mesh(pane), trim.mesh(paint), contact(w + 0.5, l + 0.5, 0.75));
}

export type TruckLoad = 'none' | 'rubble' | 'boxes' | 'sacks';

/** A light truck; its bed is open, and what lies on it may be given. */
export function truck(rng: Random, load: TruckLoad = rng.pick(['none', 'boxes', 'rubble'])): Thing {
  const l = rng.f(5, 5.9); const w = 1.9; const f = l / 2;
  const color = rng.pick(['#2b5fa5', '#c8cac9', '#b03a2a', '#3f7f5a', '#e0c04a']);
  const cab = new Kit().add(drawOut([[f - 1.55, 0.5], [f - 0.05, 0.5], [f, 1.1], [f - 0.28, 2.05], [f - 0.5, 2.12], [f - 1.5, 2.12]], w, 0.06), color);
  const glass = new Kit().box(w - 0.28, 0.78, 0.02, '#000', { y: 1.28, z: f - 0.02, rx: -0.27 });
  for (const s of [-1, 1]) glass.box(0.02, 0.62, 0.8, '#000', { x: s * (w / 2 + 0.005), y: 1.35, z: f - 0.92 });
  const trim = new Kit();
  trim.box(0.9, 0.2, l - 0.4, '#25272a', { y: 0.5 });
  for (const z of [f - 0.75, -f + 1.0]) for (const s of [-1, 1]) wheel(trim, s * (w / 2 - 0.16), z, 0.34, 0.22, false);
  const bed = l - 1.75; const bz = -f + bed / 2;
  trim.box(w + 0.06, 0.1, bed, '#5d6266', { y: 0.78, z: bz });
  for (const s of [-1, 1]) trim.box(0.05, 0.42, bed, color, { x: s * (w / 2), y: 0.86, z: bz });
  trim.box(w, 0.42, 0.05, color, { y: 0.86, z: -f }).box(w, 0.75, 0.06, color, { y: 0.86, z: -f + bed });
  lights(trim, w, f, -f, 0.68);
  if (load === 'boxes') for (let k = 0; k < 18; k++) if (k < 12 || rng.chance(0.6)) trim.box(rng.f(0.46, 0.56), 0.4, rng.f(0.48, 0.58), rng.pick(['#b48a5a', '#a67c4c', '#c29b6b']), { x: ((k % 3) - 1) * 0.58, y: 0.88 + (k < 12 ? 0 : 0.4), z: bz + (((Math.floor(k / 3) % 4) - 1.5) / 4) * bed * 0.9, ry: rng.f(-0.06, 0.06) });
  if (load === 'sacks') for (let k = 0; k < 16; k++) sack(trim, rng, '#c9c2ae', ((k % 2) - 0.5) * 0.7, 0.88 + Math.floor(k / 8) * 0.18, bz + (((Math.floor(k / 2) % 4) - 1.5) / 4) * bed * 0.85, rng.f(-0.1, 0.1));
  if (load === 'rubble') trim.ball(0.8, '#8a8074', { y: 0.85, z: bz, sz: bed / 2.1, sy: 0.6 }, 12);
  return thing('truck', 'vehicle', [w / 2 + 0.1, f + 0.1], cab.mesh(gloss), glass.mesh(pane), trim.mesh(paint), contact(w + 0.5, l + 0.4, 0.75));
}

/** An e-bike (电动车), parked or with its rider. */
export function eBike(rng: Random, ridden: boolean): Thing {
  const color = rng.pick(['#b3262b', '#e8e8e6', '#1d1e22', '#2a5ea8', '#3f8f7a', '#d9c23a', '#d98fa5']);
  const kit = new Kit();
  for (const z of [0.6, -0.58]) {
    kit.add(new THREE.TorusGeometry(0.2, 0.055, 6, 16).rotateY(Math.PI / 2), '#17181a', { y: 0.25, z });
    kit.add(new THREE.CylinderGeometry(0.09, 0.09, 0.08, 10).rotateZ(Math.PI / 2), '#85888a', { y: 0.25, z });
  }
  kit.box(0.24, 0.09, 0.62, color, { y: 0.3, z: 0.05 });
  kit.box(0.26, 0.36, 0.55, color, { y: 0.36, z: -0.42 });
  kit.box(0.25, 0.1, 0.62, '#1c1c1d', { y: 0.71, z: -0.35 });
  kit.box(0.34, 0.52, 0.07, color, { y: 0.4, z: 0.42, rx: -0.22 });
  kit.bar([0, 0.3, 0.6], [0, 0.98, 0.4], 0.03, '#555').bar([-0.3, 1.0, 0.36], [0.3, 1.0, 0.36], 0.018, '#333');
  kit.box(0.2, 0.16, 0.14, color, { y: 0.9, z: 0.44 }).ball(0.06, '#f2f2ec', { y: 0.95, z: 0.52 });
  kit.box(0.12, 0.28, 0.32, '#222', { y: 0.28, z: 0.62, sy: 0.2 });
  if (rng.chance(0.5)) kit.box(0.34, 0.3, 0.34, rng.pick(['#222', '#f2c20f', '#2f7fd0', color]), { y: 0.8, z: -0.72 });
  for (const s of [-1, 1]) kit.bar([s * 0.25, 1, 0.38], [s * 0.33, 1.2, 0.34], 0.01, '#222').ball(0.05, '#222', { x: s * 0.34, y: 1.22, z: 0.34, sz: 0.4 });
  const made = thing('e-bike', 'two_wheeler', [0.36, 0.95], kit.mesh(gloss), contact(0.6, 1.9, 0.6, true));
  if (ridden) {
    const rider = adopt(made, person(rng, { posture: 'ride', hat: false }));
    rider.root.position.z = -0.25;
    made.pose = (t) => rider.pose?.(t, 0);
  } else made.root.rotation.z = 0;
  return made;
}

/** A bicycle, parked or with its rider. */
export function bicycle(rng: Random, ridden: boolean): Thing {
  const color = rng.pick(['#1b1c1e', '#7a1f2b', '#2f6aa8', '#3a7a55', '#e9e7e2', '#e0b02a', '#17a05a']);
  const kit = new Kit();
  for (const z of [0.54, -0.52]) {
    kit.add(new THREE.TorusGeometry(0.32, 0.022, 6, 22).rotateY(Math.PI / 2), '#17181a', { y: 0.34, z });
    for (let k = 0; k < 4; k++) kit.add(new THREE.CylinderGeometry(0.005, 0.005, 0.62, 4).rotateX((k / 4) * Math.PI), '#9aa0a3', { y: 0.34, z });
  }
  kit.bar([0, 0.34, -0.52], [0, 0.36, -0.05], 0.017, color).bar([0, 0.34, -0.52], [0, 0.78, -0.2], 0.014, color).bar([0, 0.36, -0.05], [0, 0.86, -0.23], 0.018, color);
  kit.bar([0, 0.36, -0.05], [0, 0.8, 0.38], 0.02, color).bar([0, 0.76, -0.2], [0, 0.84, 0.36], 0.018, color).bar([0, 0.34, 0.54], [0, 1.0, 0.32], 0.018, color);
  kit.bar([-0.28, 1.02, 0.26], [0.28, 1.02, 0.26], 0.014, '#333').box(0.15, 0.06, 0.26, '#1c1c1d', { y: 0.88, z: -0.25 });
  if (rng.chance(0.5)) kit.box(0.3, 0.2, 0.26, '#3a3d3e', { y: 0.84, z: 0.55 });
  const made = thing('bicycle', 'two_wheeler', [0.32, 0.9], kit.mesh(gloss), contact(0.45, 1.7, 0.45, true));
  if (ridden) {
    const rider = adopt(made, person(rng, { posture: 'ride', hat: false }));
    rider.root.position.set(0, 0.1, -0.22);
    made.pose = (t) => rider.pose?.(t, 0);
  }
  return made;
}

/** A cargo tricycle (三轮车); also the base of many stalls. */
export function tricycle(rng: Random, ridden: boolean): Thing {
  const color = rng.pick(['#2f6aa8', '#a8332b', '#3f7a4a', '#5a6368']);
  const kit = new Kit();
  const w = 1.05;
  for (const [x, z] of [[0, 1.15], [-w / 2, -0.45], [w / 2, -0.45]] as const) {
    kit.add(new THREE.TorusGeometry(0.22, 0.05, 6, 16).rotateY(Math.PI / 2), '#17181a', { x, y: 0.27, z });
    kit.add(new THREE.CylinderGeometry(0.07, 0.07, 0.1, 8).rotateZ(Math.PI / 2), '#999', { x, y: 0.27, z });
  }
  kit.box(w - 0.12, 0.06, 1.5, '#4a4d50', { y: 0.5, z: -0.5 });
  for (const s of [-1, 1]) kit.box(0.04, 0.32, 1.5, color, { x: s * (w / 2 - 0.08), y: 0.54, z: -0.5 });
  kit.box(w - 0.14, 0.32, 0.04, color, { y: 0.54, z: -1.24 }).box(w - 0.14, 0.4, 0.04, color, { y: 0.54, z: 0.24 });
  kit.bar([0, 0.27, 1.15], [0, 1.02, 0.92], 0.035, color).bar([-0.3, 1.05, 0.85], [0.3, 1.05, 0.85], 0.02, '#333');
  kit.bar([0, 0.5, 0.2], [0, 0.62, 1.0], 0.05, color).box(0.3, 0.12, 0.5, '#1d1d1d', { y: 0.68, z: 0.42 }).box(0.22, 0.3, 0.3, color, { y: 0.4, z: 0.45 });
  kit.box(0.3, 0.4, 0.05, color, { y: 0.55, z: 1.0, rx: -0.25 }).ball(0.07, '#eee', { y: 0.92, z: 1.02 });
  const made = thing('tricycle', 'vehicle', [w / 2 + 0.1, 1.4], kit.mesh(gloss), contact(1.3, 2.7, 0.65));
  if (ridden) {
    const rider = adopt(made, person(rng, { posture: 'ride', hat: rng.chance(0.5) }));
    rider.root.position.set(0, 0.02, 0.42);
    made.pose = (t) => rider.pose?.(t, 0);
  }
  return made;
}

export function anyVehicle(rng: Random): Thing {
  const p = rng.next();
  if (p < 0.42) return car(rng);
  if (p < 0.55) return van(rng);
  if (p < 0.66) return truck(rng);
  if (p < 0.82) return eBike(rng, true);
  if (p < 0.9) return bicycle(rng, true);
  return tricycle(rng, true);
}
