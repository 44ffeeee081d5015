import * as THREE from 'three';
import type { Stage } from './stage.ts';
import { CLASS_NAMES, type ClassName } from '../classes.ts';
import type { Thing } from './thing.ts';

export interface Box {
  cls: ClassName;
  note: string;
  /** Left, top, width, height, as parts of the picture. */
  box: [number, number, number, number];
  /** Part of the thing that is seen: neither hidden nor cut off. */
  visible: number;
}

const flat: THREE.MeshBasicMaterial[] = [];
function flatMaterial(id: number): THREE.MeshBasicMaterial {
  return flat[id] ??= new THREE.MeshBasicMaterial({ color: new THREE.Color().setRGB(id / 255, 0, 0, THREE.LinearSRGBColorSpace), side: THREE.DoubleSide, fog: false });
}

interface Entry { thing: Thing; id: number; meshes: THREE.Mesh[]; family: Set<number> }

function collect(things: readonly Thing[]): Entry[] {
  const entries: Entry[] = [];
  const visit = (t: Thing, ancestors: Entry[]): void => {
    const id = t.cls && entries.length < 250 ? entries.length + 1 : 0;
    const own = new Set<THREE.Object3D>(t.children.map((c) => c.root));
    const meshes: THREE.Mesh[] = [];
    const walk = (o: THREE.Object3D): void => {
      if (own.has(o)) return;
      if (o instanceof THREE.Mesh && o.userData['contact'] !== true) meshes.push(o);
      for (const c of o.children) walk(c);
    };
    walk(t.root);
    const entry: Entry = { thing: t, id, meshes, family: new Set([id]) };
    if (id > 0) {
      entries.push(entry);
      for (const a of ancestors) a.family.add(id);
    }
    for (const c of t.children) visit(c, id > 0 ? [...ancestors, entry] : ancestors);
  };
  for (const t of things) visit(t, []);
  return entries;
}

function allMeshes(entry: Entry, entries: readonly Entry[]): THREE.Mesh[] {
  return entries.filter((e) => entry.family.has(e.id)).flatMap((e) => e.meshes);
}

/** The box of the projected points, uncut, or null where the thing is behind the camera. */
export function projectBox(meshes: readonly THREE.Mesh[], camera: THREE.PerspectiveCamera): [number, number, number, number] | null {
  const m = new THREE.Matrix4(); const v = new THREE.Vector4();
  const view = new THREE.Matrix4().multiplyMatrices(camera.projectionMatrix, camera.matrixWorldInverse);
  let x0 = Infinity; let y0 = Infinity; let x1 = -Infinity; let y1 = -Infinity;
  for (const mesh of meshes) {
    m.multiplyMatrices(view, mesh.matrixWorld);
    const at = mesh.geometry.getAttribute('position');
    const count = mesh.visible ? (mesh.userData['shown'] as number | undefined) ?? at.count : 0;
    const step = count > 4000 ? 3 : 1;
    for (let k = 0; k < count; k += step) {
      v.set(at.getX(k), at.getY(k), at.getZ(k), 1).applyMatrix4(m);
      if (v.w < 0.3) continue;
      const x = v.x / v.w; const y = v.y / v.w;
      if (x < x0) x0 = x;
      if (x > x1) x1 = x;
      if (y < y0) y0 = y;
      if (y > y1) y1 = y;
    }
  }
  if (x0 > x1) return null;
  return [(x0 + 1) / 2, (1 - y1) / 2, (x1 + 1) / 2, (1 - y0) / 2];
}

const W = 320; const H = 180;

/**
 * The boxes of all labelled things, by their projected points, cut to the picture and to what is seen of them.
 * Things less than a third visible (unless cut off by the edge and large) or smaller than `least` of the picture's height are left out.
 */
export function labelBoxes(stage: Stage, things: readonly Thing[], camera: THREE.PerspectiveCamera, least = 0.024): Box[] {
  const entries = collect(things);
  const target = idTarget ??= new THREE.WebGLRenderTarget(W, H, { minFilter: THREE.NearestFilter, magFilter: THREE.NearestFilter });
  const kept = new Map<THREE.Mesh, THREE.Material | THREE.Material[]>();
  const hidden: THREE.Object3D[] = [];
  const labelled = new Map<THREE.Mesh, number>();
  for (const e of entries) for (const m of e.meshes) labelled.set(m, e.id);
  stage.moving.traverse((o) => {
    if (!(o instanceof THREE.Mesh) || o.renderOrder === -1000) return;
    if (o.userData['contact'] === true) {
      if (o.visible) { o.visible = false; hidden.push(o); }
      return;
    }
    kept.set(o, o.material as THREE.Material);
    o.material = flatMaterial(labelled.get(o) ?? 0);
  });
  const pixels = new Uint8Array(W * H * 4);
  stage.drawIds(camera, target, false);
  stage.renderer.readRenderTargetPixels(target, 0, 0, W, H, pixels);
  const seen = new Map<number, { n: number; x0: number; y0: number; x1: number; y1: number }>();
  for (let y = 0; y < H; y++) for (let x = 0; x < W; x++) {
    const id = pixels[(y * W + x) * 4] ?? 0;
    if (id === 0) continue;
    const top = H - 1 - y;
    const s = seen.get(id);
    if (!s) seen.set(id, { n: 1, x0: x, y0: top, x1: x, y1: top });
    else { s.n++; s.x0 = Math.min(s.x0, x); s.x1 = Math.max(s.x1, x); s.y0 = Math.min(s.y0, top); s.y1 = Math.max(s.y1, top); }
  }
  const boxes: Box[] = [];
  const roots = stage.moving.children.filter((o) => o.visible && o.renderOrder !== -1000 && !(o instanceof THREE.Light));
  for (const r of roots) r.visible = false;
  const alone = new THREE.Group();
  stage.moving.add(alone);
  for (const e of entries) {
    const meshes = allMeshes(e, entries);
    const full = projectBox(meshes, camera);
    if (!full) continue;
    let n = 0; let x0 = W; let y0 = H; let x1 = 0; let y1 = 0;
    for (const id of e.family) {
      const s = seen.get(id);
      if (!s) continue;
      n += s.n; x0 = Math.min(x0, s.x0); y0 = Math.min(y0, s.y0); x1 = Math.max(x1, s.x1); y1 = Math.max(y1, s.y1);
    }
    if (n < 6) continue;
    const cut = [Math.max(0, full[0]), Math.max(0, full[1]), Math.min(1, full[2]), Math.min(1, full[3])] as const;
    const inside = ((cut[2] - cut[0]) * (cut[3] - cut[1])) / ((full[2] - full[0]) * (full[3] - full[1]));
    // pixels without anything in front, counted in the part of the picture where the thing is
    const clones = meshes.filter((m) => m.visible).map((m) => { const c = new THREE.Mesh(m.geometry, m.material); c.matrixAutoUpdate = false; c.matrix.copy(m.matrixWorld); c.matrixWorldAutoUpdate = true; return c; });
    alone.add(...clones);
    stage.drawIds(camera, target, true);
    alone.remove(...clones);
    const rx = Math.floor(cut[0] * W); const rw = Math.max(1, Math.min(W - rx, Math.ceil((cut[2] - cut[0]) * W) + 1));
    const top = Math.floor(cut[1] * H); const rh = Math.max(1, Math.min(H - top, Math.ceil((cut[3] - cut[1]) * H) + 1));
    const part = new Uint8Array(rw * rh * 4);
    stage.renderer.readRenderTargetPixels(target, rx, H - top - rh, rw, rh, part);
    let whole = 0;
    for (let k = 0; k < part.length; k += 4) if ((part[k] ?? 0) > 0) whole++;
    const unhidden = Math.min(1, n / Math.max(1, whole));
    const visible = unhidden * inside;
    const grow = 1.5;
    const left = Math.max(cut[0], (x0 - grow) / W); const up = Math.max(cut[1], (y0 - grow) / H);
    const right = Math.min(cut[2], (x1 + 1 + grow) / W); const down = Math.min(cut[3], (y1 + 1 + grow) / H);
    const w = right - left; const h = down - up;
    // what is cut off by the picture's edge and still fills a good part of it is labelled too
    const cutOff = unhidden > 0.45 && inside > 0.1 && w * h > 0.025;
    if ((visible < 0.35 && !cutOff) || h < least || w < least * 0.5) continue;
    if (e.thing.cls) boxes.push({ cls: e.thing.cls, note: e.thing.note, box: [left, up, w, h], visible });
  }
  stage.moving.remove(alone);
  for (const r of roots) r.visible = true;
  for (const [m, material] of kept) m.material = material;
  for (const o of hidden) o.visible = true;
  return boxes;
}

let idTarget: THREE.WebGLRenderTarget | undefined;

/** YOLO lines: class, middle and size as parts of the picture. */
export function yoloLines(boxes: readonly Box[]): string {
  return boxes.map(({ cls, box: [x, y, w, h] }) => [CLASS_NAMES.indexOf(cls), ...[x + w / 2, y + h / 2, w, h].map((n) => n.toFixed(5))].join(' ')).join('\n') + (boxes.length > 0 ? '\n' : '');
}
