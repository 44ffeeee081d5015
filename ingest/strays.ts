import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { killAll } from '../platform/process/leftovers.ts';

/**
 * Ends what an earlier process left running in the recording ring: it would write beside us and keep the camera's session. Such things
 * die with their parent already; this is for systems that cannot do that. Nothing where there is no /proc.
 */
export async function killStrays(ring: string): Promise<number> {
  if (!existsSync('/proc/self/cwd')) return 0;
  return killAll(() => readdirSync('/proc').map(Number).filter((pid) => {
    if (!Number.isInteger(pid) || pid === process.pid) return false;
    try {
      return readlinkSync(`/proc/${pid}/cwd`).startsWith(`${ring}/`);
    } catch {
      return false;
    }
  }));
}
