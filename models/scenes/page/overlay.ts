import type { Random } from './random.ts';

const PLACES = ['人民路', '钦州湾大道', '永福西大街', '新兴街', '白沙街', '中山路', '文峰南路', '子材东大街', '南珠东大街', '扬帆大道', '城内街', '一马路'] as const;
const SPOTS = ['东口', '西口', '农贸市场', '步行街', '公交站', '小学门口', '3号', '7号', '路口北', '巷口'] as const;

/** A line of text as cameras burn it in: white with a dark rim. Height of the text in pixels. */
export function burnIn(c: CanvasRenderingContext2D, text: string, x: number, y: number, size: number, align: CanvasTextAlign = 'left'): void {
  c.font = `${size}px "Noto Sans Mono CJK SC", "Noto Sans CJK SC", monospace`;
  c.textAlign = align;
  c.textBaseline = 'alphabetic';
  c.lineJoin = 'round';
  c.lineWidth = Math.max(1.5, size / 7);
  c.strokeStyle = 'rgba(0,0,0,0.75)';
  c.fillStyle = '#f6f6f2';
  c.strokeText(text, x, y);
  c.fillText(text, x, y);
}

/** Date, time and name of the camera somewhere at the edge of the picture. */
export function drawOverlay(c: CanvasRenderingContext2D, w: number, h: number, rng: Random): void {
  const size = h * rng.f(0.035, 0.055);
  const p2 = (n: number): string => String(n).padStart(2, '0');
  const time = `202${rng.i(4, 7)}-${p2(rng.i(1, 12))}-${p2(rng.i(1, 28))} ${p2(rng.i(0, 23))}:${p2(rng.i(0, 59))}:${p2(rng.i(0, 59))}`;
  burnIn(c, time, w * 0.02, size * 1.4, size);
  if (rng.chance(0.7)) burnIn(c, rng.pick(PLACES) + rng.pick(SPOTS), w * 0.98, h - size * 0.8, size, 'right');
}
