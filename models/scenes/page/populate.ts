import * as THREE from 'three';
import { bin, type BinState } from './bins.ts';
import type { View } from './camera.ts';
import { debris } from './debris.ts';
import type { Light } from './light.ts';
import { lookalike, LOOKALIKES } from './lookalikes.ts';
import { person } from './people.ts';
import type { Random } from './random.ts';
import { rubbish } from './rubbish.ts';
import { stall } from './stalls.ts';
import type { Street } from './street-parts.ts';
import type { Thing } from './thing.ts';
import { anyVehicle, bicycle, car, eBike, truck, van } from './vehicles.ts';

type Zone = 'far' | 'kerb' | 'near' | 'road' | 'alley' | 'walk' | 'focus' | 'door' | 'parking';
interface Place { street: Street; view: View; light: Light }

/** Puts things where there is room and where the camera sees them. */
export class Placer {
  readonly things: Thing[] = [];
  private readonly taken: { x: number; z: number; r: number }[];
  private readonly place: Place;
  private readonly rng: Random;

  constructor(place: Place, rng: Random) {
    this.place = place;
    this.rng = rng;
    this.taken = [...place.street.taken];
  }

  private sees(x: number, z: number, margin: number): boolean {
    const { camera, close } = this.place.view;
    const p = new THREE.Vector3(x, 0.4, z);
    const distance = p.distanceTo(camera.position);
    p.project(camera);
    return p.z < 1 && Math.abs(p.x) < margin && Math.abs(p.y) < margin && distance > (close ? 1.9 : 4) && distance < 36;
  }

  /** Tries to place; the zone gives a random (x, z, turn). False where no room was found. */
  put(made: Thing, zone: Zone, margin = 0.92): boolean {
    const { street, view } = this.place;
    const { rng } = this;
    const r = Math.max(...made.half) * 0.9;
    for (let tries = 0; tries < 60; tries++) {
      let x = rng.f(-16, 18);
      let z: number; let turn = 0;
      switch (zone) {
        case 'far': z = street.farFront + rng.f(0.5 + made.half[1], Math.max(0.6 + made.half[1], -street.road - 0.5 - street.farFront - made.half[1])); turn = rng.chance(0.75) ? rng.f(-0.2, 0.2) : rng.f(-3.1, 3.1); break;
        case 'kerb': z = rng.chance(0.5) ? -street.road + rng.f(0.3, 1) : -street.road - rng.f(0.5, 1.5); turn = rng.f(-0.3, 0.3); break;
        case 'near': z = street.road + rng.f(0.6, 3.5); turn = Math.PI + rng.f(-0.4, 0.4); break;
        case 'road': z = rng.pick([-1, 1]) * rng.f(street.road * 0.35, street.road * 0.65); turn = z < 0 ? -Math.PI / 2 : Math.PI / 2; break;
        case 'alley': z = street.farFront + rng.f(-5, 0.4); turn = rng.f(-0.5, 0.5); break;
        case 'walk': z = rng.chance(0.7) ? rng.f(street.farFront + 0.5, -street.road - 0.3) : rng.chance(0.5) ? rng.f(street.road + 0.4, street.nearFront - 0.5) : rng.f(-street.road, street.road); turn = rng.f(-3.2, 3.2); break;
        case 'focus': {
          const s = 0.4 + tries * 0.05;
          x = view.focus.x + rng.f(-s, s);
          z = Math.max(street.farFront + 0.3 + made.half[1], view.focus.z + rng.f(-s, s));
          turn = rng.chance(0.6) ? rng.f(-0.3, 0.3) : rng.f(-3.1, 3.1);
          break;
        }
        case 'door': z = street.farFront + made.half[1] + rng.f(0.1, 0.35); turn = rng.f(-0.1, 0.1); break;
        case 'parking': z = -street.road + 1.05; turn = (rng.chance(0.5) ? 1 : -1) * Math.PI / 2; break;
      }
      if (zone === 'alley' && street.alley) x = street.alley.x + rng.f(-0.4, 0.4) * Math.max(0.1, street.alley.w - made.half[0] * 2);
      if (!this.sees(x, z, margin)) continue;
      if (this.taken.some((t) => Math.hypot(t.x - x, t.z - z) < t.r + r)) continue;
      this.set(made, x, z, turn);
      this.taken.push({ x, z, r });
      return true;
    }
    return false;
  }

  set(made: Thing, x: number, z: number, turn: number): void {
    const { street } = this.place;
    made.root.position.set(x, Math.abs(z) > street.road + 0.1 ? street.kerb : 0, z);
    made.root.rotation.y += turn;
    this.things.push(made);
  }

  /** Whether something stands within `reach` metres along the street. */
  near(x: number, z: number, reach: number): boolean {
    return this.things.some((t) => Math.abs(t.root.position.x - x) < reach + t.half[0] && Math.abs(t.root.position.z - z) < 2 + t.half[1]);
  }
}

function bins(place: Placer, street: Street, rng: Random, calm: boolean, zone: () => Zone): void {
  const state: BinState = calm ? rng.pick(['empty', 'empty', 'full'] as const) : rng.pick(['empty', 'empty', 'full', 'overflow', 'overflow'] as const);
  const kind = rng.pick(street.style.bins);
  const first = bin(rng, state, kind);
  const rows = kind === 'wheeled' || kind === 'four-wheeled' || kind === 'kerbside';
  const row = rows && rng.chance(0.4) ? rng.i(1, kind === 'wheeled' ? 3 : 2) : 0;
  if (!place.put(first, zone())) return;
  const a = first.root.rotation.y;
  const aside = (t: Thing, by: number): void => { t.root.position.copy(first.root.position).add(new THREE.Vector3(Math.cos(a) * by, 0, -Math.sin(a) * by)); place.things.push(t); };
  const gap = kind === 'wheeled' ? 0.75 : kind === 'kerbside' ? 2.25 : 1.5;
  for (let r = 1; r <= row; r++) {
    const next = bin(rng, calm ? 'empty' : rng.pick(['empty', 'empty', 'full', 'overflow'] as const), kind);
    next.root.rotation.y = a + rng.f(-0.12, 0.12);
    aside(next, (gap + (state === 'overflow' ? 0.25 : 0)) * r);
  }
  if (calm || state === 'overflow' || !rng.chance(0.35)) return;
  // put beside a bin that is in order: rubbish of its own
  const heap = rubbish(rng, undefined, rng.f(0.35, 1));
  heap.root.rotation.y = rng.f(-3, 3);
  aside(heap, -(first.half[0] + heap.half[0] + rng.f(-0.05, 0.5)));
}

/** How often each kind of thing appears; `calm` leaves out stalls, debris, rubbish and overflowing bins. */
export function populate(scene: Place, rng: Random, calm: boolean): Thing[] {
  const { street, light, view } = scene;
  const { style } = street;
  const place = new Placer(scene, rng.fork(1));
  const night = light.weather === 'night' || light.weather === 'dusk';
  let focused = view.close;
  const zone = (): Zone => {
    if (focused) { focused = rng.chance(0.35); return 'focus'; }
    return rng.pick(['far', 'far', 'far', 'kerb', 'near'] as const);
  };
  const makeStall = (): Thing => stall(rng, rng.pick(style.stalls), { night, parasols: style.parasols });
  if (!calm) {
    const first = view.close ? rng.pick(['stall', 'debris', 'rubbish', 'rubbish', 'bins', 'bins'] as const) : null;
    if (first === 'stall') place.put(makeStall(), zone());
    else if (first === 'debris') place.put(debris(rng, undefined, rng.f(0.8, 1.7)), zone());
    else if (first === 'rubbish') place.put(rubbish(rng, undefined, rng.f(0.5, 2)), zone());
    else if (first === 'bins') bins(place, street, rng, false, zone);
    const stalls = view.close ? rng.pick([0, 0, 1]) : rng.pick([0, 0, 1, 1, 1, 2, 3]);
    for (let k = 0; k < stalls; k++) place.put(makeStall(), zone());
    const heaps = rng.pick([0, 0, 0, 1, 1, 2]);
    for (let k = 0; k < heaps; k++) place.put(debris(rng), street.alley && rng.chance(0.5) ? 'alley' : zone());
    const rubbishHeaps = rng.pick([0, 0, 1, 1, 2]);
    for (let k = 0; k < rubbishHeaps; k++) place.put(rubbish(rng), rng.chance(0.4) ? 'kerb' : zone());
  }
  const groups = calm ? rng.pick([0, 1, 2]) : rng.pick([0, 1, 1, 2]);
  for (let k = 0; k < groups; k++) bins(place, street, rng, calm, zone);
  for (let k = 0; k < rng.i(0, 5); k++) {
    const kind = rng.pick(LOOKALIKES);
    const l = lookalike(rng, kind, style.name === 'quay' ? style.parasols : undefined);
    l.pose?.(rng.f(0, 5), kind === 'delivery' || kind === 'umbrella' ? 1.1 : 0);
    place.put(l, kind === 'unloading' ? 'parking' : kind === 'shop-goods' || kind === 'parcels' ? 'door' : calm && focused ? zone() : rng.pick(['far', 'far', 'near', 'kerb'] as const));
  }
  if (!view.close && rng.chance(style.parked)) for (let k = 0; k < rng.i(1, style.parked > 0.5 ? 6 : 3); k++) {
    const parked = rng.pick([car, car, van, truck])(rng);
    const z = -street.road + 1.05; const x = rng.f(-13, 15);
    if (!place.near(x, z, 4.5)) place.set(parked, x, z, (rng.chance(0.5) ? 1 : -1) * Math.PI / 2);
  }
  for (let k = 0; k < rng.i(0, 3); k++) place.put(anyVehicle(rng), 'road', 1.05);
  if (rng.chance(0.4)) place.put((rng.chance(0.7) ? eBike : bicycle)(rng, rng.chance(0.5)), 'walk');
  for (let k = 0; k < rng.i(0, 6); k++) {
    const p = person(rng, { posture: rng.chance(0.8) ? 'walk' : 'stand', vest: rng.chance(0.06), umbrella: light.weather === 'rain' && rng.chance(0.6) });
    place.put(p, 'walk', 1.02);
  }
  return place.things;
}
