import { describe, expect, test } from '@jest/globals';
import sharp from 'sharp';
import type { Recording } from '../../ingest/ring-files.ts';
import { createSnapshots, type LastSample } from '../../ingest/snapshots.ts';
import { until } from '../support/until.ts';

const sample = (run: string): LastSample => ({ run, time: 7, at: 1000, data: new Uint8Array(64 * 36 * 3), width: 64, height: 36 });

/** A recording in which each picture takes as long to cut as the test wants. */
function slowFootage() {
  const asked: string[] = [];
  const going: (() => void)[] = [];
  return {
    asked,
    cutAll: () => { for (const go of going.splice(0)) go(); },
    async pictureAt(camera: string, run: string, time: number): Promise<Buffer> {
      asked.push(`${camera} ${run} ${time}`);
      await new Promise<void>((resolve) => going.push(resolve));
      if (run === 'lost') throw new Error('not recorded');
      return Buffer.from(`full picture of ${camera}`);
    },
  };
}
const noRing = { of: () => [] };
const widthOf = async (jpeg: Buffer): Promise<number> => (await sharp(jpeg).metadata()).width;

describe('snapshots', () => {
  test('many who ask for one camera share one picture', async () => {
    const footage = slowFootage();
    const snapshot = createSnapshots({ lastOf: () => sample('r'), ring: noRing, footage });
    const all = Promise.all(Array.from({ length: 50 }, () => snapshot('gate')));
    await until('it is asked for', () => footage.asked.length > 0);
    footage.cutAll();
    expect(new Set((await all).map(({ jpeg }) => jpeg.toString()))).toEqual(new Set(['full picture of gate']));
    await snapshot('gate');
    expect(footage.asked).toEqual(['gate r 7']);
  });

  test('of many cameras at once do not queue: the sample at hand is the picture', async () => {
    const footage = slowFootage();
    const snapshot = createSnapshots({ lastOf: () => sample('r'), ring: noRing, footage });
    const cameras = Array.from({ length: 20 }, (_, i) => `c${i}`);
    const first = cameras.slice(0, 4).map((camera) => snapshot(camera));
    const rest = await Promise.all(cameras.slice(4).map((camera) => snapshot(camera)));
    expect(await Promise.all(rest.map(({ jpeg }) => widthOf(jpeg)))).toEqual(Array.from({ length: 16 }, () => 64));
    footage.cutAll();
    expect((await Promise.all(first)).map(({ jpeg }) => jpeg.toString())).toEqual(cameras.slice(0, 4).map((camera) => `full picture of ${camera}`));
  });

  test('what is not recorded is the sample; without one there is the newest recording; a failure is not kept', async () => {
    const footage = slowFootage();
    const recording: Recording = { run: 'old', folder: '/', pieces: [{ file: '/0.ts', index: 0, from: 2, to: 4, wallTo: 9000, bytes: 1 }], open: null, ended: true, anchor: null };
    let recorded: Recording[] = [];
    const snapshot = createSnapshots({ lastOf: (camera) => (camera === 'fresh' ? sample('lost') : null), ring: { of: () => recorded }, footage });
    const fresh = snapshot('fresh');
    await until('it is asked for', () => footage.asked.length > 0);
    footage.cutAll();
    expect(await widthOf((await fresh).jpeg)).toBe(64);
    await expect(snapshot('offline')).rejects.toThrow('no picture of camera offline');
    recorded = [recording];
    const offline = snapshot('offline');
    await until('it is asked for', () => footage.asked.length > 1);
    footage.cutAll();
    expect(await offline).toEqual({ jpeg: Buffer.from('full picture of offline'), at: 7000 });
    expect(footage.asked).toEqual(['fresh lost 7', 'offline old 2']);
  });
});
