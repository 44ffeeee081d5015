import { existsSync, readFileSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The environment variable that marks every process of an installation, with its data folder as value. */
export const instanceVariable = 'XUNCHENG_INSTANCE';

/** Processes of an earlier run of this installation, whose supervisor is gone. Empty where there is no /proc. */
export function processesOfInstance(dataDir: string): number[] {
  const mark = `${instanceVariable}=${dataDir}`;
  return processes((pid) => readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(Buffer.from(mark).toString('latin1')));
}

/**
 * Processes of a program that work in this folder, as PostgreSQL's children do in its data folder; not the shell of somebody who looks
 * around in it. Empty where there is no /proc.
 * @param program name of the executable, links followed
 */
export function processesIn(folder: string, program: RegExp): number[] {
  if (!existsSync(folder)) return [];
  const { dev, ino } = statSync(folder);
  return processes((pid) => {
    const cwd = statSync(`/proc/${pid}/cwd`);
    return cwd.dev === dev && cwd.ino === ino && program.test(basename(readlinkSync(`/proc/${pid}/exe`)));
  });
}

/** Kills what `find` finds until nothing is found. @throws Error when something stays for 10 s */
export async function killAll(find: () => number[]): Promise<number> {
  const killed = new Set<number>();
  for (let tries = 0; tries < 200; tries += 1) {
    const pids = find();
    if (pids.length === 0) return killed.size;
    for (const pid of pids) {
      killed.add(pid);
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // it has just ended
      }
    }
    await sleep(50);
  }
  throw new Error(`cannot end processes of an earlier run: ${find().join(', ')}`);
}

function processes(matches: (pid: number) => boolean): number[] {
  if (!existsSync('/proc/self/environ')) return [];
  return readdirSync('/proc').map(Number).filter((pid) => {
    if (!Number.isInteger(pid) || pid === process.pid) return false;
    try {
      return matches(pid);
    } catch {
      // ended meanwhile, or another user's
      return false;
    }
  });
}
