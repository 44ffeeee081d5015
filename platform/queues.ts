import { Queue, Worker, type Job } from 'bullmq';
import { Redis } from 'ioredis';
import { queueNames, type JobMap, type QueueName } from '../domain/jobs.ts';
import { crashPoint } from './crash-points.ts';
import type { Log } from './log.ts';

/** BullMQ as a carrier: what a job says is also a row, and whoever lost Redis loses nothing. */
export interface Queues {
  /** Adds a job; the same id while it waits is one job. Fails at once when Redis is away: the caller keeps its row and tries again. */
  add<Q extends QueueName>(queue: Q, id: string, job: JobMap[Q], options?: { delayMs?: number }): Promise<void>;
  /** Waiting, active, delayed and failed jobs of a queue: for metrics and health. */
  counts(queue: QueueName): Promise<Record<string, number>>;
  ping(): Promise<boolean>;
  close(): Promise<void>;
}

export type Handlers = { readonly [Q in QueueName]: (job: JobMap[Q]) => Promise<void> };
export interface Workers {
  close(): Promise<void>;
}

const jobOptions = {
  attempts: 12,
  backoff: { type: 'exponential', delay: 500 },
  // a finished job's id is free again at once: uniqueness is the database's business
  removeOnComplete: true,
  removeOnFail: { age: 7 * 24 * 3600, count: 5000 },
} as const;

export function openQueues({ redisUrl, prefix, log }: { redisUrl: string; prefix: string; log: Log }): Queues {
  // producers fail fast: with an offline queue an add would hang for as long as Redis is away
  const connection = new Redis(redisUrl, { maxRetriesPerRequest: 1, enableOfflineQueue: false, connectTimeout: 3000, retryStrategy: (n) => Math.min(100 * n, 1000) });
  connection.on('error', (error) => log.debug({ err: error }, 'redis connection'));
  const queues = new Map(queueNames.map((name) => {
    const queue = new Queue(name, { connection, prefix, skipVersionCheck: true });
    queue.on('error', (error) => log.debug({ err: error, queue: name }, 'queue'));
    return [name, queue] as const;
  }));
  let closing: Promise<void> | undefined;
  return {
    async add(queue, id, job, options = {}) {
      crashPoint('before:queue-add');
      const added = await queues.get(queue)!.add(queue, job, { ...jobOptions, jobId: id.replaceAll(':', '_'), ...(options.delayMs === undefined ? {} : { delay: options.delayMs }) });
      // a spool sends again what is not stored; a job parked under that id after a long outage would swallow it
      if (queue === 'detections' && (await added.isFailed())) await added.retry('failed').catch((error: unknown) => log.debug({ err: error, job: id }, 'parked job not retried'));
      crashPoint('after:queue-add');
    },
    counts: (queue) => queues.get(queue)!.getJobCounts('waiting', 'active', 'delayed', 'failed'),
    ping: () => connection.ping().then((answer) => answer === 'PONG', () => false),
    close() {
      closing ??= (async () => {
        await Promise.all([...queues.values()].map((q) => q.close()));
        connection.disconnect();
      })();
      return closing;
    },
  };
}

/**
 * One worker a queue. A handler that throws is tried again with growing pauses and parked in the end, visible, while others flow.
 * maxStalledCount is high because a job whose worker was killed twice must not be given up.
 */
export function startWorkers({ redisUrl, prefix, handlers, log, concurrency = 8 }: {
  redisUrl: string; prefix: string; handlers: Handlers; log: Log; concurrency?: number;
}): Workers {
  const connections: Redis[] = [];
  const workers = queueNames.map((name) => {
    const connection = new Redis(redisUrl, { maxRetriesPerRequest: null, retryStrategy: (n) => Math.min(100 * n, 1000) });
    connection.on('error', (error) => log.debug({ err: error }, 'redis connection'));
    connections.push(connection);
    const run = handlers[name] as (job: unknown) => Promise<void>;
    const worker = new Worker(name, async (job: Job) => {
      crashPoint('before:job-start');
      await run(job.data);
      crashPoint('before:job-ack');
    }, { connection, prefix, concurrency, maxStalledCount: 1000, stalledInterval: 5000, lockDuration: 10_000, skipVersionCheck: true });
    worker.on('error', (error) => log.debug({ err: error, queue: name }, 'worker'));
    worker.on('failed', (job, error) => {
      const parked = job !== undefined && job.attemptsMade >= (job.opts.attempts ?? 1);
      log[parked ? 'error' : 'warn']({ err: error, queue: name, job: job?.id }, parked ? 'job parked after its last attempt' : 'job failed, will be tried again');
    });
    return worker;
  });
  let closing: Promise<void> | undefined;
  return {
    close() {
      closing ??= (async () => {
        await Promise.all(workers.map((w) => w.close()));
        for (const c of connections) c.disconnect();
      })();
      return closing;
    },
  };
}

/** Ends the start when Redis would evict jobs under pressure. */
export async function assertRedisKeepsJobs(redisUrl: string): Promise<void> {
  const connection = new Redis(redisUrl, { maxRetriesPerRequest: 1, connectTimeout: 3000, lazyConnect: true });
  connection.on('error', () => undefined);
  try {
    await connection.connect();
    const answer = (await connection.config('GET', 'maxmemory-policy')) as string[];
    if (answer[1] !== undefined && answer[1] !== 'noeviction') {
      throw new Error(`REDIS_URL: maxmemory-policy is ${answer[1]}, it must be noeviction, or Redis throws jobs away when memory runs short`);
    }
  } finally {
    connection.disconnect();
  }
}
