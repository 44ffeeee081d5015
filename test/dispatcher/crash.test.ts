import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DetectionEvent } from '../../domain/detection.ts';
import type { CrashPoint } from '../../platform/crash-points.ts';
import { verify } from '../../dispatcher/index.ts';
import { folderEvidenceStore, type EvidenceStore } from '../../platform/evidence-store.ts';
import { createLog } from '../../platform/log.ts';
import { openQueues, type Queues } from '../../platform/queues.ts';
import { act, detection, startCity, upload, type City } from './support/city.ts';
import { waitFor } from './support/run.ts';

/**
 * The dispatcher is killed at every named point of its way, one after the other, each time with new work before it; then one goes through
 * with what is left. Nothing may be lost and nothing done twice.
 */
let city: City;
let receiver: Server;
let evidence: EvidenceStore;
let queues: Queues;
const prefix = `crash-${randomUUID()}`;
/** Idempotency keys in the order in which the receiver got them. */
const got: string[] = [];
beforeAll(async () => {
  city = await startCity();
  mkdirSync(join(city.servers.dataDir, 'evidence'), { recursive: true });
  evidence = folderEvidenceStore(join(city.servers.dataDir, 'evidence'), { minFreeBytes: 0 });
  queues = openQueues({ redisUrl: city.servers.redisUrl, prefix, log: createLog('test') });
  receiver = createServer((request, response) => {
    got.push(String(request.headers['idempotency-key']));
    response.writeHead(204, { connection: 'close' }).end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  await city.db.insertInto('settings').values({ key: 'webhooks', value: JSON.stringify([{ url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/` }]) }).execute();
  await waitFor(() => queues.ping(), (up) => up);
});
afterAll(async () => {
  await queues.close();
  await new Promise((resolve) => receiver.close(resolve));
  await city.close();
});

function worker(crash?: string): { child: ChildProcess; ended: Promise<string | number | null> } {
  const child = spawn('node_modules/.bin/node', ['test/dispatcher/support/worker.ts', city.servers.databaseUrl, city.servers.redisUrl, prefix, join(city.servers.dataDir, 'evidence')], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'], env: { ...process.env, LOG_LEVEL: 'silent', ...(crash === undefined ? {} : { XUNCHENG_CRASH: crash }) },
  });
  return { child, ended: new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code))) };
}

/** Events on their way, and a case that owes notifications, webhooks and a recheck. */
async function work(): Promise<{ events: DetectionEvent[]; caseId: string }> {
  const { people } = city;
  const picture = await evidence.put(Buffer.from(`picture ${randomUUID()}`), { mime: 'image/jpeg' });
  const clip = await evidence.put(Buffer.from(`clip ${randomUUID()}`), { mime: 'video/mp4' });
  const events = Array.from({ length: 2 }, () => detection({ evidence: { original: picture, annotated: null, before: null } }));
  const { alertId } = await city.intake.accept({ kind: 'raised', event: detection() });
  const view = await city.alerts.confirm(people.dutyDispatcher, alertId, { fileAndDispatch: {} });
  const caseId = view.case!.id;
  await act(city, 'patrolHandler', caseId, 'accept');
  await act(city, 'patrolHandler', caseId, 'feedback', { media: [await upload(city, people.patrolHandler, picture)] });
  await act(city, 'verifier', caseId, 'request_recheck');
  // nobody takes this verdict back: its effects need not wait
  await city.db.updateTable('outbox').set({ not_before: new Date(0) }).where('queue', '!=', 'deadline').where('relayed_at', 'is', null).execute();
  for (const event of events) {
    await queues.add('detections', event.key, { kind: 'raised', event });
    await queues.add('detections', `${event.key}.evidence`, { kind: 'evidence', key: event.key, clip, manifest: picture, failure: null });
  }
  return { events, caseId };
}

const points: CrashPoint[] = [
  'before:job-start', 'before:event-insert', 'after:event-insert', 'before:history-insert', 'after:history-insert', 'before:commit', 'after:commit', 'before:job-ack',
  'after:outbox-read', 'before:queue-add', 'after:queue-add', 'before:external-send', 'after:external-send', 'before:evidence-rename', 'after:evidence-rename',
];

test('killed at every point of its way, it loses nothing and does nothing twice', async () => {
  const { db, people } = city;
  const keys: string[] = [];
  const cases: string[] = [];
  for (const point of points) {
    const { events, caseId } = await work();
    keys.push(...events.map((e) => e.key));
    cases.push(caseId);
    const { child, ended } = worker(point);
    const end = await Promise.race([ended, sleep(60_000, `was not killed at ${point}`, { ref: false })]);
    child.kill('SIGKILL');
    expect(end).toBe('SIGKILL');
  }
  const last = worker();
  try {
    const missing = () => db.selectFrom('alert_media').innerJoin('alerts', 'alerts.id', 'alert_media.alert_id').select('event_key').where('event_key', 'in', keys).where('part', '=', 'clip').execute();
    await waitFor(missing, (rows) => rows.length === keys.length, 180_000);
    // what was relayed to a worker that died counts as lost now and not in half a minute
    await db.updateTable('outbox').set({ relayed_at: new Date(0) }).where('done_at', 'is', null).where('relayed_at', 'is not', null).execute();
    await waitFor(() => db.selectFrom('outbox').select('key').where('queue', '!=', 'deadline').where('done_at', 'is', null).execute(), (rows) => rows.length === 0, 120_000);
    await waitFor(() => db.selectFrom('event_log').select('id').where('seq', 'is', null).execute(), (rows) => rows.length === 0);
  } finally {
    last.child.kill('SIGTERM');
    await last.ended;
  }
  expect((await verify({ db, evidence })).examples).toEqual({});
  expect(await db.selectFrom('alerts').select('id').where('event_key', 'in', keys).execute()).toHaveLength(keys.length);
  for (const id of cases) {
    expect((await city.cases.get(people.verifier, id)).rechecks).toEqual([expect.objectContaining({ answer: 'absent', failure: null })]);
  }
  const wanted = (await db.selectFrom('outbox').select('key').where('queue', '=', 'webhook').execute()).map((r) => r.key);
  expect(wanted.length).toBeGreaterThanOrEqual(6 * cases.length);
  expect([...new Set(got)].toSorted()).toEqual(wanted.toSorted());
  const notes = await db.selectFrom('notifications').select(['case_id', 'user_id', 'topic']).where('topic', '=', 'dispatch').where('case_id', 'in', cases).execute();
  expect(notes).toHaveLength(cases.length);
}, 600_000);
