/** The process edge: `node main.ts` supervises the whole product, `node main.ts --role NAME` runs one role of it. */
import { parseArgs } from 'node:util';
import { loadConfig, tellErrors } from './config/index.ts';
import { processRoles } from './platform/supervisor/role-context.ts';
import { runRole } from './platform/supervisor/run-role.ts';
import { failStart, superviseHere } from './platform/supervisor/supervise-here.ts';
import { StartRefused } from './platform/supervisor/supervisor.ts';

const { values } = parseArgs({ options: { role: { type: 'string' } } });
const role = processRoles.find((name) => name === values.role);
if (values.role !== undefined && role === undefined) failStart(new StartRefused(`--role ${values.role}: allowed: ${processRoles.join(', ')}`));

const result = loadConfig(process.env);
if (!result.ok) failStart(new StartRefused(tellErrors(result.errors)));

if (role === undefined) {
  const { prepareInstallation } = await import('./app.ts');
  await superviseHere(result.config, { entry: import.meta.filename, prepare: prepareInstallation });
} else {
  const { startRole } = await import('./app.ts');
  await runRole(role, result.config, startRole).catch(failStart);
}
