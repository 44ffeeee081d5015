import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCameraServer, type CameraFault, type CameraServer } from '../../demo/cameras/index.ts';
import type { CameraState } from '../../domain/camera.ts';
import type { Ingest } from '../../ingest/index.ts';
import { makeClip } from '../support/make-clip.ts';
import { until } from '../support/until.ts';
import { startBench, type Bench } from './support.ts';

/** Process ids of ffmpegs that record for a camera: they work in its folder. */
function recorders(dataDir: string, camera: string): number[] {
  return readdirSync('/proc').map(Number).filter((pid) => {
    try {
      return Number.isInteger(pid) && readlinkSync(`/proc/${pid}/cwd`).startsWith(join(dataDir, 'ring', camera, '/')) && readFileSync(`/proc/${pid}/comm`, 'utf8') === 'ffmpeg\n';
    } catch {
      return false;
    }
  });
}

jest.setTimeout(240_000);

describe('a camera that', () => {
  const folder = mkdtempSync(join(tmpdir(), 'xuncheng-faults-'));
  let bench: Bench;
  let server: CameraServer;
  let silent: Server;
  let ingest: Ingest;
  const paths = ['/steady', '/one', '/two', '/three', '/secret'];
  const id = (path: string): string => path.slice(1);
  const state = async (path: string): Promise<CameraState | undefined> => (await bench.status(id(path)))?.state;
  const live = (path: string): Promise<unknown> => until(`${path} is live and analysed`, async () => {
    const status = await bench.status(id(path));
    return status?.state === 'live' && status.analysed;
  }, 90_000);
  const reached = async (path: string, wanted: CameraState, code: string): Promise<void> => {
    await until(`${path} is ${wanted} for ${code}`, async () => {
      const status = await bench.status(id(path));
      return status?.state === wanted && (status.reason?.startsWith(`${code}: `) ?? false);
    }, 60_000);
  };
  /** A sample that came after now. */
  const sampled = async (path: string): Promise<void> => {
    const before = bench.framesOf(id(path)).length;
    await until(`${path} is sampled again`, () => bench.framesOf(id(path)).length > before + 1, 60_000);
  };

  beforeAll(async () => {
    const file = await makeClip({ file: join(folder, 'clip.mp4'), seconds: 8, fps: 10, gop: 10, counter: true });
    server = await startCameraServer({ cameras: paths.map((path) => path === '/secret' ? { path, file, username: 'ada', password: "p@ss:'w/rd" } : { path, file }) });
    silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    bench = await startBench();
    for (const path of paths) await bench.camera(id(path), server.url(path));
    const { port } = silent.address() as { port: number };
    await bench.camera('mute', `rtsp://127.0.0.1:${port}/x`);
    await bench.camera('nobody', 'rtsp://127.0.0.1:1/x');
    await bench.camera('wrong', server.url('/secret').replace(/:[^:@]*@/, ':wrong@'));
    await bench.camera('missing', server.url('/steady').replace('/steady', '/nowhere'));
    await bench.camera('file', 'file:///etc/passwd');
    await bench.camera('http', server.url('/steady').replace('rtsp:', 'http:'));
    ingest = await bench.ingest();
    await Promise.all(paths.map(live));
  }, 180_000);
  afterAll(async () => {
    await bench.close();
    await server.close();
    silent.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each<[string, CameraState, string]>([
    ['mute', 'offline', 'timeout'], ['nobody', 'offline', 'refused'], ['wrong', 'unauthorised', 'wrong_password'], ['missing', 'unsupported', 'no_such_stream'],
    ['file', 'unsupported', 'bad_address'], ['http', 'unsupported', 'bad_address'],
  ])('cannot be reached (%s) is %s and says why, the others go on', async (camera, wanted, code) => {
    await reached(`/${camera}`, wanted, code);
    expect(await bench.status(camera)).toMatchObject({ analysed: false, analysedReason: expect.stringContaining(code) });
    expect(bench.framesOf(camera)).toEqual([]);
    await sampled('/steady');
  });

  test('asks for a password is watched, and the password is seen nowhere', async () => {
    await sampled('/secret');
    const [pid] = recorders(bench.dataDir, 'secret');
    const shown = readFileSync(`/proc/${pid}/cmdline`, 'utf8') + readFileSync(`/proc/${pid}/environ`, 'utf8');
    expect(shown).toContain('-i');
    expect(shown).not.toMatch(/ss(:|%3A)|rtsp:\/\//);
    const stored = JSON.stringify(await bench.db.selectFrom('camera_status').selectAll().execute()) + JSON.stringify(await bench.db.selectFrom('event_log').selectAll().execute());
    expect(stored).not.toMatch(/p@ss|p%40ss/);
  });

  test.each<[string, CameraFault, CameraState, string]>([
    ['/one', { kind: 'stall' }, 'stalled', 'stalled'],
    ['/two', { kind: 'silent' }, 'offline', 'timeout'],
    ['/three', { kind: 'refuse' }, 'offline', 'no_answer'],
    ['/one', { kind: 'reset' }, 'offline', 'no_answer'],
    ['/two', { kind: 'no-bandwidth' }, 'offline', 'no_free_session'],
    ['/three', { kind: 'unauthorised' }, 'unauthorised', 'wrong_password'],
  ])('%s with the fault %j: the state is right, it comes back by itself, the others go on', async (path, fault, wanted, code) => {
    await server.setFault(path, fault);
    if (fault.kind === 'no-bandwidth' || fault.kind === 'unauthorised') server.disconnect(path);
    await reached(path, wanted, code);
    await until(`${path} is told as not analysed`, async () => (await bench.status(id(path)))?.analysed === false);
    await sampled('/steady');
    await server.setFault(path, null);
    await live(path);
    await sampled(path);
  });

  test.each<[string, 'black' | 'frozen']>([['/one', 'black'], ['/two', 'frozen']])('%s: a %s picture: its samples say so, and it is well again', async (path, kind) => {
    await server.setFault(path, { kind });
    await until(`${kind} samples`, () => bench.framesOf(id(path)).at(-1)?.quality === kind, 60_000);
    expect(await state(path)).toBe('live');
    await server.setFault(path, null);
    await until('good samples', () => bench.framesOf(id(path)).at(-1)?.quality === 'ok', 60_000);
  });

  test('changes its resolution goes on in a new run with the right pictures', async () => {
    const before = bench.framesOf('three').at(-1)!;
    expect([before.width, before.height]).toEqual([320, 240]);
    await server.setFault('/three', { kind: 'resolution', width: 480, height: 270 });
    const after = await until('samples of the new size', () => bench.framesOf('three').find((frame) => frame.run !== before.run && frame.width === 480), 60_000);
    expect([after.height, after.data.length]).toEqual([270, 480 * 270 * 3]);
    await server.setFault('/three', null);
    await until('samples of the old size', () => bench.framesOf('three').at(-1)?.width === 320, 60_000);
    await live('/three');
  });

  test.each([3600, -3600])('lets its clock jump by %d s goes on in a new run', async (by) => {
    await live('/one');
    await sampled('/one');
    const { run } = bench.framesOf('one').at(-1)!;
    await server.setFault('/one', { kind: 'clock-jump', by });
    await until('samples of a new run', () => bench.framesOf('one').filter((frame) => frame.run !== run).length > 2, 60_000);
    await server.setFault('/one', null);
  });

  test('has its ffmpeg killed is back with exactly one', async () => {
    const [pid, ...more] = recorders(bench.dataDir, 'two');
    expect(more).toEqual([]);
    process.kill(pid!, 'SIGKILL');
    const next = await until('another ffmpeg', () => recorders(bench.dataDir, 'two').find((other) => other !== pid), 60_000);
    await live('/two');
    await sampled('/two');
    expect(recorders(bench.dataDir, 'two')).toEqual([next]);
    expect(server.clients('/two').length).toBe(1);
  });

  test('stops or freezes its ffmpeg (SIGSTOP) is back with exactly one', async () => {
    const [pid] = recorders(bench.dataDir, 'two');
    process.kill(pid!, 'SIGSTOP');
    await until('another ffmpeg', () => recorders(bench.dataDir, 'two').every((other) => other !== pid) && recorders(bench.dataDir, 'two').length === 1, 60_000);
    await sampled('/two');
  });

  test('every change is in the event log, in legal steps', async () => {
    const rows = await bench.db.selectFrom('event_log').select('payload').where('kind', '=', 'camera').orderBy('id').execute();
    const states = rows.map(({ payload }) => payload as unknown as { id: string; state: CameraState; analysed: boolean }).filter((change) => change.id === 'one');
    expect(states.map((change) => change.state)).toEqual(expect.arrayContaining(['live', 'stalled']));
    expect(states.at(-1)).toMatchObject({ state: 'live', analysed: true });
    expect(ingest.counters()['one']!.restarts).toBeGreaterThan(0);
  });
});
