import { parentPort, workerData } from 'node:worker_threads';
import { openModel, type ModelSession } from './model-session.ts';
import type { FromWorker, InferenceAnswer, InferenceTask, ToWorker } from './protocol.ts';
import type { Picture } from './letterbox.ts';

/** Entry of an inference thread: loads models and runs one job at a time, in the order in which they come. */
const port = parentPort!;
const { executionProviders } = workerData as { executionProviders: readonly string[] };
const sessions = new Map<string, ModelSession>();
let chain: Promise<void> = Promise.resolve();

const say = (message: FromWorker): void => port.postMessage(message);
const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function unload(id: string): Promise<void> {
  const session = sessions.get(id);
  sessions.delete(id);
  await session?.close();
}

async function answer(picture: Picture, task: InferenceTask): Promise<InferenceAnswer> {
  const session = sessions.get(task.model);
  if (session === undefined) return { ok: false, reason: 'model_loading: the model is not loaded yet' };
  try {
    const start = performance.now();
    const { detections, networkMs } = await session.run(picture, task.region, task.floor);
    return { ok: true, detections, ms: performance.now() - start, networkMs };
  } catch (error) {
    return { ok: false, reason: `model_run: ${words(error)}` };
  }
}

async function handle(message: ToWorker): Promise<void> {
  switch (message.type) {
    case 'load': {
      const { id } = message.model.manifest;
      await unload(id);
      let reason: string | null = null;
      try {
        sessions.set(id, await openModel(message.model, executionProviders));
      } catch (error) {
        reason = words(error);
      }
      say({ type: 'loaded', generation: message.generation, id, reason });
      return;
    }
    case 'unload':
      await unload(message.id);
      return;
    case 'close':
      for (const id of [...sessions.keys()]) await unload(id);
      // ends this thread alone; the runtime would keep it alive
      process.exit(0);
      return;
    case 'run': {
      const answers: InferenceAnswer[] = [];
      for (const task of message.tasks) answers.push(await answer(message.picture, task));
      say({ type: 'result', ticket: message.ticket, answers });
    }
  }
}

port.on('message', (message: ToWorker) => {
  chain = chain.then(() => handle(message));
});
