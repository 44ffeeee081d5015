import * as THREE from 'three';
import type { Random } from './random.ts';

const FONT = '"Noto Sans CJK SC", "Noto Sans SC", sans-serif';

export function drawn(w: number, h: number, paint: (c: CanvasRenderingContext2D, w: number, h: number) => void, repeat?: [number, number]): THREE.CanvasTexture {
  const canvas = document.createElement('canvas');
  canvas.width = w;
  canvas.height = h;
  const c = canvas.getContext('2d', { willReadFrequently: true });
  if (!c) throw new Error('no 2D canvas');
  paint(c, w, h);
  const t = new THREE.CanvasTexture(canvas);
  t.colorSpace = THREE.SRGBColorSpace;
  t.anisotropy = 4;
  if (repeat) {
    t.wrapS = t.wrapT = THREE.RepeatWrapping;
    t.repeat.set(...repeat);
  }
  return t;
}

export function speckle(c: CanvasRenderingContext2D, w: number, h: number, rng: Random, amount: number): void {
  const data = c.getImageData(0, 0, w, h);
  const px = data.data;
  for (let k = 0; k < px.length; k += 4) {
    const n = (rng.next() + rng.next() - 1) * amount;
    px[k] = (px[k] ?? 0) + n;
    px[k + 1] = (px[k + 1] ?? 0) + n;
    px[k + 2] = (px[k + 2] ?? 0) + n;
  }
  c.putImageData(data, 0, 0);
}

/** Soft dark and bright patches: dirt, wear, damp. */
export function stains(c: CanvasRenderingContext2D, w: number, h: number, rng: Random, count: number, strength: number): void {
  for (let k = 0; k < count; k++) {
    const x = rng.f(0, w); const y = rng.f(0, h); const r = rng.f(0.04, 0.22) * w;
    const dark = rng.chance(0.65);
    for (const dx of [-w, 0, w]) for (const dy of [-h, 0, h]) {
      const g = c.createRadialGradient(x + dx, y + dy, 0, x + dx, y + dy, r);
      g.addColorStop(0, dark ? `rgba(15,14,12,${strength})` : `rgba(210,205,190,${strength * 0.6})`);
      g.addColorStop(1, 'rgba(0,0,0,0)');
      c.fillStyle = g;
      c.fillRect(x + dx - r, y + dy - r, r * 2, r * 2);
    }
  }
}

export function asphalt(rng: Random, repeat: [number, number]): THREE.CanvasTexture {
  const base = rng.i(92, 130);
  return drawn(512, 512, (c, w, h) => {
    c.fillStyle = `rgb(${base + 2},${base + 1},${base})`;
    c.fillRect(0, 0, w, h);
    stains(c, w, h, rng, 26, 0.1);
    speckle(c, w, h, rng, 34);
    c.strokeStyle = 'rgba(30,30,30,0.5)';
    for (let k = 0; k < rng.i(1, 5); k++) {
      c.lineWidth = rng.f(0.8, 1.8);
      c.beginPath();
      let x = rng.f(0, w); let y = rng.f(0, h);
      c.moveTo(x, y);
      for (let s = 0; s < 14; s++) c.lineTo(x += rng.f(-14, 22), y += rng.f(-18, 18));
      c.stroke();
    }
  }, repeat);
}

const PAVING: readonly (readonly [string, string])[] = [
  ['#a9a59c', '#97938b'], ['#b08a78', '#a27c6c'], ['#b5ad9f', '#8f7a70'], ['#9c9c9a', '#8a8b8c'], ['#b9a890', '#a99a86'],
];

export function paving(rng: Random, repeat: [number, number]): THREE.CanvasTexture {
  const [one, two] = rng.pick(PAVING);
  const kind = rng.i(0, 2);
  return drawn(512, 512, (c, w, h) => {
    c.fillStyle = '#6d6963';
    c.fillRect(0, 0, w, h);
    const cols = kind === 0 ? 8 : kind === 1 ? 5 : 10;
    const rows = kind === 0 ? 16 : kind === 1 ? 5 : 10;
    const cw = w / cols; const rh = h / rows;
    for (let r = 0; r < rows; r++) for (let k = -1; k <= cols; k++) {
      const shift = kind === 0 && r % 2 === 1 ? cw / 2 : 0;
      const alt = kind === 2 ? (k + r) % 2 === 0 : rng.chance(0.5);
      c.fillStyle = alt ? one : two;
      c.fillRect(k * cw + shift + 0.8, r * rh + 0.8, cw - 1.6, rh - 1.6);
      const v = Math.sin((r * 13 + ((k + cols) % cols) * 7) * 5.3) * 0.07;
      c.fillStyle = v > 0 ? `rgba(255,255,255,${v})` : `rgba(0,0,0,${-v})`;
      c.fillRect(k * cw + shift + 0.8, r * rh + 0.8, cw - 1.6, rh - 1.6);
    }
    stains(c, w, h, rng, 22, 0.09);
    speckle(c, w, h, rng, 22);
  }, repeat);
}

const SHOPS: readonly string[] = [
  '老街猪脚粉', '钦江茶庄', '兴旺五金', '康宁大药房', '小江水果', '阿婆糖水', '坭兴陶坊', '佳佳童装', '百姓粮油', '海港大排档', '鸿运烟酒', '新风理发店',
  '正宗螺蛳粉', '平价超市', '诚信通讯', '美依服饰', '永福饼屋', '利民便利店', '金湾眼镜', '文华书店', '顺发电器', '茅尾海鲜', '红星窗帘', '南珠首饰',
  '好又鲜生鲜', '广源建材', '七彩文具', '老友粉店', '荔香园', '向阳裁缝', '欢乐烧烤', '鲜果时光', '家和家纺', '平安轮胎', '鑫隆摩配', '四季花店',
];
const SIGNS: readonly (readonly [string, string])[] = [
  ['#b3191d', '#ffe9a8'], ['#c9281f', '#ffffff'], ['#0f5c38', '#ffffff'], ['#12468c', '#ffffff'], ['#f2efe6', '#b3191d'], ['#e8a318', '#7c1510'],
  ['#26221f', '#e9c46a'], ['#59331f', '#f4e1b8'], ['#0e7c86', '#ffffff'], ['#6d2278', '#ffe2f4'], ['#f4c531', '#1d3a8a'], ['#37474f', '#ffffff'],
];

export function shopSign(rng: Random, width: number): THREE.CanvasTexture {
  const name = rng.pick(SHOPS);
  const [ground, ink] = rng.pick(SIGNS);
  return drawn(Math.round(Math.min(1024, width * 150)), 140, (c, w, h) => {
    const g = c.createLinearGradient(0, 0, 0, h);
    g.addColorStop(0, ground); g.addColorStop(1, ground);
    c.fillStyle = g;
    c.fillRect(0, 0, w, h);
    c.strokeStyle = ink;
    c.globalAlpha = 0.5;
    c.lineWidth = 3;
    if (rng.chance(0.5)) c.strokeRect(7, 7, w - 14, h - 14);
    c.globalAlpha = 1;
    c.fillStyle = ink;
    c.textAlign = 'center';
    c.textBaseline = 'middle';
    const side = rng.chance(0.4);
    const size = Math.min(86, (w * (side ? 0.7 : 0.86)) / name.length);
    c.font = `bold ${size}px ${FONT}`;
    c.fillText(name, w * (side ? 0.6 : 0.5), h * 0.46);
    c.font = `${Math.round(h * 0.13)}px ${FONT}`;
    c.fillText(`电话 0777-${rng.i(2000000, 8999999)}`, w * (side ? 0.6 : 0.5), h * 0.87);
    if (side) {
      c.beginPath();
      c.arc(h * 0.55, h * 0.5, h * 0.3, 0, 7);
      c.fill();
      c.fillStyle = ground;
      c.font = `bold ${h * 0.36}px ${FONT}`;
      c.fillText(name.slice(0, 1), h * 0.55, h * 0.52);
    }
    stains(c, w, h, rng, 5, 0.06);
  });
}

/** Any short text on a board: carts, price tags, banners. */
export function board(text: string, ground: string, ink: string, w = 256, h = 96): THREE.CanvasTexture {
  return drawn(w, h, (c) => {
    c.fillStyle = ground;
    c.fillRect(0, 0, w, h);
    c.fillStyle = ink;
    c.textAlign = 'center';
    c.textBaseline = 'middle';
    c.font = `bold ${Math.min(h * 0.7, (w * 0.9) / text.length)}px ${FONT}`;
    c.fillText(text, w / 2, h / 2);
  });
}

/** What is seen through a shop's opening: shelves with goods, lit from above. */
export function interior(rng: Random): THREE.CanvasTexture {
  const warm = rng.chance(0.4);
  return drawn(256, 192, (c, w, h) => {
    const g = c.createLinearGradient(0, 0, 0, h);
    g.addColorStop(0, warm ? '#fff0cf' : '#eef4f6');
    g.addColorStop(0.18, warm ? '#c7a878' : '#b4bcc0');
    g.addColorStop(1, warm ? '#4d3c2a' : '#3f4448');
    c.fillStyle = g;
    c.fillRect(0, 0, w, h);
    const shelves = rng.i(3, 5);
    for (let s = 0; s < shelves; s++) {
      const y = h * (0.22 + (s * 0.68) / shelves);
      const step = h * (0.6 / shelves);
      let x = w * 0.04;
      while (x < w * 0.96) {
        const bw = rng.f(5, 20);
        c.fillStyle = `hsl(${rng.i(0, 360)} ${rng.i(8, 38)}% ${rng.i(30, 66)}%)`;
        const bh = step * rng.f(0.45, 0.95);
        if (rng.chance(0.85)) c.fillRect(x, y + step - bh, bw - 1.5, bh);
        x += bw;
      }
      c.fillStyle = 'rgba(70,60,50,0.9)';
      c.fillRect(0, y + step, w, 3);
    }
    const v = c.createLinearGradient(0, 0, 0, h);
    v.addColorStop(0, 'rgba(0,0,0,0)');
    v.addColorStop(1, 'rgba(0,0,0,0.45)');
    c.fillStyle = v;
    c.fillRect(0, 0, w, h);
  });
}

export function shutter(rng: Random): THREE.CanvasTexture {
  const hue = rng.pick(['#9aa0a3', '#8b9298', '#7d8c99', '#a8a39a', '#6f7f8f']);
  return drawn(256, 256, (c, w, h) => {
    c.fillStyle = hue;
    c.fillRect(0, 0, w, h);
    for (let y = 0; y < h; y += 10) {
      const g = c.createLinearGradient(0, y, 0, y + 10);
      g.addColorStop(0, 'rgba(255,255,255,0.22)');
      g.addColorStop(0.5, 'rgba(0,0,0,0)');
      g.addColorStop(1, 'rgba(0,0,0,0.38)');
      c.fillStyle = g;
      c.fillRect(0, y, w, 10);
    }
    stains(c, w, h, rng, 8, 0.12);
    if (rng.chance(0.5)) {
      c.fillStyle = 'rgba(40,60,120,0.6)';
      c.font = `16px ${FONT}`;
      c.fillText(`疏通 开锁 13${rng.i(100000000, 999999999)}`, rng.f(5, 60), rng.f(140, 230));
    }
  });
}

/** Upper floor of one bay: wall tiles, a window with frame and often a grille, stains below. */
export function bay(rng: Random, wall: string): THREE.CanvasTexture {
  return drawn(256, 220, (c, w, h) => {
    c.fillStyle = wall;
    c.fillRect(0, 0, w, h);
    c.strokeStyle = 'rgba(0,0,0,0.10)';
    c.lineWidth = 1;
    const t = rng.pick([8, 12, 400]);
    for (let y = 0; y < h; y += t) { c.beginPath(); c.moveTo(0, y); c.lineTo(w, y); c.stroke(); }
    for (let x = 0; x < w; x += t * 1.6) { c.beginPath(); c.moveTo(x, 0); c.lineTo(x, h); c.stroke(); }
    const ww = w * rng.f(0.42, 0.66); const wh = h * rng.f(0.42, 0.55);
    const x = (w - ww) / 2; const y = h * 0.2;
    c.fillStyle = 'rgba(0,0,0,0.35)';
    c.fillRect(x - 3, y - 3, ww + 10, wh + 10);
    const glass = c.createLinearGradient(x, y, x + ww, y + wh);
    glass.addColorStop(0, '#55656d'); glass.addColorStop(0.5, '#2a3439'); glass.addColorStop(1, '#434e52');
    c.fillStyle = glass;
    c.fillRect(x, y, ww, wh);
    if (rng.chance(0.5)) {
      c.fillStyle = rng.pick(['#b9a98c', '#8a9aa8', '#a88a8a', '#d9d4c8']);
      c.fillRect(x, y, ww * rng.f(0.2, 0.5), wh);
    }
    c.strokeStyle = rng.pick(['#dfe3e4', '#8d8f8f', '#6b5544']);
    c.lineWidth = 5;
    c.strokeRect(x, y, ww, wh);
    c.beginPath(); c.moveTo(x + ww / 2, y); c.lineTo(x + ww / 2, y + wh); c.stroke();
    if (rng.chance(0.55)) {
      c.strokeStyle = 'rgba(190,195,196,0.85)';
      c.lineWidth = 1.6;
      for (let gx = x; gx <= x + ww; gx += 10) { c.beginPath(); c.moveTo(gx, y - 6); c.lineTo(gx, y + wh + 6); c.stroke(); }
      for (let gy = y - 6; gy <= y + wh + 6; gy += 30) { c.beginPath(); c.moveTo(x, gy); c.lineTo(x + ww, gy); c.stroke(); }
    }
    c.fillStyle = 'rgba(235,235,230,0.8)';
    c.fillRect(x - 8, y + wh + 6, ww + 16, 6);
    const d = c.createLinearGradient(0, y + wh, 0, h);
    d.addColorStop(0, 'rgba(30,26,20,0.22)'); d.addColorStop(1, 'rgba(30,26,20,0)');
    c.fillStyle = d;
    c.fillRect(x, y + wh + 12, ww, h - y - wh - 12);
    stains(c, w, h, rng, 4, 0.06);
  });
}

/** A patch of leaves with holes, for trees and hedges. */
export function leaves(rng: Random): THREE.CanvasTexture {
  const hue = rng.i(82, 118);
  return drawn(128, 128, (c, w, h) => {
    c.clearRect(0, 0, w, h);
    for (let k = 0; k < 120; k++) {
      const a = rng.f(0, 6.3); const r = Math.sqrt(rng.next()) * w * 0.44;
      c.save();
      c.translate(w / 2 + Math.cos(a) * r, h / 2 + Math.sin(a) * r);
      c.rotate(rng.f(0, 6.3));
      c.fillStyle = `hsl(${hue + rng.i(-12, 12)} ${rng.i(26, 44)}% ${rng.i(26, 50)}%)`;
      c.beginPath();
      c.ellipse(0, 0, rng.f(5, 9), rng.f(2.5, 4.5), 0, 0, 7);
      c.fill();
      c.restore();
    }
  });
}

/** Soft dark spot under things (contact shadow): white is untouched, black is full shade. */
export function contactSpot(square: boolean): THREE.CanvasTexture {
  const t = drawn(64, 64, (c, w, h) => {
    const data = c.createImageData(w, h);
    for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) {
      const u = Math.abs((x + 0.5) / w * 2 - 1); const v = Math.abs((y + 0.5) / h * 2 - 1);
      const d = square ? Math.hypot(Math.max(0, u - 0.55), Math.max(0, v - 0.55)) / 0.45 : Math.hypot(u, v);
      const s = Math.max(0, 1 - d);
      const k = (y * w + x) * 4;
      data.data[k] = data.data[k + 1] = data.data[k + 2] = 0;
      data.data[k + 3] = Math.round(255 * s * s * (3 - 2 * s));
    }
    c.putImageData(data, 0, 0);
  });
  return t;
}

/** Goods seen from above in a tray: fruit, vegetables, trinkets. */
export function jumble(rng: Random, hues: readonly number[], size = 128): THREE.CanvasTexture {
  return drawn(size, size, (c, w, h) => {
    c.fillStyle = '#3a342c';
    c.fillRect(0, 0, w, h);
    for (let k = 0; k < 260; k++) {
      c.fillStyle = `hsl(${rng.pick(hues) + rng.i(-8, 8)} ${rng.i(35, 75)}% ${rng.i(30, 60)}%)`;
      c.beginPath();
      c.ellipse(rng.f(0, w), rng.f(0, h), rng.f(4, 9), rng.f(4, 8), rng.f(0, 3), 0, 7);
      c.fill();
    }
  });
}
