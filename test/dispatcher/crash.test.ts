import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { CrashPoint } from '../../platform/crash-points.ts';
import { verify } from '../../dispatcher/index.ts';
import { folderEvidenceStore, type EvidenceStore } from '../../platform/evidence-store.ts';
import { createLog } from '../../platform/log.ts';
import { openQueues, type Queues } from '../../platform/queues.ts';
import { act, detection, startCity, upload, type City } from './support/city.ts';
import { waitFor } from './support/run.ts';

/** The dispatcher is killed at every named point of its way, once, and started again; nothing may be lost and nothing done twice. */
let city: City;
let receiver: Server;
let evidence: EvidenceStore;
const got: string[] = [];
beforeAll(async () => {
  city = await startCity();
  mkdirSync(join(city.servers.dataDir, 'evidence'), { recursive: true });
  evidence = folderEvidenceStore(join(city.servers.dataDir, 'evidence'), { minFreeBytes: 0 });
  receiver = createServer((request, response) => {
    got.push(String(request.headers['idempotency-key']));
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  await city.db.insertInto('settings').values({ key: 'webhooks', value: JSON.stringify([{ url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/` }]) }).execute();
});
afterAll(async () => {
  await new Promise((resolve) => receiver.close(resolve));
  await city.close();
});

let prefix: string;
let queues: Queues;
beforeEach(() => {
  prefix = `crash-${randomUUID()}`;
  queues = openQueues({ redisUrl: city.servers.redisUrl, prefix, log: createLog('test') });
});

function worker(crash?: string): { child: ChildProcess; ended: Promise<string | number | null> } {
  const child = spawn('node_modules/.bin/node', ['test/dispatcher/support/worker.ts', city.servers.databaseUrl, city.servers.redisUrl, prefix, join(city.servers.dataDir, 'evidence')], {
    stdio: 'ignore', env: { ...process.env, LOG_LEVEL: 'silent', ...(crash === undefined ? {} : { XUNCHENG_CRASH: crash }) },
  });
  return { child, ended: new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code))) };
}

const points: CrashPoint[] = [
  'before:job-start', 'before:event-insert', 'after:event-insert', 'before:history-insert', 'after:history-insert', 'before:commit', 'after:commit', 'before:job-ack',
  'after:outbox-read', 'before:queue-add', 'after:queue-add', 'before:external-send', 'after:external-send', 'before:evidence-rename', 'after:evidence-rename',
];

describe('killed', () => {
  test.each(points)('at %s', async (point) => {
    const picture = await evidence.put(Buffer.from(`picture ${randomUUID()}`), { mime: 'image/jpeg' });
    const clip = await evidence.put(Buffer.from(`clip ${randomUUID()}`), { mime: 'video/mp4' });
    const events = Array.from({ length: 3 }, () => detection({ evidence: { original: picture, annotated: null, before: null } }));
    const { db, people } = city;
    // a case that asks for notifications, webhooks and a recheck, beside events on their way
    const { alertId } = await city.intake.accept({ kind: 'raised', event: detection() });
    const { case: made } = await city.alerts.confirm(people.dutyDispatcher, alertId, { fileAndDispatch: {} });
    const caseId = made!.id;
    await act(city, 'patrolHandler', caseId, 'accept');
    await act(city, 'patrolHandler', caseId, 'feedback', { media: [await upload(city, people.patrolHandler, await evidence.put(Buffer.from(`fix ${caseId}`), { mime: 'image/jpeg' }))] });
    await act(city, 'verifier', caseId, 'request_recheck');
    // nobody takes this verdict back: its effects need not wait
    await db.updateTable('outbox').set({ not_before: new Date(0) }).where('queue', '!=', 'deadline').execute();
    await waitFor(() => queues.ping(), (up) => up);
    for (const event of events) {
      await queues.add('detections', event.key, { kind: 'raised', event });
      await queues.add('detections', `${event.key}.evidence`, { kind: 'evidence', key: event.key, clip, manifest: picture, failure: null });
    }
    const killed = worker(point);
    expect(await killed.ended).toBe('SIGKILL');
    const second = worker();
    try {
      // what is seen again is sent again: the same keys
      for (const event of events) await city.intake.accept({ kind: 'raised', event });
      await waitFor(() => db.selectFrom('alert_media').innerJoin('alerts', 'alerts.id', 'alert_media.alert_id').select('part').where('event_key', 'in', events.map((e) => e.key)).where('part', '=', 'clip').execute(), (rows) => rows.length === 3);
      await waitFor(() => city.cases.get(people.verifier, caseId), (v) => v.rechecks[0]?.answer === 'absent');
      await db.updateTable('outbox').set({ relayed_at: new Date(0) }).where('done_at', 'is', null).where('relayed_at', 'is not', null).execute();
      await waitFor(() => db.selectFrom('outbox').select('key').where('queue', '!=', 'deadline').where('done_at', 'is', null).where('cancelled_at', 'is', null).execute(), (rows) => rows.length === 0);
      await waitFor(() => db.selectFrom('event_log').select('id').where('seq', 'is', null).execute(), (rows) => rows.length === 0);
    } finally {
      second.child.kill('SIGTERM');
      await second.ended;
      await queues.close();
    }
    const verdict = await verify({ db, evidence });
    expect(verdict.examples).toEqual({});
    const wanted = (await db.selectFrom('outbox').select('key').where('queue', '=', 'webhook').where('key', 'like', `case:${caseId}:%`).execute()).map((r) => r.key);
    expect(wanted.length).toBeGreaterThanOrEqual(6);
    expect([...new Set(got)]).toEqual(expect.arrayContaining(wanted));
    expect((await city.cases.get(people.verifier, caseId)).rechecks).toHaveLength(1);
    // only a receiver that was called right before the kill is called again, under the same key
    const twice = got.length - new Set(got).size;
    expect(twice).toBeLessThanOrEqual(8);
    got.length = 0;
  });
});
