import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { startCameraServer, type CameraFault, type CameraServer } from '../../demo/cameras/index.ts';
import { makeClip } from '../support/make-clip.ts';
import { RtspClient } from '../support/rtsp-client.ts';
import { until } from '../support/until.ts';
import { watchRtsp, type Watched } from '../support/watch-rtsp.ts';

let folder: string;
let server: CameraServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xuncheng-test-'));
  const file = await makeClip({ file: join(folder, 'clip.mp4'), seconds: 4, fps: 25, gop: 25, counter: true });
  server = await startCameraServer({ cameras: [{ path: '/a', file }, { path: '/other', file }, { path: '/black', file }, { path: '/frozen', file }, { path: '/size', file }] });
});

afterEach(async () => server.setFault('/a', null));

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

/** A client that watches, and what it got so far. */
async function watching(path = '/a'): Promise<RtspClient> {
  const client = await RtspClient.connect(server.port);
  await client.play(server.url(path));
  await until('pictures come', () => client.packets.length > 20);
  return client;
}

/** Waits while so much of the scene passes. */
async function sceneSeconds(seconds: number): Promise<void> {
  const seen = (): number => {
    const { loop, duration, sceneTime } = server.position('/a');
    return loop * duration + sceneTime;
  };
  const began = seen();
  await until(`${String(seconds)} s of the scene have passed`, () => seen() - began >= seconds);
}

describe('turned away', () => {
  test.each([
    [{ kind: 'unauthorised' }, '401 Unauthorized'],
    [{ kind: 'no-bandwidth' }, '453 Not Enough Bandwidth'],
    [{ kind: 'unavailable', retryAfter: 7 }, '503 Service Unavailable'],
    [{ kind: 'refuse' }, 'Invalid data'],
    [{ kind: 'reset' }, 'Invalid data'],
  ] as const)('%j: ffmpeg gets no picture and says why; who watches another camera notices nothing', async (fault, words) => {
    const other = await watching('/other');
    try {
      await server.setFault('/a', fault);
      const watched = await watchRtsp(server.url('/a'), { frames: 1 });
      expect(watched.counters).toEqual([]);
      expect(watched.complaints).toMatch(new RegExp(words));
      const before = other.packets.length;
      await until('the other camera goes on', () => other.packets.length > before + 20);
    } finally {
      other.close();
    }
  });

  test('503 says when to come back', async () => {
    await server.setFault('/a', { kind: 'unavailable', retryAfter: 7 });
    const client = await RtspClient.connect(server.port);
    expect((await client.request('DESCRIBE', server.url('/a')))?.headers.get('retry-after')).toBe('7');
    client.close();
  });

  test('who watches already goes on when others are turned away', async () => {
    const client = await watching();
    await server.setFault('/a', { kind: 'no-bandwidth' });
    const before = client.packets.length;
    await until('more pictures', () => client.packets.length > before + 50);
    client.close();
  });
});

describe('cut off', () => {
  test.each(['refuse', 'reset'] as const)('%s ends the connections of those who watch', async kind => {
    const client = await watching();
    let code: string | undefined;
    client.socket.on('error', (error: NodeJS.ErrnoException) => { code = error.code; });
    await server.setFault('/a', { kind });
    await until('the connection ends', () => client.socket.destroyed);
    expect(code).toBe(kind === 'reset' ? 'ECONNRESET' : undefined);
    expect(server.clients('/a')).toEqual([]);
  });

  test('disconnect throws everybody out once; they may come back', async () => {
    const client = await watching();
    server.disconnect('/a', 'reset');
    await until('the connection ends', () => client.socket.destroyed);
    (await watching()).close();
  });

  test('stall: no packets, but answers; silent: neither; then a key frame first', async () => {
    const client = await watching();
    const session = server.clients('/a')[0]?.id ?? '';
    const keepAlive = async (): Promise<number | undefined> => (await client.request('GET_PARAMETER', server.url('/a'), { Session: session }))?.status;
    await server.setFault('/a', { kind: 'stall' });
    expect(await keepAlive()).toBe(200);
    const stalled = client.packets.length;
    await sceneSeconds(1);
    expect(client.packets.length).toBe(stalled);

    await server.setFault('/a', { kind: 'silent', seconds: 1 });
    let answered = false;
    void keepAlive().then(() => { answered = true; });
    await until('pictures come again', () => client.packets.length > stalled + 5);
    expect(answered).toBe(false);
    expect((client.packets.slice(stalled).find(packet => packet.channel === 0)?.data[12] ?? 0) & 0x1f).toBe(7);
    client.close();
  });

  test('silent: ffmpeg waits for its own time limit', async () => {
    await server.setFault('/a', { kind: 'silent' });
    const began = performance.now();
    const watched = await watchRtsp(server.url('/a'), { frames: 1 });
    expect(watched.counters).toEqual([]);
    expect(watched.exitCode).toBe(1);
    expect(performance.now() - began).toBeGreaterThan(4900);
  });
});

/** Watches while a fault comes, stays for three seconds, and goes. */
async function watchThrough(path: string, fault: CameraFault): Promise<Watched> {
  let began = 0;
  let step = 0;
  return watchRtsp(server.url(path), {
    frames: 250,
    onFrame: count => {
      if (step === 0 && count > 20) {
        step = 1;
        void server.setFault(path, fault).then(() => { began = performance.now(); });
      } else if (step === 1 && began > 0 && performance.now() - began > 3000) {
        step = 2;
        void server.setFault(path, null);
      }
    },
  });
}

describe('another picture', () => {
  let watches: Record<'black' | 'frozen' | 'size', Promise<Watched>>;

  beforeAll(() => {
    // Side by side: each takes ten seconds of the scene.
    watches = {
      black: watchThrough('/black', { kind: 'black' }),
      frozen: watchThrough('/frozen', { kind: 'frozen' }),
      size: watchThrough('/size', { kind: 'resolution', width: 640, height: 360 }),
    };
  });

  test('black, then the scene where it would have been', async () => {
    const { levels, counters, complaints, arrivedMs } = await watches.black;
    expect(complaints).toBe('');
    const black = levels.map(level => level < 8);
    expect(black[10]).toBe(false);
    expect(black.filter(Boolean).length).toBeGreaterThan(40);
    expect(black.at(-1)).toBe(false);
    const { startMs } = server.position('/black');
    const late = (((arrivedMs.at(-1) ?? 0) - startMs - (counters.at(-1) ?? 0) * 40) % 4000 + 4000) % 4000;
    expect(late).toBeLessThan(1500);
  });

  test('frozen: one picture of the scene again and again', async () => {
    const { counters, complaints } = await watches.frozen;
    expect(complaints).toBe('');
    let longest = 0;
    let run = 0;
    for (const [index, counter] of counters.entries()) {
      run = counter === counters[index - 1] ? run + 1 : 0;
      longest = Math.max(longest, run);
    }
    expect(longest).toBeGreaterThan(40);
    expect(counters.at(-1)).not.toBe(counters.at(-2));
  });

  test('resolution: the stream changes size and comes back, and the pictures go on', async () => {
    const { counters, levels } = await watches.size;
    expect(counters.length).toBe(250);
    expect(Math.min(...levels)).toBeGreaterThan(20);
  });

  test('the session description is that of the picture that is shown', async () => {
    await server.setFault('/a', { kind: 'resolution', width: 640, height: 360 });
    const client = await RtspClient.connect(server.port);
    const sdp = (await client.request('DESCRIBE', server.url('/a')))?.body ?? '';
    await server.setFault('/a', null);
    (await watching()).close();
    const sdpAfter = (await client.request('DESCRIBE', server.url('/a')))?.body ?? '';
    const sets = (text: string): string | undefined => /sprop-parameter-sets=(\S+)/.exec(text)?.[1];
    expect(sets(sdp)).not.toBe(sets(sdpAfter));
    client.close();
  });
});

describe('a stream that is not well', () => {
  test('damage: the decoder complains and the stream goes on', async () => {
    await server.setFault('/a', { kind: 'damage', share: 0.3 });
    const watched = await watchRtsp(server.url('/a'), { frames: 60 });
    expect(watched.complaints).not.toBe('');
    expect(watched.counters.length).toBeGreaterThan(20);
  });

  test('no-key-frames: a new viewer gets nothing until they are back', async () => {
    await server.setFault('/a', { kind: 'no-key-frames' });
    const client = await RtspClient.connect(server.port);
    await client.play(server.url('/a'));
    await sceneSeconds(2.2);
    expect(client.packets.filter(packet => packet.channel === 0)).toEqual([]);
    await server.setFault('/a', null);
    await until('pictures come', () => client.packets.some(packet => packet.channel === 0));
    client.close();
  });

  test('clock-jump: timestamps go back by so much', async () => {
    const client = await watching();
    const last = client.packets.filter(packet => packet.channel === 0).at(-1)?.data.readUInt32BE(4) ?? 0;
    const seen = client.packets.length;
    await server.setFault('/a', { kind: 'clock-jump', by: -100 });
    const next = await until('a picture', () => client.packets.slice(seen + 1).find(packet => packet.channel === 0 && packet.data.readUInt32BE(4) !== last));
    expect(((next.data.readUInt32BE(4) - last) | 0) / 90_000).toBeLessThan(-95);
    client.close();
  });
});

test('a script of faults runs by itself', async () => {
  const file = join(folder, 'clip.mp4');
  const scripted = await startCameraServer({ cameras: [{ path: '/s', file, faults: [{ at: 0.5, fault: { kind: 'unavailable' } }, { at: 1.5, fault: null }] }] });
  try {
    const status = async (): Promise<number | undefined> => {
      const client = await RtspClient.connect(scripted.port);
      const answer = await client.request('DESCRIBE', scripted.url('/s'));
      client.close();
      return answer?.status;
    };
    await until('the fault is there', async () => await status() === 503);
    await until('the fault is over', async () => await status() === 200);
  } finally {
    await scripted.close();
  }
});
