import { lazy, Suspense } from 'react';
import type { Point } from '../../../../domain/geometry.ts';
import './small-map.css';

interface PlaceMapProps {
  readonly point: Point;
}

function Coordinates({ point }: PlaceMapProps) {
  return <div className="small-map num faint">{point[1].toFixed(5)}, {point[0].toFixed(5)}</div>;
}

/** The small map, fetched when the first place is shown. Where it cannot be fetched (cut network) the page goes on with the coordinates. */
const SmallMap = lazy(async () => {
  try {
    return { default: (await import('./small-map.tsx')).SmallMap };
  } catch {
    return { default: Coordinates };
  }
});

export function PlaceMap({ point }: PlaceMapProps) {
  return <Suspense fallback={<div className="small-map" />}><SmallMap point={point} /></Suspense>;
}
