import * as THREE from 'three';
import { labelBoxes, type Box } from './boxes.ts';
import { clearView, makeView, randomView, type View } from './camera.ts';
import { flashLight, makeLight, type Light, type Weather } from './light.ts';
import { forgetTextures } from './materials.ts';
import { autoExpose } from './exposure.ts';
import { drawOverlay } from './overlay.ts';
import { populate } from './populate.ts';
import { Random } from './random.ts';
import type { Stage } from './stage.ts';
import type { Street } from './street-parts.ts';
import { buildStreet } from './street.ts';
import { STYLES, type StyleName } from './styles.ts';

export interface SceneOptions {
  style?: StyleName;
  /** Share of close-ups, 0 to 1. */
  close?: number;
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
  const street = buildStreet(rng.fork(1), { style: STYLES[options.style ?? 'parade'], ...(options.alley === undefined ? {} : { alley: options.alley }) });
  const aspect = stage.width / stage.height;
  const view = options.camera
    ? makeView(new THREE.Vector3(...options.camera.from), new THREE.Vector3(...options.camera.to), options.camera.fov, aspect)
    : randomView(rng.fork(2), street, aspect, options.close);
  clearView(street, view);
  const weather = options.weather ?? rng.pick(street.style.weathers);
  const light = makeLight(rng.fork(3), weather, street.style.tint);
  if (view.close && (weather === 'night' || weather === 'dusk') && rng.chance(0.6)) flashLight(light, view.camera.position, rng);
  current = street.root;
  stage.bake(street, [], light, view.camera, view.focus, options.samples ?? 8, seed);
  autoExpose(stage, light, view.camera, weather === 'night' ? rng.f(0.1, 0.3) : rng.f(0.24, 0.5));
  return { seed, street, view, light };
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
