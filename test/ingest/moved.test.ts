import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { startCameraServer, type CameraServer } from '../../demo/cameras/index.ts';
import { demoClips } from '../../demo/city/index.ts';
import type { FrameQuality } from '../../domain/camera.ts';
import type { Ingest } from '../../ingest/index.ts';
import { until } from '../support/until.ts';
import { startBench, type Bench } from './support.ts';

jest.setTimeout(240_000);

describe('a camera with rules', () => {
  let bench: Bench;
  let server: CameraServer;
  let ingest: Ingest;
  const settings = { movedAfter: 4000 };
  /** The quality of the samples that came since, each named once. */
  const since = (from: number): FrameQuality[] => [...new Set(bench.framesOf('street').slice(from).map((frame) => frame.quality))];
  const reaches = (quality: FrameQuality): Promise<unknown> => until(`its samples are ${quality}`, () => bench.framesOf('street').at(-1)?.quality === quality, 90_000);

  beforeAll(async () => {
    const clip = demoClips().find((c) => c.id === 'baisha-quiet')!;
    server = await startCameraServer({ cameras: [{ path: '/street', file: clip.path }] });
    bench = await startBench();
    await bench.camera('street', server.url('/street'), { dwell: 6000 });
    ingest = await bench.ingest(settings);
    await until('it has learned its view', () => bench.framesOf('street').length >= 8, 90_000);
  }, 180_000);
  afterAll(async () => {
    await bench.close();
    await server.close();
  });

  test('that is turned gives samples of no use, says so when that lasts, and is well when it is turned back', async () => {
    expect(since(0)).toEqual(['ok']);
    const from = bench.framesOf('street').length;
    await server.setFault('/street', { kind: 'moved' });
    await reaches('moved');
    // the first samples after the fault may still show the street as it was
    expect(since(from).filter((q) => q !== 'ok')).toEqual(['covered', 'moved']);
    await server.setFault('/street', null);
    await reaches('ok');
  });

  test('is found turned after a restart, and not when its zones were drawn anew meanwhile', async () => {
    await ingest.close();
    await server.setFault('/street', { kind: 'moved' });
    const from = bench.framesOf('street').length;
    ingest = await bench.ingest(settings);
    await reaches('moved');
    expect(since(from)).toEqual(['covered', 'moved']);
    await bench.db.updateTable('cameras').set({ zones: JSON.stringify([{ id: 'z', polygon: [[0, 0], [1, 0], [1, 1]] }]), revision: '2' }).where('id', '=', 'street').execute();
    await reaches('ok');
  });
});
