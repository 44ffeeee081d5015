import * as THREE from 'three';
import { mergeGeometries } from 'three/addons/utils/BufferGeometryUtils.js';
import { paint } from './materials.ts';

export interface Place {
  x?: number; y?: number; z?: number;
  rx?: number; ry?: number; rz?: number;
  sx?: number; sy?: number; sz?: number;
}

/** Where a part ends in the merged mesh, in the order of building: things can be shown part by part. */
export interface PartEnd { vertices: number; indices: number }

/** Shows the first `part` (0 to 1) of what a mesh was built of. */
export function showPart(mesh: THREE.Mesh, part: number): void {
  const ends = mesh.userData['ends'] as PartEnd[] | undefined;
  if (!ends) { mesh.visible = part > 0.99; return; }
  const n = Math.round(part * ends.length);
  const end = ends[n - 1];
  mesh.visible = end !== undefined;
  mesh.userData['shown'] = end?.vertices ?? 0;
  mesh.geometry.setDrawRange(0, n === ends.length ? Infinity : end?.indices ?? 0);
}

const scratch = new THREE.Color();
const euler = new THREE.Euler();

function matrixOf(p: Place): THREE.Matrix4 {
  euler.set(p.rx ?? 0, p.ry ?? 0, p.rz ?? 0, 'YXZ');
  return new THREE.Matrix4().compose(
    new THREE.Vector3(p.x ?? 0, p.y ?? 0, p.z ?? 0),
    new THREE.Quaternion().setFromEuler(euler),
    new THREE.Vector3(p.sx ?? 1, p.sy ?? 1, p.sz ?? 1),
  );
}

/** Collects coloured parts and merges them into one mesh: one draw call for a whole cart with its goods. Metres. */
export class Kit {
  private readonly parts: THREE.BufferGeometry[] = [];

  add(source: THREE.BufferGeometry, color: THREE.ColorRepresentation, place: Place = {}): this {
    const g = source.index ? source.clone() : source.clone().setIndex(Array.from({ length: source.getAttribute('position').count }, (_, k) => k));
    for (const name of Object.keys(g.attributes)) if (name !== 'position' && name !== 'normal') g.deleteAttribute(name);
    const count = g.getAttribute('position').count;
    const rgb = new Float32Array(count * 3);
    scratch.set(color);
    for (let k = 0; k < count; k++) scratch.toArray(rgb, k * 3);
    g.setAttribute('color', new THREE.BufferAttribute(rgb, 3));
    g.morphAttributes = {};
    this.parts.push(g.applyMatrix4(matrixOf(place)));
    return this;
  }

  /** A box; (x, y, z) is the middle of its bottom. */
  box(w: number, h: number, d: number, color: THREE.ColorRepresentation, p: Place = {}): this {
    return this.add(new THREE.BoxGeometry(w, h, d).translate(0, h / 2, 0), color, p);
  }

  /** A cylinder or cone standing on (x, y, z). */
  cyl(top: number, bottom: number, h: number, color: THREE.ColorRepresentation, p: Place = {}, sides = 10): this {
    return this.add(new THREE.CylinderGeometry(top, bottom, h, sides).translate(0, h / 2, 0), color, p);
  }

  /** A ball about its middle. */
  ball(r: number, color: THREE.ColorRepresentation, p: Place = {}, sides = 8): this {
    return this.add(new THREE.SphereGeometry(r, sides, Math.max(5, Math.round(sides * 0.7))), color, p);
  }

  /** A straight round bar from a to b. */
  bar(a: readonly [number, number, number], b: readonly [number, number, number], r: number, color: THREE.ColorRepresentation, sides = 6): this {
    const from = new THREE.Vector3(...a);
    const to = new THREE.Vector3(...b);
    const length = from.distanceTo(to);
    const g = new THREE.CylinderGeometry(r, r, length, sides);
    g.applyQuaternion(new THREE.Quaternion().setFromUnitVectors(new THREE.Vector3(0, 1, 0), to.clone().sub(from).normalize()));
    g.translate((from.x + to.x) / 2, (from.y + to.y) / 2, (from.z + to.z) / 2);
    return this.add(g, color);
  }

  get empty(): boolean {
    return this.parts.length === 0;
  }

  mesh(material: THREE.Material = paint): THREE.Mesh {
    const g = mergeGeometries(this.parts);
    const mesh = new THREE.Mesh(g, material);
    let vertices = 0; let indices = 0;
    mesh.userData['ends'] = this.parts.map((part) => {
      vertices += part.getAttribute('position').count;
      indices += part.index?.count ?? 0;
      part.dispose();
      return { vertices, indices } satisfies PartEnd;
    });
    mesh.castShadow = true;
    mesh.receiveShadow = true;
    return mesh;
  }
}

/** A flat rectangle with a texture, facing +z before it is turned. */
export function panel(w: number, h: number, material: THREE.Material, p: Place): THREE.Mesh {
  const mesh = new THREE.Mesh(new THREE.PlaneGeometry(w, h), material);
  mesh.applyMatrix4(matrixOf(p));
  mesh.receiveShadow = true;
  mesh.castShadow = true;
  return mesh;
}

/** Moves the points of a geometry by smooth noise: heaps, sacks, bags. Welded points move together. */
export function rough(g: THREE.BufferGeometry, amount: number, seed: number): THREE.BufferGeometry {
  const at = g.getAttribute('position') as THREE.BufferAttribute;
  for (let k = 0; k < at.count; k++) {
    const x = at.getX(k); const y = at.getY(k); const z = at.getZ(k);
    const h = (a: number, b: number, c: number): number => {
      const s = Math.sin(a * 12.9898 + b * 78.233 + c * 37.719 + seed * 3.17) * 43758.5453;
      return s - Math.floor(s) - 0.5;
    };
    const q = (v: number): number => Math.round(v * 500);
    at.setXYZ(k, x + h(q(x), q(y), q(z)) * amount, y + h(q(y), q(z), q(x)) * amount, z + h(q(z), q(x), q(y)) * amount);
  }
  g.computeVertexNormals();
  return g;
}
