import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { startDispatcher, type Dispatcher, type RecheckPort } from '../../../dispatcher/index.ts';
import { folderEvidenceStore, type EvidenceStore } from '../../../platform/evidence-store.ts';
import { createLog } from '../../../platform/log.ts';
import { openQueues, type Queues } from '../../../platform/queues.ts';
import { until } from '../../support/until.ts';
import type { City } from './city.ts';

export interface Running {
  readonly dispatcher: Dispatcher;
  readonly queues: Queues;
  readonly evidence: EvidenceStore;
  readonly prefix: string;
  close(): Promise<void>;
}

/** A dispatcher in this process, quick of pace. */
export function runDispatcher(city: City, recheck: RecheckPort = () => Promise.reject(new Error('no camera here')), prefix = `test-${randomUUID()}`): Running {
  const log = createLog('dispatcher-test');
  log.level = process.env['LOG_LEVEL'] ?? 'silent';
  const queues = openQueues({ redisUrl: city.servers.redisUrl, prefix, log });
  const evidence = folderEvidenceStore(join(city.servers.dataDir, 'evidence'), { minFreeBytes: 0 });
  const dispatcher = startDispatcher({
    db: city.db, databaseUrl: city.servers.databaseUrl, queues, redisUrl: city.servers.redisUrl, queuePrefix: prefix, log, evidence, recheck,
    pace: { relay: 100, sweep: 200, sequence: 200 },
  });
  return {
    dispatcher, queues, evidence, prefix,
    async close() {
      await dispatcher.close();
      await queues.close();
    },
  };
}

/** Asks until the answer fits, and gives it. */
export async function waitFor<T>(ask: () => T | Promise<T>, fits: (answer: T) => boolean, timeoutMs = 20_000): Promise<T> {
  let last: T | undefined;
  await until('the answer fits', async () => {
    last = await ask();
    return fits(last);
  }, timeoutMs).catch((error: unknown) => {
    throw new Error(`${String(error)}; last answer: ${JSON.stringify(last)?.slice(0, 2000)}`);
  });
  return last as T;
}
