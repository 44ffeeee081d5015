import type { Actor } from '../page/actor.ts';

/** Someone who walks along the street from one end of the view to the other. Speed in m/s, start in seconds. */
export function walker(seed: number, start: number, fromX: number, toX: number, z: number, speed = 1.25, more: Partial<Actor> = {}): Actor {
  const end = start + Math.abs(toX - fromX) / speed;
  const sway = seed % 3 === 0 ? 0.35 : -0.25;
  return { thing: 'person', seed, path: [[start, fromX, z], [(start + end) / 2, (fromX + toX) / 2, z + sway], [end, toX, z]], ...more };
}

/** A vehicle that passes; traffic keeps to the right, so +x is the near lane. Speed in m/s. */
export function passing(thing: string, seed: number, start: number, direction: 1 | -1, speed = 7, lane = 1.75, more: Partial<Actor> = {}): Actor {
  const far = 32;
  const z = direction === 1 ? lane : -lane;
  return { thing, seed, path: [[start, -direction * far, z], [start + (far * 2) / speed, direction * far, z]], ...more };
}

/** The ordinary life of a street for a clip's length: people on both pavements, cars, e-bikes. */
export function everyday(seed: number, seconds: number, options: { people?: number; vehicles?: number; umbrella?: boolean; z?: [number, number] } = {}): Actor[] {
  const actors: Actor[] = [];
  const pick = <T>(list: readonly T[], k: number): T => list[((k % list.length) + list.length) % list.length] as T;
  const people = options.people ?? 8; const vehicles = options.vehicles ?? 9;
  const [z0, z1] = options.z ?? [-8.2, -5.3];
  for (let k = 0; k < people; k++) {
    const start = 0.5 + (k * (seconds - 26)) / people + ((seed * 7 + k * 5) % 9) * 0.3;
    const right = (k * 7 + seed) % 2 === 0;
    const near = k % 4 === 3;
    const z = near ? 5.2 + (k % 3) * 0.8 : z0 + (z1 - z0) * (((k * 5 + seed) % 7) / 6);
    actors.push(walker(seed * 100 + k, start, right ? -15 : 16, right ? 16 : -15, z, 1.15 + ((k * 3 + seed) % 5) * 0.08, options.umbrella && k % 2 === 0 ? { umbrella: true } : {}));
  }
  const kinds = ['ebike', 'car', 'ebike', 'car', 'van', 'ebike', 'tricycle', 'car', 'car:taxi'] as const;
  for (let k = 0; k < vehicles; k++) {
    const start = 0.2 + (k * (seconds - 11)) / vehicles + ((seed * 3 + k * 7) % 5) * 0.35;
    const thing = pick(kinds, k + seed);
    const light = thing === 'ebike' || thing === 'tricycle';
    actors.push(passing(thing, seed * 200 + k, start, (k + seed) % 2 === 0 ? 1 : -1, light ? 5.6 : 7 + (k % 3) * 0.8, light ? 2.9 : 1.7));
  }
  return actors;
}
