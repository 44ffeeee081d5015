/**
 * `npm run setup [-- --test]`: everything the project needs and nothing twice. Plain JavaScript for Node >= 20 without
 * `node_modules`, because it is what brings them. Says in one line what it does and why; silent when nothing is to be done.
 */
import { withLock } from './setup/lock.mjs';
import { mediasoupWorker } from './setup/mediasoup-worker.mjs';
import { npmPackages } from './setup/npm-packages.mjs';
import { pages } from './setup/pages.mjs';
import { MissingPackages, systemPackages } from './setup/system-packages.mjs';

const forTests = process.argv.includes('--test');
const steps = [systemPackages({ forTests }), npmPackages(), mediasoupWorker(), pages()];
const say = (line) => console.log(`setup: ${line}`);

if (Number(process.versions.node.split('.')[0]) < 20) {
  console.error(`setup: Node 20 or newer is needed to begin with, this is ${process.version}`);
  process.exit(1);
}

try {
  // What is done is seen without the lock, so that the usual start waits for nobody.
  if (steps.some((step) => !step.isDone())) {
    await withLock(say, async () => {
      for (const step of steps) if (!step.isDone()) await step.run(say);
    });
  }
} catch (error) {
  // A command that failed has said why itself.
  const known = error instanceof MissingPackages || error.status !== undefined;
  console.error(`setup: ${known ? error.message : error.stack}`);
  process.exit(1);
}
