import { spawn } from 'node:child_process';
import { afterEach, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { join } from 'node:path';
import { createLog } from '../../platform/log.ts';
import { ManagedProcess } from '../../platform/process/managed-process.ts';
import { supervise, type Supervised } from '../../platform/process/supervise.ts';
import { isAlive } from '../support/processes.ts';
import { until } from '../support/until.ts';

const log = createLog('test');
log.level = 'silent';
const started: (ManagedProcess | Supervised)[] = [];
afterEach(() => { for (const one of started.splice(0)) one.kill(); });

function start(command: string, ...args: string[]): ManagedProcess {
  const run = new ManagedProcess({ command, args });
  started.push(run);
  return run;
}

test('three ways to end are told apart', async () => {
  const stopped = start('sleep', '1000');
  await stopped.stop();
  expect(await stopped.ended).toEqual({ kind: 'stopped' });

  const missing = start('no-such-program-xuncheng');
  expect(await missing.ended).toMatchObject({ kind: 'not-started', reason: expect.stringMatching(/no-such-program|ENOENT/) });

  const died = start('sh', '-c', 'echo one; echo two >&2; exit 3');
  expect(await died.ended).toEqual({ kind: 'died', code: 3, signal: null });
  expect([...died.lines].sort()).toEqual(['one', 'two']);

  const killed = start('sleep', '1000');
  killed.child.kill('SIGKILL');
  expect(await killed.ended).toEqual({ kind: 'died', code: null, signal: 'SIGKILL' });
});

test('one that ignores the signal is killed after the grace', async () => {
  const deaf = start('sh', '-c', 'trap "" TERM; echo up; while :; do sleep 0.05; done');
  await until('it is up', () => deaf.lines.length > 0);
  await deaf.stop(100);
  expect(await deaf.ended).toEqual({ kind: 'stopped' });
  expect(deaf.stop()).toBe(deaf.stop());
});

test('the last 100 lines are kept', async () => {
  const talker = start('seq', '1', '250');
  await talker.ended;
  expect(talker.lines).toHaveLength(100);
  expect(talker.lines.at(-1)).toBe('250');
});

test('what a child had started in its group goes with it', async () => {
  const parent = start('sh', '-c', 'sleep 1000 & echo $!; wait');
  await until('the grandchild is up', () => parent.lines.length > 0);
  const grandchild = Number(parent.lines[0]);
  parent.child.kill('SIGKILL');
  await parent.ended;
  await until('the grandchild is gone', () => !isAlive(grandchild));
});

test('a child does not outlive a parent that is killed', async () => {
  const source = `
    import { ManagedProcess } from '${join(import.meta.dirname, '../../platform/process/managed-process.ts')}';
    const run = new ManagedProcess({ command: 'sleep', args: ['1000'] });
    console.log(run.pid);
    await run.ended;`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', source], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [chunk] = await once(parent.stdout, 'data') as [Buffer];
  const child = Number(chunk.toString());
  expect(isAlive(child)).toBe(true);
  parent.kill('SIGKILL');
  await until('the child is gone', () => !isAlive(child));
});

test('a supervised child comes back, and stays away once it is closed', async () => {
  let runs = 0;
  const child = await supervise({
    name: 'sleeper', log, backoffMs: { first: 10, most: 50 },
    start: () => { runs += 1; return Promise.resolve(start('sleep', '1000')); },
    ready: () => Promise.resolve(),
  });
  const first = child.pid()!;
  process.kill(first, 'SIGKILL');
  await until('it is back', () => child.isReady() && child.pid() !== first);
  expect(child.restarts()).toBe(1);
  await child.close();
  expect(child.close()).toBe(child.close());
  expect(isAlive(child.pid()!)).toBe(false);
  expect(runs).toBe(2);
});

test('a first start that fails is an error with the last words', async () => {
  await expect(supervise({
    name: 'grumbler', log, firstAttempts: 2, backoffMs: { first: 10, most: 10 },
    start: () => Promise.resolve(start('sh', '-c', 'echo no key >&2; exit 9')),
    ready: (run) => run.ended.then(() => undefined),
  })).rejects.toThrow('grumbler ended by itself with code 9\nno key');
});

test('giving up while it starts ends the child', async () => {
  const giveUp = new AbortController();
  let run: ManagedProcess | undefined;
  const starting = supervise({
    name: 'slow', log, signal: giveUp.signal,
    start: () => { run = start('sleep', '1000'); return Promise.resolve(run); },
    ready: (_run, signal) => new Promise((resolve) => { signal.addEventListener('abort', () => resolve()); }),
  });
  const outcome = expect(starting).rejects.toThrow('slow was stopped before it was ready');
  await until('it runs', () => run?.pid !== undefined);
  giveUp.abort();
  await outcome;
  expect(isAlive(run!.pid!)).toBe(false);
});
