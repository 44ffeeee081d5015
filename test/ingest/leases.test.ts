import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { sql } from 'kysely';
import { startCameraServer, type CameraServer } from '../../demo/cameras/index.ts';
import type { Ingest } from '../../ingest/index.ts';
import { leaseRound } from '../../ingest/leases.ts';
import { StatusWriter } from '../../ingest/status-writer.ts';
import { createLog } from '../../platform/log.ts';
import { startGstRtspServer } from '../support/gst-rtsp.ts';
import { makeClip } from '../support/make-clip.ts';
import { until } from '../support/until.ts';
import { startBench, type Bench } from './support.ts';

jest.setTimeout(180_000);
const sharedVideo = resolve(import.meta.dirname, '../../../shared/data/video/one-by-one-person-detection.mp4');

describe('who holds which camera', () => {
  const folder = mkdtempSync(join(tmpdir(), 'xuncheng-leases-'));
  let bench: Bench;
  let server: CameraServer;

  beforeAll(async () => {
    const file = await makeClip({ file: join(folder, 'clip.mp4'), seconds: 8, fps: 10, gop: 10, counter: true });
    server = await startCameraServer({ cameras: ['/a', '/b', '/c'].map((path) => ({ path, file })) });
    bench = await startBench();
  }, 120_000);
  afterAll(async () => {
    await bench.close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const leaseOf = async (camera: string) => bench.db.selectFrom('camera_leases').selectAll().where('camera_id', '=', camera).executeTakeFirstOrThrow();
  const holds = (ingest: Ingest): string => ingest.cameras().map((camera) => camera.id).toSorted().join('');

  test('one node takes all; a second gets its share; what one gives back the other takes', async () => {
    for (const id of ['a', 'b']) await bench.camera(id, server.url(`/${id}`));
    const one = await bench.ingest();
    const revisions: string[] = [];
    one.onCamerasChanged((cameras) => revisions.push(cameras.map((camera) => `${camera.id}${camera.revision}`).toSorted().join(' ')));
    await until('both are held', () => holds(one) === 'ab');
    await until('both are live', async () => (await bench.status('a'))?.state === 'live' && (await bench.status('b'))?.state === 'live', 60_000);
    expect(revisions.at(-1)).toBe('a1 b1');
    const before = await leaseOf('b');

    const two = await bench.ingest({}, 'node-b');
    await until('each holds one', () => holds(one).length === 1 && holds(two).length === 1);
    const moved = holds(two);
    const lease = await leaseOf(moved);
    expect(lease.node_id).toBe('node-b');
    expect(Number(lease.fence)).toBeGreaterThan(Number(before.fence));
    await until('the moved one is sampled under its new fence', () => bench.framesOf(moved).some((frame) => frame.fence === Number(lease.fence)), 60_000);
    expect(await bench.db.selectFrom('vision_nodes').select('rpc_url').where('id', '=', 'node-b').executeTakeFirst()).toEqual({ rpc_url: 'http://node-b' });

    await two.close();
    await until('one holds both again', () => holds(one) === 'ab');
    const late = bench.framesOf(moved).length;
    await until('samples', () => bench.framesOf(moved).length > late + 1, 60_000);
    await one.close();
    expect(await bench.status('a')).toMatchObject({ state: 'connecting', analysed: false, analysedReason: expect.stringMatching(/^stopped: /) });
    expect(holds(one)).toBe('');
  });

  test('a killed node of the same name is followed at once; a name takes nothing from a living node', async () => {
    const one = await bench.ingest({ leaseFor: 3_600_000 });
    await until('held', () => holds(one) === 'ab');
    const lost = await leaseRound({ db: bench.db, node: 'stranger', rpcUrl: 'x', leaseFor: 1000 }, new Map());
    expect(lost).toEqual([]);
    await bench.db.deleteFrom('vision_nodes').where('id', '=', 'stranger').execute();
    // as if this process had died with its leases: the next of its name has a higher fence, and the old one gives up
    const fence = Number((await leaseOf('a')).fence);
    const taken = await leaseRound({ db: bench.db, node: 'node-a', rpcUrl: 'x', leaseFor: 3_600_000 }, new Map());
    expect(taken.map((lease) => lease.camera).toSorted()).toEqual(['a', 'b']);
    expect(Math.min(...taken.map((lease) => lease.fence))).toBeGreaterThan(fence);
    await one.close();
    await bench.db.deleteFrom('camera_leases').execute();
  });

  test('what an older fence writes is refused and leaves no event', async () => {
    const [lease] = await leaseRound({ db: bench.db, node: 'node-x', rpcUrl: 'x', leaseFor: 60_000 }, new Map());
    const refused: string[] = [];
    const writer = new StatusWriter({ db: bench.db, log: createLog('test'), onRefused: (camera, fence) => refused.push(`${camera} ${fence}`) });
    const { camera, fence } = lease!;
    const events = async () => Number((await bench.db.selectFrom('event_log').select((e) => e.fn.countAll().as('n')).executeTakeFirstOrThrow()).n);
    const before = await events();
    const status = { state: 'live', stateReason: null, analysed: true, analysedReason: null, lastSampleAt: null } as const;
    writer.write({ camera, fence: fence - 1, districtId: null, status: { ...status, state: 'offline' } });
    await until('the refusal', () => refused.length === 1);
    expect([refused[0], await events()]).toEqual([`${camera} ${fence - 1}`, before]);
    writer.write({ camera, fence, districtId: null, status });
    await until('the status', async () => (await bench.status(camera))?.state === 'live');
    await writer.close();
    expect(await events()).toBe(before + 1);
    await bench.db.deleteFrom('camera_leases').execute();
    await bench.db.deleteFrom('vision_nodes').execute();
  });

  test('configuration is followed camera by camera, without a dial for what does not touch the stream', async () => {
    const ingest = await bench.ingest();
    await until('both live', async () => (await bench.status('a'))?.state === 'live' && (await bench.status('b'))?.state === 'live', 60_000);
    const { run } = bench.framesOf('a').at(-1)!;
    await bench.db.updateTable('cameras').set({ name: 'Gate', revision: sql`revision + 1` }).where('id', '=', 'a').execute();
    await until('the new name', () => ingest.cameras().find((camera) => camera.id === 'a')?.name === 'Gate');
    const count = bench.framesOf('a').length;
    await until('more samples', () => bench.framesOf('a').length > count + 1, 60_000);
    expect(bench.framesOf('a').at(-1)!.run).toBe(run);

    await bench.db.updateTable('cameras').set({ enabled: false, revision: sql`revision + 1` }).where('id', '=', 'a').execute();
    await until('switched off', async () => (await bench.status('a'))?.state === 'disabled');
    expect(server.clients('/a')).toEqual([]);
    expect(await bench.status('a')).toMatchObject({ analysed: false, analysedReason: expect.stringMatching(/^disabled: /) });
    await bench.db.updateTable('cameras').set({ enabled: true, revision: sql`revision + 1`, inputs: JSON.stringify([{ url: server.url('/c'), roles: ['detect', 'record'] }]) }).where('id', '=', 'a').execute();
    await until('live on another address', async () => (await bench.status('a'))?.state === 'live' && server.clients('/c').length === 1, 60_000);
    expect(bench.framesOf('b').every((frame, _, all) => frame.fence !== all.at(-1)!.fence || frame.run === all.at(-1)!.run)).toBe(true);

    await bench.db.updateTable('cameras').set({ deleted_at: sql<Date>`app.now()` }).where('id', '=', 'a').execute();
    await until('given up', () => holds(ingest) === 'b' && server.clients('/c').length === 0);
    await ingest.close();
  });

  test('a database that goes and comes back is waited for; the cameras go on meanwhile', async () => {
    const ingest = await bench.ingest({ leaseFor: 2000 });
    await until('live', async () => (await bench.status('b'))?.state === 'live', 60_000);
    const admin = bench.servers.adminUrl;
    const pg = (await import('pg')).default;
    const client = new pg.Client({ connectionString: admin });
    await client.connect();
    await client.query('alter table app.camera_leases rename to away');
    const count = bench.framesOf('b').length;
    await until('samples all the same', () => bench.framesOf('b').length > count + 4, 60_000);
    await server.setFault('/b', { kind: 'unauthorised' });
    server.disconnect('/b');
    await until('the state in the process', () => ingest.statusOf('b')?.state === 'unauthorised', 60_000);
    await client.query('alter table app.away rename to camera_leases');
    await client.end();
    await until('the state in the database', async () => (await bench.status('b'))?.state === 'unauthorised', 60_000);
    await server.setFault('/b', null);
    await ingest.close();
  });

  test('ffmpeg dies with a process that is killed, and the next start finds its recording', async () => {
    const script = `
      import { startBench } from '${resolve(import.meta.dirname, 'support.ts')}';
      const bench = await startBench();
      await bench.camera('k', '${server.url('/c')}');
      await bench.ingest();
      const timer = setInterval(() => { if (bench.frames.length > 3) { clearInterval(timer); console.log(bench.dataDir + ' ' + process.pid); } }, 50);`;
    const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => { said += chunk.toString(); });
    await until('it records', () => said.includes('\n'), 90_000);
    const dataDir = said.split(' ')[0]!;
    expect(server.clients('/c').length).toBe(1);
    process.kill(child.pid!, 'SIGKILL');
    await until('nobody watches', () => server.clients('/c').length === 0);
    rmSync(dataDir, { recursive: true, force: true });
  });

  const given = existsSync(sharedVideo) ? test : test.skip;
  given('a camera that we did not write, with B-frames, is recorded and sampled', async () => {
    const gst = await startGstRtspServer({ file: sharedVideo, username: 'ada', password: 'pass word', auth: 'basic' });
    await bench.camera('gst', gst.url, { dwell: 10_000 });
    const ingest = await bench.ingest();
    await until('samples in one run', () => bench.framesOf('gst').filter((frame) => frame.run === bench.framesOf('gst').at(-1)!.run).length > 5, 90_000);
    const frame = bench.framesOf('gst').at(-1)!;
    const jpeg = await ingest.pictureAt('gst', frame.run, frame.streamTime);
    const { default: sharp } = await import('sharp');
    expect(await sharp(jpeg).metadata()).toMatchObject({ format: 'jpeg', width: 768, height: 432 });
    // the same picture as the sample, but for its size
    const small = await sharp(jpeg).resize(frame.width, frame.height, { kernel: 'cubic', fit: 'fill' }).removeAlpha().raw().toBuffer();
    const difference = small.reduce((sum, value, i) => sum + Math.abs(value - frame.data[i]!), 0) / small.length;
    expect(difference).toBeLessThan(6);
    const { copyable } = await ingest.liveSource('gst', 'high');
    expect(copyable).toBe(false);
    const clip = await ingest.clip('gst', frame.run, frame.streamTime - 2, frame.streamTime + 1);
    expect(existsSync(clip.path)).toBe(true);
    rmSync(resolve(clip.path, '..'), { recursive: true });
    await ingest.close();
    await gst.close();
  });
});
