import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHash, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { DetectionMessage } from '../../domain/detection.ts';
import { Invalid } from '../../domain/errors.ts';
import { NotYetStored, StaleFence } from '../../dispatcher/index.ts';
import { act, confirmedCase, detection, freshBox, startCity, upload, type City } from './support/city.ts';
import { runDispatcher, waitFor } from './support/run.ts';

let city: City;
beforeAll(async () => {
  city = await startCity();
});
afterAll(() => city.close());

const raise = (over: Parameters<typeof detection>[0] = {}) => city.intake.accept({ kind: 'raised', event: detection(over) });
const at = (ms: number): string => new Date(Date.now() + ms).toISOString();
const ref = () => ({ sha256: randomUUID().replaceAll('-', '').repeat(2), mime: 'image/jpeg', bytes: 5 });
const repeatsOf = async (id: string): Promise<number> => (await city.alerts.get(city.people.operator, id)).repeats;

describe('a key', () => {
  test('sent again answers the same, also at the same moment', async () => {
    const event = detection();
    const answers = await Promise.all(Array.from({ length: 8 }, () => city.intake.accept({ kind: 'raised', event })));
    expect(new Set(answers.map((a) => `${a.alertId} ${a.part}`)).size).toBe(1);
    expect(await city.db.selectFrom('alerts').select('id').where('event_key', '=', event.key).execute()).toHaveLength(1);
    expect(await repeatsOf(answers[0]!.alertId)).toBe(0);
  });

  test('under two cameras at once is one event', async () => {
    const event = detection();
    const answers = await Promise.all(['gate', 'market', 'harbour'].map((camera) => city.intake.accept({ kind: 'raised', event: { ...event, camera } })));
    expect(new Set(answers.map((a) => a.alertId)).size).toBe(1);
  });
});

describe('a repeat', () => {
  test('is the same camera, type and place; two at once at one place make one alert', async () => {
    const box = freshBox();
    const answers = await Promise.all(Array.from({ length: 6 }, () => raise({ box })));
    expect(new Set(answers.map((a) => a.alertId)).size).toBe(1);
    expect(answers.map((a) => a.part).toSorted()).toEqual(['raised', 'repeat', 'repeat', 'repeat', 'repeat', 'repeat'].toSorted());
    expect(await repeatsOf(answers[0]!.alertId)).toBe(5);
  });

  test.each([
    ['another camera', { camera: 'market' }],
    ['another type', { eventType: 'debris' }],
    ['another place in the same zone', { box: [0.5, 0.9, 0.05, 0.05] as [number, number, number, number] }],
    ['a place that is not known', { box: null }],
  ])('%s is none', async (_, over) => {
    const box: [number, number, number, number] = [0.2, 0.9, 0.05, 0.05];
    const first = await raise({ box });
    const second = await raise({ box, ...over });
    expect(second).toMatchObject({ part: 'raised' });
    expect(second.alertId).not.toBe(first.alertId);
  });

  test('is folded while the case is open, and is a new alert, marked as come back, after it is closed', async () => {
    const box = freshBox();
    const { alertId, caseId } = await confirmedCase(city, { box });
    expect(await raise({ box })).toEqual({ alertId, part: 'repeat' });
    await act(city, 'duty', caseId, 'file');
    await act(city, 'dispatcher', caseId, 'dispatch');
    await act(city, 'patrolHandler', caseId, 'accept');
    await act(city, 'patrolHandler', caseId, 'feedback', { media: [await upload(city, city.people.patrolHandler)] });

    expect(await raise({ box, raisedAt: at(-3_600_000) })).toEqual({ alertId, part: 'repeat' });
    expect((await city.cases.get(city.people.verifier, caseId)).seenAgainAt).toBeNull();
    const seenAt = at(1000);
    expect(await raise({ box, raisedAt: seenAt })).toEqual({ alertId, part: 'repeat' });
    await raise({ box, raisedAt: at(2000) });
    const seen = await city.cases.get(city.people.verifier, caseId);
    expect(seen.seenAgainAt).toBe(seenAt);
    expect(seen.history.filter((h) => h.action === 'seen_again')).toHaveLength(1);

    await act(city, 'verifier', caseId, 'verify_pass');
    await act(city, 'duty', caseId, 'close');
    const next = await raise({ box });
    expect(next.part).toBe('raised');
    const again = await city.alerts.confirm(city.people.operator, next.alertId, {});
    expect((await city.cases.get(city.people.duty, again.case!.id)).recurrenceOf?.id).toBe(caseId);
  });

  test('of a merged alert counts for what it was merged into', async () => {
    const box = freshBox();
    const kept = await raise();
    const same = await raise({ box });
    await city.alerts.merge(city.people.operator, same.alertId, { into: kept.alertId });
    expect(await raise({ box })).toEqual({ alertId: kept.alertId, part: 'repeat' });
    expect(await repeatsOf(kept.alertId)).toBe(2);
  });

  test('of what was merged into a merged alert counts for the last of the chain, as far as it was not taken back', async () => {
    const [first, second] = [freshBox(), freshBox()];
    const [a, b, c] = [await raise({ box: first }), await raise({ box: second }), await raise({ camera: 'market' })];
    await city.alerts.merge(city.people.operator, a.alertId, { into: b.alertId });
    await city.alerts.merge(city.people.operator, b.alertId, { into: c.alertId });
    expect(await raise({ box: first })).toEqual({ alertId: c.alertId, part: 'repeat' });
    expect(await raise({ box: second })).toEqual({ alertId: c.alertId, part: 'repeat' });
    await city.alerts.undo(city.people.operator, b.alertId, {});
    expect(await raise({ box: first })).toEqual({ alertId: b.alertId, part: 'repeat' });
    await city.alerts.reject(city.people.operator, b.alertId, { reason: 'gone' });
    expect((await raise({ box: first })).part).toBe('raised');
  });

  test('is looked for among what is open, however much was closed', async () => {
    const plan = async (table: string): Promise<string> => {
      const tables = { alerts: "camera_id = 'gate' and event_type = 'stall' and state in ('new', 'claimed')", cases: "camera_id = 'gate' and event_type = 'stall' and state not in ('not_filed', 'closed', 'archived', 'cancelled')" } as const;
      return city.db.connection().execute(async (one) => {
        await sql`set enable_seqscan = off`.execute(one);
        const { rows } = await sql<Record<string, string>>`explain select id from ${sql.table(table)} where ${sql.raw(tables[table as keyof typeof tables])}`.execute(one);
        await sql`reset enable_seqscan`.execute(one);
        return rows.map((r) => r['QUERY PLAN']).join('\n');
      });
    };
    // each of the two is found by an index that holds open rows alone
    expect(await plan('alerts')).toMatch(/alerts_camera_id_event_type_idx/);
    expect(await plan('cases')).toMatch(/cases_camera_id_event_type_idx/);
  });
});

test('a rejected place stays silent, counted, until the silence ends', async () => {
  const box = freshBox();
  const { alertId } = await raise({ box });
  await city.alerts.reject(city.people.operator, alertId, { reason: 'not_there' });
  const silenced = detection({ box });
  expect(await city.intake.accept({ kind: 'raised', event: silenced })).toEqual({ alertId, part: 'silenced' });
  expect(await city.intake.accept({ kind: 'raised', event: silenced })).toEqual({ alertId, part: 'silenced' });
  const silence = await city.db.selectFrom('silences').selectAll().where('alert_id', '=', alertId).executeTakeFirstOrThrow();
  expect(silence.swallowed).toBe(1);
  // the rule says 60 s
  expect(silence.until.getTime() - Date.now()).toBeLessThan(61_000);
  await city.db.updateTable('silences').set({ until: new Date(0) }).where('alert_id', '=', alertId).execute();
  expect((await raise({ box })).part).toBe('raised');

  const gone = freshBox();
  const other = await raise({ box: gone });
  await city.alerts.reject(city.people.operator, other.alertId, { reason: 'gone' });
  expect((await raise({ box: gone })).part).toBe('raised');
});

test('evidence follows once, to the alert and to its case', async () => {
  const event = detection({ evidence: { original: ref(), annotated: ref(), before: null } });
  const message = { kind: 'evidence', key: event.key, clip: { ...ref(), mime: 'video/mp4' }, manifest: { ...ref(), mime: 'application/json' }, failure: null } as const;
  await expect(city.intake.accept(message)).rejects.toThrow(NotYetStored);
  const { alertId } = await city.intake.accept({ kind: 'raised', event });
  expect((await city.alerts.get(city.people.operator, alertId)).evidence).toMatchObject({ original: expect.stringMatching(/^\/api\/media\//), before: null, clip: null, manifest: null });
  const confirmed = await city.alerts.confirm(city.people.operator, alertId, {});
  await Promise.all([city.intake.accept(message), city.intake.accept(message), city.intake.accept(message)]);
  const { evidence } = await city.alerts.get(city.people.operator, alertId);
  expect(evidence.clip).not.toBeNull();
  const view = await city.cases.get(city.people.duty, confirmed.case!.id);
  expect(view.media.map((m) => m.kind).toSorted()).toEqual(['annotated', 'clip', 'manifest', 'original']);
  expect(view.thumbnail).toBe(evidence.annotated);
  await expect(city.media.find(city.people.patrolHandler, view.media[0]!.id)).rejects.toThrow('no such picture');
  expect(await city.media.find(city.people.operator, view.media[0]!.id)).toMatchObject({ kind: view.media[0]!.kind });
});

test('what is gone closes nothing, and is gone only when every sighting is', async () => {
  const box = freshBox();
  const first = detection({ box });
  const second = detection({ box });
  const { alertId } = await city.intake.accept({ kind: 'raised', event: first });
  await city.intake.accept({ kind: 'raised', event: second });
  await city.intake.accept({ kind: 'gone', key: first.key, at: at(0) });
  expect((await city.alerts.get(city.people.operator, alertId)).goneAt).toBeNull();
  await city.intake.accept({ kind: 'gone', key: second.key, at: at(0) });
  await city.intake.accept({ kind: 'gone', key: second.key, at: at(0) });
  expect(await city.alerts.get(city.people.operator, alertId)).toMatchObject({ state: 'new', goneAt: expect.any(String) });
  await raise({ box });
  expect((await city.alerts.get(city.people.operator, alertId)).goneAt).toBeNull();
});

describe('a fence', () => {
  const lease = (camera: string, node: string, fence: number) => city.db.insertInto('camera_leases').values({ camera_id: camera, node_id: node, fence, expires_at: at(60_000) })
    .onConflict((c) => c.column('camera_id').doUpdateSet({ node_id: node, fence })).execute();
  const node = (id: string, ahead: string) => city.db.insertInto('vision_nodes').values({ id, rpc_url: 'http://127.0.0.1:1', clock_ahead: sql`${ahead}::interval` }).execute();
  const hour = 3_600_000;

  test('lets a node that lost its lease to another store nothing that it raised afterwards', async () => {
    await lease('market', 'a', 5);
    await lease('market', 'b', 6);
    await expect(raise({ camera: 'market', fence: 5, raisedAt: at(1000) })).rejects.toThrow(StaleFence);
    expect((await raise({ camera: 'market', fence: 6, raisedAt: at(1000) })).part).toBe('raised');
    // raised while the lease was good, and only late on its way
    expect((await raise({ camera: 'market', fence: 5, raisedAt: at(-60_000) })).part).toBe('raised');
  });

  test('is judged by the database\'s clock, however wrong that of the node is', async () => {
    await node('early', '1 hour');
    await node('late', '-1 hour');
    await lease('gate', 'early', 7);
    await lease('gate', 'late', 8);
    await lease('gate', 'third', 9);
    expect((await raise({ fence: 7, raisedAt: at(hour - 60_000) })).part).toBe('raised');
    await expect(raise({ fence: 7, raisedAt: at(hour + 1000) })).rejects.toThrow(StaleFence);
    expect((await raise({ fence: 8, raisedAt: at(-hour - 60_000) })).part).toBe('raised');
    await expect(raise({ fence: 8, raisedAt: at(-hour + 1000) })).rejects.toThrow(StaleFence);
  });

  test('of a node that lost the camera to nobody but itself is as good as its last', async () => {
    await lease('harbour', 'same', 10);
    await lease('harbour', 'same', 11);
    expect((await raise({ camera: 'harbour', fence: 10, raisedAt: at(1000) })).part).toBe('raised');
  });
});

test('what can never be stored is refused once, and what follows it too; a file that is not there yet is waited for', async () => {
  const running = runDispatcher(city);
  const refusals = () => city.db.selectFrom('refused_messages').select(['key', 'kind', 'reason']).execute();
  const send = (id: string, message: DetectionMessage) => running.queues.add('detections', id, message);
  try {
    const poison = detection({ camera: 'nowhere' });
    await send('p', { kind: 'raised', event: poison });
    await waitFor(refusals, (rows) => rows.length === 1);
    await send('g', { kind: 'gone', key: poison.key, at: at(0) });
    expect(await waitFor(refusals, (rows) => rows.length === 2)).toEqual([
      { key: poison.key, kind: 'raised', reason: 'camera: there is no camera nowhere' }, { key: poison.key, kind: 'gone', reason: expect.stringContaining('was refused') },
    ]);
    const bytes = Buffer.from(randomUUID());
    const about = { sha256: createHash('sha256').update(bytes).digest('hex'), mime: 'image/jpeg', bytes: bytes.length };
    const event = detection({ evidence: { original: about, annotated: null, before: null } });
    await send('e', { kind: 'raised', event });
    await waitFor(() => running.queues.counts('detections'), (n) => n['delayed'] === 1);
    await running.evidence.put(bytes, { mime: 'image/jpeg' });
    await waitFor(() => city.db.selectFrom('alerts').select('id').where('event_key', '=', event.key).execute(), (rows) => rows.length === 1);
    expect(await refusals()).toHaveLength(2);
  } finally {
    await running.close();
  }
});

test('names what is wrong and stores nothing', async () => {
  await expect(raise({ camera: 'nowhere', eventType: 'nothing' })).rejects.toMatchObject({ name: 'Invalid', errors: [{ path: 'camera' }, { path: 'eventType' }] });
  const bad = detection({ score: 7, key: 'short' });
  await expect(city.intake.accept({ kind: 'raised', event: bad })).rejects.toThrow(Invalid);
  expect(await city.db.selectFrom('detection_events').select('key').where('key', '=', bad.key).execute()).toEqual([]);
});
