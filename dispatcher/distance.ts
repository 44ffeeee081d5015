import distance from '@turf/distance';
import type { Point } from '../domain/geometry.ts';

/** Metres between two points on the ground. */
export function metresBetween(a: Point, b: Point): number {
  return distance([a[0], a[1]], [b[0], b[1]], { units: 'meters' });
}
