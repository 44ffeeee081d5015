import { readdirSync, readFileSync } from 'node:fs';

interface Stat { readonly pid: number; readonly parent: number; readonly own: number; readonly ended: number }

const ticksPerSecond = 100;

function stat(pid: number): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // the name in brackets may hold blanks
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ').map(Number);
    const [parent, own, ended] = [fields[1] ?? 0, (fields[11] ?? 0) + (fields[12] ?? 0), (fields[13] ?? 0) + (fields[14] ?? 0)];
    return { pid, parent, own, ended };
  } catch {
    return null;
  }
}

/** Processor time that a process alone has used, seconds. */
export function ownProcessorTime(pid: number): number {
  return (stat(pid)?.own ?? 0) / ticksPerSecond;
}

/** Processor time that a process and all below it have used, those that have ended included; seconds. Linux only. */
export function processorTime(root: number): number {
  const all = readdirSync('/proc').map(Number).filter(Number.isInteger).map(stat).filter((each) => each !== null);
  const below = (pid: number): number => all.filter((each) => each.parent === pid).reduce((sum, each) => sum + each.own + each.ended + below(each.pid), 0);
  const top = all.find((each) => each.pid === root);
  if (top === undefined) throw new Error(`process ${root} is gone`);
  return (top.own + top.ended + below(root)) / ticksPerSecond;
}
