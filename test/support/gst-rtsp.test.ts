import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startGstRtspServer } from './gst-rtsp.ts';
import { makeClip } from './make-clip.ts';
import { until } from './until.ts';
import { watchRtsp } from './watch-rtsp.ts';

let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xuncheng-test-'));
  file = await makeClip({ file: join(folder, 'clip.mp4'), seconds: 3, counter: true });
});

afterAll(async () => { await rm(folder, { recursive: true, force: true }); });

test('plays a file to ffmpeg, each client from its beginning, once', async () => {
  const server = await startGstRtspServer({ file });
  try {
    for (const transport of ['tcp', 'udp'] as const) {
      const { counters } = await watchRtsp(server.url, { transport, frames: 50 });
      expect(counters).toEqual(Array.from({ length: 50 }, (_, index) => index));
    }
  } finally {
    await server.close();
  }
  expect(() => process.kill(server.pid, 0)).toThrow('ESRCH');
});

test.each(['digest', 'basic'] as const)('asks for a password: %s', async auth => {
  const server = await startGstRtspServer({ file, username: 'viewer', password: 's3cret', auth });
  try {
    expect((await watchRtsp(server.url, { frames: 5 })).counters.length).toBe(5);
    expect((await watchRtsp(server.url.replace('s3cret', 'wrong'), { frames: 5 })).complaints).toContain('401 Unauthorized');
  } finally {
    await server.close();
  }
});

test('ends with its parent, however that ends', async () => {
  const script = `const { startGstRtspServer } = await import(${JSON.stringify(new URL('gst-rtsp.ts', import.meta.url).href)});
    console.log((await startGstRtspServer({ file: ${JSON.stringify(file)} })).pid); setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'], cwd: fileURLToPath(new URL('.', import.meta.url)) });
  const pid = Number((await once(createInterface(parent.stdout), 'line') as string[])[0]);
  expect(() => process.kill(pid, 0)).not.toThrow();
  parent.kill('SIGKILL');
  await until('the server is gone', () => {
    try {
      process.kill(pid, 0);
      return false;
    } catch {
      return true;
    }
  });
});
