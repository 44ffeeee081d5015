import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);

/** A few lines of JavaScript in a process of their own, as the set-up runs. */
function inNode(source: string, env: NodeJS.ProcessEnv = {}): Promise<{ stdout: string; stderr: string }> {
  return run(process.execPath, ['--input-type=module', '-e', source], { cwd: root, env: { ...process.env, ...env } });
}

test('where nothing is to be done it does nothing and says nothing', async () => {
  await run(process.execPath, ['scripts/setup.mjs', '--test'], { cwd: root });
  const again = await run(process.execPath, ['scripts/setup.mjs', '--test'], { cwd: root });
  expect(again).toEqual({ stdout: '', stderr: '' });
}, 600_000);

test('the set-up runs on the oldest Node that is promised: no step imports a package', () => {
  for (const name of ['setup.mjs', 'setup/lock.mjs', 'setup/mediasoup-worker.mjs', 'setup/npm-packages.mjs', 'setup/pages.mjs', 'setup/paths.mjs', 'setup/system-packages.mjs']) {
    const imports = [...readFileSync(join(root, 'scripts', name), 'utf8').matchAll(/from '([^']+)'/g)].map((match) => match[1]!);
    expect(imports.filter((path) => !path.startsWith('node:') && !path.startsWith('.'))).toEqual([]);
  }
});

test('who is not root is told the exact commands', async () => {
  const { stdout } = await inNode(`
    process.getuid = () => 1000;
    process.env.PATH = '/nowhere';
    const { systemPackages } = await import('./scripts/setup/system-packages.mjs');
    const step = systemPackages({ forTests: false });
    console.log(step.isDone());
    await step.run(() => undefined).catch((error) => console.log(error.message));`);
  expect(stdout).toBe([
    'false',
    'missing (ffmpeg: reads cameras and cuts clips; redis-server: carries the queues). Please type one of these and start again:',
    '  sudo apt-get update && sudo apt-get install -y ffmpeg redis-server',
    '  brew install ffmpeg redis',
    '',
  ].join('\n'));
});

test('two set-ups at the same time do their work one after the other, also past a lock whose owner has died', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'xuncheng-lock-'));
  const log = join(folder, 'log');
  const source = `
    import { appendFileSync } from 'node:fs';
    import { setTimeout as sleep } from 'node:timers/promises';
    const { withLock } = await import('./scripts/setup/lock.mjs');
    await withLock(() => undefined, async () => {
      appendFileSync(${JSON.stringify(log)}, 'in\\n');
      await sleep(50);
      appendFileSync(${JSON.stringify(log)}, 'out\\n');
    });`;
  try {
    const dies = inNode(`
      const { withLock } = await import('./scripts/setup/lock.mjs');
      await withLock(() => undefined, () => process.kill(process.pid, 'SIGKILL'));`, { TMPDIR: folder });
    await expect(dies).rejects.toMatchObject({ signal: 'SIGKILL' });
    writeFileSync(log, '');
    await Promise.all(Array.from({ length: 4 }, () => inNode(source, { TMPDIR: folder })));
    expect(readFileSync(log, 'utf8')).toBe('in\nout\n'.repeat(4));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
