import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { existsSync } from 'node:fs';

export interface GuardedCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment of the child; nothing is inherited beside it. */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
  readonly stdio?: StdioOptions;
  /** What the child gets when this process dies in whatever way. */
  readonly deathSignal?: 'SIGKILL' | 'SIGTERM' | 'SIGQUIT';
}

const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path));

/**
 * Starts a child in a process group of its own, so that Ctrl-C in the terminal reaches the supervisor alone, and so that the child
 * does not outlive this process: on Linux the kernel signals it, elsewhere a shell that waits for our end does.
 * To be called from the main thread: the kernel watches the thread that forked.
 */
export function guardedSpawn({ command, args, env, cwd, uid, gid, stdio = ['ignore', 'pipe', 'pipe'], deathSignal = 'SIGKILL' }: GuardedCommand): ChildProcess {
  const guarded = setpriv === undefined ? { command, args } : diesWithParent(command, args, deathSignal);
  const child = spawn(guarded.command, [...guarded.args], {
    stdio,
    detached: true,
    ...(env === undefined ? {} : { env }),
    ...(cwd === undefined ? {} : { cwd }),
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
  });
  if (setpriv === undefined && child.pid !== undefined) watch(child, child.pid, deathSignal);
  return child;
}

/** A command line that ends with the process that starts it, for libraries that spawn by themselves. On other systems the same command. */
export function diesWithParent(
  command: string, args: readonly string[], deathSignal: NonNullable<GuardedCommand['deathSignal']> = 'SIGKILL',
): { command: string; args: string[] } {
  if (setpriv === undefined) return { command, args: [...args] };
  return { command: setpriv, args: ['--pdeathsig', deathSignal.slice(3), '--', command, ...args] };
}

/** The shell's `cat` ends when the pipe from this process breaks. */
function watch(child: ChildProcess, pid: number, deathSignal: string): void {
  const watchdog = spawn('/bin/sh', ['-c', 'cat >/dev/null; kill -"$1" -"$0"', String(pid), deathSignal.slice(3)], {
    stdio: ['pipe', 'ignore', 'ignore'], detached: true,
  });
  watchdog.on('error', () => undefined);
  watchdog.stdin.on('error', () => undefined);
  watchdog.unref();
  child.once('exit', () => watchdog.kill('SIGKILL'));
}
