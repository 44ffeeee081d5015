import type * as THREE from 'three';
import type { Style } from './styles.ts';

/** The still part of a street. x runs along it, z across it; the shops that are watched stand at z = -depth. Metres. */
export interface Street {
  root: THREE.Group;
  style: Style;
  /** Half the width of the roadway: kerbs at z = ±road. */
  road: number;
  /** z of the far shop fronts (negative) and of the near ones (positive). */
  farFront: number;
  nearFront: number;
  /** Height of the pavement above the road. */
  kerb: number;
  lamps: THREE.Vector3[];
  /** Places taken by trees, posts and the like, so that nothing is put into them. */
  taken: { x: number; z: number; r: number }[];
  /** Middle and width of the alley mouth on the far side, where there is one. */
  alley: { x: number; w: number } | null;
  trees: THREE.Object3D[];
  /** Lit boards and shop openings: their strength follows the light of the day. */
  emitters: THREE.MeshLambertMaterial[];
  shopLights: { at: THREE.Vector3; color: number }[];
}
