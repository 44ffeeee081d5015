import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Log } from '../../platform/log.ts';
import { ProblemError } from '../problems.ts';
import { pictureLimits, type CleanAnswer, type CleanPicture } from './picture-limits.ts';

const program = join(import.meta.dirname, 'clean-process.ts');
const idleMs = 60_000;
const mostWaiting = 30;

interface Task {
  readonly bytes: Uint8Array;
  readonly settle: (answer: CleanAnswer | Error) => void;
}

/**
 * Decodes pictures from outside and writes them anew as JPEG, one at a time, in a process without environment and secrets. A picture
 * that crashes it or takes too long costs that process only; the next one gets a new one.
 */
export class PictureCleaner {
  readonly #log: Log;
  readonly #waiting: Task[] = [];
  #child: ChildProcess | null = null;
  #current: Task | null = null;
  #timer: NodeJS.Timeout | undefined;
  #nextId = 1;
  #closed = false;

  constructor(log: Log) {
    this.#log = log;
  }

  /** @throws ProblemError 413, 415 or 422 for what is not a picture within the limits, 503 when too many wait */
  async clean(bytes: Uint8Array): Promise<CleanPicture> {
    if (this.#closed || this.#waiting.length >= mostWaiting) throw new ProblemError(503, 'too many pictures wait to be read; try again in a moment');
    const answer = await new Promise<CleanAnswer | Error>((settle) => {
      this.#waiting.push({ bytes, settle });
      this.#next();
    });
    if (answer instanceof Error) throw new ProblemError(422, answer.message, { errors: [{ path: 'file', message: answer.message }] });
    if (answer.ok) return answer.picture;
    const status = { 'unsupported': 415, 'too-large': 413, 'damaged': 422 }[answer.reason];
    throw new ProblemError(status, answer.detail, { errors: [{ path: 'file', message: answer.detail }] });
  }

  close(): void {
    this.#closed = true;
    this.#stop(new Error('the server is closing'));
  }

  #next(): void {
    if (this.#current !== null || this.#closed) return;
    clearTimeout(this.#timer);
    const task = this.#waiting.shift();
    if (task === undefined) {
      this.#timer = setTimeout(() => this.#stop(null), idleMs).unref();
      return;
    }
    this.#current = task;
    const id = this.#nextId++;
    this.#child ??= this.#start();
    this.#timer = setTimeout(() => this.#stop(new Error('the picture takes too long to decode')), pictureLimits.time + 5000);
    this.#child.send({ id, bytes: task.bytes }, (error) => {
      if (error !== null && this.#current === task) this.#stop(new Error('the picture could not be read'));
    });
  }

  #start(): ChildProcess {
    // warnings and crashes of the decoder are told by the exit code; its own words could hold anything
    const child = fork(program, { env: {}, execArgv: ['--max-old-space-size=256'], serialization: 'advanced', stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    child.on('message', (answer: CleanAnswer) => {
      if (this.#child === child) this.#finish(answer);
    });
    child.on('error', (error) => this.#log.warn({ err: error }, 'picture process'));
    child.on('exit', (code, signal) => {
      if (this.#child !== child) return;
      this.#log.warn({ code, signal }, 'picture process ended');
      this.#child = null;
      this.#finish(new Error('the picture could not be decoded'));
    });
    return child;
  }

  #finish(answer: CleanAnswer | Error): void {
    clearTimeout(this.#timer);
    const task = this.#current;
    this.#current = null;
    task?.settle(answer);
    this.#next();
  }

  /** Ends the process and what it works on. */
  #stop(reason: Error | null): void {
    clearTimeout(this.#timer);
    const child = this.#child;
    this.#child = null;
    child?.kill('SIGKILL');
    if (this.#closed) for (const task of this.#waiting.splice(0)) task.settle(new Error('the server is closing'));
    if (reason !== null && this.#current !== null) this.#finish(reason);
  }
}
