import { describe, expect, test } from '@jest/globals';
import type { Camera } from '../../domain/camera.ts';
import { createLiveSources } from '../../ingest/live-source.ts';
import { probeInput } from '../../ingest/probe.ts';

const camera = (inputs: Camera['inputs'], sessions?: number): Camera => ({ id: 'gate', name: 'gate', inputs, districtId: null, enabled: true, zones: [], rules: [], revision: 1, sessions });
const [main, sub] = [{ url: 'rtsp://192.0.2.1/main', roles: ['record', 'detect'] as const }, { url: 'rtsp://192.0.2.1/sub', roles: ['live'] as const }];
const standing = { input: main, profile: null, codec: 'h264', relayPorts: [] as number[] };

describe('the source of live pictures', () => {
  test('a stream that does not stand is asked for its form once, and again after a failure', async () => {
    const asked: string[] = [];
    let answer = (): Promise<{ codec: string; bFrames: boolean }> => Promise.reject(new Error('no answer'));
    const sourceOf = createLiveSources({ timeout: 1000, probe: ({ url }) => { asked.push(url); return answer(); } });
    const held = { camera: camera([main, sub]), standing: () => [standing] };
    await expect(sourceOf(held, 'high')).rejects.toThrow('no answer');
    answer = () => Promise.resolve({ codec: 'hevc', bFrames: false });
    for (let i = 0; i < 3; i += 1) expect((await sourceOf(held, 'high')).copyable).toBe(false);
    expect(asked).toEqual([sub.url, sub.url]);
  });

  test('one that stands is known; of a camera with a single session the standing one is the source', async () => {
    const sourceOf = createLiveSources({ timeout: 1000, probe: () => Promise.reject(new Error('must not be dialled')) });
    expect((await sourceOf({ camera: camera([{ ...main, roles: ['detect', 'live'] }]), standing: () => [standing] }, 'high')).copyable).toBe(true);
    const relayed = await sourceOf({ camera: camera([main, sub], 1), standing: () => [{ ...standing, codec: 'hevc', relayPorts: [5004, 5006] }] }, 'low');
    expect(relayed).toMatchObject({ copyable: false, stdin: expect.stringContaining('m=video 5006') });
  });

  test('a camera that refuses says why, without its password', async () => {
    const refused = probeInput({ url: 'rtsp://ada:secret@127.0.0.1:9/none' }, 3000);
    await expect(refused).rejects.toThrow(/refused/);
    await refused.catch((error: unknown) => expect(JSON.stringify(error instanceof Error ? [error.message, error.cause] : error)).not.toContain('secret'));
  });
});
