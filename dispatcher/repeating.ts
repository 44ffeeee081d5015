import type { Log } from '../platform/log.ts';

/** Work that is done again and again: at a pace, and at once when woken. One run at a time; a wake during a run brings one more run. */
export interface Repeating {
  wake(): void;
  /** Waits for the run that goes on, and no other begins. The same promise every time. */
  close(): Promise<void>;
}

/** @param work what throws is logged and tried again at the next turn */
export function repeat({ name, everyMs, work, log }: { name: string; everyMs: number; work: () => Promise<void>; log: Log }): Repeating {
  let closing: Promise<void> | undefined;
  let running: Promise<void> | undefined;
  let again = false;
  let failed = false;

  async function run(): Promise<void> {
    try {
      await work();
      if (failed) log.info({ work: name }, 'works again');
      failed = false;
    } catch (error) {
      // one line when it begins to fail: the database or Redis may be away for hours
      log[failed ? 'debug' : 'warn']({ err: error, work: name }, 'failed, will be tried again');
      failed = true;
      again = false;
    }
  }

  function turn(): void {
    if (closing !== undefined) return;
    if (running !== undefined) {
      again = true;
      return;
    }
    running = run().finally(() => {
      running = undefined;
      if (again) {
        again = false;
        turn();
      }
    });
  }

  const timer = setInterval(turn, everyMs);
  turn();
  return {
    wake: turn,
    close() {
      closing ??= (async () => {
        clearInterval(timer);
        await running;
      })();
      return closing;
    },
  };
}
