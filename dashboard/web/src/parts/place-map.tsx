import { Component, lazy, Suspense, type ReactNode } from 'react';
import type { Point } from '../../../../domain/geometry.ts';
import './small-map.css';

const SmallMap = lazy(async () => ({ default: (await import('./small-map.tsx')).SmallMap }));

/** The small map, fetched when the first place is shown. Without it (cut network, no WebGL) the page goes on with the coordinates. */
export function PlaceMap({ point }: { readonly point: Point }) {
  const words = <div className="small-map num faint">{point[1].toFixed(5)}, {point[0].toFixed(5)}</div>;
  return <Guard instead={words}><Suspense fallback={<div className="small-map" />}><SmallMap point={point} /></Suspense></Guard>;
}

class Guard extends Component<{ readonly instead: ReactNode; readonly children: ReactNode }, { readonly broken: boolean }> {
  override state = { broken: false };
  static getDerivedStateFromError(): { broken: boolean } {
    return { broken: true };
  }
  override render(): ReactNode {
    return this.state.broken ? this.props.instead : this.props.children;
  }
}
