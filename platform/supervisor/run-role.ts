import type { Config } from '../../config/index.ts';
import { createLog } from '../log.ts';
import { assertPrepared } from './prepare.ts';
import { aloneContext, type ProcessRole, type RunningRole, type StartRole } from './role-context.ts';
import { StartRefused } from './start-refused.ts';

/** What a role's process tells its supervisor. */
export interface ReadyMessage {
  readonly kind: 'ready';
}

/** Variables that programs started by a role have no business with. */
const secretVariables = ['DATABASE_URL', 'DATABASE_ADMIN_URL', 'REDIS_URL', 'XUNCHENG_SECRET', 'XUNCHENG_ADMIN_PASSWORD'];

/** The process of one role, from start to end: under a supervisor, or alone on its host. */
export async function runRole(role: ProcessRole, config: Config, startRole: StartRole): Promise<void> {
  const context = aloneContext(`--role ${role}`, config);
  const log = createLog(role);
  for (const name of secretVariables) delete process.env[name];
  let running: RunningRole | null = null;
  let ending = false;

  const end = (reason: string): void => {
    if (ending) process.exit(130);
    ending = true;
    log.debug({ reason }, 'ending');
    // What is not yet running has nothing to put in order.
    void (running?.close() ?? Promise.resolve()).then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'did not end in order');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', () => end('SIGTERM'));
  process.on('SIGINT', () => end('SIGINT'));
  // The supervisor is gone: no one will restart us or tell us to end.
  process.on('disconnect', () => process.exit(1));

  await assertPrepared(context.databaseUrl).catch((error: unknown) => {
    // a database that is away comes back; who needs it waits or says so
    if (error instanceof StartRefused) throw error;
  });
  running = await startRole(role, context);
  if (process.send === undefined) console.log(`Xuncheng ${role} is ready`);
  else process.send({ kind: 'ready' } satisfies ReadyMessage);
}
