/**
 * `npm test [-- path…]`: jest over ES modules. The last line is `N passed, N failed[, N skipped]`, counted from
 * jest's own result; a run in which no test ran, or whose result is missing, fails.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface JestResult {
  success: boolean;
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  numFailedTestSuites: number;
  numRuntimeErrorTestSuites: number;
}

const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'xuncheng-jest-'));
const resultFile = join(folder, 'result.json');

const jest = spawn(process.execPath, [
  '--experimental-vm-modules', '--disable-warning=ExperimentalWarning',
  join(root, 'node_modules/jest/bin/jest.js'),
  '--json', `--outputFile=${resultFile}`, '--verbose', ...process.argv.slice(2),
], { cwd: root, stdio: ['inherit', 'ignore', 'inherit'] });
// Ctrl-C reaches jest by itself; staying until it has ended lets it run its clean-up.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => jest.kill('SIGTERM'));
const [code] = await once(jest, 'exit') as [number | null];

let result: JestResult | null = null;
try {
  result = JSON.parse(readFileSync(resultFile, 'utf8')) as JestResult;
} catch {
  console.error(`jest left no result (exit ${code ?? 'by signal'})`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const passed = result?.numPassedTests ?? 0;
// A file that could not be loaded holds tests that did not run: it counts as one failure.
const failed = result ? result.numFailedTests + result.numRuntimeErrorTestSuites : 1;
const skipped = (result?.numPendingTests ?? 0) + (result?.numTodoTests ?? 0);
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = code === 0 && result?.success === true && failed === 0 && passed > 0 ? 0 : 1;
