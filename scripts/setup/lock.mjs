import { createHash } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectRoot } from './paths.mjs';

const name = createHash('sha256').update(projectRoot).digest('hex').slice(0, 16);
// Outside the checkout: `npm ci` empties node_modules, and nothing else of the project is a place for it.
const lockFile = join(tmpdir(), `xuncheng-setup-${process.getuid?.() ?? 0}-${name}.lock`);

/** Runs `work` while no other set-up of this checkout does. A lock whose owner has died is taken over. */
export async function withLock(say, work) {
  for (let told = false; !take();) {
    if (!told) say('another set-up of this checkout is running; waiting for it');
    told = true;
    await sleep(500);
  }
  const release = () => rmSync(lockFile, { force: true });
  const interrupted = () => { release(); process.exit(130); };
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    return await work();
  } finally {
    release();
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
  }
}

function take() {
  const mine = `${lockFile}.${process.pid}`;
  try {
    // The link appears with its content: nobody reads an empty lock.
    writeFileSync(mine, String(process.pid));
    linkSync(mine, lockFile);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    const owner = ownerOf(lockFile);
    if (owner !== null && !isAlive(owner)) removeStale(owner);
    return false;
  } finally {
    rmSync(mine, { force: true });
  }
}

/** Removes the dead owner's lock, and puts it back if another has taken it over in between. */
function removeStale(owner) {
  const aside = `${lockFile}.stale.${process.pid}`;
  try {
    renameSync(lockFile, aside);
    if (ownerOf(aside) !== owner) linkSync(aside, lockFile);
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function ownerOf(file) {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
