import { startIngest, type Ingest } from '../ingest/index.ts';
import { openDatabase } from '../platform/db/index.ts';
import { createLog } from '../platform/log.ts';
import { createSealer } from '../platform/secrets.ts';
import { until } from '../test/support/until.ts';
import type { SideOrder } from './ingest.ts';

// our side of the bench: ingest as it runs in a vision process, with somebody who takes its samples
let samples = 0;
let running: Ingest | null = null;

async function start({ databaseUrl, dataDir, urls }: SideOrder): Promise<void> {
  const db = openDatabase(databaseUrl);
  for (const [i, url] of urls.entries()) {
    await db.insertInto('cameras').values({ id: `c${i}`, name: `c${i}`, inputs: JSON.stringify([{ url, roles: ['detect', 'record'] }]) }).execute();
  }
  const log = createLog('bench');
  log.level = 'warn';
  const seen = new Set<string>();
  running = await startIngest({
    db, log, nodeId: 'bench', dataDir, rpcUrl: 'http://127.0.0.1:1', sealer: createSealer('bench'),
    onFrame: (frame) => {
      samples += 1;
      seen.add(frame.cameraId);
    },
    analysisOf: () => ({ analysed: true, reason: null, lastSampleAt: new Date().toISOString() }),
  });
  await until('all cameras are sampled', () => seen.size === urls.length, 180_000);
}

process.on('message', (order: SideOrder | Record<string, never>) => {
  void (running === null && 'urls' in order ? start(order as SideOrder) : Promise.resolve()).then(() => process.send?.({ samples }));
});
