import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChildProcess } from 'node:child_process';
import { guardedSpawn, type GuardedCommand } from './guarded-spawn.ts';

/** How a process ended: because we asked it to, before it ever ran, or by itself. */
export type Ending =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'not-started'; readonly reason: string }
  | { readonly kind: 'died'; readonly code: number | null; readonly signal: NodeJS.Signals | null };

const keptLines = 100;
/** What setpriv answers where the program is not there or may not be run. */
const notExecutable = [126, 127];

/** One run of a child: its last lines, how it ended, and a ladder of signals to end it. */
export class ManagedProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<Ending>;
  #lines: string[] = [];
  #stopping: Promise<void> | null = null;
  #running = true;
  readonly #stopSignal: NodeJS.Signals;
  readonly #deathSignal: NodeJS.Signals;

  /** @param stopSignal asks the program to end in order; most take SIGTERM */
  constructor(command: GuardedCommand & { readonly onLine?: (line: string) => void; readonly stopSignal?: NodeJS.Signals }) {
    this.#stopSignal = command.stopSignal ?? 'SIGTERM';
    this.#deathSignal = command.deathSignal ?? 'SIGKILL';
    this.child = guardedSpawn(command);
    for (const stream of [this.child.stdout, this.child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        this.#lines.push(line);
        if (this.#lines.length > keptLines) this.#lines.shift();
        command.onLine?.(line);
      });
    }
    this.ended = this.#end();
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  get running(): boolean {
    return this.#running;
  }

  /** The last 100 lines of both outputs. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Asks, waits `graceMs`, then kills the whole group. Twice gives the same promise. */
  stop(graceMs = 10_000): Promise<void> {
    this.#stopping ??= this.#stop(graceMs);
    return this.#stopping;
  }

  /** Ends it at once, with the signal it gets when we die. */
  kill(): void {
    this.#stopping ??= this.ended.then(() => undefined);
    this.#signalGroup(this.#deathSignal);
  }

  async #stop(graceMs: number): Promise<void> {
    if (!this.#running) return;
    this.child.kill(this.#stopSignal);
    const timer = setTimeout(() => this.#signalGroup('SIGKILL'), graceMs);
    await this.ended;
    clearTimeout(timer);
  }

  async #end(): Promise<Ending> {
    const outputsEnded = new Promise((resolve) => { this.child.once('close', resolve); });
    try {
      const [code, signal] = await once(this.child, 'exit') as [number | null, NodeJS.Signals | null];
      // What the child itself had started in its group goes with it.
      // The last lines say why, and may still be on their way; a stranger that holds the pipe is not waited for.
      this.#signalGroup('SIGKILL');
      await Promise.race([outputsEnded, sleep(500, undefined, { ref: false })]);
      if (this.#stopping !== null) return { kind: 'stopped' };
      if (code !== null && notExecutable.includes(code)) return { kind: 'not-started', reason: this.#lines.at(-1) ?? `exit ${code}` };
      return { kind: 'died', code, signal };
    } catch (error) {
      return { kind: 'not-started', reason: error instanceof Error ? error.message : String(error) };
    } finally {
      this.#running = false;
    }
  }

  #signalGroup(signal: NodeJS.Signals): void {
    if (this.child.pid === undefined) return;
    try {
      process.kill(-this.child.pid, signal);
    } catch {
      // nobody is left in the group
    }
  }
}

export function describeEnding(ending: Ending): string {
  switch (ending.kind) {
    case 'stopped': return 'was stopped';
    case 'not-started': return `could not be started: ${ending.reason}`;
    case 'died': return ending.signal === null ? `ended by itself with code ${ending.code}` : `was killed by ${ending.signal}`;
  }
}
