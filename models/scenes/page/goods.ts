import * as THREE from 'three';
import { panel, type Kit } from './kit.ts';
import { withMap } from './materials.ts';
import type { Random } from './random.ts';
import { board, jumble } from './textures.ts';

/** Hues of fruit and vegetables that lie together. */
export const PRODUCE: readonly (readonly number[])[] = [[28, 30], [2, 8], [95, 110], [45, 52], [280, 300], [12, 120], [70, 85], [350, 355]];

/** Trays of goods on a slope or flat: the heart of most stalls. Width, depth and height of the table top in metres. */
export function trays(g: THREE.Object3D, kit: Kit, rng: Random, w: number, d: number, y: number, slope = 0): void {
  const cols = Math.max(2, Math.round(w / 0.42)); const rows = d > 0.7 ? 2 : 1;
  for (let c = 0; c < cols; c++) for (let r = 0; r < rows; r++) {
    const hues = rng.pick(PRODUCE);
    const x = (c - (cols - 1) / 2) * (w / cols); const z = (r - (rows - 1) / 2) * (d / rows);
    const ty = y + (slope > 0 ? (0.5 - r) * slope : 0);
    kit.box(w / cols - 0.04, 0.12, d / rows - 0.04, rng.pick(['#e8e4da', '#2f6aa8', '#c9a878', '#3f7a4a', '#b3262b']), { x, y: ty, z });
    if (rng.chance(0.6)) {
      const hue = rng.pick(hues);
      const r0 = rng.f(0.04, 0.06);
      const nx = Math.floor((w / cols - 0.08) / (r0 * 1.8)); const nz = Math.floor((d / rows - 0.08) / (r0 * 1.8));
      for (let a = 0; a < nx; a++) for (let b = 0; b < nz; b++) kit.add(new THREE.IcosahedronGeometry(r0, 1), new THREE.Color().setHSL((hue + rng.f(-6, 6)) / 360, 0.7, rng.f(0.34, 0.5)), { x: x + (a - (nx - 1) / 2) * r0 * 1.85, y: ty + 0.12 + rng.f(0, 0.03) + (a > 0 && a < nx - 1 && b > 0 && b < nz - 1 ? 0.03 : 0), z: z + (b - (nz - 1) / 2) * r0 * 1.85 });
    } else g.add(panel(w / cols - 0.06, d / rows - 0.06, withMap(jumble(rng, hues, 64)), { x, y: ty + 0.135, z, rx: -Math.PI / 2 }));
  }
}

export function priceTags(g: THREE.Object3D, rng: Random, n: number, w: number, y: number, z: number): void {
  for (let k = 0; k < n; k++) g.add(panel(0.24, 0.15, withMap(board(`${rng.i(2, 9)}元/斤`, rng.pick(['#fff7c9', '#f5f2ea', '#e6402f']), '#181818', 128, 80)), { x: rng.f(-0.45, 0.45) * w, y, z, rx: -0.5 }));
}

export function stool(kit: Kit, rng: Random, x: number, z: number): void {
  const c = rng.pick(['#d8413a', '#2f6fc0', '#e8e4da', '#3f9a6a']);
  kit.cyl(0.13, 0.16, 0.3, c, { x, z }, 4).box(0.26, 0.03, 0.26, c, { x, y: 0.3, z });
}
