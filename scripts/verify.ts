/**
 * `npm run verify`: compares database, history and evidence and only reads; one JSON line on stdout, exit 1 when anything is not 0, 2
 * when it could not look. `npm run verify -- --repair` first mends what may be mended: effects that are stuck go through
 * the relay again, files that no row knows are removed where there is one vision node.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { parseEnvironment } from '../config/environment.ts';
import { orphans, reportedHashes, verify } from '../dispatcher/index.ts';
import { openDatabase, type Db } from '../platform/db/index.ts';
import { folderEvidenceStore, type EvidenceStore } from '../platform/evidence-store.ts';
import { spooledHashes } from '../platform/spool-report.ts';

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}

/** DATABASE_URL, or the private server of the data folder. */
function databaseUrl(given: string | undefined, dataDir: string): string {
  if (given !== undefined) return given;
  const file = join(dataDir, 'secrets/postgres.json');
  if (!existsSync(file)) fail(`no database to verify: DATABASE_URL is not set, and ${dataDir} holds no installation (XUNCHENG_DATA names another data folder)`);
  const { app, port } = JSON.parse(readFileSync(file, 'utf8')) as { app: string; port: number };
  return `postgres://xuncheng_app:${encodeURIComponent(app)}@127.0.0.1:${port}/xuncheng`;
}

async function removeOrphans(db: Db, evidence: EvidenceStore, spooled: () => Promise<ReadonlySet<string>>): Promise<void> {
  const nodes = await db.selectFrom('vision_nodes').select('id').execute();
  if (nodes.length > 1) {
    process.stderr.write('files that no row knows are left alone: there are several vision nodes, and what waits in their spools is not to be seen from here; the dispatcher takes away what is old\n');
    return;
  }
  for (const sha256 of await orphans({ db, evidence, spooled })) {
    await evidence.remove(sha256);
    process.stderr.write(`removed ${sha256}: no row knows it\n`);
  }
}

async function repair(db: Db, evidence: EvidenceStore, spooled: () => Promise<ReadonlySet<string>>): Promise<void> {
  await removeOrphans(db, evidence, spooled);
  const again = await db.updateTable('outbox').set((eb) => ({ relayed_at: null, attempts: eb('attempts', '+', 1) }))
    .where('done_at', 'is', null).where('cancelled_at', 'is', null).where('not_before', '<', sql<Date>`app.now() - interval '10 minutes'`).returning('key').execute();
  for (const { key } of again) process.stderr.write(`relayed again: ${key}\n`);
}

const parsed = parseEnvironment(process.env);
if (!parsed.success) fail(parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('\n'));
const { XUNCHENG_DATA: dataDir, DATABASE_URL: given } = parsed.data;
const db = openDatabase(databaseUrl(given, dataDir), { max: 2, name: 'xuncheng-verify' });
try {
  const evidence = folderEvidenceStore(join(dataDir, 'evidence'));
  const spooled = async (): Promise<ReadonlySet<string>> => new Set([...await spooledHashes(join(dataDir, 'vision')), ...await reportedHashes(db)]);
  if (process.argv.includes('--repair')) await repair(db, evidence, spooled);
  const verdict = await verify({ db, evidence, spooled });
  process.stdout.write(`${JSON.stringify(verdict)}\n`);
  process.exitCode = verdict.ok ? 0 : 1;
} catch (error) {
  fail(`could not verify: ${error instanceof Error ? error.message || String(error) : String(error)}`);
} finally {
  await db.destroy();
}
