import type * as THREE from 'three';
import type { Random } from './random.ts';
import { drawn, speckle, stains } from './textures.ts';

/** Courses of brick, each stone a little different. */
export function bricks(rng: Random, repeat: [number, number]): THREE.CanvasTexture {
  const [h0, s0, l0] = rng.pick([[14, 42, 40], [10, 35, 33], [28, 25, 55], [22, 30, 46], [210, 6, 55]] as const);
  return drawn(256, 256, (c, w, h) => {
    c.fillStyle = `hsl(${h0} 8% 62%)`;
    c.fillRect(0, 0, w, h);
    for (let r = 0; r < 16; r++) for (let k = -1; k < 8; k++) {
      c.fillStyle = `hsl(${h0 + rng.i(-5, 5)} ${s0 + rng.i(-8, 8)}% ${l0 + rng.i(-7, 7)}%)`;
      c.fillRect(k * 32 + (r % 2) * 16 + 1, r * 16 + 1, 30, 14);
    }
    stains(c, w, h, rng, 8, 0.08);
    speckle(c, w, h, rng, 14);
  }, repeat);
}

/** Boards of a wooden shop front, standing. */
export function boards(rng: Random): THREE.CanvasTexture {
  const hue = rng.i(14, 34); const light = rng.i(20, 40);
  return drawn(256, 192, (c, w, h) => {
    for (let x = 0; x < w; x += 22) {
      c.fillStyle = `hsl(${hue} ${rng.i(22, 45)}% ${light + rng.i(-4, 4)}%)`;
      c.fillRect(x, 0, 22, h);
      c.fillStyle = 'rgba(0,0,0,0.4)';
      c.fillRect(x, 0, 2, h);
      for (let k = 0; k < 6; k++) { c.fillStyle = `rgba(0,0,0,${rng.f(0.03, 0.1)})`; c.fillRect(x + rng.f(2, 20), rng.f(0, h), 1, rng.f(20, 90)); }
    }
    stains(c, w, h, rng, 6, 0.1);
  });
}

/** A bay of a glass front: panes between slender frames, dim rooms behind, sky in the upper ones. */
export function curtain(rng: Random): THREE.CanvasTexture {
  const hue = rng.pick([195, 205, 215, 170, 40]);
  return drawn(256, 220, (c, w, h) => {
    for (let r = 0; r < 3; r++) for (let k = 0; k < 4; k++) {
      const g = c.createLinearGradient(0, (r * h) / 3, w * 0.4, ((r + 1) * h) / 3);
      g.addColorStop(0, `hsl(${hue} ${rng.i(10, 26)}% ${rng.i(38, 62)}%)`);
      g.addColorStop(1, `hsl(${hue} ${rng.i(8, 20)}% ${rng.i(20, 36)}%)`);
      c.fillStyle = r === 2 ? `hsl(${hue} 8% ${rng.i(40, 55)}%)` : g;
      c.fillRect((k * w) / 4, (r * h) / 3, w / 4, h / 3);
    }
    c.strokeStyle = rng.pick(['#c9ccd0', '#3a3f44', '#8d9296']);
    c.lineWidth = 4;
    for (let k = 0; k <= 4; k++) { c.beginPath(); c.moveTo((k * w) / 4, 0); c.lineTo((k * w) / 4, h); c.stroke(); }
    for (let r = 0; r <= 3; r++) { c.beginPath(); c.moveTo(0, (r * h) / 3); c.lineTo(w, (r * h) / 3); c.stroke(); }
  });
}

/** An upper bay of an old arcade house: an arched window with shutters, mouldings, plaster that has gone grey. */
export function archBay(rng: Random, wall: string): THREE.CanvasTexture {
  return drawn(256, 220, (c, w, h) => {
    c.fillStyle = wall;
    c.fillRect(0, 0, w, h);
    stains(c, w, h, rng, 14, 0.14);
    const n = rng.i(1, 3);
    const trim = rng.pick(['#f0ece0', '#d9cdb4', '#8f9a94']);
    for (let k = 0; k < n; k++) {
      const x = (w * (k + 0.5)) / n; const ww = Math.min(74, (w / n) * 0.55); const y = h * 0.3; const wh = h * 0.48;
      c.fillStyle = trim;
      c.beginPath(); c.arc(x, y, ww / 2 + 8, Math.PI, 0); c.rect(x - ww / 2 - 8, y, ww + 16, wh + 6); c.fill();
      c.fillStyle = '#262c2e';
      c.beginPath(); c.arc(x, y, ww / 2, Math.PI, 0); c.rect(x - ww / 2, y, ww, wh); c.fill();
      c.fillStyle = rng.pick(['#4f6a5a', '#6a4a36', '#5d7480', '#8f8a80']);
      c.fillRect(x - ww / 2, y, ww * 0.3, wh); c.fillRect(x + ww * 0.2, y, ww * 0.3, wh);
      c.fillStyle = 'rgba(0,0,0,0.25)';
      for (let s = y; s < y + wh; s += 6) { c.fillRect(x - ww / 2, s, ww * 0.3, 2); c.fillRect(x + ww * 0.2, s, ww * 0.3, 2); }
    }
    c.fillStyle = trim;
    c.fillRect(0, h - 16, w, 8); c.fillRect(0, 6, w, 6);
    speckle(c, w, h, rng, 16);
  });
}

export type WalkKind = 'slabs' | 'setts' | 'mosaic' | 'concrete';

/** Paving other than tiles: large slabs, small setts, a wave mosaic, plain concrete. */
export function walkway(rng: Random, kind: WalkKind, repeat: [number, number]): THREE.CanvasTexture {
  return drawn(512, 512, (c, w, h) => {
    const hue = rng.pick([30, 40, 210, 20]); const light = rng.i(48, 66);
    c.fillStyle = `hsl(${hue} 6% ${light - 18}%)`;
    c.fillRect(0, 0, w, h);
    switch (kind) {
      case 'slabs':
        for (let r = 0; r < 4; r++) for (let k = -1; k < 3; k++) {
          c.fillStyle = `hsl(${hue} ${rng.i(2, 8)}% ${light + rng.i(-4, 4)}%)`;
          c.fillRect(k * 256 + (r % 2) * 128 + 1, r * 128 + 1, 254, 126);
        }
        break;
      case 'setts':
        for (let r = 0; r < 26; r++) for (let k = -1; k < 26; k++) {
          c.fillStyle = `hsl(${hue + rng.i(-6, 6)} ${rng.i(4, 16)}% ${light - 8 + rng.i(-9, 9)}%)`;
          c.fillRect(k * 20 + (r % 2) * 10 + 1.5, r * 20 + 1.5, 17, 17);
        }
        break;
      case 'mosaic':
        for (let y = 0; y < h; y += 4) for (let x = 0; x < w; x += 4) {
          const v = Math.sin((y + 42 * Math.sin((x / w) * Math.PI * 4)) * (Math.PI * 2 / 128)) > 0;
          c.fillStyle = `hsl(${v ? 210 : 40} ${v ? 4 : 10}% ${(v ? 34 : 74) + rng.i(-5, 5)}%)`;
          c.fillRect(x, y, 3.6, 3.6);
        }
        break;
      case 'concrete':
        c.fillStyle = `hsl(${hue} 5% ${light}%)`;
        c.fillRect(0, 0, w, h);
        c.fillStyle = 'rgba(0,0,0,0.25)';
        c.fillRect(0, 0, w, 3); c.fillRect(0, 0, 3, h);
        break;
    }
    stains(c, w, h, rng, 22, 0.09);
    speckle(c, w, h, rng, 18);
  }, repeat);
}
