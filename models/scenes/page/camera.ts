import * as THREE from 'three';
import type { Random } from './random.ts';
import type { Street } from './street-parts.ts';

/** `close`: taken from nearby, as people do with a phone; the focus is then what the picture is about. */
export interface View { camera: THREE.PerspectiveCamera; focus: THREE.Vector3; close: boolean }

/** A camera at `from` looking at `to`; the field of view is the vertical one, in degrees. */
export function makeView(from: THREE.Vector3, to: THREE.Vector3, fov: number, aspect: number, close = false): View {
  const camera = new THREE.PerspectiveCamera(fov, aspect, close ? 0.15 : 0.4, 190);
  camera.position.copy(from);
  camera.lookAt(to);
  camera.updateMatrixWorld();
  camera.updateProjectionMatrix();
  return { camera, focus: to.clone().setY(0), close };
}

/** A person's view of something on the pavement or at the kerb, from 2 to 7 m. */
function closeView(rng: Random, street: Street, aspect: number): View {
  const to = new THREE.Vector3(rng.f(-5, 7), rng.f(0.2, 0.6), rng.f(street.farFront + 1.1, -street.road + 0.4));
  const far = rng.f(2.2, 7); const a = rng.f(-1.15, 1.15);
  const from = new THREE.Vector3(to.x + Math.sin(a) * far, rng.f(1.3, 3.4), Math.max(street.farFront + 1, to.z + Math.cos(a) * far));
  return makeView(from, to, rng.f(36, 60), aspect, true);
}

/** A camera as such streets have them, 3 to 9 m up: on a pole of the near side, on a shop front looking along, over the road. `closeShare` are close-ups. */
export function randomView(rng: Random, street: Street, aspect: number, closeShare = 0): View {
  if (rng.chance(closeShare)) return closeView(rng, street, aspect);
  const kind = rng.next();
  const h = rng.chance(0.6) ? rng.f(4, 7) : rng.f(3, 9);
  const wide = rng.chance(0.25) ? rng.f(1.1, 1.5) : 1;
  if (kind < 0.5) {
    const z = rng.f(street.road - 0.5, street.nearFront - 1);
    return makeView(new THREE.Vector3(0, h, z), new THREE.Vector3(rng.f(-9, 9), 0.4, street.farFront + rng.f(1.5, 5)), rng.f(27, 46) * wide, aspect);
  }
  const side = rng.pick([-1, 1]);
  if (kind < 0.8) return makeView(new THREE.Vector3(-side * rng.f(2, 7), h, street.farFront + rng.f(0.8, 4.5)), new THREE.Vector3(side * rng.f(5, 11), 0.3, street.farFront + rng.f(1.4, 4)), rng.f(34, 52) * wide, aspect);
  return makeView(new THREE.Vector3(-side * rng.f(5, 9), h, rng.f(-1, street.road + 1)), new THREE.Vector3(side * rng.f(3, 9), 0.3, street.farFront + rng.f(2, 6)), rng.f(30, 46) * wide, aspect);
}

/** Takes away the trees that stand in the way of the view: nobody hangs a camera behind leaves. */
export function clearView(street: Street, { camera, focus }: View): void {
  const a = new THREE.Vector2(camera.position.x, camera.position.z);
  const b = new THREE.Vector2(focus.x, focus.z);
  const d = b.clone().sub(a);
  for (const tree of street.trees) {
    const p = new THREE.Vector2(tree.position.x, tree.position.z).sub(a);
    const u = p.dot(d) / d.lengthSq();
    const aside = p.clone().addScaledVector(d, -Math.max(0, Math.min(0.7, u))).length();
    const close = u > -0.2 && Math.hypot(p.x, p.y) < 8.5;
    tree.visible = !close && (u < -0.25 || u > 0.85 || aside > 2.6 + 2.2 * Math.max(0, u));
  }
}
