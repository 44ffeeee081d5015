import * as THREE from 'three';
import { bin, type BinKind, type BinState } from './bins.ts';
import { debris, type DebrisKind } from './debris.ts';
import { showPart } from './kit.ts';
import { lookalike, type LookalikeKind } from './lookalikes.ts';
import { person, type Posture } from './people.ts';
import { Random } from './random.ts';
import { rubbish, type RubbishKind } from './rubbish.ts';
import { stall, type StallKind } from './stalls.ts';
import type { Street } from './street-parts.ts';
import type { Thing } from './thing.ts';
import { bicycle, car, eBike, tricycle, truck, van, type TruckLoad } from './vehicles.ts';

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

function make(a: Actor, shift = 0, night = false): Thing {
  const rng = new Random(a.seed + shift);
  const [kind, sub, state] = a.thing.split(':');
  switch (kind) {
    case 'person': return person(rng, { posture: a.posture ?? 'walk', ...(a.vest ? { vest: true } : {}), ...(a.umbrella ? { umbrella: true } : {}), ...(a.apron ? { apron: true } : {}), ...(a.hat === undefined ? {} : { hat: a.hat }) });
    case 'car': return car(rng, sub === 'taxi');
    case 'van': return van(rng);
    case 'truck': return truck(rng, a.load ?? 'none');
    case 'bicycle': return bicycle(rng, sub !== 'parked');
    case 'rubbish': return rubbish(rng, sub as RubbishKind, a.size ?? 1);
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

/** Plays one actor of a clip: where it is, how far it is built up, how it moves at a time. */
export class Player {
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
    // people are there from the first part on; a stall's own parts are built up with it
    const own = new Set(this.thing.children.filter((c) => c.cls === 'person').map((c) => c.root as THREE.Object3D));
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
      this.turn += this.started && Math.abs(t - this.last) < 0.5 ? Math.max(-0.4, Math.min(0.4, d)) : d;
      root.rotation.y = this.turn;
    } else root.rotation.y = this.turn + (actor.turn ?? 0);
    this.started = true;
    this.last = t;
    root.position.set(x + dx, (actor.y ?? 0) + this.groundAt(z + dz), z + dz);
    this.thing.pose?.(t, speed);
    this.build(t);
  }

  private started = false;
  private last = 0;

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
    for (const c of this.thing.children) if (c.cls === 'person') c.root.visible = part > 0.02;
  }
}
