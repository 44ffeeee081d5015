import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { makeBenchClip, makeClip, readFrameCounter } from './make-clip.ts';

const run = promisify(execFile);
let folder: string;

beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'xuncheng-test-')); });
afterAll(async () => { await rm(folder, { recursive: true, force: true }); });

async function pictures(file: string, width: number, height: number): Promise<Buffer[]> {
  const { stdout } = await run('ffmpeg', [
    '-nostdin', '-v', 'error', '-i', file, '-fps_mode', 'passthrough', '-vf', `scale=${String(width)}:${String(height)}`, '-pix_fmt', 'rgb24', '-f', 'rawvideo', 'pipe:1',
  ], { encoding: 'buffer', maxBuffer: 1 << 28 });
  const size = width * height * 3;
  return Array.from({ length: stdout.length / size }, (_, index) => stdout.subarray(index * size, (index + 1) * size));
}

async function packets(file: string): Promise<{ size: number; key: boolean }[]> {
  const { stdout } = await run('ffprobe', ['-v', 'error', '-show_entries', 'packet=size,flags', '-of', 'csv=p=0', file]);
  return stdout.trim().split('\n').map(line => ({ size: Number(line.split(',')[0]), key: line.includes('K') }));
}

describe('scripted clips', () => {
  test.each([[320, 240], [160, 90]])('the counter is read at %i x %i', async (width, height) => {
    const file = await makeClip({ file: join(folder, 'counter.mp4'), seconds: 12, counter: true });
    const counters = (await pictures(file, width, height)).map(picture => readFrameCounter(picture, width, height));
    expect(counters).toEqual(Array.from({ length: 300 }, (_, index) => index));
  });

  test('blocks of colours and pictures come and go to the frame, over a picture', async () => {
    const solid = async (name: string, r: number, g: number, b: number): Promise<string> => {
      const file = join(folder, name);
      await sharp({ create: { width: 40, height: 40, channels: 3, background: { r, g, b } } }).png().toFile(file);
      return file;
    };
    const [green, blue] = [await solid('green.png', 0, 200, 0), await solid('blue.png', 0, 0, 220)];
    const file = await makeClip({
      file: join(folder, 'blocks.mp4'), seconds: 2, fps: 10, width: 160, height: 120, background: { picture: green },
      blocks: [
        { x: 20, y: 20, width: 40, height: 40, fill: 'red', from: 0.5, to: 1 },
        { x: 100, y: 60, width: 40, height: 40, fill: { picture: blue }, from: 1.2 },
      ],
    });
    const seen = (await pictures(file, 160, 120)).map(picture => [[40, 40], [120, 80], [5, 5]].map(([x = 0, y = 0]) => {
      const rgb = [...picture.subarray((y * 160 + x) * 3, (y * 160 + x) * 3 + 3)];
      return ['red', 'green', 'blue'][rgb.indexOf(Math.max(...rgb))];
    }));
    expect(seen).toEqual(Array.from({ length: 20 }, (_, index) => [
      index >= 5 && index < 10 ? 'red' : 'green', index >= 12 ? 'blue' : 'green', 'green',
    ]));
  });

  test('key frames come where they are asked for, B-frames too', async () => {
    const file = await makeClip({ file: join(folder, 'gop.mp4'), seconds: 2, fps: 20, gop: 8, bFrames: 2 });
    expect((await packets(file)).flatMap(({ key }, index) => (key ? [index] : []))).toEqual([0, 8, 16, 24, 32]);
  });

  test('the clip of the bench has the bit rate and key frames that it promises', async () => {
    const list = await packets(await makeBenchClip(join(folder, 'bench.mp4'), 6));
    expect(list.flatMap(({ key }, index) => (key ? [index] : []))).toEqual([0, 50, 100]);
    const bitrate = list.reduce((sum, { size }) => sum + size, 0) * 8 / 6;
    expect(bitrate).toBeGreaterThan(3_400_000);
    expect(bitrate).toBeLessThan(4_800_000);
    // Real motion: the pictures between key frames are worth something too.
    expect(Math.min(...list.filter(({ key }) => !key).map(({ size }) => size))).toBeGreaterThan(1_000);
  });
});
