import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CameraInput, CameraStatus, Rule } from '../../domain/camera.ts';
import type { Frame } from '../../domain/frame.ts';
import { startIngest, type Ingest, type IngestSettings } from '../../ingest/index.ts';
import { openDatabase, type Db } from '../../platform/db/index.ts';
import { createLog } from '../../platform/log.ts';
import { createSealer, sealUrl } from '../../platform/secrets.ts';
import { startTestServers, type TestServers } from '../support/servers.ts';

export const sealer = createSealer('test');

/** Quick enough for a test; what it waits for are conditions. */
export const quick: Partial<IngestSettings> = { dialTimeout: 5000, dialHold: 300, stallAfter: 4000, backoff: 200, backoffMost: 1000, frozenAfter: 3000, notAnalysedAfter: 1500, pollEvery: 200 };

export interface Bench {
  readonly db: Db;
  readonly servers: TestServers;
  readonly dataDir: string;
  readonly frames: Frame[];
  framesOf(camera: string): Frame[];
  camera(id: string, url: string, more?: { roles?: CameraInput['roles']; inputs?: readonly CameraInput[]; dwell?: number; sessions?: number }): Promise<void>;
  ingest(more?: Partial<IngestSettings>, node?: string): Promise<Ingest>;
  status(camera: string): Promise<{ state: CameraStatus['state']; reason: string | null; analysed: boolean; analysedReason: string | null } | null>;
  close(): Promise<void>;
}

const rule = (dwell: number): Rule => ({
  id: 'r', zone: 'z', eventType: 'stall', model: 'm', classes: { any: ['stall'] }, minScore: 0.5, minSize: 0, dwell, presence: 0.6, minSamples: 3,
  grace: 10_000, silence: 0, severity: 'normal',
});

/** PostgreSQL, a data folder, and ingest on them as often as wanted. Everything analysed at once, as by a perfect detector. */
export async function startBench(): Promise<Bench> {
  const servers = await startTestServers();
  const db = openDatabase(servers.databaseUrl);
  const dataDir = mkdtempSync(join(tmpdir(), 'xuncheng-ingest-'));
  const frames: Frame[] = [];
  const running: Ingest[] = [];
  const log = createLog('ingest');
  log.level = process.env['LOG_LEVEL'] ?? 'silent';
  return {
    db, servers, dataDir, frames,
    framesOf: (camera) => frames.filter((frame) => frame.cameraId === camera),
    async camera(id, url, { roles = ['detect', 'record', 'live'], inputs, dwell, sessions } = {}) {
      const all = inputs ?? [{ url, roles }];
      await db.insertInto('cameras').values({
        id, name: id, inputs: JSON.stringify(all.map((input) => ({ ...input, url: sealUrl(input.url, sealer) }))),
        rules: JSON.stringify(dwell === undefined ? [] : [rule(dwell)]), sessions: sessions ?? null,
      }).execute();
    },
    async ingest(more = {}, node = 'node-a') {
      const ingest = await startIngest({
        db, log, nodeId: node, dataDir: node === 'node-a' ? dataDir : join(dataDir, node), rpcUrl: `http://${node}`, sealer,
        onFrame: (frame) => { frames.push(frame); },
        analysisOf: () => ({ analysed: true, reason: null, lastSampleAt: new Date().toISOString() }),
        settings: { ...quick, ...more },
      });
      running.push(ingest);
      return ingest;
    },
    async status(camera) {
      const row = await db.selectFrom('camera_status').selectAll().where('camera_id', '=', camera).executeTakeFirst();
      return row === undefined ? null : { state: row.state, reason: row.state_reason, analysed: row.analysed, analysedReason: row.analysed_reason };
    },
    async close() {
      await Promise.all(running.map((ingest) => ingest.close()));
      await db.destroy();
      await servers.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
