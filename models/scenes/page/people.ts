import * as THREE from 'three';
import { Kit } from './kit.ts';
import { cloth, paint } from './materials.ts';
import type { Random } from './random.ts';
import { contact, thing, type Thing } from './thing.ts';

export type Posture = 'walk' | 'stand' | 'sit' | 'bend' | 'carry' | 'ride';
export interface PersonOptions { posture?: Posture; hat?: boolean; apron?: boolean; vest?: boolean; umbrella?: boolean }

const SKIN = ['#d9a883', '#c99670', '#e0b594', '#b98560'] as const;
const HAIR = ['#17130f', '#1f1a16', '#2b221c', '#4a4a4a', '#6a625c'] as const;
const TOPS = ['#f0efe9', '#23262d', '#8c1d24', '#24446e', '#3f6b4a', '#c8b08a', '#d98f9b', '#5b5f66', '#d6b13c', '#7b4a78', '#9fb8c9', '#b5522e', '#303a2c', '#c3c7ca'] as const;
const LEGS = ['#1e2430', '#2b3a55', '#3a3a3c', '#6b6255', '#14151a', '#8a8578', '#4a5568'] as const;

/** A tapered limb hanging down from its joint. */
function limb(kit: Kit, top: number, bottom: number, length: number, color: string, y = 0): void {
  kit.ball(top, color, { y }, 8).cyl(top, bottom, length, color, { y: y - length }, 8);
}

/**
 * A person of 1.55 to 1.8 m, facing +z, with joints for hips, knees, shoulders and elbows.
 * The walk is in step with the ground: the phase advances with the distance covered.
 */
export function person(rng: Random, options: PersonOptions = {}): Thing {
  const posture = options.posture ?? 'walk';
  const size = rng.f(0.9, 1.05);
  const woman = rng.chance(0.5);
  const skin = rng.pick(SKIN);
  const top = options.vest ? '#f07b1c' : rng.pick(TOPS);
  const legs = rng.pick(LEGS);
  const longSleeve = rng.chance(0.55);
  const shorts = !longSleeve && rng.chance(0.35);
  const skirt = woman && rng.chance(0.3);
  const hair = rng.pick(HAIR);
  const shoe = rng.pick(['#1a1a1a', '#e8e8e4', '#5a4636', '#7a2a2a']);
  const wide = woman ? 0.92 : 1;

  const body = new THREE.Group();
  const torso = new THREE.Group();
  body.add(torso);
  const t = new Kit();
  const lean = 0.62;
  t.add(new THREE.CapsuleGeometry(0.15, 0.2, 4, 12), top, { y: 0.33, sx: 1.12 * wide, sz: 0.78 });
  t.add(new THREE.CapsuleGeometry(0.14, 0.16, 4, 12), top, { y: 0.12, sx: 1.05 * wide, sz: 0.8 });
  t.ball(0.075, top, { x: -0.185 * wide, y: 0.45 }, 8).ball(0.075, top, { x: 0.185 * wide, y: 0.45 }, 8);
  t.ball(0.15, skirt ? top : legs, { y: 0, sx: 1.05, sy: 0.75, sz: 0.85 }, 10);
  if (skirt) t.cyl(0.15, 0.27, 0.5, rng.pick(TOPS), { y: -0.48, sz: 0.85 }, 12);
  if (options.apron) t.box(0.3, 0.62, 0.02, rng.pick(['#2f4a7a', '#a33', '#3a5a40', '#d8d4c8']), { y: -0.28, z: 0.135 });
  if (options.vest) t.box(0.36, 0.05, 0.27, '#e9efd0', { y: 0.22 }).box(0.36, 0.05, 0.27, '#e9efd0', { y: 0.34 });
  t.cyl(0.05, 0.055, 0.1, skin, { y: 0.5 }, 8);
  const head = 0.66;
  t.ball(0.105, skin, { y: head, sy: 1.18, sz: 1.05 }, 12);
  t.ball(0.113, hair, { y: head + 0.03, z: -0.02, sy: 1.1 }, 12);
  t.box(0.02, 0.03, 0.03, skin, { y: head - 0.03, z: 0.1 });
  if (woman && rng.chance(0.6)) t.ball(0.08, hair, { y: head - 0.1, z: -0.08, sy: 1.9, sx: 1.1 }, 8);
  if (options.hat ?? rng.chance(0.12)) {
    if (rng.chance(0.5)) t.cyl(0.02, 0.3, 0.16, '#cdb178', { y: head + 0.06 }, 14);
    else t.cyl(0.1, 0.12, 0.1, '#d8c79a', { y: head + 0.06 }, 12).cyl(0.22, 0.23, 0.015, '#d8c79a', { y: head + 0.06 }, 14);
  }
  if (rng.chance(0.25) && posture === 'walk') t.add(new THREE.CapsuleGeometry(0.12, 0.16, 3, 8), rng.pick(['#222', '#344a66', '#7a3030', '#556b4a']), { y: 0.3, z: -0.17, sz: 0.7 });
  torso.add(t.mesh(paint));
  torso.position.y = 0.88;

  const joint = (parent: THREE.Object3D, x: number, y: number, build: (kit: Kit) => void): THREE.Group => {
    const g = new THREE.Group();
    const kit = new Kit();
    build(kit);
    g.add(kit.mesh(paint));
    g.position.set(x, y, 0);
    parent.add(g);
    return g;
  };
  const hips = [-1, 1].map((s) => joint(body, s * 0.085, 0.88, (k) => limb(k, 0.082, 0.06, 0.42, legs)));
  const knees = hips.map((hip) => joint(hip, 0, -0.42, (k) => {
    limb(k, 0.058, 0.042, 0.38, shorts || skirt ? skin : legs);
    k.box(0.085, 0.07, 0.24, shoe, { y: -0.455, z: 0.045 });
  }));
  const shoulders = [-1, 1].map((s) => joint(torso, s * 0.215 * wide, 0.45, (k) => limb(k, 0.055, 0.043, 0.27, top)));
  const bag = rng.chance(0.3);
  const elbows = shoulders.map((sh, side) => joint(sh, 0, -0.27, (k) => {
    limb(k, 0.042, 0.034, 0.22, longSleeve ? top : skin);
    k.ball(0.042, skin, { y: -0.26 }, 7);
    if (bag && side === 0 && posture === 'walk') k.box(0.2, 0.26, 0.1, rng.pick(['#d9d9d2', '#c94f4f', '#4a7ab0', '#2b2b2b']), { y: -0.56 }).bar([0, -0.26, 0], [0, -0.34, 0.04], 0.008, '#ccc');
  }));
  if (options.umbrella) {
    const k = new Kit();
    const dome = new THREE.SphereGeometry(0.62, 12, 5, 0, Math.PI * 2, 0, 0.95);
    k.add(dome, rng.pick(['#31517e', '#7a2b3a', '#222428', '#c98aa0', '#4f7a68', '#d8c24a']), { y: 0.5 });
    k.bar([0, 0.1, 0], [0, 1.15, 0], 0.012, '#444');
    const u = k.mesh(cloth);
    u.position.set(0.12, 0.25, 0.16);
    torso.add(u);
  }

  const made = thing('person', 'person', [0.3, 0.3], body);
  body.scale.setScalar(size);
  if (posture !== 'ride') made.root.add(contact(0.75, 0.75, 0.5, true));
  const phase0 = rng.f(0, 6.28);
  let phase = phase0;
  let last: number | null = null;
  const set = (list: THREE.Object3D[], k: number, rx: number, rz = 0): void => {
    list[k]?.rotation.set(rx, 0, rz);
  };
  made.pose = (time, speed) => {
    const dt = last === null ? 0 : Math.max(0, time - last);
    last = time;
    phase += dt * speed * 4.1 / size;
    const s = Math.sin(phase);
    const going = Math.min(1, speed / 0.8);
    torso.rotation.set(0, 0, 0);
    body.position.y = 0;
    if (posture === 'sit' || posture === 'ride') {
      const ride = posture === 'ride';
      body.position.y = (ride ? -0.12 : -0.44) * size;
      for (const k of [0, 1]) { set(hips, k, ride ? -1.15 : -1.45, (k === 0 ? -1 : 1) * 0.12); set(knees, k, ride ? 1.25 : 1.4); set(shoulders, k, ride ? -0.85 : -0.5 - 0.1 * Math.sin(time * 0.7 + k)); set(elbows, k, ride ? -0.5 : -0.9); }
      torso.rotation.x = ride ? 0.12 : 0.1 + 0.03 * Math.sin(time * 0.6 + phase0);
      return;
    }
    if (posture === 'bend' && speed < 0.1) {
      const dip = 0.5 + 0.5 * Math.sin(time * 1.1 + phase0);
      torso.rotation.x = 0.35 + 0.6 * dip;
      for (const k of [0, 1]) { set(hips, k, -0.25 * dip); set(knees, k, 0.4 * dip); set(shoulders, k, -0.9 - 0.4 * dip); set(elbows, k, -0.3); }
      body.position.y = -0.03 * dip;
      return;
    }
    for (const k of [0, 1]) {
      const sg = k === 0 ? 1 : -1;
      set(hips, k, -s * sg * 0.44 * going);
      set(knees, k, going * (0.12 + 0.75 * Math.max(0, Math.cos(phase) * sg)));
      if (posture === 'carry') { set(shoulders, k, -0.75); set(elbows, k, -0.75); }
      else { set(shoulders, k, s * sg * 0.45 * going + 0.03 * Math.sin(time * 0.8 + phase0), sg * -0.06); set(elbows, k, -0.18 - 0.25 * going); }
    }
    if (options.umbrella) { set(shoulders, 1, -0.9); set(elbows, 1, -1.4); }
    torso.rotation.set(0.05 * going, s * 0.07 * going, 0.015 * Math.sin(time * 0.5 + phase0) * (1 - going));
    body.position.y = (0.022 * Math.abs(Math.cos(phase)) - 0.03) * going;
    void lean;
  };
  made.pose(rng.f(0, 9), posture === 'walk' ? 1.2 : 0);
  if (posture === 'walk') { phase += rng.f(0, 6); made.pose(0, 1.2); last = null; }
  return made;
}
