import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DetectionMessage, MediaRef } from '../../domain/detection.ts';
import { folderEvidenceStore } from '../../platform/evidence-store.ts';

/** Runs the detector of crash-child.ts to its end; answers the signal that ended it, if any. */
async function run(folder: string, crash?: string): Promise<{ code: number | null; signal: string | null }> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'crash-child.ts'), folder], {
    stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, NODE_OPTIONS: '', XUNCHENG_CRASH: crash ?? '' },
  });
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  return { code, signal };
}

describe('a detector that is killed in the midst', () => {
  let folder: string;
  beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'xuncheng-crash-')); });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  // the spool is written four times: the task, the event, the task again, the evidence
  test.each([
    ['before:spool-fsync:1'], ['after:spool-fsync:1'], ['after:spool-fsync:2'], ['after:spool-fsync:3'], ['after:spool-fsync:4'], ['before:evidence-rename:3'],
  ])('at %s loses nothing and doubles nothing', async (point) => {
    expect(await run(folder, point)).toEqual({ code: null, signal: 'SIGKILL' });
    expect(await run(folder)).toEqual({ code: 0, signal: null });

    const arrived = (await readFile(join(folder, 'arrived'), 'utf8')).trim().split('\n');
    expect(arrived.map((l) => l.split(' ')[0])).toEqual(['raised', 'evidence']);
    expect(new Set(arrived.map((l) => l.split(' ')[1])).size).toBe(1);

    const sent = (await readFile(join(folder, 'sent'), 'utf8')).trim().split('\n').map((l) => JSON.parse(l) as DetectionMessage);
    const store = folderEvidenceStore(join(folder, 'evidence'));
    const refs = sent.flatMap((m): (MediaRef | null)[] => (m.kind === 'raised' ? [m.event.evidence.original, m.event.evidence.annotated] : m.kind === 'evidence' ? [m.manifest, m.clip] : []));
    expect(refs.length).toBeGreaterThanOrEqual(4);
    for (const ref of refs) expect(await store.rehash(ref!.sha256)).toBe(ref!.sha256);
    expect(await readdir(join(folder, 'spool'))).toEqual([]);
  }, 300_000);
});
