/** A dispatcher as a process of its own, to be killed at a crash point: `node worker.ts DATABASE_URL REDIS_URL PREFIX EVIDENCE`. */
import { randomUUID } from 'node:crypto';
import { startDispatcher } from '../../../dispatcher/index.ts';
import { openDatabase } from '../../../platform/db/index.ts';
import { folderEvidenceStore } from '../../../platform/evidence-store.ts';
import { createLog } from '../../../platform/log.ts';
import { openQueues } from '../../../platform/queues.ts';

const [databaseUrl, redisUrl, queuePrefix, folder] = process.argv.slice(2) as [string, string, string, string];
const log = createLog('worker');
const db = openDatabase(databaseUrl, { name: 'worker' });
const queues = openQueues({ redisUrl, prefix: queuePrefix, log });
const dispatcher = startDispatcher({
  db, databaseUrl, queues, redisUrl, queuePrefix, log, evidence: folderEvidenceStore(folder, { minFreeBytes: 0 }),
  recheck: () => Promise.resolve({ answer: 'absent', score: 0.1, jpeg: Buffer.from(`the place is empty ${randomUUID()}`) }),
  pace: { relay: 100, sweep: 300, sequence: 200 },
});
// a test that gives up leaves no process behind
process.once('disconnect', () => process.exit(1));
process.once('SIGTERM', () => {
  void (async () => {
    await dispatcher.close();
    await queues.close();
    await db.destroy();
    process.exit(0);
  })();
});
