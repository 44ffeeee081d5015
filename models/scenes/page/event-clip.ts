import * as THREE from 'three';
import { Player } from './actor.ts';
import { makeView, type View } from './camera.ts';
import { boxAt, groundPolygon, lightOf, prepare, toJpeg, type ClipScript, type EventType } from './clip.ts';
import type { Light, Weather } from './light.ts';
import { autoExpose } from './exposure.ts';
import { burnIn } from './overlay.ts';
import type { Stage } from './stage.ts';

/** What goes wrong with the camera or the light for a while; seconds of the clip. `moved` may last to the end. */
export type Fault =
  | { kind: 'frozen' | 'black'; from: number; to: number }
  /** Somebody bumps the camera: it looks elsewhere by these degrees. */
  | { kind: 'moved'; from: number; to: number; pan: number; tilt: number }
  /** A cloud, a lamp that goes on: another weather's light. */
  | { kind: 'light'; from: number; to: number; weather: Weather }
  /** The camera's own exposure or its infra-red mode. */
  | { kind: 'exposure'; from: number; to: number; gain: number; grey: boolean };

/** A clip of several minutes with what shall be found in it and what shall not. */
export interface EventScript extends Omit<ClipScript, 'events' | 'zones'> {
  /** What must be found: `grown` to `shrinks` it stands whole, from..to there is something of it. */
  events: { type: EventType; actors: string[]; from: number; grown: number; shrinks: number; to: number }[];
  /** What must not be found: lawful, too short, or no such thing. */
  others: { what: string; actors: string[]; from: number; to: number }[];
  zones: { id: string; name: string; kind: 'watch' | 'permitted'; ground: [number, number, number, number] }[];
  faults: Fault[];
  /** Time of the day that is burnt into the first picture, "HH:MM:SS". */
  clock: string;
}

function active(script: EventScript, t: number): Fault[] {
  return script.faults.filter((f) => t >= f.from && t < f.to);
}

function movedView(script: EventScript, aspect: number, pan: number, tilt: number): View {
  const { from, to, fov } = script.camera;
  const eye = new THREE.Vector3(...from); const look = new THREE.Vector3(...to).sub(eye);
  look.applyAxisAngle(new THREE.Vector3(0, 1, 0), THREE.MathUtils.degToRad(pan));
  look.applyAxisAngle(new THREE.Vector3().crossVectors(look, new THREE.Vector3(0, 1, 0)).normalize(), THREE.MathUtils.degToRad(tilt));
  return makeView(eye.clone(), eye.clone().add(look), fov, aspect);
}

function clockAt(clock: string, t: number): string {
  const [h = 0, m = 0, s = 0] = clock.split(':').map(Number);
  const all = (h * 3600 + m * 60 + s + Math.round(t)) % 86_400;
  return [all / 3600, (all / 60) % 60, all % 60].map((n) => String(Math.floor(n)).padStart(2, '0')).join(':');
}

/**
 * Draws every `every`-th second of a clip and answers its truth. The still layer is drawn once for each view and light that
 * follow one another; a picture then costs only what moves.
 */
export async function renderEvents(stage: Stage, out: HTMLCanvasElement, script: EventScript, every: number, send: (name: string, picture: Blob) => Promise<void>): Promise<unknown> {
  const { scene, bake } = prepare(stage, { ...script, events: [], zones: [] }, script.samples ?? 8);
  const night = script.weather === 'night' || script.weather === 'dusk';
  const fresh = (): Player[] => script.actors.map((a) => new Player(a, scene.street, 0, night));
  const players = fresh(); const measured = fresh();
  const c = out.getContext('2d');
  if (!c) throw new Error('no 2D canvas');
  const lights = new Map<Weather, Light>([[script.weather, scene.light]]);
  const expose = (l: Light, v: View): void => autoExpose(stage, l, v.camera, l.weather === 'night' ? 0.24 : 0.38);
  expose(scene.light, scene.view);
  const plain = { exposure: scene.light.exposure, saturation: scene.light.saturation };
  for (const p of players) stage.moving.add(p.thing.root);
  let baked = ''; let shown = ''; let view = scene.view; let last: Blob | null = null;
  let pending: Promise<void> = Promise.resolve();
  const pictures: { file: string; t: number }[] = [];
  for (let t = 0; t <= script.seconds; t += every) {
    const faults = active(script, t);
    const name = String(t).padStart(5, '0');
    const file = `${name}.jpg`;
    pictures.push({ file, t });
    if (last && faults.some((f) => f.kind === 'frozen')) { await pending; pending = send(name, last); continue; }
    const moved = faults.find((f) => f.kind === 'moved'); const turned = faults.find((f) => f.kind === 'light'); const exposed = faults.find((f) => f.kind === 'exposure');
    const want = `${moved ? `${moved.pan}/${moved.tilt}` : ''} ${turned?.weather ?? script.weather}`;
    if (want !== baked) {
      const first = baked === '';
      baked = want;
      view = moved ? movedView(script, stage.width / stage.height, moved.pan, moved.tilt) : scene.view;
      const weather = turned?.weather ?? script.weather;
      const known = lights.get(weather);
      const light = known ?? lightOf({ ...script, events: [], zones: [] }, weather);
      lights.set(weather, light);
      if (!first) bake(view, light);
      if (!known) expose(light, view);
    }
    const light = lights.get(turned?.weather ?? script.weather) ?? scene.light;
    if (light === scene.light) { light.exposure = plain.exposure * (exposed?.gain ?? 1); light.saturation = exposed?.grey ? 0 : plain.saturation; }
    const look = `${want} ${light.exposure} ${light.saturation}`;
    for (const p of players) p.set(t);
    if (faults.some((f) => f.kind === 'black')) {
      c.fillStyle = '#030303';
      c.fillRect(0, 0, out.width, out.height);
      shown = '';
    } else {
      stage.draw(view.camera, { blur: 0.35, noise: night ? 0.02 : 0.008, vignette: 0.3, seed: (t * 0.618) % 1 }, look === shown);
      shown = look;
      c.drawImage(stage.renderer.domElement, 0, 0, out.width, out.height);
      const size = out.height * 0.04;
      burnIn(c, `2026-11-24 ${clockAt(script.clock, t)}`, out.width * 0.02, size * 1.4, size);
      burnIn(c, script.camera.name_zh, out.width * 0.98, out.height - size * 0.8, size, 'right');
    }
    last = await toJpeg(out, 0.85);
    await pending;
    pending = send(name, last);
  }
  await pending;
  for (const p of players) stage.moving.remove(p.thing.root);
  const box = (ids: readonly string[], from: number, to: number): [number, number, number, number] => boxAt(scene, measured, ids, (from + to) / 2);
  return {
    name: script.name, seed: script.seed, style: script.style ?? 'parade', weather: script.weather, seconds: script.seconds, every, width: out.width, height: out.height, clock: script.clock,
    camera: { name_zh: script.camera.name_zh, name_en: script.camera.name_en },
    events: script.events.map((e) => ({ type: e.type, from: e.from, grown: e.grown, shrinks: e.shrinks, to: e.to, box: box(e.actors, e.grown, e.shrinks) })),
    others: script.others.map((o) => ({ what: o.what, from: o.from, to: o.to, box: box(o.actors, o.from, o.to) })),
    faults: script.faults,
    zones: script.zones.map((z) => ({ id: z.id, name: z.name, kind: z.kind, polygon: groundPolygon(scene, z.ground) })),
    pictures,
  };
}
