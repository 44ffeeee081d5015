import sharp from 'sharp';
import type { Detection } from '../domain/detection.ts';
import type { Polygon } from '../domain/geometry.ts';

const escapeXml = (text: string): string => text.replace(/[<>&"']/g, (c) => `&#${c.charCodeAt(0)};`);
/** Control characters are not XML at all. */
// oxlint-disable-next-line no-control-regex
const plain = (text: string): string => escapeXml(text.replace(/[\u0000-\u001f\u007f\ufffe\uffff]|[\ud800-\udfff]/g, ''));

/** The zone and the boxes with label and score, as an SVG over a picture of this size. */
export function overlaySvg({ width, height, zone, boxes }: { width: number; height: number; zone: Polygon | null; boxes: readonly Detection[] }): string {
  const line = Math.max(2, Math.round(width / 480));
  const size = Math.max(14, Math.round(height / 36));
  const shapes: string[] = [];
  if (zone !== null) {
    const points = zone.map(([x, y]) => `${(x * width).toFixed(1)},${(y * height).toFixed(1)}`).join(' ');
    shapes.push(`<polygon points="${points}" fill="#1677ff" fill-opacity="0.08" stroke="#1677ff" stroke-width="${line}" stroke-dasharray="${line * 5} ${line * 3}"/>`);
  }
  for (const { label, score, box } of boxes) {
    const [x, y, w, h] = [box[0] * width, box[1] * height, box[2] * width, box[3] * height].map((v) => Math.round(v)) as [number, number, number, number];
    const text = `${plain(label)} ${Math.round(score * 100)}%`;
    const textWidth = Math.min(width, Math.round(text.length * size * 0.62) + 8);
    const top = y >= size + 8 ? y - size - 8 : y;
    shapes.push(`<rect x="${x}" y="${y}" width="${w}" height="${h}" fill="none" stroke="#ff4d4f" stroke-width="${line}"/>`,
      `<rect x="${x}" y="${top}" width="${textWidth}" height="${size + 8}" fill="#ff4d4f"/>`,
      `<text x="${x + 4}" y="${top + size}" font-size="${size}" font-family="DejaVu Sans, Noto Sans CJK SC, sans-serif" fill="#ffffff">${text}</text>`);
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${shapes.join('')}</svg>`;
}

/** Draws zone and boxes on a JPEG of any size. @throws Error when it is no picture */
export async function annotate(jpeg: Buffer, zone: Polygon | null, boxes: readonly Detection[]): Promise<Buffer> {
  const { width, height } = await sharp(jpeg).metadata();
  const svg = overlaySvg({ width, height, zone, boxes });
  return sharp(jpeg).composite([{ input: Buffer.from(svg) }]).jpeg({ quality: 88 }).toBuffer();
}
