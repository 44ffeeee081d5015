import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { Db } from './db/index.ts';
import type { Log } from './log.ts';

/** Milliseconds between two reports of a node. */
export const reportEveryMs = 10 * 60_000;

/** Hashes of evidence that the files of a vision node's data folder speak of. */
export async function spooledHashes(folder: string): Promise<ReadonlySet<string>> {
  const files = existsSync(folder) ? (await readdir(folder, { recursive: true })).filter((f) => f.endsWith('.json')) : [];
  const texts = await Promise.all(files.map((f) => readFile(join(folder, f), 'utf8').catch(() => '')));
  return new Set(texts.flatMap((t) => t.match(/\b[0-9a-f]{64}\b/g) ?? []));
}

/** Says once what a node has in its spool. */
export async function reportSpool(db: Db, node: string, folder: string): Promise<void> {
  const row = { sha256: [...await spooledHashes(folder)], reported_at: sql<Date>`app.now()` };
  await db.insertInto('spool_reports').values({ node_id: node, ...row }).onConflict((c) => c.column('node_id').doUpdateSet(row)).execute();
}

/** Says again and again what a node has in its spool, so that nobody takes away what it will speak of. A database that is away is told later. */
export function startSpoolReport({ db, node, folder, log }: { db: Db; node: string; folder: string; log: Log }): { close(): Promise<void> } {
  const report = (): Promise<void> => reportSpool(db, node, folder).catch((error: unknown) => log.debug({ err: error }, 'the spool could not be reported'));
  let running = report();
  const timer = setInterval(() => { running = report(); }, reportEveryMs);
  timer.unref();
  return {
    async close() {
      clearInterval(timer);
      await running;
    },
  };
}
