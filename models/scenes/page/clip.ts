import * as THREE from 'three';
import { Player, type Actor } from './actor.ts';
import { labelBoxes, projectBox, type Box } from './boxes.ts';
import { clearView, makeView, type View } from './camera.ts';
import { makeLight, type Light, type Weather } from './light.ts';
import { forgetTextures } from './materials.ts';
import { burnIn } from './overlay.ts';
import type { Scene } from './picture.ts';
import { populate } from './populate.ts';
import { Random } from './random.ts';
import type { Stage } from './stage.ts';
import { buildStreet } from './street.ts';
import { STYLES, type StyleName } from './styles.ts';
import type { Thing } from './thing.ts';

export type EventType = 'stall' | 'debris' | 'rubbish' | 'bin_overflow';

export interface ClipScript {
  name: string;
  seed: number;
  weather: Weather;
  style?: StyleName;
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

/** The light of a clip under a weather, its sun where the script wants it. */
export function lightOf(script: ClipScript, weather: Weather): Light {
  const light = makeLight(new Random(script.seed).fork(3), weather, STYLES[script.style ?? 'parade'].tint);
  if (script.sun) {
    const [a, e] = script.sun.map((d) => THREE.MathUtils.degToRad(d)) as [number, number];
    light.toSun.set(Math.sin(a) * Math.cos(e), Math.sin(e), Math.cos(a) * Math.cos(e));
  }
  return light;
}

/** Builds the clip's street, bakes it with the still things, and returns what is needed to play; `bake` draws the still layer for another view or light. */
export function prepare(stage: Stage, script: ClipScript, samples: number, jitter?: Random): { scene: Scene; still: Thing[]; bake: (view: View, light: Light) => void } {
  forgetTextures();
  const rng = new Random(script.seed);
  const street = buildStreet(rng.fork(1), { alley: script.alley ?? false, road: CLIP_ROAD, pavement: CLIP_PAVEMENT, style: STYLES[script.style ?? 'parade'] });
  const light = lightOf(script, script.weather);
  const j = (v: number, by: number): number => v + (jitter ? jitter.f(-by, by) : 0);
  const { from, to, fov } = script.camera;
  const view = makeView(new THREE.Vector3(j(from[0], 0.3), j(from[1], 0.15), j(from[2], 0.3)), new THREE.Vector3(j(to[0], 0.5), to[1], j(to[2], 0.4)), j(fov, 2), stage.width / stage.height);
  clearView(street, view);
  const still = script.still.map((a) => { const p = new Player(a, street, 0, false); p.set(0); return p.thing; });
  for (const s of still) s.root.traverse((o) => { if (o.userData['contact'] === true) o.visible = false; });
  // benches and bins must not be built into by the training arrangements
  for (const s of still) street.taken.push({ x: s.root.position.x, z: s.root.position.z, r: Math.max(...s.half) });
  const bake = (v: View, l: Light): void => { stage.bake(street, still.map((s) => s.root), l, v.camera, v.focus, samples, script.seed); };
  bake(view, light);
  return { scene: { seed: script.seed, street, view, light }, still, bake };
}

const round = (n: number): number => Math.round(Math.max(0, Math.min(1, n)) * 10000) / 10000;

/** A rectangle of the pavement, [x0, z0, x1, z1] in metres, as a polygon of the picture. */
export function groundPolygon(scene: Scene, [x0, z0, x1, z1]: [number, number, number, number]): [number, number][] {
  return ([[x0, z0], [x1, z0], [x1, z1], [x0, z1]] as const).map(([x, z]) => {
    const p = new THREE.Vector3(x, scene.street.kerb, z).project(scene.view.camera);
    return [round((p.x + 1) / 2), round((1 - p.y) / 2)];
  });
}

/** Left, top, width and height, as parts of the picture, of what the named actors fill at a time. */
export function boxAt(scene: Scene, players: readonly Player[], ids: readonly string[], time: number): [number, number, number, number] {
  let x0 = 1; let y0 = 1; let x1 = 0; let y1 = 0;
  for (const p of players) {
    if (!ids.includes(p.actor.id ?? '')) continue;
    p.set(time);
    p.thing.root.updateMatrixWorld(true);
    const meshes: THREE.Mesh[] = [];
    p.thing.root.traverse((o) => { if (o instanceof THREE.Mesh && o.userData['contact'] !== true) meshes.push(o); });
    const b = projectBox(meshes, scene.view.camera);
    if (b) { x0 = Math.min(x0, b[0]); y0 = Math.min(y0, b[1]); x1 = Math.max(x1, b[2]); y1 = Math.max(y1, b[3]); }
  }
  return [round(x0), round(y0), round(round(x1) - round(x0)), round(round(y1) - round(y0))];
}

function truth(script: ClipScript, scene: Scene, players: readonly Player[]): unknown {
  const events = script.events.map((e) => {
    const box = boxAt(scene, players, e.actors, (e.from + e.to) / 2);
    const [x, y, w, h] = box;
    return { type: e.type, from: e.from, to: e.to, box, polygonHint: [[x, y], [round(x + w), y], [round(x + w), round(y + h)], [x, round(y + h)]] };
  });
  return {
    width: 0, height: 0, fps: script.fps, seconds: script.seconds, events,
    suggestedZones: script.zones.map((z) => ({ id: z.id, name: z.name, polygon: groundPolygon(scene, z.ground) })),
    camera: { name_zh: script.camera.name_zh, name_en: script.camera.name_en },
  };
}

export const toJpeg = (out: HTMLCanvasElement, quality: number): Promise<Blob> =>
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
