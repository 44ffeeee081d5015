import { boxArea, footOf, pointInPolygon, type Box, type Point, type Polygon } from '../domain/geometry.ts';

/** Share of a box, or of its lowest part, that must lie in a zone when its foot does not. */
const enough = 0.5;
/** The part of a box's height, from below, in which the thing touches the ground: things have depth, and the camera looks down on them. */
const ground = 1 / 3;

/** One side of a rectangle: which points lie within, and where a line crosses it. */
interface Side {
  readonly within: (p: Point) => boolean;
  readonly crossing: (a: Point, b: Point) => Point;
}

function sidesOf([x, y, w, h]: Box): readonly Side[] {
  const atX = (edge: number) => (a: Point, b: Point): Point => [edge, a[1] + ((b[1] - a[1]) * (edge - a[0])) / (b[0] - a[0])];
  const atY = (edge: number) => (a: Point, b: Point): Point => [a[0] + ((b[0] - a[0]) * (edge - a[1])) / (b[1] - a[1]), edge];
  return [
    { within: (p) => p[0] >= x, crossing: atX(x) },
    { within: (p) => p[0] <= x + w, crossing: atX(x + w) },
    { within: (p) => p[1] >= y, crossing: atY(y) },
    { within: (p) => p[1] <= y + h, crossing: atY(y + h) },
  ];
}

/** Area of the part of a polygon that lies in a box (Sutherland and Hodgman: the box is convex, the polygon need not be). */
export function areaInBox(polygon: Polygon, box: Box): number {
  let points: readonly Point[] = polygon;
  for (const { within, crossing } of sidesOf(box)) {
    const next: Point[] = [];
    points.forEach((b, i) => {
      const a = points.at(i - 1)!;
      if (within(b)) {
        if (!within(a)) next.push(crossing(a, b));
        next.push(b);
      } else if (within(a)) {
        next.push(crossing(a, b));
      }
    });
    points = next;
  }
  let twice = 0;
  points.forEach((b, i) => {
    const a = points.at(i - 1)!;
    twice += a[0] * b[1] - b[0] * a[1];
  });
  return Math.abs(twice) / 2;
}

/**
 * A thing stands in a zone when its foot does, when at least half of its lowest third lies there (its front edge may reach out of the
 * zone), or at least half of its whole box (a sign on a wall has no foot on the ground).
 */
export function inZone(box: Box, polygon: Polygon): boolean {
  if (pointInPolygon(footOf(box), polygon)) return true;
  const [x, y, w, h] = box;
  const foot: Box = [x, y + h * (1 - ground), w, h * ground];
  return [foot, box].some((part) => boxArea(part) > 0 && areaInBox(polygon, part) / boxArea(part) >= enough);
}

/** Smallest box around a polygon, cut at the picture's edges. */
export function boundsOf(polygon: Polygon): Box {
  const clamp = (v: number): number => Math.min(1, Math.max(0, v));
  const xs = polygon.map((p) => clamp(p[0]));
  const ys = polygon.map((p) => clamp(p[1]));
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return [left, top, Math.max(...xs) - left, Math.max(...ys) - top];
}
