import type { Actor } from '../page/actor.ts';
import type { EventScript, Fault } from '../page/event-clip.ts';
import type { Weather } from '../page/light.ts';
import { Random } from '../page/random.ts';
import { passing, walker } from './traffic.ts';

/** What a clip is about. Each is drawn with its own street, place, light, hour, passers-by and faults from the seed. */
export const TOPICS = ['stall', 'cart', 'two-stalls', 'debris', 'sacks', 'bin', 'rubbish', 'stall-and-rubbish', 'debris-and-bin', 'quiet', 'unloading', 'cafe', 'crowd'] as const;
export type Topic = (typeof TOPICS)[number];

const WEATHERS: readonly Weather[] = ['sun', 'overcast', 'night', 'haze', 'rain', 'dusk', 'sun', 'fog', 'lowsun', 'night'];
const FAULTS = ['none', 'none', 'frozen', 'none', 'black', 'light', 'none', 'moved', 'exposure', 'none'] as const;
const HOURS: Partial<Record<Weather, [number, number]>> = { night: [20, 23], dusk: [18, 19], lowsun: [7, 8] };
/** Names of fictional cameras. */
const PLACES: readonly (readonly [string, string])[] = [['人民路 3 号', '3 Renmin Road'], ['永福西大街', 'Yongfu West Street'], ['新兴街北口', 'Xinxing Street, north end'], ['文峰南路', 'Wenfeng South Road'], ['南珠东大街', 'Nanzhu East Street'], ['白沙街', 'Baisha Street'], ['中山路巷口', 'Zhongshan Road, alley'], ['子材东大街', 'Zicai East Street']];

/** Collects a clip: who comes when, what stands where, what of it must be found. Metres and seconds. */
class Writer {
  readonly actors: Actor[] = [];
  readonly still: Actor[] = [];
  readonly events: EventScript['events'] = [];
  readonly others: EventScript['others'] = [];
  readonly zones: EventScript['zones'] = [{ id: 'pavement', name: '人行道', kind: 'watch', ground: [-5.5, -8.7, 5.5, -4] }];
  readonly rng: Random;
  readonly seconds: number;
  /** Depth of the row in which things stand, and the lane in which people pass. */
  readonly row: number;
  readonly lane: [number, number];
  private slots: number[];
  private next = 0;

  constructor(rng: Random, seconds: number) {
    this.rng = rng;
    this.seconds = seconds;
    const back = rng.chance(0.7);
    this.row = back ? -7.25 : -5.6;
    this.lane = back ? [-5.7, -4.8] : [-8.2, -7.3];
    this.slots = rng.chance(0.5) ? [-2.6, 1.1, 4.2] : [2.4, -1.2, -4.3];
  }

  seed(): number { return this.rng.i(1, 1_000_000); }
  slot(): number { return (this.slots.shift() ?? 0) + this.rng.f(-0.35, 0.35); }
  id(): string { return `a${++this.next}`; }

  /** When something comes and goes: it stands whole for at least 100 s; sometimes it stays to the end. */
  span(): { from: number; grown: number; shrinks: number; to: number } {
    const { rng, seconds } = this;
    const from = Math.round(rng.f(14, Math.max(20, seconds * 0.25)));
    const grown = from + rng.i(4, 9);
    if (rng.chance(0.25)) return { from, grown, shrinks: seconds, to: seconds };
    const shrinks = Math.min(seconds - 24, Math.max(grown + 110, Math.round(rng.f(0.55, 0.85) * seconds)));
    return { from, grown, shrinks, to: shrinks + rng.i(4, 9) };
  }

  /** Somebody who comes, stays at a place until `leave`, and goes. */
  visitor(x: number, z: number, arrive: number, leave: number, more: Partial<Actor> = {}): void {
    const side = this.rng.chance(0.5) ? 1 : -1; const lane = this.rng.f(...this.lane); const way = (15 - side * x) / 1.25;
    const face = z > this.row ? Math.PI : 0;
    this.actors.push({ thing: 'person', seed: this.seed(), path: [[arrive - way, side * 15, lane], [arrive - 0.8, x, lane], [arrive, x, z, face], [leave, x, z, face], [leave + 0.8, x, lane], [leave + way, -side * 15, lane]], ...more });
  }

  /** A vehicle that drives in, stops before a place, and drives on. */
  stops(thing: string, x: number, z: number, arrive: number, leave: number, more: Partial<Actor> = {}): string {
    const id = this.id();
    this.actors.push({ id, thing, seed: this.seed(), path: [[arrive - 6, 34, -2.1], [arrive - 2, x + 8, -2.3], [arrive, x, z], [leave, x, z], [leave + 2.2, x - 5, -2.2], [leave + 7, -34, -2]], ...more });
    return id;
  }

  stall(kind: string): void {
    const { rng } = this;
    const x = this.slot(); const t = this.span(); const id = this.id();
    const byTricycle = rng.chance(0.6);
    if (byTricycle) this.stops('tricycle', x + 0.5, -3.0, t.from - 3, t.grown + 4);
    this.actors.push({ id, thing: `stall:${kind}`, seed: this.seed(), at: [x, this.row], turn: rng.f(-0.12, 0.12), show: [t.from, t.to], grow: [t.from, t.grown], ...(t.to < this.seconds ? { shrink: [t.shrinks, t.to] as [number, number] } : {}) });
    if (byTricycle && t.to + 14 < this.seconds) this.stops('tricycle', x + 0.5, -3.0, t.to - 3, t.to + 4);
    for (let k = 0; k < rng.i(0, 4); k++) {
      const arrive = rng.f(t.grown + 5, Math.max(t.grown + 6, t.shrinks - 40));
      this.visitor(x + rng.f(-0.7, 0.7), this.row + 1.35, arrive, arrive + rng.f(12, 40));
    }
    this.events.push({ type: 'stall', actors: [id], ...t });
  }

  /** A food cart that is pushed in, stands, and is pushed on. */
  cart(): void {
    const x = this.slot(); const t = this.span(); const id = this.id(); const z = this.row;
    const stays = t.to >= this.seconds;
    const path = [[t.from - 12, 17, z + 0.6], [t.from, x + 0.2, z + 0.1], [t.from + 1, x, z, 0.05], [stays ? this.seconds + 9 : t.shrinks, x, z, 0.05]];
    if (!stays) path.push([t.shrinks + 1, x - 0.3, z + 0.2], [t.shrinks + 13, -16, z + 0.6]);
    this.actors.push({ id, thing: 'stall:food-cart', seed: this.seed(), shade: this.rng.chance(0.6), path });
    this.events.push({ type: 'stall', actors: [id], from: t.from, grown: t.from + 1, shrinks: t.shrinks, to: stays ? t.to : t.shrinks + 1 });
  }

  debris(kind: string): void {
    const { rng } = this;
    const x = this.slot(); const t = this.span(); const id = this.id();
    this.stops(rng.pick(['truck', 'tricycle']), x + 1, -2.7, t.from - 3, t.grown + 3, { load: kind === 'sacks' ? 'sacks' : 'rubble' });
    this.visitor(x + 0.9, this.row + 1.2, t.from - 1, t.grown + 2, { posture: 'carry', vest: rng.chance(0.5) });
    this.actors.push({ id, thing: `debris:${kind}`, seed: this.seed(), size: rng.f(1.1, 1.7), at: [x, this.row], turn: rng.f(-0.3, 0.3), grow: [t.from, t.grown], show: [t.from, t.to], ...(t.to < this.seconds ? { shrink: [t.shrinks, t.to] as [number, number] } : {}) });
    if (t.to < this.seconds) this.visitor(x - 0.9, this.row + 1.1, t.shrinks - 1, t.to + 2, { posture: 'bend', vest: true });
    this.events.push({ type: 'debris', actors: [id], ...t });
  }

  rubbish(): void {
    const { rng } = this;
    const x = this.slot(); const t = this.span(); const id = this.id();
    this.visitor(x + 0.5, this.row + 1.1, t.from, t.grown, { posture: 'carry' });
    this.visitor(x - 0.4, this.row + 1.2, t.from + 2, t.grown + 1);
    this.actors.push({ id, thing: `rubbish:${rng.pick(['bags', 'dark-bags', 'mixed', 'cardboard', 'furniture', 'carriers'])}`, seed: this.seed(), size: rng.f(0.9, 1.5), at: [x, this.row], turn: rng.f(-0.5, 0.5), grow: [t.from, t.grown], show: [t.from, t.to], ...(t.to < this.seconds ? { shrink: [t.shrinks, t.to] as [number, number] } : {}) });
    if (t.to < this.seconds) { this.stops('truck', x + 1, -2.7, t.shrinks - 2, t.to + 3, { load: 'none' }); this.visitor(x + 0.9, this.row + 1.1, t.shrinks - 1, t.to + 2, { posture: 'bend', vest: true }); }
    this.events.push({ type: 'rubbish', actors: [id], ...t });
  }

  bin(overflows: boolean): void {
    const { rng } = this;
    const x = this.slot(); const z = this.row - 0.35; const seed = this.seed(); const sort = rng.i(0, 3); const kind = rng.pick(['wheeled', 'wheeled', 'wheeled', 'four-wheeled']);
    const clean: Actor = { thing: `bin:${kind}:empty`, seed, sort, at: [x, z], turn: 0.03 };
    const beside = kind === 'wheeled' ? 0.85 : 1.6;
    for (let k = 1; k <= rng.i(0, 2); k++) this.still.push({ ...clean, seed: this.seed(), sort: (sort + k) % 4, at: [x + beside * k, z + 0.02] });
    if (!overflows) { this.still.push(clean); return; }
    const t = this.span(); const id = this.id();
    const emptied = t.to < this.seconds;
    this.actors.push({ ...clean, show: [-1, t.from] }, { id, ...clean, thing: `bin:${kind}:overflow`, seed: this.seed(), size: rng.f(1.1, 1.5), show: [t.from, t.to], grow: [t.from, t.grown], ...(emptied ? { shrink: [t.shrinks, t.to] as [number, number] } : {}), least: 0.2 });
    if (emptied) this.actors.push({ ...clean, show: [t.to, this.seconds + 9] });
    this.visitor(x - 0.1, z + 1.15, t.from, t.grown);
    if (emptied) this.visitor(x + 0.4, z + 1.2, t.shrinks - 1, t.to + 2, { vest: true, posture: 'bend' });
    this.events.push({ type: 'bin_overflow', actors: [id], ...t });
  }

  /** A hawker who rests for less than a minute: too short to be a case. */
  passingHawker(): void {
    const at = Math.round(this.rng.f(0.35, 0.6) * this.seconds); const x = this.slot(); const id = this.id(); const z = this.row + 0.4; const stay = this.rng.i(12, 28);
    this.actors.push({ id, thing: 'stall:food-cart', seed: this.seed(), path: [[at - 14, 17, z], [at, x, z, 0.05], [at + stay, x, z, 0.05], [at + stay + 14, -16, z]] });
    this.others.push({ what: 'stall that rests for less than 30 s', actors: [id], from: at, to: at + stay });
  }

  /** A van that brings goods: it stands for a minute, cartons go in. */
  unloading(): void {
    const { rng } = this;
    const at = Math.round(rng.f(0.2, 0.5) * this.seconds); const stay = rng.i(35, 50); const x = this.slot();
    const van = this.stops('van', x, -2.75, at, at + stay);
    const boxes = this.id();
    this.actors.push({ id: boxes, thing: 'lookalike:parcels', seed: this.seed(), at: [x + 0.4, -4.7], show: [at + 6, at + stay - 4] });
    this.visitor(x + 0.2, -5.3, at + 4, at + stay - 3, { posture: 'carry' });
    this.actors.push({ thing: 'lookalike:delivery', seed: this.seed(), path: [[at + 8, x + 1, -4.8], [at + 14, x + 1.4, -7.6], [at + 16, x + 1.4, -9.4]] });
    this.others.push({ what: 'goods being unloaded', actors: [van, boxes], from: at, to: at + stay });
  }

  /** A café's tables and parasols where they are permitted. */
  cafe(): void {
    const id = this.id(); const x = this.slot();
    for (const k of [0, 1]) this.actors.push({ id, thing: 'lookalike:cafe', seed: this.seed(), at: [x + k * 2.1, this.row] });
    this.zones.push({ id: 'terrace', name: '外摆区', kind: 'permitted', ground: [x - 1.6, this.row - 1.4, x + 3.7, this.row + 1.5] });
    this.others.push({ what: 'café in its permitted place', actors: [id], from: 0, to: this.seconds });
  }

  /** People who cross in a bunch close before everything, and some who wait. */
  crowd(): void {
    const { rng } = this;
    const at = Math.round(rng.f(0.3, 0.7) * this.seconds);
    for (let k = 0; k < rng.i(9, 16); k++) this.actors.push(walker(this.seed(), at + rng.f(-8, 8), k % 2 ? -15 : 15, k % 2 ? 15 : -15, rng.f(this.lane[0] - 0.2, this.lane[1] + 0.4), rng.f(1, 1.45)));
    const wait = this.id(); const from = Math.round(rng.f(0.1, 0.4) * this.seconds); const to = from + rng.i(40, 90);
    this.actors.push({ id: wait, thing: 'lookalike:waiting', seed: this.seed(), at: [this.slot(), this.row + 0.5], show: [from, to] });
    this.others.push({ what: 'people waiting', actors: [wait], from, to });
  }

  /** The ordinary life: passers-by, traffic, what always stands there. */
  everyday(weather: Weather): void {
    const { rng, seconds } = this;
    const calm = weather === 'night' || weather === 'rain' ? 2 : 1;
    for (let t = rng.f(-10, 2); t < seconds; t += rng.f(5, 16) * calm) {
      const right = rng.chance(0.5);
      const near = rng.chance(0.25);
      this.actors.push(walker(this.seed(), t, right ? -15 : 16, right ? 16 : -15, near ? rng.f(5, 7.4) : rng.f(...this.lane), rng.f(1.05, 1.5), weather === 'rain' && rng.chance(0.6) ? { umbrella: true } : {}));
    }
    for (let t = rng.f(-6, 2); t < seconds; t += rng.f(4, 15) * calm) {
      const kind = rng.pick(['ebike', 'ebike', 'car', 'car', 'van', 'bicycle', 'tricycle', 'car:taxi', 'truck']);
      const light = kind === 'ebike' || kind === 'tricycle' || kind === 'bicycle';
      this.actors.push(passing(kind, this.seed(), t, rng.chance(0.5) ? 1 : -1, light ? rng.f(4, 6) : rng.f(6, 9), light ? 2.9 : 1.7, { load: 'none' }));
    }
    const along = this.row < -7 ? -8.35 : -8.3;
    for (const [x, thing] of [[-6.6, 'lookalike:planter'], [6.9, rng.pick(['lookalike:newsbox', 'lookalike:bench', 'bin:pole:empty'])], [8.2, 'ebike:parked'], [9, 'ebike:parked'], [-7.6, rng.pick(['ebike:parked', 'lookalike:sandwich-board'])]] as const) this.still.push({ thing, seed: this.seed(), at: [x, along], turn: rng.f(-0.2, 0.2) });
    if (rng.chance(0.3)) this.still.push({ thing: 'lookalike:cones', seed: this.seed(), at: [rng.f(-3, 4), -2.6] });
  }
}

function faultsOf(rng: Random, kind: (typeof FAULTS)[number], seconds: number, weather: Weather): Fault[] {
  const from = Math.round(rng.f(0.35, 0.55) * seconds); const to = from + Math.round(rng.f(20, 60));
  switch (kind) {
    case 'none': return [];
    case 'frozen': case 'black': return [{ kind, from, to }];
    case 'moved': return [{ kind, from, to: rng.chance(0.5) ? seconds + 1 : to + 30, pan: rng.pick([-1, 1]) * rng.f(9, 22), tilt: rng.f(-6, 3) }];
    case 'light': return [{ kind, from, to: to + 20, weather: weather === 'night' || weather === 'dusk' ? 'overcast' : rng.pick(['overcast', 'dusk']) }];
    case 'exposure': return [{ kind, from, to: from + 8, gain: 1.9, grey: false }, { kind, from: from + 8, to: to + 20, gain: 1.1, grey: rng.chance(0.6) }];
  }
}

/** A clip of 3 to 10 minutes (or `seconds`) from a seed: seeds that follow one another go through all topics, weathers and faults. */
export function scenario(seed: number, options: { seconds?: number; topic?: Topic; style?: EventScript['style'] } = {}): EventScript {
  const rng = new Random(seed * 7919 + 17);
  const topic = options.topic ?? TOPICS[seed % TOPICS.length] ?? 'quiet';
  const weather = WEATHERS[(seed * 3 + Math.floor(seed / TOPICS.length) * 4) % WEATHERS.length] ?? 'sun';
  const fault = FAULTS[(seed + Math.floor(seed / 7)) % FAULTS.length] ?? 'none';
  // mostly short: what happens in a clip is over after a few minutes, and every second has to be drawn
  const seconds = options.seconds ?? 20 * (rng.chance(0.12) ? rng.i(16, 30) : rng.i(9, 14));
  if (seconds < 180) throw new Error(`a clip of ${seconds} s: 180 s is the least in which something comes, stays and goes`);
  const w = new Writer(rng.fork(1), seconds);
  const anyStall = (): string => rng.pick(['fruit-table', 'tricycle', 'ground-sheet', 'tent', 'rack', 'crates', 'trinkets', 'grill']);
  switch (topic) {
    case 'stall': w.stall(anyStall()); break;
    case 'cart': w.cart(); break;
    case 'two-stalls': w.stall(anyStall()); w.stall(anyStall()); break;
    case 'debris': w.debris(rng.pick(['rubble', 'mixed', 'planks', 'sand', 'bricks'])); break;
    case 'sacks': w.debris('sacks'); break;
    case 'bin': w.bin(true); break;
    case 'rubbish': w.rubbish(); break;
    case 'stall-and-rubbish': w.stall(anyStall()); w.rubbish(); break;
    case 'debris-and-bin': w.debris(rng.pick(['rubble', 'planks', 'boxes'])); w.bin(true); break;
    case 'quiet': w.bin(false); break;
    case 'unloading': w.unloading(); w.passingHawker(); break;
    case 'cafe': w.cafe(); break;
    case 'crowd': w.crowd(); if (rng.chance(0.5)) w.stall(anyStall()); else w.bin(false); break;
  }
  if (rng.chance(0.3) && topic !== 'crowd') w.crowd();
  w.everyday(weather);
  const [zh, en] = PLACES[seed % PLACES.length] ?? ['路口', 'Crossing'];
  const [h0, h1] = HOURS[weather] ?? [9, 16];
  const side = rng.pick([-1, 1]);
  const p2 = (n: number): string => String(n).padStart(2, '0');
  return {
    name: `${topic}-${seed}`, seed, weather, style: options.style ?? rng.pick(['parade', 'oldtown', 'plaza', 'avenue'] as const), seconds, fps: 1, clock: `${p2(rng.i(h0, h1))}:${p2(rng.i(0, 59))}:${p2(rng.i(0, 59))}`,
    ...(rng.chance(0.6) ? { sun: [side * rng.f(20, 60), weather === 'lowsun' ? rng.f(9, 16) : rng.f(35, 62)] as [number, number] } : {}),
    camera: { from: [side * rng.f(1.5, 5.5), rng.f(4.3, 6.6), rng.f(3.6, 6.4)], to: [side * -rng.f(0, 1.4), 0.6, rng.f(-6.8, -6)], fov: rng.f(35, 44), name_zh: zh, name_en: en },
    still: w.still, actors: w.actors, events: w.events, others: w.others, zones: w.zones, faults: faultsOf(rng, fault, seconds, weather),
  };
}
