/**
 * The process edge: `node main.ts` supervises the whole product on this host. On several hosts `node main.ts --prepare` prepares their
 * database once, and `node main.ts --role NAME` runs one role.
 */
import { parseArgs } from 'node:util';
import { loadConfig, tellErrors } from './config/index.ts';
import { createLog } from './platform/log.ts';
import { prepareHere } from './platform/supervisor/prepare.ts';
import { processRoles } from './platform/supervisor/role-context.ts';
import { runRole } from './platform/supervisor/run-role.ts';
import { failStart, StartRefused } from './platform/supervisor/start-refused.ts';
import { superviseHere } from './platform/supervisor/supervise-here.ts';

const { values } = parseArgs({ options: { role: { type: 'string' }, prepare: { type: 'boolean', default: false } } });
const role = processRoles.find((name) => name === values.role);
if (values.role !== undefined && role === undefined) failStart(new StartRefused(`--role ${values.role}: allowed: ${processRoles.join(', ')}`));

const result = loadConfig(process.env);
if (!result.ok) failStart(new StartRefused(tellErrors(result.errors)));

const { prepareInstallation, startRole } = await import('./app.ts');
if (values.prepare) await prepareHere(result.config, { prepare: prepareInstallation, log: createLog('prepare') }).catch(failStart);
else if (role === undefined) await superviseHere(result.config, { entry: import.meta.filename, prepare: prepareInstallation });
else await runRole(role, result.config, startRole).catch(failStart);
