/** Geometry of pictures and of the ground. Picture coordinates are normalised to 0..1, origin top left, whatever the resolution. */

/** [x, y] in the picture (0..1), or [longitude, latitude] on the ground (WGS 84, taken as equal to CGCS2000). */
export type Point = readonly [number, number];
/** At least three points; closed implicitly. */
export type Polygon = readonly Point[];
/** [x, y, width, height], normalised; x and y are the top left corner. */
export type Box = readonly [number, number, number, number];

export function boxArea(b: Box): number {
  return Math.max(0, b[2]) * Math.max(0, b[3]);
}

/** Intersection over union of two boxes, 0..1. */
export function overlap(a: Box, b: Box): number {
  const w = Math.min(a[0] + a[2], b[0] + b[2]) - Math.max(a[0], b[0]);
  const h = Math.min(a[1] + a[3], b[1] + b[3]) - Math.max(a[1], b[1]);
  if (w <= 0 || h <= 0) return 0;
  const shared = w * h;
  return shared / (boxArea(a) + boxArea(b) - shared);
}

/** Where a thing stands: the middle of the lower edge of its box. */
export function footOf(b: Box): Point {
  return [b[0] + b[2] / 2, b[1] + b[3]];
}

/** Even-odd rule; points on an edge may fall on either side. */
export function pointInPolygon([x, y]: Point, polygon: Polygon): boolean {
  let inside = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [xi, yi] = polygon[i]!;
    const [xj, yj] = polygon[j]!;
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}
