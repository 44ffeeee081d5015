import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Footage } from '../../detector/index.ts';

/** A ring that has a picture for every moment; it can be told to fail or to hang. */
export interface FakeFootage extends Footage {
  readonly asked: number[];
  readonly pins: Map<string, readonly [number, number]>;
  mode: 'fine' | 'fails' | 'hangs';
  clips: 'fine' | 'fails';
  close(): Promise<void>;
}

export async function fakeFootage(size = { width: 1280, height: 720 }): Promise<FakeFootage> {
  const folder = await mkdtemp(join(tmpdir(), 'xuncheng-clips-'));
  const footage: FakeFootage = {
    asked: [],
    pins: new Map(),
    mode: 'fine',
    clips: 'fine',
    async pictureAt(_camera, _run, streamTime) {
      footage.asked.push(streamTime);
      if (footage.mode === 'fails') throw new Error('the ring has nothing of this time');
      while (footage.mode === 'hangs') await new Promise((resolve) => setTimeout(resolve, 10));
      return sharp({ create: { ...size, channels: 3, background: { r: Math.round(streamTime * 10) % 256, g: 90, b: 90 } } }).jpeg().toBuffer();
    },
    async clip(_camera, run, from, to) {
      if (footage.clips === 'fails') throw new Error('the ring was thrown away');
      const path = join(await mkdtemp(join(folder, 'clip-')), 'clip.mp4');
      await writeFile(path, `clip of ${run} from ${from} to ${to}`);
      return { path, from, to };
    },
    pin: (key, _camera, _run, from, to) => void footage.pins.set(key, [from, to]),
    unpin: (key) => void footage.pins.delete(key),
    close: () => rm(folder, { recursive: true, force: true }),
  };
  return footage;
}
