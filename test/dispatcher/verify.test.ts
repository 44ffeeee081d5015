import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import pg from 'pg';
import { sealCheckpoint } from '../../dispatcher/checkpoints.ts';
import { sweepEvidence, verify, type Check } from '../../dispatcher/index.ts';
import { createLog } from '../../platform/log.ts';
import { reportSpool } from '../../platform/spool-report.ts';
import { folderEvidenceStore, type EvidenceStore } from '../../platform/evidence-store.ts';
import { act, confirmedCase, detection, shiftClock, startCity, upload, type City } from './support/city.ts';
import { runDispatcher, waitFor } from './support/run.ts';

let city: City;
let owner: pg.Client;
let evidence: EvidenceStore;
let caseId: string;
let alertId: string;
beforeAll(async () => {
  city = await startCity();
  const root = join(city.servers.dataDir, 'evidence');
  mkdirSync(root, { recursive: true });
  evidence = folderEvidenceStore(root, { minFreeBytes: 0 });
  owner = new pg.Client({ connectionString: city.servers.adminUrl, options: '-c search_path=app' });
  await owner.connect();
  const running = runDispatcher(city);
  const original = await evidence.put(Buffer.from('original'), { mime: 'image/jpeg' });
  ({ caseId, alertId } = await confirmedCase(city, { evidence: { original, annotated: null, before: null } }));
  await act(city, 'duty', caseId, 'file');
  await act(city, 'dispatcher', caseId, 'dispatch');
  await act(city, 'patrolHandler', caseId, 'accept');
  const fix = await evidence.put(Buffer.from('fixed'), { mime: 'image/jpeg' });
  await act(city, 'patrolHandler', caseId, 'feedback', { media: [await upload(city, city.people.patrolHandler, fix)] });
  await sealCheckpoint(city.db);
  await act(city, 'verifier', caseId, 'verify_fail', { reason: 'no' });
  await sealCheckpoint(city.db);
  await city.intake.accept({ kind: 'raised', event: detection() });
  await waitFor(() => city.db.selectFrom('event_log').select('id').where('seq', 'is', null).execute(), (rows) => rows.length === 0);
  await running.close();
});
afterAll(async () => {
  await owner.end();
  await city.close();
});

const look = () => verify({ db: city.db, evidence });
const file = (sha256: string): string => join(city.servers.dataDir, 'evidence', sha256.slice(0, 2), sha256.slice(2, 4), sha256);

test('what is right has no finding', async () => {
  const verdict = await look();
  expect(verdict.examples).toEqual({});
  expect(verdict).toMatchObject({ ok: true, looked: { alerts: 2, cases: 1, entries: 6, files: 2 } });
});

describe('finds', () => {
  /** Plants a defect as the owner, who may do what the product may not, looks, and puts everything back. */
  async function planted(statements: readonly string[]): Promise<Partial<Record<Check, number>>> {
    // committed, because verify has its own connection; a copy of what changes is put back afterwards
    const tables = ['alerts', 'alert_history', 'cases', 'case_history', 'outbox', 'event_log', 'case_rechecks', 'detection_events', 'chain_checkpoints'];
    for (const t of tables) await owner.query(`create table keep_${t} as table ${t}`);
    try {
      for (const s of statements) await owner.query(s);
      const { counts } = await look();
      return Object.fromEntries(Object.entries(counts).filter(([, n]) => n > 0));
    } finally {
      await owner.query('begin');
      await owner.query('set constraints all deferred');
      for (const t of tables) {
        const { rows } = await owner.query<{ column_name: string }>(`select column_name from information_schema.columns where table_schema = 'app' and table_name = $1`, [t]);
        const { rows: keys } = await owner.query<{ attname: string }>(`select a.attname from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey) where i.indrelid = ('app.' || $1)::regclass and i.indisprimary`, [t]);
        const on = keys.map((k) => `t.${k.attname} = k.${k.attname}`).join(' and ');
        const set = rows.map((r) => r.column_name).filter((c) => !keys.some((k) => k.attname === c));
        await owner.query(`update ${t} t set ${set.map((c) => `${c} = k.${c}`).join(', ')} from keep_${t} k where ${on}`);
        if (t === 'case_rechecks') await owner.query(`delete from ${t} t where not exists (select 1 from keep_${t} k where ${on})`);
        await owner.query(`insert into ${t} overriding system value select * from keep_${t} k where not exists (select 1 from ${t} t where ${on})`);
      }
      await owner.query('commit');
      for (const t of tables) await owner.query(`drop table keep_${t}`);
      expect((await look()).examples).toEqual({});
    }
  }

  const first = `(select id from cases limit 1)`;
  test.each<[string, string[], Partial<Record<Check, number>>]>([
    ['a history row altered', [`update case_history set input = '{"reason": "yes"}' where action = 'verify_fail'`], { chainBreaks: 1 }],
    ['a history row altered and its hash with it', [`update case_history set actor_name = 'nobody', hash = sha256('x') where seq = 3`], { chainBreaks: 2 }],
    ['a history row deleted', [`delete from case_history where seq = 6`], { transitionsWithoutHistory: 1, chainBreaks: 2, fieldsUnexplained: 6 }],
    ['a sealed checkpoint rewritten', [`update chain_checkpoints set head = sha256('x') where id = (select min(id) from chain_checkpoints)`], { chainBreaks: 2 }],
    ['a state changed past the workflow', [`update cases set state = 'closed'`], { transitionsWithoutHistory: 1, fieldsUnexplained: 1 }],
    ['a version without history', [`update cases set version = version + 1`], { transitionsWithoutHistory: 1 }],
    ['a deadline moved by hand', [`update cases set due_at = due_at + interval '1 day'`], { fieldsUnexplained: 1 }],
    ['an alert\'s history row deleted', [`delete from alert_history where action = 'confirm'`], { transitionsWithoutHistory: 1 }],
    ['a confirmed alert without case', [`update alerts set case_id = null where state = 'confirmed'`], { confirmedWithoutOneCase: 1, casesWithoutAlert: 1 }],
    ['two alerts confirmed for one case', [`update alerts set case_id = ${first}`], { confirmedWithoutOneCase: 1 }],
    ['an effect that nobody carried', [`update outbox set done_at = null, not_before = app.now() - interval '11 minutes' where id = (select min(id) from outbox)`], { outboxStuck: 1 }],
    ['an event without number', [`update event_log set seq = null, at = app.now() - interval '2 minutes' where id = (select max(id) from event_log)`], { eventsWithoutNumber: 1 }],
    ['a case that nobody touched', [`update cases set updated_at = app.now() - interval '8 days', clock_state = null`], { stuckCases: 1, fieldsUnexplained: 1 }],
    ['a deadline that nobody acted on', [`update cases set due_at = app.now() - interval '6 minutes'`], { deadlinesMissed: 1, fieldsUnexplained: 1 }],
    ['a recheck that nobody answered', [`insert into case_rechecks (case_id, round, asked_at) values (${first}, 0, app.now() - interval '11 minutes')`], { recheckStuck: 1 }],
  ])('%s', async (_, statements, expected) => {
    expect(await planted(statements)).toEqual(expected);
  });

  test('a file deleted, one altered, one that no row knows', async () => {
    const { media } = await city.cases.get(city.people.duty, caseId);
    const [a, b] = media as [(typeof media)[0], (typeof media)[0]];
    await rm(file(a.sha256));
    await writeFile(file(b.sha256), 'forged');
    const orphan = await evidence.put(Buffer.from('nobody knows me'), { mime: 'image/jpeg' });
    expect(await look()).toMatchObject({ counts: { evidenceAbsent: 1, evidenceAltered: 1 }, notes: { filesWithoutRow: 0 } });
    const old = new Date(Date.now() - 3_600_000);
    await utimes(file(orphan.sha256), old, old);
    expect((await look()).notes).toEqual({ filesWithoutRow: 1 });
    expect((await verify({ db: city.db, evidence, spooled: () => Promise.resolve(new Set([orphan.sha256])) })).notes).toEqual({ filesWithoutRow: 0 });
    await writeFile(file(a.sha256), 'original');
    await writeFile(file(b.sha256), 'fixed');
    // it harms nothing
    expect((await look()).ok).toBe(true);
  });
});

test('the application cannot rewrite history', async () => {
  const app = new pg.Client({ connectionString: city.servers.databaseUrl, options: '-c search_path=app' });
  await app.connect();
  for (const statement of ['update case_history set action = action', 'delete from case_history', 'truncate case_history', 'delete from alert_history', 'update chain_checkpoints set head = head', 'delete from chain_checkpoint_entries', 'delete from detection_events', 'update clock set shift = shift']) {
    await expect(app.query(statement)).rejects.toThrow(/permission denied/);
  }
  await app.end();
});

test('the command answers in one line, only reads, and mends when asked', async () => {
  const run = (...args: string[]) => promisify(execFile)('node_modules/.bin/node', ['scripts/verify.ts', ...args], {
    env: { ...process.env, XUNCHENG_DATA: city.servers.dataDir, DATABASE_URL: city.servers.databaseUrl },
  }).then(({ stdout }) => ({ code: 0, stdout }), (e: { code: number; stdout: string }) => e);
  const before = await run();
  expect(before.stdout.trim().split('\n')).toHaveLength(1);
  type Line = { ok: boolean; notes: Record<string, number> };
  const told = ({ code, stdout }: { code: number; stdout: string }) => ({ code, ok: (JSON.parse(stdout) as Line).ok, orphans: (JSON.parse(stdout) as Line).notes['filesWithoutRow'] });
  expect(told(before)).toEqual({ code: 0, ok: true, orphans: 1 });
  const nodes = ['a', 'b'].map((id) => ({ id, rpc_url: 'http://127.0.0.1:1' }));
  await city.db.insertInto('vision_nodes').values(nodes).execute();
  expect(told(await run('--repair'))).toMatchObject({ orphans: 1 });
  await city.db.deleteFrom('vision_nodes').where('id', '=', 'b').execute();
  expect(told(await run('--repair'))).toEqual({ code: 0, ok: true, orphans: 0 });
  expect(alertId).toBeTruthy();
  // without DATABASE_URL it finds the private server of the data folder
  const { stdout } = await promisify(execFile)('node_modules/.bin/node', ['scripts/verify.ts'], { env: { PATH: process.env['PATH'], XUNCHENG_DATA: city.servers.dataDir } });
  expect((JSON.parse(stdout) as { ok: boolean }).ok).toBe(true);
  await shiftClock(city, 24 * 3_600_000);
  expect((await run()).code).toBe(1);
});

test('the dispatcher takes away what nobody speaks of, a day after, once it knows what every vision node has on its way', async () => {
  const log = createLog('test');
  log.level = 'silent';
  const sweep = async (): Promise<number> => {
    await city.db.deleteFrom('settings').where('key', '=', 'evidence.swept').execute();
    return sweepEvidence({ db: city.db, log }, evidence);
  };
  const spool = join(city.servers.dataDir, 'a-spool');
  mkdirSync(spool, { recursive: true });
  const put = (text: string) => evidence.put(Buffer.from(text), { mime: 'image/jpeg' });
  const [lost, waiting, young, again] = [await put('lost'), await put('waiting'), await put('young'), await put('again')];
  const old = new Date(Date.now() - 25 * 3_600_000);
  for (const ref of [lost, waiting, again]) await utimes(file(ref.sha256), old, old);
  const { media } = await city.cases.get(city.people.duty, caseId);
  for (const { sha256 } of media) await utimes(file(sha256), old, old);
  await writeFile(join(spool, 'k.evidence.json'), JSON.stringify({ manifest: { sha256: waiting.sha256 } }));
  await city.db.updateTable('vision_nodes').set({ heartbeat_at: sql<Date>`app.now()` }).execute();

  // node a has not said yet what it has
  expect(await sweep()).toBe(0);
  await reportSpool(city.db, 'a', spool);
  // stored once more by who died before its row was written
  await put('again');
  expect(await sweep()).toBe(1);
  const left = await Promise.all([lost, waiting, young, again, ...media].map(({ sha256 }) => evidence.size(sha256)));
  expect(left.map((size) => size !== null)).toEqual([false, true, true, true, ...media.map(() => true)]);
  // once a day
  await utimes(file(young.sha256), old, old);
  expect(await sweepEvidence({ db: city.db, log }, evidence)).toBe(0);
  expect(await sweep()).toBe(1);
  // a node that has fallen silent may have anything
  await utimes(file(again.sha256), old, old);
  await city.db.updateTable('spool_reports').set({ reported_at: sql<Date>`app.now() - interval '1 hour'` }).execute();
  expect(await sweep()).toBe(0);
});
