import * as THREE from 'three';
import type { ClassName } from '../classes.ts';
import { contactSpot } from './textures.ts';

/** Something in the street. What carries a class is labelled; children may be labelled by themselves (a stall's seller). */
export interface Thing {
  root: THREE.Group;
  cls: ClassName | null;
  /** Half of the ground it needs, along x and z before it is turned. Metres. */
  half: [number, number];
  children: Thing[];
  /** Sets the pose for a time in seconds and a speed over ground in m/s. */
  pose?: (t: number, speed: number) => void;
  /** What it is, for the truth file. */
  note: string;
}

export function thing(note: string, cls: ClassName | null, half: [number, number], ...meshes: THREE.Object3D[]): Thing {
  const root = new THREE.Group();
  for (const m of meshes) root.add(m);
  return { root, cls, half, children: [], note };
}

/** A part that has a box of its own besides the box of what it belongs to: a stall's parasol, cart or table. */
export function part(parent: Thing, cls: ClassName, ...meshes: THREE.Object3D[]): Thing {
  return adopt(parent, thing(`${cls}:${parent.note}`, cls, [0, 0], ...meshes));
}

export function adopt(parent: Thing, child: Thing): Thing {
  parent.root.add(child.root);
  parent.children.push(child);
  return child;
}

let round: THREE.MeshBasicMaterial | undefined;
let square: THREE.MeshBasicMaterial | undefined;

/** The soft shade where a thing meets the ground; w and d in metres. */
export function contact(w: number, d: number, strength: number, isRound = false, y = 0.012): THREE.Mesh {
  const make = (sq: boolean): THREE.MeshBasicMaterial => new THREE.MeshBasicMaterial({ map: contactSpot(sq), color: 0x000000, transparent: true, depthWrite: false, polygonOffset: true, polygonOffsetFactor: -2, polygonOffsetUnits: -2 });
  round ??= make(false);
  square ??= make(true);
  const base = isRound ? round : square;
  const material = base.clone();
  material.opacity = strength;
  const mesh = new THREE.Mesh(new THREE.PlaneGeometry(w, d), material);
  mesh.rotation.x = -Math.PI / 2;
  mesh.position.y = y;
  mesh.userData['contact'] = true;
  return mesh;
}
