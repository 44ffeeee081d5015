import type { Db } from '../platform/db/index.ts';
import type { EvidenceStore } from '../platform/evidence-store.ts';
import { listen } from '../platform/listen.ts';
import type { Log } from '../platform/log.ts';
import { startWorkers, type Queues } from '../platform/queues.ts';
import { sealCheckpoint } from './checkpoints.ts';
import { createHandlers, type RecheckPort } from './handlers.ts';
import { createIntake } from './intake.ts';
import { tryLockFor } from './locks.ts';
import { findLostJobs, relayOutbox } from './relay.ts';
import { repeat } from './repeating.ts';
import { sequenceEvents } from './sequencer.ts';
import { sweepAlerts } from './sweep-alerts.ts';
import { sweepDeadlines } from './sweep-deadlines.ts';
import { sweepEvidence } from './sweep-evidence.ts';

export interface Dispatcher {
  /** The same promise every time: jobs that run are finished, nothing new begins. */
  close(): Promise<void>;
}

export interface DispatcherOptions {
  readonly db: Db;
  /** For the connection that listens. */
  readonly databaseUrl: string;
  readonly queues: Queues;
  readonly redisUrl: string;
  readonly queuePrefix: string;
  readonly log: Log;
  readonly evidence: EvidenceStore;
  readonly recheck: RecheckPort;
  /** Milliseconds between rounds, where nothing wakes them. */
  readonly pace?: { readonly sequence?: number; readonly relay?: number; readonly sweep?: number; readonly checkpoint?: number; readonly evidence?: number };
}

/** Runs queue workers, outbox relay, sequencer, sweepers and checkpoints. Several dispatchers may run: locks in PostgreSQL share the work out. */
export function startDispatcher({ db, databaseUrl, queues, redisUrl, queuePrefix, log, evidence, recheck, pace = {} }: DispatcherOptions): Dispatcher {
  const context = { db, log };
  const intake = createIntake({ ...context, evidence });
  const workers = startWorkers({ redisUrl, prefix: queuePrefix, log, handlers: createHandlers({ db, log, intake, evidence, recheck }) });

  const sequencer = repeat({ name: 'sequencer', everyMs: pace.sequence ?? 500, log, work: async () => void await sequenceEvents(db) });
  const relay = repeat({ name: 'outbox relay', everyMs: pace.relay ?? 500, log, work: async () => void await relayOutbox(db, queues) });
  const sweeper = repeat({
    name: 'sweeper', everyMs: pace.sweep ?? 5000, log,
    // the lock only spares the others the work: every step checks for itself
    work: () => db.transaction().execute(async (tx) => {
      if (!(await tryLockFor(tx, 'sweeper'))) return;
      await sweepAlerts(context);
      await sweepDeadlines(context);
      const lost = await findLostJobs(db);
      if (lost > 0) {
        log.warn({ lost }, 'jobs were lost or parked and are relayed again');
        relay.wake();
      }
    }),
  });
  const checkpoints = repeat({
    name: 'checkpoints', everyMs: pace.checkpoint ?? 3_600_000, log,
    work: async () => {
      const head = await sealCheckpoint(db);
      // the log leaves the house by other ways than the database
      if (head !== null) log.info({ head }, 'history sealed');
    },
  });
  const evidenceSweeper = repeat({ name: 'evidence sweeper', everyMs: pace.evidence ?? 3_600_000, log, work: async () => void await sweepEvidence(context, evidence) });
  const listening = listen({
    databaseUrl, channels: ['event_log', 'outbox'], log,
    onWake: (channel) => (channel === 'outbox' ? relay : sequencer).wake(),
  });

  let closing: Promise<void> | undefined;
  return {
    close() {
      closing ??= (async () => {
        await listening.close();
        await workers.close();
        await Promise.all([relay.close(), sweeper.close(), checkpoints.close(), evidenceSweeper.close()]);
        // last: what the others wrote still gets its number
        await sequencer.close();
        await sequenceEvents(db).catch(() => undefined);
      })();
      return closing;
    },
  };
}
