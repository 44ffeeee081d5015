import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import * as mediasoup from 'mediasoup';
import { startFfmpeg, startLive, type Live, type LiveSource } from '../../ingest/index.ts';
import { createLog } from '../../platform/log.ts';
import { mediasoupWorkerPath } from '../../platform/mediasoup-worker.ts';
import { until } from '../support/until.ts';

const log = createLog('live-test');
log.level = process.env['LOG_LEVEL'] ?? 'silent';
const testPicture: LiveSource = { input: ['-re', '-f', 'lavfi', '-i', 'testsrc=size=320x180:rate=10'], stdin: null, copyable: false };

let live: Live | undefined;
const folder = mkdtempSync(join(tmpdir(), 'xuncheng-live-'));
afterEach(() => live?.shutdown());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const start = (source: () => Promise<LiveSource>, workerBin = mediasoupWorkerPath()): Promise<Live> =>
  startLive({ log, workerBin, listen: { ip: '127.0.0.1', port: 0 }, startFfmpeg, source, linger: 200 });

describe('live pictures', () => {
  test('of a camera that gives none leave nothing behind, however often they are asked for', async () => {
    const standing = new Set<string>();
    const watch = (worker: mediasoup.types.Worker): void => {
      worker.observer.on('newrouter', (router) => router.observer.on('newtransport', (transport) => {
        standing.add(transport.id);
        transport.observer.on('close', () => standing.delete(transport.id));
      }));
    };
    mediasoup.observer.on('newworker', watch);
    try {
      live = await start(() => Promise.reject(new Error('the camera has no input for live pictures')));
      for (let i = 0; i < 5; i += 1) await expect(live.open({ camera: 'gate', quality: 'high' })).rejects.toThrow('no input');
      expect([...standing]).toEqual([]);
      expect(live.counters()).toMatchObject({ streams: 0, viewers: 0 });
    } finally {
      mediasoup.observer.off('newworker', watch);
    }
  });

  test('come back after the video worker was killed, though it does not start again at the first attempt', async () => {
    const [pidFile, broken, bin] = [join(folder, 'pid'), join(folder, 'broken'), join(folder, 'worker.sh')];
    writeFileSync(bin, `#!/bin/sh\n[ -e '${broken}' ] && { echo try >> '${broken}'; exit 1; }\necho $$ > '${pidFile}'\nexec '${mediasoupWorkerPath()}' "$@"\n`, { mode: 0o755 });
    live = await start(() => Promise.resolve(testPicture), bin);
    const { viewer } = await live.open({ camera: 'gate', quality: 'high' });
    expect(live.counters()).toEqual({ streams: 1, viewers: 1, workerRestarts: 0 });
    const pid = Number(readFileSync(pidFile, 'utf8'));
    writeFileSync(broken, '');
    process.kill(pid, 'SIGKILL');
    await until('two attempts have failed', () => readFileSync(broken, 'utf8').split('\n').length > 2);
    expect(live.counters()).toEqual({ streams: 0, viewers: 0, workerRestarts: 1 });
    await expect(live.connect({ viewer, dtlsParameters: { fingerprints: [] } })).rejects.toThrow('open it again');
    rmSync(broken);
    await until('a tile opens again', () => live!.open({ camera: 'gate', quality: 'high' }).then(() => true, () => false));
    expect(Number(readFileSync(pidFile, 'utf8'))).not.toBe(pid);
    expect(live.counters()).toEqual({ streams: 1, viewers: 1, workerRestarts: 1 });
  });
});
