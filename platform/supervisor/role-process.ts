import type { Log } from '../log.ts';
import { ManagedProcess } from '../process/managed-process.ts';
import { supervise, type Supervised } from '../process/supervise.ts';
import type { ProcessRole } from './role-context.ts';
import type { ReadyMessage } from './run-role.ts';

/** Starts a role as a process of its own and keeps it running. @returns when it says that it is ready. @throws Error with its last lines */
export function startRoleProcess({ role, entry, env, log, signal }: {
  role: ProcessRole; entry: string; env: NodeJS.ProcessEnv; log: Log; signal: AbortSignal;
}): Promise<Supervised> {
  return supervise({
    name: role,
    log,
    signal,
    firstAttempts: 3,
    graceMs: 15_000,
    start: () => Promise.resolve(new ManagedProcess({
      command: process.execPath,
      args: [entry, '--role', role],
      env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      onLine: (line) => process.stderr.write(`${line}\n`),
    })),
    ready: (run) => new Promise((resolve) => {
      run.child.on('message', (message) => {
        if ((message as ReadyMessage | null)?.kind === 'ready') resolve();
      });
      void run.ended.then(() => resolve());
    }),
  });
}
