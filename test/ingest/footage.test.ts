import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { startCameraServer, type CameraServer } from '../../demo/cameras/index.ts';
import type { Frame } from '../../domain/frame.ts';
import { createFootage } from '../../ingest/footage.ts';
import { defaultSettings, type Ingest } from '../../ingest/index.ts';
import type { Recording } from '../../ingest/ring-files.ts';
import { makeClip, readFrameCounter } from '../support/make-clip.ts';
import { until } from '../support/until.ts';
import { startBench, type Bench } from './support.ts';

jest.setTimeout(180_000);
const run = promisify(execFile);

async function counterOf(jpeg: Buffer): Promise<{ counter: number; width: number; height: number }> {
  const { data, info } = await sharp(jpeg).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { counter: readFrameCounter(data, info.width, info.height), width: info.width, height: info.height };
}

const counterIn = (frame: Frame): number => readFrameCounter(frame.data, frame.width, frame.height);

describe('the recording', () => {
  const folder = mkdtempSync(join(tmpdir(), 'xuncheng-footage-'));
  let bench: Bench;
  let server: CameraServer;
  let ingest: Ingest;
  const seconds = 40;
  const size = { width: 960, height: 540 };

  beforeAll(async () => {
    const [plain, reordered, seldom, small] = await Promise.all([
      makeClip({ file: join(folder, 'plain.mp4'), seconds, fps: 25, gop: 25, counter: true, ...size }),
      makeClip({ file: join(folder, 'reordered.mp4'), seconds, fps: 25, gop: 50, bFrames: 3, counter: true, ...size }),
      makeClip({ file: join(folder, 'seldom.mp4'), seconds, fps: 25, gop: 500, counter: true, ...size }),
      makeClip({ file: join(folder, 'small.mp4'), seconds, fps: 25, gop: 25, counter: true, width: 320, height: 180 }),
    ]);
    server = await startCameraServer({ cameras: [
      { path: '/plain', file: plain }, { path: '/reordered', file: reordered }, { path: '/seldom', file: seldom },
      { path: '/pair-main', file: plain }, { path: '/pair-sub', file: small },
      { path: '/mixed-live', file: reordered }, { path: '/plain-low', file: small },
    ] });
    bench = await startBench();
    for (const id of ['plain', 'reordered', 'seldom']) await bench.camera(id, server.url(`/${id}`), { dwell: 6000 });
    await bench.camera('pair', '', { inputs: [{ url: server.url('/pair-sub'), roles: ['detect'] }, { url: server.url('/pair-main'), roles: ['record'] }] });
    await bench.camera('mixed', '', { inputs: [{ url: server.url('/pair-sub'), roles: ['detect', 'record'] }, { url: server.url('/mixed-live'), roles: ['live'] }, { url: server.url('/plain-low'), roles: ['live-low'] }] });
    ingest = await bench.ingest({ stallAfter: 15_000, dialTimeout: 15_000 });
  }, 180_000);
  afterAll(async () => {
    await bench.close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const newest = (camera: string): Frame => bench.framesOf(camera).at(-1)!;
  const samples = (camera: string, count: number): Promise<unknown> => until(`${count} samples of ${camera} in one run`, () => {
    const { length } = bench.framesOf(camera).filter((frame) => frame.run === bench.framesOf(camera).at(-1)?.run);
    return length >= count;
  }, 90_000);

  test.each(['plain', 'reordered', 'seldom'])('gives the full picture of exactly the sample: %s', async (camera) => {
    await samples(camera, 5);
    const frames = bench.framesOf(camera).slice(-5);
    expect(new Set(frames.map((frame) => frame.run)).size).toBe(1);
    for (const frame of frames) {
      const cut = await counterOf(await ingest.pictureAt(camera, frame.run, frame.streamTime));
      expect(cut).toEqual({ counter: counterIn(frame), ...size });
      expect([frame.width, frame.height]).toEqual([640, 360]);
    }
    // stream time goes as the pictures do, but for the first of a run, which comes without a time
    const timed = frames.filter((frame) => frame.streamTime >= 0.8);
    const [first] = timed;
    for (const frame of timed.slice(1)) {
      const pictures = (counterIn(frame) - counterIn(first!) + seconds * 25) % (seconds * 25);
      expect(frame.streamTime - first!.streamTime).toBeCloseTo(pictures / 25, 1);
    }
  });

  test('where key frames are too seldom, all is decoded at the rate that the rules want', async () => {
    await samples('seldom', 6);
    const times = bench.framesOf('seldom').filter((frame) => frame.run === newest('seldom').run).map((frame) => frame.streamTime).slice(1);
    const gaps = times.slice(1).map((time, i) => time - times[i]!);
    for (const gap of gaps) expect(gap).toBeLessThan(2.3);
  });

  test('the first sample of a run has its picture too', async () => {
    const first = bench.framesOf('plain')[0]!;
    expect((await counterOf(await ingest.pictureAt('plain', first.run, first.streamTime))).counter).toBe(counterIn(first));
  });

  test.each(['plain', 'reordered'])('a clip plays from the key frame before to where it shall end: %s', async (camera) => {
    await samples(camera, 6);
    const frame = newest(camera);
    const [from, to] = [frame.streamTime - 3, frame.streamTime + 2];
    const clip = await ingest.clip(camera, frame.run, from, to);
    expect(clip.from).toBeLessThanOrEqual(from + 0.001);
    expect(clip.from).toBeGreaterThan(from - 4.5);
    expect(clip.to).toBeCloseTo(to, 1);
    const { stdout } = await run('ffprobe', ['-v', 'error', '-count_frames', '-select_streams', 'v:0', '-show_entries', 'stream=codec_name,nb_read_frames,width,start_time:format=duration', '-of', 'json', clip.path]);
    const probe = JSON.parse(stdout) as { streams: [{ codec_name: string; nb_read_frames: string; width: number }]; format: { duration: string } };
    expect(probe.streams[0]).toMatchObject({ codec_name: 'h264', width: size.width });
    // the second picture of a run comes at 1 s
    const wanted = clip.to - Math.max(clip.from, 1 - 1 / 25);
    expect(Math.abs(Number(probe.streams[0].nb_read_frames) - wanted * 25)).toBeLessThan(5);
    // every picture in its order, from the first on
    const { stdout: raw } = await run('ffmpeg', ['-v', 'error', '-i', clip.path, '-vf', 'scale=320:180,format=rgb24', '-fps_mode', 'passthrough', '-f', 'rawvideo', '-'], { encoding: 'buffer', maxBuffer: 1e9 });
    const counters = Array.from({ length: raw.length / (320 * 180 * 3) }, (_, i) => readFrameCounter(raw.subarray(i * 320 * 180 * 3, (i + 1) * 320 * 180 * 3), 320, 180));
    expect(counters.length).toBeGreaterThan(50);
    const steps = counters.slice(1).map((counter, i) => (counter - counters[i]! + seconds * 25) % (seconds * 25));
    expect(new Set(steps)).toEqual(new Set([1]));
    expect(readdirSync(dirname(clip.path))).toEqual(['clip.mp4']);
    rmSync(dirname(clip.path), { recursive: true });
  });

  test('of another stream than the sampled one gives the same moment', async () => {
    await samples('pair', 5);
    const frame = newest('pair');
    const cut = await counterOf(await ingest.pictureAt('pair', frame.run, frame.streamTime));
    expect([cut.width, cut.height]).toEqual([size.width, size.height]);
    const off = Math.abs(cut.counter - counterIn(frame));
    expect(Math.min(off, seconds * 25 - off)).toBeLessThan(25);
  });

  test('gives the newest picture at full resolution, and refuses what it does not have', async () => {
    const { jpeg, at } = await ingest.snapshot('plain');
    expect((await counterOf(jpeg)).width).toBe(size.width);
    expect(Date.now() - at).toBeLessThan(60_000);
    await expect(ingest.pictureAt('plain', 'no-such-run', 1)).rejects.toThrow(/does not hold/);
    await expect(ingest.clip('plain', 'no-such-run', 1, 2)).rejects.toThrow(/does not know/);
    await expect(ingest.snapshot('no-such-camera')).rejects.toThrow(/no picture/);
  });

  test('tells of a live stream whether browsers can play it by that stream, not by another of the camera', async () => {
    await samples('mixed', 1);
    expect((await ingest.liveSource('mixed', 'high')).copyable).toBe(false);
    expect((await ingest.liveSource('mixed', 'low')).copyable).toBe(true);
    await expect(ingest.liveSource('no-such-camera', 'high')).rejects.toThrow('does not hold');
  });

  test('is read again by the next process, and pins hold over the restart', async () => {
    const frame = newest('plain');
    ingest.pin('event-1', 'plain', frame.run, frame.streamTime - 1, frame.streamTime + 1);
    await ingest.clip('plain', frame.run, frame.streamTime - 1, frame.streamTime + 2);
    await ingest.close();
    // nothing may stay but what is pinned: three pieces at most
    ingest = await bench.ingest({ ring: { ...defaultSettings.ring, age: 0 }, stallAfter: 15_000, dialTimeout: 15_000 });
    await until('the sweep', () => ingest.ring('plain').filter((span) => span.run === frame.run).every((span) => span.to - span.from < 7), 60_000);
    expect((await counterOf(await ingest.pictureAt('plain', frame.run, frame.streamTime))).counter).toBe(counterIn(frame));
    const clip = await ingest.clip('plain', frame.run, frame.streamTime - 1, frame.streamTime + 1);
    expect(statSync(clip.path).size).toBeGreaterThan(10_000);
    rmSync(dirname(clip.path), { recursive: true });
    ingest.unpin('event-1');
    await until('it to go', () => ingest.ring('plain').every((span) => span.run !== frame.run), 60_000);
    await until('its folder to go', () => !existsSync(join(bench.dataDir, 'ring', 'plain', frame.run)));
    await expect(ingest.pictureAt('plain', frame.run, frame.streamTime)).rejects.toThrow();
  });
});

test('a clip that cannot be cut leaves no folder behind', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'xuncheng-footage-'));
  try {
    writeFileSync(join(folder, '000000.ts'), 'no video');
    const recording: Recording = { run: 'r', folder, pieces: [{ file: join(folder, '000000.ts'), index: 0, from: 1, to: 3, wallTo: 0, bytes: 8 }], open: null, ended: true, anchor: null };
    const footage = createFootage({ find: () => recording, of: () => [recording] }, folder);
    await expect(footage.clip('gate', 'r', 1, 3)).rejects.toThrow();
    expect(readdirSync(folder)).toEqual(['000000.ts']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
