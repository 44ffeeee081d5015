import type { Config } from '../../config/index.ts';
import type { Prepare } from './role-context.ts';
import { failStart } from './start-refused.ts';
import { Supervisor } from './supervisor.ts';

/** Makes this process the supervisor, until it is told to end. @param entry the file that runs a role when started with `--role NAME` */
export async function superviseHere(config: Config, { entry, prepare }: { entry: string; prepare: Prepare }): Promise<void> {
  const supervisor = new Supervisor({ config, entry, prepare, say: (line) => console.log(line) });
  let askedAt: number | null = null;
  const end = (signal: NodeJS.Signals): void => {
    if (askedAt === null) {
      askedAt = performance.now();
      if (signal === 'SIGINT') console.log('Ending in order; Ctrl-C again ends at once.');
      void supervisor.close().then(() => process.exit(0), failStart);
    // npm passes on the Ctrl-C that the terminal has already sent
    } else if (performance.now() - askedAt > 500) {
      console.log('Ending at once.');
      supervisor.kill();
      process.exit(130);
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
  try {
    await supervisor.start();
  } catch (error) {
    await supervisor.close();
    if (askedAt === null) failStart(error);
  }
}
