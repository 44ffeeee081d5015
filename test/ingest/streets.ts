import sharp from 'sharp';
import { signatureOf, type ViewSignature } from '../../ingest/view-signature.ts';

/** Drawn streets for tests of views: houses, windows, signs, kerbs and poles from a seed, looked at in any light. */
export const width = 640;
export const height = 360;
export type Rgb = Uint8Array;
const { exp, max, min } = Math;

export function dice(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}

const raster = async (svg: string): Promise<Rgb> => new Uint8Array(await sharp(Buffer.from(svg)).removeAlpha().toColourspace('srgb').raw().toBuffer());

/** A street. @param from left edge of what is seen of it, pixels; @param things drawn over it, SVG */
export function street(seed: number, { from = 0, down = 0, things = '' }: { from?: number; down?: number; things?: string } = {}): Promise<Rgb> {
  const roll = dice(seed * 7919 + 13);
  const grey = (least: number, most: number): string => {
    const v = Math.round(least + roll() * (most - least));
    return `rgb(${v},${Math.round(v * 0.96)},${Math.round(v * 0.9)})`;
  };
  const parts: string[] = [];
  /** Where houses end and the road begins. */
  const foot = 205 + roll() * 60;
  for (let x = -400; x < width + 400;) {
    const w = 70 + roll() * 120;
    const top = 20 + roll() * 90;
    parts.push(`<rect x="${x}" y="${top}" width="${w}" height="${foot - top}" fill="${grey(90, 220)}"/>`);
    const [pitchX, pitchY] = [18 + roll() * 22, 22 + roll() * 24];
    for (let wy = top + 8; wy < foot - 70; wy += pitchY) for (let wx = x + 6; wx < x + w - 12; wx += pitchX) if (roll() < 0.8) parts.push(`<rect x="${wx}" y="${wy}" width="${pitchX * 0.5}" height="${pitchY * 0.55}" fill="${grey(30, 90)}"/>`);
    parts.push(`<rect x="${x + 4}" y="${foot - 64 + roll() * 8}" width="${w * (0.4 + roll() * 0.5)}" height="16" fill="${grey(40, 250)}"/>`);
    parts.push(`<rect x="${x + 10 + roll() * 20}" y="${foot - 40}" width="${20 + roll() * 30}" height="40" fill="${grey(40, 120)}"/>`);
    x += w + roll() * 14;
  }
  for (let i = 0; i < 9; i += 1) {
    const x = -400 + roll() * (width + 800);
    parts.push(`<rect x="${x}" y="${foot - 110 + roll() * 40}" width="${4 + roll() * 4}" height="150" fill="${grey(20, 70)}"/>`);
  }
  for (let i = 0; i < 14; i += 1) parts.push(`<rect x="${-400 + roll() * (width + 800)}" y="${foot + 15 + roll() * 90}" width="${12 + roll() * 60}" height="${4 + roll() * 12}" fill="${grey(60, 230)}" transform="skewX(${roll() * 30 - 15})"/>`);
  return raster(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="rgb(190,200,210)"/>
    <g transform="translate(${-from} ${-down})"><rect x="-500" y="${foot}" width="2000" height="400" fill="rgb(120,120,118)"/><rect x="-500" y="${foot + 10}" width="2000" height="5" fill="rgb(200,198,190)"/>${parts.join('')}</g>${things}</svg>`);
}

/** A lorry that stands before a part of the picture. */
export const lorry = (x: number, w: number): string => `<rect x="${x}" y="30" width="${w}" height="300" fill="rgb(225,225,222)"/><rect x="${x + w * 0.1}" y="60" width="${w * 0.5}" height="120" fill="rgb(40,80,150)"/>
  <rect x="${x}" y="300" width="${w}" height="14" fill="rgb(30,30,30)"/>`;

/** People everywhere on the ground, others for each seed. */
export function crowd(seed: number): string {
  const roll = dice(seed * 31 + 7);
  return Array.from({ length: 70 }, () => {
    const [x, y, s] = [roll() * width, 190 + roll() * 130, 10 + roll() * 14];
    const colour = (): string => `rgb(${roll() * 255 | 0},${roll() * 255 | 0},${roll() * 255 | 0})`;
    return `<ellipse cx="${x}" cy="${y}" rx="${s * 0.5}" ry="${s}" fill="${colour()}"/><circle cx="${x}" cy="${y - s * 1.3}" r="${s * 0.35}" fill="rgb(60,45,40)"/>`;
  }).join('');
}

const each = (rgb: Rgb, f: (v: number, i: number) => number): Rgb => Uint8Array.from(rgb, (v, i) => min(255, max(0, f(v, i))));

/** Other lights. Noise is that of a sensor, `seed` its moment. */
export const lights = {
  day: (rgb: Rgb, seed: number): Rgb => { const roll = dice(seed); return each(rgb, (v) => v + (roll() - 0.5) * 8); },
  bright: (rgb: Rgb, seed: number): Rgb => { const roll = dice(seed); return each(rgb, (v) => 255 * (v / 255) ** 0.45 + (roll() - 0.5) * 6); },
  dusk: (rgb: Rgb, seed: number): Rgb => { const roll = dice(seed); return each(rgb, (v) => 0.5 * 255 * (v / 255) ** 1.6 + (roll() - 0.5) * 10); },
  night: (rgb: Rgb, seed: number): Rgb => { const roll = dice(seed); return each(rgb, (v) => 8 + 34 * (v / 255) ** 1.4 + (roll() + roll() - 1) * 8); },
  lamps: (rgb: Rgb, seed: number): Rgb => {
    const roll = dice(seed);
    const glow = (x: number, y: number, r: number, i: number): number => exp(-((((i / 3) | 0) % width - x) ** 2 + (((i / 3 / width) | 0) - y) ** 2) / r / r);
    return each(rgb, (v, i) => 0.12 * v + (0.8 * v + 40) * (glow(150, 120, 90, i) + glow(480, 200, 110, i)) + (roll() - 0.5) * 10);
  },
  fog: (rgb: Rgb, seed: number): Rgb => { const roll = dice(seed); return each(rgb, (v) => 180 + 0.15 * (v - 180) + (roll() - 0.5) * 3); },
  negative: (rgb: Rgb): Rgb => each(rgb, (v) => 255 - v),
} as const;

export const signed = (rgb: Rgb): ViewSignature => signatureOf(rgb, width, height);
