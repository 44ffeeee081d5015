import type * as THREE from 'three';
import type { Light } from './light.ts';
import type { Stage } from './stage.ts';

function brightness(stage: Stage, c: OffscreenCanvasRenderingContext2D): number {
  c.drawImage(stage.renderer.domElement, 0, 0, 32, 18);
  const px = c.getImageData(0, 0, 32, 18).data;
  let sum = 0;
  for (let k = 0; k < px.length; k += 4) sum += 0.3 * (px[k] ?? 0) + 0.59 * (px[k + 1] ?? 0) + 0.11 * (px[k + 2] ?? 0);
  return sum / (px.length / 4) / 255;
}

/** What a camera does by itself: sets the exposure so that the empty picture is about as bright as wanted (0 to 1), within its gain. Bake first. */
export function autoExpose(stage: Stage, light: Light, camera: THREE.PerspectiveCamera, wanted: number): void {
  const c = new OffscreenCanvas(32, 18).getContext('2d', { willReadFrequently: true });
  if (!c) throw new Error('no 2D canvas');
  const least = light.exposure * 0.6; const most = light.exposure * 4;
  for (let round = 0; round < 2; round++) {
    stage.draw(camera, { blur: 0, noise: 0, vignette: 0, seed: 0 });
    light.exposure = Math.max(least, Math.min(most, light.exposure * (wanted / Math.max(0.02, brightness(stage, c))) ** 1.6));
  }
}
