import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { folderEvidenceStore } from '../../platform/evidence-store.ts';

test('what processes left behind that were killed in the midst of writing is taken away after a day', async () => {
  const root = mkdtempSync(join(tmpdir(), 'xuncheng-evidence-'));
  try {
    const incoming = join(root, 'incoming');
    mkdirSync(incoming);
    const [old, fresh] = [join(incoming, 'old'), join(incoming, 'fresh')];
    for (const file of [old, fresh]) writeFileSync(file, 'half');
    utimesSync(old, new Date(Date.now() - 25 * 3600_000), new Date(Date.now() - 25 * 3600_000));
    const store = folderEvidenceStore(root, { minFreeBytes: 1 });
    const { sha256 } = await store.put(Buffer.from('whole'), { mime: 'text/plain' });
    expect([existsSync(old), existsSync(fresh)]).toEqual([false, true]);
    expect(readdirSync(incoming)).toEqual(['fresh']);
    const stored: string[] = [];
    for await (const each of store.list()) stored.push(each);
    expect(stored).toEqual([sha256]);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
