import type { Box, Polygon } from '../../../../domain/geometry.ts';
import type { Detection } from '../../../../domain/detection.ts';
import './overlay.css';

interface OverlayProps {
  readonly zone: Polygon | null;
  /** Place of the thing that was raised. */
  readonly box: Box | null;
  /** Everything that the model saw in this picture. */
  readonly boxes: readonly Detection[];
}

const percent = (value: number): string => `${value * 100}%`;
const same = (a: Box, b: Box): boolean => a.every((value, index) => Math.abs(value - (b[index] ?? 0)) < 0.004);

/** Zone and boxes over a picture; lies exactly on it and knows only normalised coordinates. */
export function Overlay({ zone, box, boxes }: OverlayProps) {
  const others = boxes.filter((one) => box === null || !same(one.box, box));
  const own = box === null ? undefined : boxes.find((one) => same(one.box, box));
  return (
    <div className="overlay" aria-hidden data-testid="overlay">
      <svg viewBox="0 0 1 1" preserveAspectRatio="none">
        {zone !== null && <polygon className="zone-line" points={zone.map(([x, y]) => `${x},${y}`).join(' ')} />}
        {others.map(({ box: [x, y, w, h] }, index) => <rect key={index} className="box-line" x={x} y={y} width={w} height={h} />)}
        {box !== null && <rect className="box-shadow" x={box[0]} y={box[1]} width={box[2]} height={box[3]} />}
        {box !== null && <rect className="box-line own" x={box[0]} y={box[1]} width={box[2]} height={box[3]} />}
      </svg>
      {others.map((one, index) => <BoxLabel key={index} detection={one} />)}
      {box !== null && own !== undefined && <BoxLabel detection={{ ...own, box }} own />}
    </div>
  );
}

function BoxLabel({ detection: { label, score, box }, own = false }: { readonly detection: Detection; readonly own?: boolean }) {
  const inside = box[1] < 0.035;
  return (
    <span className={own ? 'box-label own' : 'box-label'} style={{ left: percent(box[0]), top: percent(box[1]), transform: inside ? 'none' : 'translateY(-100%)' }}>
      {label} <span className="num">{Math.round(score * 100)}</span>
    </span>
  );
}
