import * as THREE from 'three';
import { bin, type BinKind, type BinState } from './bins.ts';
import { labelBoxes, projectBox, type Box } from './boxes.ts';
import { clearView, makeView } from './camera.ts';
import { debris, type DebrisKind } from './debris.ts';
import { showPart } from './kit.ts';
import { makeLight, type Weather } from './light.ts';
import { lookalike, type LookalikeKind } from './lookalikes.ts';
import { forgetTextures } from './materials.ts';
import { burnIn } from './overlay.ts';
import { person, type Posture } from './people.ts';
import type { Scene } from './picture.ts';
import { populate } from './populate.ts';
import { Random } from './random.ts';
import { stall, type StallKind } from './stalls.ts';
import type { Stage } from './stage.ts';
import { buildStreet, type Street } from './street.ts';
import type { Thing } from './thing.ts';
import { car, eBike, tricycle, truck, van, type TruckLoad } from './vehicles.ts';

export type EventType = 'stall' | 'debris' | 'bin_overflow';

/** One thing of a clip. Places are (x, z) in metres, times in seconds, turns in radians about the vertical. */
export interface Actor {
  id?: string;
  /** `person`, `car`, `stall:food-cart`, `debris:sacks`, `bin:wheeled:empty`, `lookalike:bench` ... */
  thing: string;
  seed: number;
  at?: [number, number];
  turn?: number;
  /** Way points [time, x, z] or [time, x, z, turn]; two equal places in a row are a pause. */
  path?: number[][];
  /** Backwards along the path, as who pulls something. */
  backwards?: boolean;
  show?: [number, number];
  /** Built up part by part from..to, and taken away again. */
  grow?: [number, number];
  shrink?: [number, number];
  /** The part, 0 to 1, that is there before it grows and after it shrinks: a bin under its bags. */
  least?: number;
  posture?: Posture;
  vest?: boolean;
  umbrella?: boolean;
  hat?: boolean;
  apron?: boolean;
  seller?: boolean;
  shade?: boolean;
  size?: number;
  scale?: number;
  load?: TruckLoad;
  sort?: number;
  y?: number;
}

export interface ClipScript {
  name: string;
  seed: number;
  weather: Weather;
  alley?: boolean;
  /** Azimuth (0: from behind the near shops, 90: from +x) and elevation of the sun in degrees. */
  sun?: [number, number];
  seconds: number;
  fps: number;
  samples?: number;
  camera: { from: [number, number, number]; to: [number, number, number]; fov: number; name_zh: string; name_en: string };
  still: Actor[];
  actors: Actor[];
  events: { type: EventType; actors: string[]; from: number; to: number }[];
  zones: { id: string; name: string; ground: [number, number, number, number] }[];
}

/** Clips are written for one street profile: kerbs at z = ±3.8, far shop fronts at z = -8.9. Metres. */
const CLIP_ROAD = 3.8;
const CLIP_PAVEMENT = 5.1;

function make(a: Actor, shift = 0, night = false): Thing {
  const rng = new Random(a.seed + shift);
  const [kind, sub, state] = a.thing.split(':');
  switch (kind) {
    case 'person': return person(rng, { posture: a.posture ?? 'walk', ...(a.vest ? { vest: true } : {}), ...(a.umbrella ? { umbrella: true } : {}), ...(a.apron ? { apron: true } : {}), ...(a.hat === undefined ? {} : { hat: a.hat }) });
    case 'car': return car(rng, sub === 'taxi');
    case 'van': return van(rng);
    case 'truck': return truck(rng, a.load ?? 'none');
    case 'ebike': return eBike(rng, sub !== 'parked');
    case 'tricycle': return tricycle(rng, sub !== 'parked');
    case 'stall': return stall(rng, sub as StallKind, { seller: a.seller ?? true, night, ...(a.shade === undefined ? {} : { shade: a.shade }) });
    case 'debris': return debris(rng, sub as DebrisKind, a.size ?? 1);
    case 'bin': return bin(rng, state as BinState, sub as BinKind, a.sort ?? 0, a.size ?? 1);
    case 'lookalike': return lookalike(rng, sub as LookalikeKind);
    default: throw new Error(`no such thing: ${a.thing}`);
  }
}

function along(path: readonly number[][], t: number): [number, number] {
  const first = path[0]; const last = path[path.length - 1];
  if (!first || !last) return [0, 0];
  if (t <= (first[0] ?? 0)) return [first[1] ?? 0, first[2] ?? 0];
  for (let k = 1; k < path.length; k++) {
    const [t0 = 0, x0 = 0, z0 = 0] = path[k - 1] ?? []; const [t1 = 0, x1 = 0, z1 = 0] = path[k] ?? [];
    if (t <= t1) {
      const u = t1 > t0 ? (t - t0) / (t1 - t0) : 1;
      return [x0 + (x1 - x0) * u, z0 + (z1 - z0) * u];
    }
  }
  return [last[1] ?? 0, last[2] ?? 0];
}

/** The place at a time, with starts, stops and corners softened over `soft` seconds. */
function placeAt(path: readonly number[][], t: number, soft: number): [number, number] {
  let x = 0; let z = 0;
  for (let k = -3; k <= 3; k++) { const [a, b] = along(path, t + (k / 3) * soft); x += a; z += b; }
  return [x / 7, z / 7];
}

function headingAt(path: readonly number[][], t: number): number | null {
  for (const reach of [0.3, 0.8]) {
    const [x0, z0] = placeAt(path, t - reach, 0.35); const [x1, z1] = placeAt(path, t + reach, 0.35);
    if (Math.hypot(x1 - x0, z1 - z0) > 0.12) return Math.atan2(x1 - x0, z1 - z0);
  }
  for (let back = 0; back < 90; back += 0.3) {
    const [x0, z0] = along(path, t - back - 0.3); const [x1, z1] = along(path, t - back);
    if (Math.hypot(x1 - x0, z1 - z0) > 0.05) return Math.atan2(x1 - x0, z1 - z0);
  }
  return null;
}

class Player {
  readonly actor: Actor;
  readonly thing: Thing;
  private readonly street: Street;
  private turn: number;
  private readonly parts: THREE.Mesh[] = [];

  constructor(actor: Actor, street: Street, shift: number, night: boolean) {
    this.actor = actor;
    this.street = street;
    this.thing = make(actor, shift, night);
    this.turn = this.thing.root.rotation.y;
    if (actor.scale !== undefined) this.thing.root.scale.setScalar(actor.scale);
    const own = new Set(this.thing.children.map((c) => c.root as THREE.Object3D));
    const walk = (o: THREE.Object3D): void => {
      if (own.has(o)) return;
      if (o instanceof THREE.Mesh) this.parts.push(o);
      for (const c of o.children) walk(c);
    };
    walk(this.thing.root);
  }

  get shown(): boolean { return this.thing.root.visible; }

  /** Sets everything for time t; `dx`, `dz` move the whole actor (other placements for training). */
  set(t: number, dx = 0, dz = 0): void {
    const { actor, thing: { root } } = this;
    const path = actor.path;
    const begin = actor.show?.[0] ?? (actor.grow ? actor.grow[0] : path ? path[0]?.[0] ?? 0 : -1);
    const end = actor.show?.[1] ?? (actor.shrink ? actor.shrink[1] : path ? path[path.length - 1]?.[0] ?? 0 : 1e9);
    root.visible = t >= begin && t < end;
    if (!root.visible) return;
    let speed = 0;
    const [x, z] = path ? placeAt(path, t, 0.45) : actor.at ?? [0, 0];
    if (path) {
      const [ax, az] = placeAt(path, t - 0.1, 0.45); const [bx, bz] = placeAt(path, t + 0.1, 0.45);
      speed = Math.hypot(bx - ax, bz - az) / 0.2;
      const wanted = this.pauseTurn(t) ?? (headingAt(path, t) ?? this.turn) + (actor.backwards ? Math.PI : 0);
      let d = wanted - this.turn;
      d = Math.atan2(Math.sin(d), Math.cos(d));
      this.turn += this.started ? Math.max(-0.4, Math.min(0.4, d)) : d;
      root.rotation.y = this.turn;
    } else root.rotation.y = this.turn + (actor.turn ?? 0);
    this.started = true;
    root.position.set(x + dx, (actor.y ?? 0) + this.groundAt(z + dz), z + dz);
    this.thing.pose?.(t, speed);
    this.build(t);
  }

  private started = false;

  private groundAt(z: number): number {
    // a short ramp at the kerb keeps walkers from jumping
    const over = Math.abs(z) - this.street.road;
    return this.street.kerb * Math.max(0, Math.min(1, over / 0.18 + 0.2));
  }

  private pauseTurn(t: number): number | null {
    const path = this.actor.path ?? [];
    for (let k = 1; k < path.length; k++) {
      const a = path[k - 1] ?? []; const b = path[k] ?? [];
      if (t >= (a[0] ?? 0) && t <= (b[0] ?? 0) && a[1] === b[1] && a[2] === b[2] && b[3] !== undefined) return b[3];
    }
    return null;
  }

  private build(t: number): void {
    const { grow, shrink } = this.actor;
    if (!grow && !shrink) return;
    const up = grow ? Math.max(0, Math.min(1, (t - grow[0]) / Math.max(0.01, grow[1] - grow[0]))) : 1;
    const down = shrink ? 1 - Math.max(0, Math.min(1, (t - shrink[0]) / Math.max(0.01, shrink[1] - shrink[0]))) : 1;
    const least = this.actor.least ?? 0;
    const part = least + (1 - least) * Math.min(up, down);
    const sizes = this.parts.map((mesh) => (mesh.userData['ends'] as unknown[] | undefined)?.length ?? (mesh.userData['contact'] === true ? 0 : 1));
    const units = sizes.reduce((a, b) => a + b, 0) * part;
    let before = 0;
    if (/rubble|sand|mixed/.test(this.thing.note)) this.thing.root.scale.setScalar(0.3 + 0.7 * Math.cbrt(part));
    this.parts.forEach((mesh, k) => {
      const size = sizes[k] ?? 1;
      const own = (units - before) / Math.max(1, size);
      before += size;
      if (mesh.userData['contact'] === true) {
        const m = mesh.material as THREE.MeshBasicMaterial;
        mesh.userData['full'] ??= m.opacity;
        m.opacity = (mesh.userData['full'] as number) * part;
        return;
      }
      showPart(mesh, Math.max(0, Math.min(1, own)));
    });
    for (const c of this.thing.children) c.root.visible = part > 0.02;
  }
}

/** Builds the clip's street, bakes it with the still things, and returns what is needed to play. */
function prepare(stage: Stage, script: ClipScript, samples: number, jitter?: Random): { scene: Scene; still: Thing[] } {
  forgetTextures();
  const rng = new Random(script.seed);
  const street = buildStreet(rng.fork(1), { alley: script.alley ?? false, road: CLIP_ROAD, pavement: CLIP_PAVEMENT });
  const light = makeLight(rng.fork(3), script.weather);
  if (script.sun) {
    const [a, e] = script.sun.map((d) => THREE.MathUtils.degToRad(d)) as [number, number];
    light.toSun.set(Math.sin(a) * Math.cos(e), Math.sin(e), Math.cos(a) * Math.cos(e));
  }
  const j = (v: number, by: number): number => v + (jitter ? jitter.f(-by, by) : 0);
  const { from, to, fov } = script.camera;
  const view = makeView(new THREE.Vector3(j(from[0], 0.3), j(from[1], 0.15), j(from[2], 0.3)), new THREE.Vector3(j(to[0], 0.5), to[1], j(to[2], 0.4)), j(fov, 2), stage.width / stage.height);
  clearView(street, view);
  const still = script.still.map((a) => { const p = new Player(a, street, 0, false); p.set(0); return p.thing; });
  for (const s of still) s.root.traverse((o) => { if (o.userData['contact'] === true) o.visible = false; });
  // benches and bins must not be built into by the training arrangements
  for (const s of still) street.taken.push({ x: s.root.position.x, z: s.root.position.z, r: Math.max(...s.half) });
  stage.bake(street, still.map((s) => s.root), light, view.camera, view.focus, samples, script.seed);
  return { scene: { seed: script.seed, street, view, light }, still };
}

const round = (n: number): number => Math.round(Math.max(0, Math.min(1, n)) * 10000) / 10000;

function truth(script: ClipScript, scene: Scene, players: readonly Player[]): unknown {
  const { camera } = scene.view;
  const ground = ([x0, z0, x1, z1]: [number, number, number, number]): [number, number][] =>
    ([[x0, z0], [x1, z0], [x1, z1], [x0, z1]] as const).map(([x, z]) => {
      const p = new THREE.Vector3(x, scene.street.kerb, z).project(camera);
      return [round((p.x + 1) / 2), round((1 - p.y) / 2)];
    });
  const events = script.events.map((e) => {
    let x0 = 1; let y0 = 1; let x1 = 0; let y1 = 0;
    for (const p of players) {
      if (!e.actors.includes(p.actor.id ?? '')) continue;
      p.set((e.from + e.to) / 2);
      p.thing.root.updateMatrixWorld(true);
      const meshes: THREE.Mesh[] = [];
      p.thing.root.traverse((o) => { if (o instanceof THREE.Mesh && o.userData['contact'] !== true) meshes.push(o); });
      const b = projectBox(meshes, camera);
      if (b) { x0 = Math.min(x0, b[0]); y0 = Math.min(y0, b[1]); x1 = Math.max(x1, b[2]); y1 = Math.max(y1, b[3]); }
    }
    const box = [round(x0), round(y0), round(round(x1) - round(x0)), round(round(y1) - round(y0))];
    return { type: e.type, from: e.from, to: e.to, box, polygonHint: [[round(x0), round(y0)], [round(x1), round(y0)], [round(x1), round(y1)], [round(x0), round(y1)]] };
  });
  return {
    width: 0, height: 0, fps: script.fps, seconds: script.seconds, events,
    suggestedZones: script.zones.map((z) => ({ id: z.id, name: z.name, polygon: ground(z.ground) })),
    camera: { name_zh: script.camera.name_zh, name_en: script.camera.name_en },
  };
}

const toJpeg = (out: HTMLCanvasElement, quality: number): Promise<Blob> =>
  new Promise((done, fail) => out.toBlob((b) => (b ? done(b) : fail(new Error('no JPEG'))), 'image/jpeg', quality));

/** Renders a clip frame by frame (or only the frames at the given times) and returns its truth. */
export async function renderClip(stage: Stage, out: HTMLCanvasElement, script: ClipScript, send: (frame: Blob) => Promise<void>, only?: number[]): Promise<unknown> {
  const { scene } = prepare(stage, script, script.samples ?? 14);
  const night = script.weather === 'night' || script.weather === 'dusk';
  const players = script.actors.map((a) => new Player(a, scene.street, 0, night));
  const facts = truth(script, scene, players.map((p) => new Player(p.actor, scene.street, 0, night))) as Record<string, unknown>;
  for (const p of players) stage.moving.add(p.thing.root);
  const c = out.getContext('2d');
  if (!c) throw new Error('no 2D canvas');
  const times = only ?? Array.from({ length: Math.round(script.seconds * script.fps) }, (_, k) => k / script.fps);
  let pending: Promise<void> = Promise.resolve();
  for (const t of times) {
    if (only) for (let s = Math.max(0, t - 1.5); s < t; s += 0.1) for (const p of players) p.set(s);
    for (const p of players) p.set(t);
    stage.draw(scene.view.camera, { blur: 0.35, noise: 0.004, vignette: 0.32, seed: 0.37 }, !only);
    c.drawImage(stage.renderer.domElement, 0, 0, out.width, out.height);
    const size = out.height * 0.036;
    burnIn(c, script.camera.name_zh, out.width * 0.98, out.height - size * 0.9, size, 'right');
    const jpeg = await toJpeg(out, 0.95);
    await pending;
    pending = send(jpeg);
  }
  await pending;
  for (const p of players) stage.moving.remove(p.thing.root);
  return { ...facts, width: out.width, height: out.height };
}

/** Training pictures from a clip's camera: its own actors at other moments and places, or another arrangement altogether. */
export async function sampleClip(stage: Stage, out: HTMLCanvasElement, script: ClipScript, count: number, first: number, give: (k: number, boxes: Box[], jpeg: Blob) => Promise<void>): Promise<void> {
  const rng = new Random(script.seed * 31 + first);
  const { scene, still } = prepare(stage, script, 10, rng);
  const night = script.weather === 'night' || script.weather === 'dusk';
  const c = out.getContext('2d');
  if (!c) throw new Error('no 2D canvas');
  for (let k = 0; k < count; k++) {
    const things: Thing[] = [];
    if (rng.chance(0.55)) {
      const shift = rng.chance(0.5) ? 0 : rng.i(1, 9000);
      const dx = rng.f(-1.2, 1.2); const dz = rng.f(-0.25, 0.25);
      const t = rng.f(0, script.seconds);
      for (const a of script.actors) {
        const p = new Player(a, scene.street, shift, night);
        p.set(t - 0.2, dx, dz);
        p.set(t, dx, dz);
        if (p.shown) things.push(p.thing);
      }
    } else things.push(...populate(scene, rng.fork(k), rng.chance(0.25)));
    for (const t of things) stage.moving.add(t.root);
    stage.draw(scene.view.camera, { blur: rng.f(0.2, 0.8), noise: rng.f(0.004, 0.03), vignette: rng.f(0.2, 0.45), seed: rng.next() });
    c.drawImage(stage.renderer.domElement, 0, 0, out.width, out.height);
    if (rng.chance(0.7)) burnIn(c, script.camera.name_zh, out.width * 0.98, out.height * 0.97, out.height * 0.036, 'right');
    const all = [...things, ...still];
    for (const s of still) stage.moving.add(s.root);
    stage.moving.updateMatrixWorld();
    const boxes = labelBoxes(stage, all, scene.view.camera);
    for (const s of all) stage.moving.remove(s.root);
    await give(k + first, boxes, await toJpeg(out, rng.f(0.55, 0.9)));
  }
}
