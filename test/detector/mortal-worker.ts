import { parentPort } from 'node:worker_threads';

/** The inference thread itself, which also ends when it is told to die: between two runs, as an error of ours would end it. */
parentPort!.on('message', (message: { type: string }) => {
  if (message.type === 'die') process.exit(1);
});
await import('../../detector/inference-worker.ts');
