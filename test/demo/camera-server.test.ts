import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startCameraServer, type CameraServer } from '../../demo/cameras/index.ts';
import { makeClip } from '../support/make-clip.ts';
import { RtspClient } from '../support/rtsp-client.ts';
import { until } from '../support/until.ts';
import { watchRtsp, type Watched } from '../support/watch-rtsp.ts';

const run = promisify(execFile);
const CLIP_FRAMES = 75;
const FPS = 25;

let folder: string;
let server: CameraServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xuncheng-test-'));
  const clip = { seconds: CLIP_FRAMES / FPS, fps: FPS, gop: FPS, counter: true };
  const [plain, hevc, reordered, heavy] = await Promise.all([
    makeClip({ ...clip, file: join(folder, 'plain.mp4') }),
    makeClip({ ...clip, file: join(folder, 'hevc.mp4'), codec: 'hevc' }),
    makeClip({ ...clip, file: join(folder, 'reordered.mp4'), bFrames: 2 }),
    makeClip({ ...clip, file: join(folder, 'heavy.mp4'), width: 640, height: 480, bitrate: 40_000_000, background: 'busy' }),
  ]);
  server = await startCameraServer({
    cameras: [
      { path: '/plain', file: plain }, { path: '/hevc', file: hevc }, { path: '/reordered', file: reordered }, { path: '/heavy', file: heavy },
      { path: '/locked', file: plain, username: 'watchman', password: "p@ss 'wörd'" },
      { path: '/half/way', file: plain, offset: 1.5 },
    ],
  });
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

/** Every picture once, in order, across the end of the clip, and not a word from ffmpeg. */
function expectUnbroken({ counters, complaints, exitCode }: Watched): void {
  expect(complaints).toBe('');
  expect(exitCode).toBe(0);
  expect(counters.slice(1).map((counter, index) => (counter - (counters[index] ?? 0) + CLIP_FRAMES) % CLIP_FRAMES)).toEqual(counters.slice(1).map(() => 1));
  expect(new Set(counters).size).toBe(CLIP_FRAMES);
}

/** Milliseconds from when a picture was seen, by the camera's own account, to when it came out of ffmpeg. */
function delays(path: string, watched: Watched): number[] {
  const { startMs, duration } = server.position(path);
  return watched.counters.map((counter, index) => {
    const since = (watched.arrivedMs[index] ?? 0) - startMs - counter / FPS * 1000;
    return since - Math.floor(since / (duration * 1000)) * duration * 1000;
  });
}

describe('a viewer with ffmpeg', () => {
  test('gets every picture in order, more than two rounds, beside others who see the same', async () => {
    const ways = [
      ['/plain', 'tcp'], ['/plain', 'udp'], ['/hevc', 'tcp'], ['/hevc', 'udp'], ['/locked', 'tcp'], ['/locked', 'udp'], ['/half/way', 'tcp'],
    ] as const;
    const all = await Promise.all(ways.map(async ([path, transport]) => watchRtsp(server.url(path), { transport, frames: 2 * CLIP_FRAMES + 20 })));
    for (const [index, watched] of all.entries()) {
      expectUnbroken(watched);
      // The first pictures wait while ffmpeg looks at the stream; the last ones come at the rate at which they were seen.
      expect(Math.min(...delays(ways[index]?.[0] ?? '', watched).slice(-CLIP_FRAMES))).toBeLessThan(1000);
      expect((watched.arrivedMs.at(-1) ?? 0) - (watched.arrivedMs[0] ?? 0)).toBeGreaterThan(CLIP_FRAMES / FPS * 1000);
    }
    await until('nobody watches', () => server.clients('/plain').length === 0);
  });

  test.each(['/plain', '/hevc'])('%s: a copy without decoding is as long as the scene, with times that grow', async path => {
    const file = join(folder, 'copy.mp4');
    const { stderr } = await run('ffmpeg', ['-nostdin', '-v', 'warning', '-rtsp_transport', 'tcp', '-copyts', '-i', server.url(path), '-c', 'copy', '-t', '4', '-y', file]);
    expect(stderr).not.toMatch(/monoton|missed|corrupt/i);
    const { stdout } = await run('ffprobe', ['-v', 'error', '-show_entries', 'packet=pts_time', '-of', 'csv=p=0', file]);
    const times = stdout.trim().split('\n').map(Number);
    expect(times.length).toBeGreaterThanOrEqual(4 * FPS - 1);
    expect(times.slice(1).every((time, index) => Math.abs(time - (times[index] ?? 0) - 1 / FPS) < 0.002)).toBe(true);
  });

  test('a clip with B-frames keeps its pictures', async () => {
    const { counters } = await watchRtsp(server.url('/reordered'), { frames: 2 * CLIP_FRAMES });
    expect(new Set(counters).size).toBe(CLIP_FRAMES);
  });

  test('a wrong password is refused', async () => {
    const watched = await watchRtsp(server.url('/locked').replace('watchman:', 'watchman:x'), { frames: 1 });
    expect(watched.complaints).toContain('401 Unauthorized');
    expect(watched.counters).toEqual([]);
  });
});

describe('a viewer that looks closely', () => {
  test('methods, refusals and the session description', async () => {
    const client = await RtspClient.connect(server.port);
    const url = server.url('/plain');
    try {
      expect((await client.request('OPTIONS', url))?.headers.get('public')).toContain('GET_PARAMETER');
      const described = await client.request('DESCRIBE', url);
      expect(described?.body).toMatch(/a=fmtp:96 packetization-mode=1; profile-level-id=[0-9a-f]{6}; sprop-parameter-sets=[\w+/=]+,[\w+/=]+\r\n/);
      expect((await client.request('DESCRIBE', `${url}/none`))?.status).toBe(404);
      expect((await client.request('RECORD', url))?.status).toBe(405);
      expect((await client.request('PLAY', url))?.status).toBe(454);
      expect((await client.request('SETUP', url, { Transport: 'RTP/AVP;multicast' }))?.status).toBe(461);
      expect((await client.request('DESCRIBE', server.url('/locked')))?.headers.get('www-authenticate')).toContain('qop="auth"');
      expect((await client.raw(`OPTIONS ${url} RTSP/1.0\r\n\r\n`))?.status).toBe(400);
      const played = await client.play(url);
      expect(played?.status).toBe(200);
      await until('packets come', () => client.packets.length > 30);
      const session = played?.headers.get('session')?.split(';')[0] ?? '';
      expect((await client.request('GET_PARAMETER', url, { Session: session }))?.status).toBe(200);
      expect((await client.request('TEARDOWN', url, { Session: session }))?.status).toBe(200);
      expect(server.clients('/plain')).toEqual([]);
      expect((await client.raw('nonsense\r\n\r\n'))?.status).toBe(400);
    } finally {
      client.close();
    }
  });

  test('begins with a key frame and its parameter sets; sender reports tell when each picture was seen', async () => {
    const client = await RtspClient.connect(server.port);
    try {
      const played = await client.play(server.url('/plain'));
      await until('a second report', () => client.packets.filter(packet => packet.channel === 1).length > 1);
      const media = client.packets.filter(packet => packet.channel === 0);
      expect(media.slice(0, 3).map(packet => (packet.data[12] ?? 0) & 0x1f).slice(0, 2)).toEqual([7, 8]);
      const promised = Number(/rtptime=(\d+)/.exec(played?.headers.get('rtp-info') ?? '')?.[1]);
      expect(media[0]?.data.readUInt32BE(4)).toBe(promised);

      const { startMs } = server.position('/plain');
      for (const { data, wallMs } of client.packets.filter(packet => packet.channel === 1)) {
        const reportedMs = (data.readUInt32BE(8) - 2_208_988_800 + data.readUInt32BE(12) / 2 ** 32) * 1000;
        expect(Math.abs(reportedMs - wallMs)).toBeLessThan(2000);
        // The first packet is the first picture of a GOP of one second: its moment is a whole second of the scene.
        const seenMs = reportedMs + ((promised - data.readUInt32BE(16)) | 0) / 90;
        const second = (seenMs - startMs) / 1000;
        expect(Math.abs(second - Math.round(second))).toBeLessThan(0.001);
      }
    } finally {
      client.close();
    }
  });

  test('who does not read loses pictures, is counted, and disturbs nobody', async () => {
    const slow = await RtspClient.connect(server.port);
    try {
      await slow.play(server.url('/heavy'));
      slow.socket.pause();
      const [watched] = await Promise.all([
        watchRtsp(server.url('/heavy'), { frames: 2 * CLIP_FRAMES }),
        until('pictures are dropped', () => server.clients('/heavy').find(client => client.dropped > 0)),
      ]);
      expectUnbroken(watched);
      const info = server.clients('/heavy')[0];
      expect(info?.buffered).toBeLessThan(5 * 1024 * 1024);
      slow.socket.resume();
      const before = info?.sent ?? 0;
      await until('it gets pictures again', () => server.clients('/heavy').some(client => client.sent > before + 5));
    } finally {
      slow.close();
    }
  });
});

test('a port in use is an error, and nothing stays open', async () => {
  await expect(startCameraServer({ port: server.port, cameras: [] })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test('a file that is no video is an error', async () => {
  await expect(startCameraServer({ cameras: [{ path: '/x', file: import.meta.filename }] })).rejects.toThrow('ffprobe');
});
