import * as THREE from 'three';
import { bin, type BinState } from './bins.ts';
import { labelBoxes, type Box } from './boxes.ts';
import { clearView, makeView, randomView, type View } from './camera.ts';
import { debris } from './debris.ts';
import { makeLight, WEATHERS, type Light, type Weather } from './light.ts';
import { lookalike } from './lookalikes.ts';
import { forgetTextures } from './materials.ts';
import { drawOverlay } from './overlay.ts';
import { person } from './people.ts';
import { Random } from './random.ts';
import { stall } from './stalls.ts';
import type { Stage } from './stage.ts';
import { buildStreet, type Street } from './street.ts';
import type { Thing } from './thing.ts';
import { anyVehicle, car, eBike, truck, van } from './vehicles.ts';

export interface SceneOptions {
  weather?: Weather;
  alley?: boolean;
  samples?: number;
  /** A fixed camera: where it stands, where it looks, vertical field of view in degrees. */
  camera?: { from: [number, number, number]; to: [number, number, number]; fov: number };
}

export interface Scene { seed: number; street: Street; view: View; light: Light }

let current: THREE.Object3D | null = null;

/** Frees what the last scene held. */
function dispose(root: THREE.Object3D): void {
  root.traverse((o) => {
    if (!(o instanceof THREE.Mesh)) return;
    (o.geometry as THREE.BufferGeometry).dispose();
    if (o.material instanceof THREE.MeshLambertMaterial) o.material.map?.dispose();
  });
}

/** Builds a street with its camera and light, and draws its still layer. The same seed gives the same scene. */
export function buildScene(stage: Stage, seed: number, options: SceneOptions = {}): Scene {
  if (current) { dispose(current); forgetTextures(); }
  const rng = new Random(seed);
  const street = buildStreet(rng.fork(1), options.alley === undefined ? {} : { alley: options.alley });
  const aspect = stage.width / stage.height;
  const view = options.camera
    ? makeView(new THREE.Vector3(...options.camera.from), new THREE.Vector3(...options.camera.to), options.camera.fov, aspect)
    : randomView(rng.fork(2), street, aspect);
  clearView(street, view);
  const weights = rng.next();
  const weather = options.weather ?? (weights < 0.34 ? 'sun' : weights < 0.46 ? 'haze' : weights < 0.62 ? 'overcast' : weights < 0.74 ? 'dusk' : weights < 0.9 ? 'night' : 'rain');
  const light = makeLight(rng.fork(3), weather);
  current = street.root;
  stage.bake(street, [], light, view.camera, view.focus, options.samples ?? 8, seed);
  return { seed, street, view, light };
}

/** Puts things where there is room and where the camera sees them. */
export class Placer {
  readonly things: Thing[] = [];
  private readonly taken: { x: number; z: number; r: number }[];
  private readonly scene: Scene;
  private readonly rng: Random;

  constructor(scene: Scene, rng: Random) {
    this.scene = scene;
    this.rng = rng;
    this.taken = [...scene.street.taken];
  }

  private sees(x: number, z: number, margin: number): boolean {
    const { camera } = this.scene.view;
    const p = new THREE.Vector3(x, 0.4, z);
    const distance = p.distanceTo(camera.position);
    p.project(camera);
    return p.z < 1 && Math.abs(p.x) < margin && Math.abs(p.y) < margin && distance > 4.5 && distance < 34;
  }

  /** Tries to place; the zone gives a random (x, z, turn). False where no room was found. */
  put(made: Thing, zone: 'far' | 'kerb' | 'near' | 'road' | 'alley' | 'walk', margin = 0.92): boolean {
    const { street } = this.scene;
    const { rng } = this;
    const r = Math.max(...made.half) * 0.9;
    for (let tries = 0; tries < 60; tries++) {
      const x = rng.f(-16, 18);
      let z: number; let turn = 0;
      switch (zone) {
        case 'far': z = street.farFront + rng.f(0.5 + made.half[1], Math.max(0.6 + made.half[1], -street.road - 0.5 - street.farFront - made.half[1])); turn = rng.chance(0.75) ? rng.f(-0.2, 0.2) : rng.f(-3.1, 3.1); break;
        case 'kerb': z = rng.chance(0.5) ? -street.road + rng.f(0.3, 1) : -street.road - rng.f(0.5, 1.5); turn = rng.f(-0.3, 0.3); break;
        case 'near': z = street.road + rng.f(0.6, 3.5); turn = Math.PI + rng.f(-0.4, 0.4); break;
        case 'road': z = rng.pick([-1, 1]) * rng.f(street.road * 0.35, street.road * 0.65); turn = z < 0 ? -Math.PI / 2 : Math.PI / 2; break;
        case 'alley': z = street.farFront + rng.f(-5, 0.4); turn = rng.f(-0.5, 0.5); break;
        case 'walk': z = rng.chance(0.7) ? rng.f(street.farFront + 0.5, -street.road - 0.3) : rng.chance(0.5) ? rng.f(street.road + 0.4, street.nearFront - 0.5) : rng.f(-street.road, street.road); turn = rng.f(-3.2, 3.2); break;
      }
      const at = zone === 'alley' && street.alley ? street.alley.x + rng.f(-0.4, 0.4) * Math.max(0.1, street.alley.w - made.half[0] * 2) : x;
      if (!this.sees(at, z, margin)) continue;
      if (this.taken.some((t) => Math.hypot(t.x - at, t.z - z) < t.r + r)) continue;
      this.set(made, at, z, turn);
      this.taken.push({ x: at, z, r });
      return true;
    }
    return false;
  }

  set(made: Thing, x: number, z: number, turn: number): void {
    const { street } = this.scene;
    made.root.position.set(x, Math.abs(z) > street.road + 0.1 ? street.kerb : 0, z);
    made.root.rotation.y += turn;
    this.things.push(made);
  }
}

/** How often each kind of thing appears; `calm` leaves out stalls, debris and overflowing bins. */
export function populate(scene: Scene, rng: Random, calm: boolean): Thing[] {
  const place = new Placer(scene, rng.fork(1));
  const night = scene.light.weather === 'night' || scene.light.weather === 'dusk';
  const zone = (): 'far' | 'kerb' | 'near' => rng.pick(['far', 'far', 'far', 'kerb', 'near'] as const);
  if (!calm) {
    const stalls = rng.pick([0, 0, 1, 1, 1, 2, 3]);
    for (let k = 0; k < stalls; k++) place.put(stall(rng, undefined, { night }), zone());
    const heaps = rng.pick([0, 0, 0, 1, 1, 1, 2]);
    for (let k = 0; k < heaps; k++) place.put(debris(rng), scene.street.alley && rng.chance(0.5) ? 'alley' : zone());
  }
  const group = calm ? rng.pick([0, 1, 2]) : rng.pick([0, 1, 1, 2, 3]);
  for (let k = 0; k < group; k++) {
    const state: BinState = calm ? rng.pick(['empty', 'empty', 'full'] as const) : rng.pick(['empty', 'empty', 'full', 'overflow', 'overflow'] as const);
    const first = bin(rng, state);
    const row = rng.chance(0.4) && first.note.includes('wheeled') ? rng.i(1, 3) : 0;
    if (!place.put(first, zone())) continue;
    for (let r = 1; r <= row; r++) {
      const next = bin(rng, calm ? 'empty' : rng.pick(['empty', 'empty', 'full', 'overflow'] as const), 'wheeled');
      const a = first.root.rotation.y;
      next.root.rotation.y = a + rng.f(-0.12, 0.12);
      const gap = 0.75 + (state === 'overflow' ? 0.25 : 0);
      next.root.position.copy(first.root.position).add(new THREE.Vector3(Math.cos(a) * gap * r, 0, -Math.sin(a) * gap * r));
      place.things.push(next);
    }
  }
  for (let k = 0; k < rng.i(0, 4); k++) {
    const l = lookalike(rng);
    place.put(l, rng.pick(['far', 'far', 'near', 'kerb'] as const));
    l.pose?.(rng.f(0, 5), 1.1);
  }
  if (rng.chance(0.35)) for (let k = 0; k < rng.i(1, 3); k++) {
    const parked = rng.pick([car, car, van, truck])(rng);
    const z = -scene.street.road + 1.05;
    const x = rng.f(-13, 15);
    if (!place.things.some((t) => Math.abs(t.root.position.x - x) < 4.5 + t.half[0] && t.root.position.z > -scene.street.road - 2)) place.set(parked, x, z, (rng.chance(0.5) ? 1 : -1) * Math.PI / 2);
  }
  for (let k = 0; k < rng.i(0, 3); k++) place.put(anyVehicle(rng), 'road', 1.05);
  if (rng.chance(0.3)) place.put(eBike(rng, rng.chance(0.5)), 'walk');
  for (let k = 0; k < rng.i(0, 6); k++) {
    const p = person(rng, { posture: rng.chance(0.8) ? 'walk' : 'stand', vest: rng.chance(0.06), umbrella: scene.light.weather === 'rain' && rng.chance(0.6) });
    place.put(p, 'walk', 1.02);
  }
  return place.things;
}

export interface Picture { boxes: Box[]; weather: Weather; calm: boolean; jpeg: Blob }

/** One picture of the scene with a new arrangement of things; the same number gives the same picture. */
export async function takePicture(stage: Stage, scene: Scene, index: number, out: HTMLCanvasElement, share = 0.2): Promise<Picture> {
  const rng = new Random(scene.seed * 977 + index * 131 + 7);
  const calm = rng.chance(share);
  const things = populate(scene, rng.fork(1), calm);
  for (const t of things) stage.moving.add(t.root);
  stage.moving.updateMatrixWorld();
  stage.draw(scene.view.camera, { blur: rng.f(0.1, 0.9), noise: rng.chance(0.7) ? rng.f(0.005, scene.light.weather === 'night' ? 0.07 : 0.035) : 0.004, vignette: rng.f(0.1, 0.6), seed: rng.next() });
  const c = out.getContext('2d');
  if (!c) throw new Error('no 2D canvas');
  c.imageSmoothingQuality = 'high';
  const shrink = rng.chance(0.25) ? rng.f(0.55, 0.9) : 1;
  if (shrink < 1) {
    const small = new OffscreenCanvas(Math.round(out.width * shrink), Math.round(out.height * shrink));
    small.getContext('2d')?.drawImage(stage.renderer.domElement, 0, 0, small.width, small.height);
    c.drawImage(small, 0, 0, out.width, out.height);
  } else c.drawImage(stage.renderer.domElement, 0, 0, out.width, out.height);
  if (rng.chance(0.6)) drawOverlay(c, out.width, out.height, rng);
  const boxes = labelBoxes(stage, things, scene.view.camera);
  const jpeg = await new Promise<Blob>((done, fail) => out.toBlob((b) => (b ? done(b) : fail(new Error('no JPEG'))), 'image/jpeg', rng.f(0.55, 0.92)));
  for (const t of things) {
    stage.moving.remove(t.root);
    dispose(t.root);
  }
  return { boxes, weather: scene.light.weather, calm, jpeg };
}

export { WEATHERS };
