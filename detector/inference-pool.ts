import { Worker } from 'node:worker_threads';
import type { Log } from '../platform/log.ts';
import type { Picture } from './letterbox.ts';
import type { FromWorker, InferenceAnswer, InferenceTask, ModelFile, ToWorker } from './protocol.ts';
import { createSlots } from './slots.ts';

/** What is known of a model: `reason` starts with a code, `model_hash: …`. */
export interface ModelState {
  readonly state: 'loading' | 'ready' | 'failed';
  readonly reason: string | null;
}

export interface InferenceJob {
  readonly picture: Picture;
  readonly tasks: readonly InferenceTask[];
}

/** Inference threads, shared fairly among cameras. A thread that dies is started anew with its models. */
export interface InferencePool {
  /**
   * Puts a job into the camera's slot; `finish` is called with the answers, or with null when its thread died. The camera's next job
   * starts after the promise of `finish` has settled.
   * @returns true when an older job of the camera was displaced; its `finish` is never called
   */
  offer(camera: string, job: InferenceJob, finish: (answers: readonly InferenceAnswer[] | null) => Promise<void>): boolean;
  /** Runs one job beside the cameras' own. @throws Error when its thread died or the pool closes */
  run(job: InferenceJob): Promise<readonly InferenceAnswer[]>;
  /** Loads what is new or changed in every thread, unloads what is gone, tries again what had failed. */
  setModels(models: readonly ModelFile[]): void;
  model(id: string): ModelState | null;
  /** Resolves when the model is ready or has failed. */
  settled(id: string): Promise<ModelState | null>;
  counters(): { threads: number; restarts: number; runs: number; busyMs: number };
  close(): Promise<void>;
}

interface Waiting {
  readonly job: InferenceJob;
  readonly finish: (answers: readonly InferenceAnswer[] | null) => Promise<void>;
}

interface Thread {
  worker: Worker;
  alive: boolean;
  current: { ticket: number; camera: string; waiting: Waiting; timer: NodeJS.Timeout } | null;
  /** Models loaded here, by id. */
  readonly ready: Map<string, { generation: number; reason: string | null }>;
}

const jobLimitMs = 60_000;
const retryFailedMs = 10_000;
/** A thread that is asked to end has so long to finish what it computes, milliseconds. */
const endLimitMs = 10_000;

/**
 * Ends a thread between two runs. To terminate one while the runtime computes would end the whole process: its completion throws into
 * an environment that is gone.
 */
async function endGently(worker: Worker, alive: boolean): Promise<void> {
  if (!alive) return;
  const ended = new Promise<void>((resolve) => void worker.once('exit', () => resolve()));
  worker.postMessage({ type: 'close' } satisfies ToWorker);
  const timer = setTimeout(() => void worker.terminate(), endLimitMs);
  await ended;
  clearTimeout(timer);
}

export function createInferencePool({ log, threads: count, executionProviders = ['cpu'], onModel, spawn }: {
  log: Log;
  threads: number;
  executionProviders?: readonly string[];
  /** Called when a model became ready or failed. */
  onModel?: (id: string, state: ModelState) => void;
  /** For tests that end threads. */
  spawn?: () => Worker;
}): InferencePool {
  const slots = createSlots<Waiting>();
  const threads: Thread[] = [];
  const wanted = new Map<string, { file: ModelFile; text: string; generation: number }>();
  const states = new Map<string, ModelState>();
  const settlers = new Map<string, ((state: ModelState | null) => void)[]>();
  let ticket = 0;
  let generation = 0;
  let single = 0;
  let restarts = 0;
  let runs = 0;
  let busyMs = 0;
  let pause = 100;
  let closing: Promise<void> | undefined;

  const post = (thread: Thread, message: ToWorker): void => thread.worker.postMessage(message);
  const start = spawn ?? ((): Worker => new Worker(new URL('./inference-worker.ts', import.meta.url), { workerData: { executionProviders }, name: 'inference' }));

  function load(thread: Thread, id: string): void {
    const model = wanted.get(id);
    if (model !== undefined) post(thread, { type: 'load', generation: model.generation, model: model.file });
  }

  /** A model is ready when one thread has it, failed when all have refused it. */
  function judge(id: string): void {
    const model = wanted.get(id);
    const before = states.get(id);
    let next: ModelState | null = null;
    if (model !== undefined) {
      const said = threads.map((t) => t.ready.get(id)).filter((r) => r?.generation === model.generation);
      const refused = said.find((r) => r!.reason !== null)?.reason ?? null;
      if (said.some((r) => r!.reason === null)) next = { state: 'ready', reason: null };
      else if (refused !== null) next = { state: 'failed', reason: refused };
      else next = before?.state === 'failed' ? before : { state: 'loading', reason: null };
    }
    if (next === null) states.delete(id);
    else states.set(id, next);
    if (next !== null && (before?.state !== next.state || before.reason !== next.reason) && next.state !== 'loading') onModel?.(id, next);
    if (next === null || next.state !== 'loading') {
      for (const tell of settlers.get(id) ?? []) tell(next);
      settlers.delete(id);
    }
  }

  function end(thread: Thread, answers: readonly InferenceAnswer[] | null): void {
    const current = thread.current;
    thread.current = null;
    if (current === null) return;
    clearTimeout(current.timer);
    settle(current.camera, current.waiting, answers);
  }

  function settle(camera: string, waiting: Waiting, answers: readonly InferenceAnswer[] | null): void {
    void waiting.finish(answers).catch((error: unknown) => log.error({ err: error, camera }, 'a result could not be taken')).finally(() => {
      slots.done(camera);
      pump();
    });
  }

  function pump(): void {
    if (closing !== undefined) return;
    for (const thread of threads) {
      if (!thread.alive || thread.current !== null) continue;
      let next = slots.take();
      // nothing to compute (a bad picture, a rule asleep): only the order among the camera's samples matters
      for (; next?.item.job.tasks.length === 0; next = slots.take()) settle(next.camera, next.item, []);
      if (next === null) return;
      ticket += 1;
      // a run that never ends would hold its camera for ever; see endGently for the price
      const timer = setTimeout(() => void thread.worker.terminate(), jobLimitMs);
      thread.current = { ticket, camera: next.camera, waiting: next.item, timer };
      post(thread, { type: 'run', ticket, picture: next.item.job.picture, tasks: next.item.job.tasks });
    }
  }

  function receive(thread: Thread, message: FromWorker): void {
    if (message.type === 'loaded') {
      thread.ready.set(message.id, { generation: message.generation, reason: message.reason });
      judge(message.id);
      return;
    }
    if (message.ticket !== thread.current?.ticket) return;
    pause = 100;
    runs += message.answers.length;
    for (const answer of message.answers) if (answer.ok) busyMs += answer.ms;
    end(thread, message.answers);
    pump();
  }

  function attach(thread: Thread): void {
    const { worker } = thread;
    thread.alive = true;
    worker.on('message', (message: FromWorker) => receive(thread, message));
    worker.on('error', (error) => log.error({ err: error }, 'inference thread failed'));
    worker.on('exit', () => {
      thread.alive = false;
      if (closing !== undefined) return;
      restarts += 1;
      log.warn({ pauseMs: pause }, 'inference thread ended, starting it again');
      thread.ready.clear();
      for (const id of wanted.keys()) judge(id);
      end(thread, null);
      setTimeout(() => {
        if (closing !== undefined) return;
        thread.worker = start();
        attach(thread);
      }, pause);
      pause = Math.min(pause * 2, 5000);
    });
    for (const id of wanted.keys()) load(thread, id);
    pump();
  }

  for (let i = 0; i < count; i++) {
    const thread: Thread = { worker: start(), alive: false, current: null, ready: new Map() };
    threads.push(thread);
    attach(thread);
  }

  // a file may come later, a broken one be replaced
  const retry = setInterval(() => {
    for (const [id, model] of wanted) {
      if (states.get(id)?.state !== 'failed') continue;
      generation += 1;
      wanted.set(id, { ...model, generation });
      for (const thread of threads) load(thread, id);
    }
  }, retryFailedMs);
  retry.unref();

  return {
    offer(camera, job, finish) {
      const displaced = slots.offer(camera, { job, finish });
      pump();
      return displaced;
    },
    run(job) {
      single += 1;
      return new Promise((resolve, reject) => {
        if (closing !== undefined) {
          reject(new Error('the inference pool is closed'));
          return;
        }
        slots.offer(`\u0000${single}`, { job, finish: async (answers) => (answers === null ? reject(new Error('the inference thread ended')) : resolve(answers)) });
        pump();
      });
    },
    setModels(models) {
      const ids = new Set(models.map((m) => m.manifest.id));
      for (const id of [...wanted.keys()]) {
        if (ids.has(id)) continue;
        wanted.delete(id);
        for (const thread of threads) {
          thread.ready.delete(id);
          post(thread, { type: 'unload', id });
        }
        judge(id);
      }
      for (const file of models) {
        const text = JSON.stringify(file);
        const { id } = file.manifest;
        if (wanted.get(id)?.text === text) continue;
        generation += 1;
        wanted.set(id, { file, text, generation });
        states.delete(id);
        judge(id);
        for (const thread of threads) load(thread, id);
      }
    },
    model: (id) => states.get(id) ?? null,
    settled(id) {
      const state = states.get(id) ?? null;
      if (state === null || state.state !== 'loading') return Promise.resolve(state);
      return new Promise((resolve) => settlers.set(id, [...(settlers.get(id) ?? []), resolve]));
    },
    counters: () => ({ threads: threads.length, restarts, runs, busyMs: Math.round(busyMs) }),
    close() {
      closing ??= (async () => {
        clearInterval(retry);
        await Promise.all(threads.map((t) => endGently(t.worker, t.alive)));
        for (const thread of threads) end(thread, null);
        for (let next = slots.take(); next !== null; next = slots.take()) await next.item.finish(null).catch(() => undefined);
        for (const list of settlers.values()) for (const tell of list) tell(null);
      })();
      return closing;
    },
  };
}
