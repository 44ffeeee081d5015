import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../log.ts';
import { describeEnding, type Ending, type ManagedProcess } from './managed-process.ts';

export interface SupervisedOptions {
  readonly name: string;
  readonly log: Log;
  /** Starts one run; called again for every restart. May clear away what the last run left. */
  readonly start: () => Promise<ManagedProcess>;
  /** Resolves once the run does its work; `signal` is aborted when the run ends first. */
  readonly ready: (run: ManagedProcess, signal: AbortSignal) => Promise<void>;
  /** How often the first start may fail before it is given up, 1 by default. Later runs are restarted for ever. */
  readonly firstAttempts?: number;
  /** Milliseconds between the stop signal and SIGKILL. */
  readonly graceMs?: number;
  /** Ends it, in order, also before it is ready; the promise of the first start then rejects. */
  readonly signal?: AbortSignal;
  readonly backoffMs?: { readonly first: number; readonly most: number };
}

/** A child that is started again, later and later, whenever it ends unasked. */
export interface Supervised {
  readonly name: string;
  /** Of the present run. */
  pid(): number | undefined;
  restarts(): number;
  isReady(): boolean;
  /** Ends the child for good. Twice gives the same promise. */
  close(): Promise<void>;
  /** Ends it at once. */
  kill(): void;
}

/** A run that lasted this long was a good one: the next back-off starts small again. */
const goodRunMs = 20_000;

/** @returns once the first run is ready. @throws Error with the last lines when the first start fails */
export async function supervise({ name, log, start, ready, firstAttempts = 1, graceMs, signal, backoffMs = { first: 200, most: 5_000 } }: SupervisedOptions): Promise<Supervised> {
  const closing = new AbortController();
  let run: ManagedProcess | null = null;
  let isReady = false;
  let restarts = 0;
  let closed: Promise<void> | null = null;

  /** One run from start to end. Without an ending it never began. */
  async function runOnce(onReady: () => void): Promise<Ending> {
    try {
      run = await start();
    } catch (error) {
      return { kind: 'not-started', reason: error instanceof Error ? error.message : String(error) };
    }
    const current = run;
    if (closing.signal.aborted) current.kill();
    const over = new AbortController();
    const becameReady = ready(current, over.signal).then(
      () => {
        if (!current.running) return;
        isReady = true;
        log.debug({ process: name, pid: current.pid }, 'ready');
        onReady();
      },
      (error: unknown) => {
        if (over.signal.aborted) return;
        log.error({ process: name, err: error }, 'did not become ready');
        current.child.kill('SIGKILL');
      },
    );
    const ending = await current.ended;
    isReady = false;
    over.abort();
    await becameReady;
    return ending;
  }

  async function loop(onReady: () => void, onGivenUp: (error: Error) => void): Promise<void> {
    let failures = 0;
    let everReady = false;
    while (!closing.signal.aborted) {
      const started = performance.now();
      const ending = await runOnce(() => {
        everReady = true;
        onReady();
      });
      if (closing.signal.aborted || ending.kind === 'stopped') return;
      failures = performance.now() - started > goodRunMs ? 1 : failures + 1;
      const tail = run?.lines.slice(-10).join('\n') ?? '';
      if (!everReady && failures >= firstAttempts) {
        onGivenUp(new Error(`${name} ${describeEnding(ending)}${tail === '' ? '' : `\n${tail}`}`));
        return;
      }
      const delay = Math.min(backoffMs.most, backoffMs.first * 2 ** (failures - 1)) * (0.75 + Math.random() / 2);
      log.warn({ process: name, delayMs: Math.round(delay), tail }, `${describeEnding(ending)}; starting it again`);
      restarts += 1;
      await sleep(delay, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  }

  let loopEnded: Promise<void> = Promise.resolve();
  function close(): Promise<void> {
    closed ??= (async () => {
      closing.abort();
      await run?.stop(graceMs);
      await loopEnded;
    })();
    return closed;
  }
  signal?.throwIfAborted();
  signal?.addEventListener('abort', () => void close(), { once: true });
  await new Promise<void>((resolve, reject) => {
    loopEnded = loop(resolve, reject).finally(() => reject(new Error(`${name} was stopped before it was ready`)));
  });

  return {
    name,
    pid: () => run?.pid,
    restarts: () => restarts,
    isReady: () => isReady,
    close,
    kill() {
      closing.abort();
      run?.kill();
    },
  };
}
