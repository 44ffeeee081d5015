import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { RecheckPort } from '../../dispatcher/index.ts';
import { listen } from '../../platform/listen.ts';
import { createLog } from '../../platform/log.ts';
import { act, confirmedCase, detection, shiftClock, startCity, upload, type City } from './support/city.ts';
import { runDispatcher, waitFor, type Running } from './support/run.ts';

let city: City;
let running: Running;
let look: RecheckPort = () => Promise.reject(new Error('camera is offline'));
beforeAll(async () => {
  city = await startCity();
  mkdirSync(join(city.servers.dataDir, 'evidence'), { recursive: true });
  running = runDispatcher(city, (place) => look(place));
});
afterAll(async () => {
  await running.close();
  await city.close();
});

async function dispatched(): Promise<string> {
  const { caseId } = await confirmedCase(city);
  await act(city, 'duty', caseId, 'file');
  await act(city, 'dispatcher', caseId, 'dispatch');
  return caseId;
}
async function fedBack(): Promise<string> {
  const caseId = await dispatched();
  await act(city, 'patrolHandler', caseId, 'accept');
  await act(city, 'patrolHandler', caseId, 'feedback', { media: [await upload(city, city.people.patrolHandler)] });
  return caseId;
}
const notesOf = (caseId: string) => city.db.selectFrom('notifications').innerJoin('users', 'users.id', 'notifications.user_id').select(['username', 'topic']).where('case_id', '=', caseId).orderBy('notifications.created_at').execute();
const actionsOf = async (caseId: string): Promise<string[]> => (await city.cases.get(city.people.duty, caseId)).history.map((h) => h.action);

test('the handlers of the unit are told of a dispatch, each once', async () => {
  const caseId = await dispatched();
  const notes = await waitFor(async () => (await notesOf(caseId)).filter((n) => n.topic === 'dispatch'), (n) => n.length > 0);
  expect(notes).toEqual([{ username: 'patrolHandler', topic: 'dispatch' }]);
  await waitFor(() => city.db.selectFrom('outbox').select('id').where('key', 'like', `case:${caseId}:%:notify:lead`).where('done_at', 'is', null).execute(), (rows) => rows.length === 0);
});

test('detections come by the queue; what nothing can mend is parked and the others flow', async () => {
  const good = detection();
  const evidenceFirst = detection();
  await running.queues.add('detections', 'bad', { kind: 'raised', event: detection({ camera: 'nowhere' }) });
  await running.queues.add('detections', `${evidenceFirst.key}-evidence`, { kind: 'gone', key: evidenceFirst.key, at: new Date().toISOString() });
  await running.queues.add('detections', good.key, { kind: 'raised', event: good });
  await waitFor(() => city.db.selectFrom('alerts').select('id').where('event_key', '=', good.key).executeTakeFirst(), (a) => a !== undefined);
  await waitFor(() => running.queues.counts('detections'), (c) => c['failed'] === 1);
  await running.queues.add('detections', evidenceFirst.key, { kind: 'raised', event: evidenceFirst });
  await waitFor(() => city.db.selectFrom('alerts').select('gone_at').where('event_key', '=', evidenceFirst.key).executeTakeFirst(), (a) => a?.gone_at instanceof Date);
});

test('every committed event gets a number, without gaps, in step with what is told', async () => {
  const heard: number[] = [];
  const listening = listen({ databaseUrl: city.servers.databaseUrl, channels: ['sequenced'], log: createLog('test'), onWake: (_, payload) => payload !== '' && heard.push(Number(payload)) });
  try {
    await waitFor(() => listening.connected(), (up) => up);
    await Promise.all(Array.from({ length: 12 }, () => city.intake.accept({ kind: 'raised', event: detection({ camera: 'market' }) })));
    const rows = await waitFor(() => city.db.selectFrom('event_log').select(['id', 'seq']).orderBy('seq').execute(), (all) => all.every((r) => r.seq !== null));
    expect(rows.map((r) => Number(r.seq))).toEqual(rows.map((_, i) => i + 1));
    await waitFor(() => heard.at(-1), (n) => n === rows.length);
    expect(heard).toEqual(heard.toSorted((a, b) => a - b));
  } finally {
    await listening.close();
  }
});

describe('the camera looks again', () => {
  test('and its answer with the picture stands beside the case; a person decides', async () => {
    look = () => Promise.resolve({ answer: 'absent', score: 0.04, jpeg: Buffer.from('a picture') });
    const caseId = await fedBack();
    await act(city, 'verifier', caseId, 'request_recheck');
    const view = await waitFor(() => city.cases.get(city.people.verifier, caseId), (v) => typeof v.rechecks[0]?.answeredAt === 'string');
    expect(view.state).toBe('verifying');
    expect(view.rechecks).toEqual([expect.objectContaining({ answer: 'absent', score: expect.closeTo(0.04), failure: null, picture: expect.stringMatching(/^\/api\/media\//) })]);
    const picture = view.media.find((m) => m.kind === 'recheck')!;
    expect(picture.part).toBe('verification');
    expect(await running.evidence.size(picture.sha256)).toBe(9);
    expect(view.history.at(-1)).toMatchObject({ action: 'recheck_answered', actor: { name: 'system' } });
  });

  test('and says so when it cannot; then it may be asked again', async () => {
    look = () => Promise.reject(new Error('camera is offline'));
    const caseId = await fedBack();
    await act(city, 'verifier', caseId, 'request_recheck');
    const view = await waitFor(() => city.cases.get(city.people.verifier, caseId), (v) => typeof v.rechecks[0]?.answeredAt === 'string');
    expect(view.rechecks[0]).toMatchObject({ answer: null, failure: 'camera is offline' });
    expect((await city.cases.actions(city.people.verifier, caseId)).map((a) => a.action)).toContain('request_recheck');
  });
});

describe('clocks', () => {
  test('warn, mark overdue, and tell who is next where nobody accepts', async () => {
    await city.db.updateTable('units').set({ stand_in_user: city.people.sanitationHandler.userId }).where('id', '=', 'south-patrol').execute();
    const caseId = await dispatched();
    await shiftClock(city, 15 * 60_000 + 1000);
    await waitFor(() => actionsOf(caseId), (a) => a.filter((x) => x === 'unaccepted').length === 1);
    await waitFor(() => notesOf(caseId), (n) => n.some((x) => x.username === 'sanitationHandler' && x.topic === 'unaccepted'));
    await shiftClock(city, 15 * 60_000 + 1000);
    await waitFor(() => notesOf(caseId), (n) => n.some((x) => x.username === 'southDistrict' && x.topic === 'unaccepted'));
    await act(city, 'patrolHandler', caseId, 'accept');
    await shiftClock(city, 65 * 60_000);
    await waitFor(() => actionsOf(caseId), (a) => a.includes('warn'));
    await shiftClock(city, 30 * 60_000);
    await waitFor(() => actionsOf(caseId), (a) => a.includes('overdue'));
    const view = await city.cases.get(city.people.patrolHandler, caseId);
    expect(view.clock).toMatchObject({ overdue: true, leftMs: 0, state: 'running' });
    expect(view.clock.overdueAt).toBe(view.clock.dueAt);
    expect((await actionsOf(caseId)).filter((a) => ['warn', 'overdue', 'unaccepted'].includes(a))).toEqual(['unaccepted', 'unaccepted', 'warn', 'overdue']);
    expect((await city.cases.list(city.people.duty, { overdue: true })).items.map((c) => c.id)).toContain(caseId);
  });

  test('pass again in the rework of what was overdue once, and tell it again', async () => {
    const caseId = await dispatched();
    await act(city, 'patrolHandler', caseId, 'accept');
    const overdues = async (): Promise<number> => (await actionsOf(caseId)).filter((a) => a === 'overdue').length;
    await shiftClock(city, 2 * 3_600_000 + 1000);
    await waitFor(overdues, (n) => n === 1);
    await act(city, 'patrolHandler', caseId, 'feedback', { media: [await upload(city, city.people.patrolHandler)] });
    const rework = await act(city, 'verifier', caseId, 'verify_fail', { reason: 'still there' });
    // a quarter of the limit is left, and that it was overdue stays visible
    expect(rework.clock).toMatchObject({ state: 'running', overdue: true });
    const notes = (await notesOf(caseId)).filter((n) => n.topic === 'overdue').length;
    await shiftClock(city, 31 * 60_000);
    await waitFor(overdues, (n) => n === 2);
    await waitFor(() => notesOf(caseId), (all) => all.filter((n) => n.topic === 'overdue').length > notes);
    const view = await city.cases.get(city.people.duty, caseId);
    expect(view.clock.overdueAt).toBe(view.clock.dueAt);
  });

  test('feedback stops it, and what was in time stays in time', async () => {
    const caseId = await fedBack();
    await shiftClock(city, 24 * 3_600_000);
    const view = await city.cases.get(city.people.verifier, caseId);
    expect(view.clock).toMatchObject({ state: 'paused', overdue: false });
    const failed = await act(city, 'verifier', caseId, 'verify_fail', { reason: 'still there' });
    expect(failed.clock).toMatchObject({ state: 'running', overdue: false });
    expect(failed.clock.leftMs).toBeGreaterThan(1.9 * 3_600_000);
  });
});

describe('outside receivers', () => {
  let server: Server;
  const got: { key: string; body: { id: string; action: string } }[] = [];
  let refuse = 0;
  beforeAll(async () => {
    server = createServer((request: IncomingMessage, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        if (refuse > 0) {
          refuse -= 1;
          response.writeHead(503).end();
          return;
        }
        got.push({ key: String(request.headers['idempotency-key']), body: JSON.parse(text) as { id: string; action: string } });
        response.writeHead(204).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
    await city.db.insertInto('settings').values({ key: 'webhooks', value: JSON.stringify([{ url }]) }).execute();
  });
  afterAll(async () => {
    await city.db.deleteFrom('settings').where('key', '=', 'webhooks').execute();
    await new Promise((resolve) => server.close(resolve));
  });
  const keysOf = (caseId: string): string[] => got.filter((g) => g.body.id === caseId).map((g) => g.key);

  test('get every change with its key, again when they refused', async () => {
    refuse = 2;
    const caseId = await fedBack();
    await waitFor(() => Promise.resolve(new Set(keysOf(caseId)).size), (n) => n >= 4);
    expect(new Set(got.filter((g) => g.body.id === caseId).map((g) => g.body.action))).toEqual(new Set(['file', 'dispatch', 'accept', 'feedback']));
    expect(keysOf(caseId).length).toBe(new Set(keysOf(caseId)).size);
    expect(keysOf(caseId)[0]).toMatch(/^case:/);
  });

  test('a Redis that lost everything delays an effect and loses none', async () => {
    const redis = new Redis(city.servers.redisUrl);
    try {
      // nobody takes the jobs while Redis is emptied
      await running.close();
      const caseId = await dispatched();
      const { relayOutbox } = await import('../../dispatcher/relay.ts');
      const { openQueues } = await import('../../platform/queues.ts');
      const queues = openQueues({ redisUrl: city.servers.redisUrl, prefix: running.prefix, log: createLog('test') });
      await waitFor(() => queues.ping(), (up) => up);
      expect(await relayOutbox(city.db, queues)).toBeGreaterThan(0);
      await queues.close();
      await redis.flushall();
      running = runDispatcher(city, (place) => look(place));
      await shiftClock(city, 31_000);
      await waitFor(() => Promise.resolve(got.filter((g) => g.body.id === caseId).map((g) => g.body.action)), (actions) => actions.includes('dispatch') && actions.includes('file'));
      await waitFor(() => notesOf(caseId), (n) => n.some((x) => x.topic === 'dispatch'));
    } finally {
      redis.disconnect();
    }
  });
});

test('two dispatchers do nothing twice', async () => {
  const second = runDispatcher(city, (place) => look(place), running.prefix);
  try {
    const caseId = await dispatched();
    await shiftClock(city, 15 * 60_000 + 1000);
    await waitFor(() => actionsOf(caseId), (a) => a.includes('unaccepted'));
    await waitFor(() => notesOf(caseId), (n) => n.some((x) => x.topic === 'dispatch'));
    const notes = (await notesOf(caseId)).map((n) => `${n.username} ${n.topic}`);
    expect(notes).toEqual([...new Set(notes)]);
    const rows = await waitFor(() => city.db.selectFrom('event_log').select('seq').orderBy('seq').execute(), (all) => all.every((r) => r.seq !== null));
    expect(rows.map((r) => Number(r.seq))).toEqual(rows.map((_, i) => i + 1));
  } finally {
    await second.close();
  }
});
