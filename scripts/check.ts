/** `npm run check`: types, lint, import law and cycles, each run whatever the others found. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const tool = (name: string): string => join(root, 'node_modules/.bin', name);
const sources = [
  'app.ts', 'main.ts', 'bench', 'config', 'dashboard', 'demo', 'detector', 'dispatcher', 'domain', 'ingest', 'models', 'platform', 'scripts', 'test',
].filter((path) => existsSync(join(root, path)));

const checks: { name: string; command: string; args: string[] }[] = [
  { name: 'types', command: tool('tsc'), args: ['--noEmit', '-p', '.'] },
  { name: 'types of the pages', command: tool('tsc'), args: ['--noEmit', '-p', 'dashboard/web'] },
  { name: 'lint', command: tool('oxlint'), args: ['--type-aware', '--quiet', ...sources] },
  { name: 'import law', command: process.execPath, args: ['scripts/import-law.ts', ...sources] },
];

const failed = checks.filter(({ name, command, args }) => {
  const started = performance.now();
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (error) console.error(`${name}: ${error.message}`);
  console.log(`${name}: ${status === 0 ? 'clean' : 'FAILED'} (${seconds} s)`);
  return status !== 0;
});
process.exitCode = failed.length > 0 ? 1 : 0;
