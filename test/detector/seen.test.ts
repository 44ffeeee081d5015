import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createIntake } from '../../dispatcher/index.ts';
import { seenInDatabase } from '../../detector/seen.ts';
import { detectionEventSchema, type DetectionEvent } from '../../domain/detection.ts';
import { openDatabase, type Db } from '../../platform/db/index.ts';
import { startTestServers, type TestServers } from '../support/servers.ts';
import { silentLog } from './support.ts';

let servers: TestServers;
let db: Db;
beforeAll(async () => {
  servers = await startTestServers();
  db = openDatabase(servers.databaseUrl);
  await db.insertInto('event_types').values({ id: 'stall', name: 'stall' }).execute();
  await db.insertInto('cameras').values({ id: 'cam', name: 'cam', inputs: '[]' }).execute();
});
afterAll(async () => {
  await db.destroy();
  await servers.close();
});

test('what PostgreSQL holds of an event is seen, step by step', async () => {
  const intake = createIntake({ db, log: silentLog });
  const seen = seenInDatabase(db);
  const event = (key: string): DetectionEvent => detectionEventSchema.parse({ key, camera: 'cam', eventType: 'stall', score: 0.9, box: [0.1, 0.1, 0.2, 0.2], raisedAt: '2026-11-23T12:00:00Z' });
  const manifest = { sha256: 'a'.repeat(64), mime: 'application/json', bytes: 1 };
  const about = async (key: string): Promise<{ raised: boolean; evidence: boolean; other: boolean; gone: boolean } | null> => {
    const row = (await seen(['key-0001', 'key-0002'])).get(key);
    return row === undefined ? null : { raised: row.raised, evidence: row.evidence(manifest.sha256), other: row.evidence('b'.repeat(64)), gone: row.gone };
  };

  expect(await about('key-0001')).toBeNull();
  await intake.accept({ kind: 'raised', event: event('key-0001') });
  expect(await about('key-0001')).toEqual({ raised: true, evidence: false, other: false, gone: false });
  await intake.accept({ kind: 'evidence', key: 'key-0001', clip: null, manifest, failure: null });
  // a process that was killed may have sent one manifest and kept another: one is enough
  expect(await about('key-0001')).toEqual({ raised: true, evidence: true, other: true, gone: false });
  await intake.accept({ kind: 'evidence', key: 'key-0001', clip: null, manifest: { ...manifest, sha256: 'b'.repeat(64) }, failure: null });
  await intake.accept({ kind: 'gone', key: 'key-0001', at: '2026-11-23T12:01:00Z' });
  expect(await about('key-0001')).toEqual({ raised: true, evidence: true, other: true, gone: true });

  // a repeat at the same place has no evidence of its own to wait for
  await intake.accept({ kind: 'raised', event: event('key-0002') });
  expect(await about('key-0002')).toEqual({ raised: true, evidence: true, other: true, gone: false });
});

test('what was refused is seen as well, and nothing that follows it is waited for', async () => {
  const seen = seenInDatabase(db);
  await db.insertInto('refused_messages').values({ key: 'key-0003', kind: 'raised', reason: 'there is no such camera' }).execute();
  const refused = (await seen(['key-0003', 'key-0004'])).get('key-0003');
  expect(refused).toMatchObject({ raised: true, gone: true });
  expect(refused?.evidence('a'.repeat(64))).toBe(true);
  expect((await seen(['key-0004'])).size).toBe(0);

  const intake = createIntake({ db, log: silentLog });
  await intake.accept({ kind: 'raised', event: detectionEventSchema.parse({ key: 'key-0005', camera: 'cam', eventType: 'stall', score: 0.9, box: [0.6, 0.6, 0.2, 0.2], raisedAt: '2026-11-23T12:00:00Z' }) });
  await db.insertInto('refused_messages').values({ key: 'key-0005', kind: 'gone', reason: 'x' }).execute();
  expect((await seen(['key-0005'])).get('key-0005')).toMatchObject({ raised: true, gone: true });
  expect((await seen(['key-0005'])).get('key-0005')?.evidence('a'.repeat(64))).toBe(false);
});
