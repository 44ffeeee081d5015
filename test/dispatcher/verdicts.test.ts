import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Conflict, Forbidden, Invalid, NotFound } from '../../domain/errors.ts';
import { sweepAlerts } from '../../dispatcher/sweep-alerts.ts';
import { createLog } from '../../platform/log.ts';
import { act, confirmedCase, detection, shiftClock, startCity, type City } from './support/city.ts';

let city: City;
beforeAll(async () => {
  city = await startCity();
});
afterAll(() => city.close());

const raise = async (over: Parameters<typeof detection>[0] = {}): Promise<string> => (await city.intake.accept({ kind: 'raised', event: detection(over) })).alertId;
const sweep = () => sweepAlerts({ db: city.db, log: createLog('test') });
const caseOf = (alertId: string) => city.db.selectFrom('cases').selectAll().where('id', 'in', (eb) => eb.selectFrom('alerts').select('case_id').where('alerts.id', '=', alertId).$castTo<{ case_id: string }>()).execute();
const waiting = (caseId: string) => city.db.selectFrom('outbox').selectAll().where('key', 'like', `case:${caseId}:%`).where('cancelled_at', 'is', null).execute();

describe('taking a verdict back', () => {
  test('returns it to claimed, keeps effects in, and confirming again uses the same case', async () => {
    const { operator } = city.people;
    const { alertId, caseId } = await confirmedCase(city);
    const held = await waiting(caseId);
    expect(held.length).toBeGreaterThan(0);
    expect(held.every((o) => o.not_before.getTime() - o.created_at.getTime() >= 10_000)).toBe(true);
    await expect(city.alerts.undo(city.people.otherOperator, alertId, {})).rejects.toThrow(Forbidden);
    const back = await city.alerts.undo(operator, alertId, {});
    expect(back).toMatchObject({ state: 'claimed', claim: { by: { name: 'operator' } }, verdict: null, case: null });
    expect(await waiting(caseId)).toEqual([]);
    // a case whose alert is open again goes nowhere
    expect((await city.cases.actions(city.people.duty, caseId)).map((a) => a.action)).toEqual(['comment']);
    const again = await city.alerts.confirm(operator, alertId, { description: 'once more' });
    expect(again.case?.id).toBe(caseId);
    expect(await caseOf(alertId)).toEqual([expect.objectContaining({ id: caseId, state: 'to_file', description: 'once more' })]);
  });

  test('takes a case back that was filed and dispatched at once, but not one that a unit has accepted', async () => {
    const alertId = await raise();
    const view = await city.alerts.confirm(city.people.dutyDispatcher, alertId, { fileAndDispatch: {} });
    await city.alerts.undo(city.people.dutyDispatcher, alertId, {});
    expect(await caseOf(alertId)).toEqual([expect.objectContaining({ state: 'reported', lead_unit_id: null, due_at: null, clock_state: null, filed_at: null })]);
    await city.alerts.confirm(city.people.dutyDispatcher, alertId, { fileAndDispatch: {} });
    await act(city, 'patrolHandler', view.case!.id, 'accept');
    await expect(city.alerts.undo(city.people.dutyDispatcher, alertId, {})).rejects.toThrow(Conflict);
    expect((await city.alerts.get(city.people.operator, alertId)).state).toBe('confirmed');
  });

  test('is refused, naming who, once somebody else has moved the case on', async () => {
    const { alertId, caseId } = await confirmedCase(city);
    await act(city, 'verifier', caseId, 'comment', { note: 'seen' });
    await act(city, 'duty', caseId, 'file');
    await act(city, 'dispatcher', caseId, 'dispatch');
    await expect(city.alerts.undo(city.people.operator, alertId, {})).rejects.toMatchObject({ name: 'Conflict', message: expect.stringMatching(/^duty has acted .*File/), state: 'dispatched' });
    expect((await city.alerts.get(city.people.operator, alertId)).state).toBe('confirmed');
    expect((await city.cases.get(city.people.patrolHandler, caseId)).state).toBe('dispatched');
    // their steps do not wait for a verdict that can no longer be taken back
    const told = await waiting(caseId);
    expect(told.filter((o) => o.key.includes(':notify:lead')).map((o) => o.not_before.getTime() <= o.created_at.getTime() + 1000)).toEqual([true]);
  });

  test('keeps in what the same person did on the strength of it, step by step', async () => {
    const alertId = await raise();
    const { case: made } = await city.alerts.confirm(city.people.dutyDispatcher, alertId, {});
    await shiftClock(city, 4000);
    await act(city, 'dutyDispatcher', made!.id, 'file');
    await act(city, 'dutyDispatcher', made!.id, 'dispatch');
    const verdictAt = Date.parse((await city.alerts.get(city.people.operator, alertId)).verdict!.at);
    const effects = (await waiting(made!.id)).filter((o) => o.queue !== 'deadline');
    expect(effects.some((o) => o.key.includes(':notify:lead'))).toBe(true);
    expect(effects.map((o) => o.not_before.getTime() - verdictAt >= 10_500)).toEqual(effects.map(() => true));
    await city.alerts.undo(city.people.dutyDispatcher, alertId, {});
    expect(await waiting(made!.id)).toEqual([]);
    await city.alerts.confirm(city.people.dutyDispatcher, alertId, {});
    await shiftClock(city, 11_100);
    await act(city, 'dutyDispatcher', made!.id, 'file');
    const late = (await waiting(made!.id)).filter((o) => o.key.includes(':notify:dispatchers'));
    expect(late.map((o) => o.not_before.getTime() <= o.created_at.getTime() + 1000)).toEqual([true]);
  });

  test('a case whose alert is rejected in the end is not filed, and comes back with that verdict taken back too', async () => {
    const { alertId, caseId } = await confirmedCase(city);
    await city.alerts.undo(city.people.operator, alertId, {});
    await city.alerts.reject(city.people.operator, alertId, { reason: 'permitted' });
    expect((await city.cases.get(city.people.duty, caseId)).state).toBe('not_filed');
    await city.alerts.undo(city.people.operator, alertId, {});
    await city.alerts.confirm(city.people.operator, alertId, {});
    expect((await city.cases.get(city.people.duty, caseId)).state).toBe('to_file');
  });

  test('ends a silence with the rejection, and gives a merged alert its own life', async () => {
    const first = await raise();
    await city.alerts.reject(city.people.operator, first, { reason: 'not_there' });
    await city.alerts.undo(city.people.operator, first, {});
    expect(await city.db.selectFrom('silences').select('id').where('alert_id', '=', first).execute()).toEqual([]);
    const target = await raise();
    await city.alerts.merge(city.people.operator, first, { into: target });
    expect((await city.alerts.get(city.people.operator, target)).repeats).toBe(1);
    expect(await city.alerts.undo(city.people.operator, first, {})).toMatchObject({ state: 'claimed', mergedInto: null });
    expect((await city.alerts.get(city.people.operator, target)).repeats).toBe(0);
  });

  test('is possible for ten seconds', async () => {
    const alertId = await raise();
    const judged = await city.alerts.reject(city.people.operator, alertId, { reason: 'below_condition', note: '太小' });
    expect(judged.verdict).toMatchObject({ verdict: 'rejected', kind: 'true_unfiled', reason: 'below_condition', note: '太小' });
    expect(judged.undoUntil).not.toBeNull();
    await shiftClock(city, 10_100);
    await expect(city.alerts.undo(city.people.operator, alertId, {})).rejects.toThrow(Conflict);
    expect((await city.alerts.get(city.people.operator, alertId)).undoUntil).toBeNull();
  });
});

describe('claims', () => {
  test('hold against others, end by themselves and by release', async () => {
    const alertId = await raise();
    await city.alerts.claim(city.people.operator, alertId, {});
    await expect(city.alerts.claim(city.people.otherOperator, alertId, {})).rejects.toThrow(Conflict);
    await expect(city.alerts.release(city.people.otherOperator, alertId, {})).rejects.toThrow(Forbidden);
    expect((await city.alerts.release(city.people.operator, alertId, {})).state).toBe('new');
    await city.alerts.claim(city.people.operator, alertId, {});
    await shiftClock(city, 5 * 60_000 + 1000);
    await sweep();
    expect(await city.alerts.get(city.people.operator, alertId)).toMatchObject({ state: 'new', claim: null });
    expect((await city.alerts.claim(city.people.otherOperator, alertId, {})).claim?.by.name).toBe('otherOperator');
  });

  test('an old version is told so', async () => {
    const alertId = await raise();
    await city.alerts.claim(city.people.operator, alertId, { version: 1 });
    await expect(city.alerts.confirm(city.people.operator, alertId, { version: 1 })).rejects.toMatchObject({ name: 'Conflict', version: 2, state: 'claimed' });
  });
});

test('gone and unjudged for two hours lapses', async () => {
  const event = detection();
  const { alertId } = await city.intake.accept({ kind: 'raised', event });
  const seen = await raise();
  const { rows } = await (await import('kysely')).sql<{ now: Date }>`select app.now() as now`.execute(city.db);
  await city.intake.accept({ kind: 'gone', key: event.key, at: rows[0]!.now.toISOString() });
  await sweep();
  expect((await city.alerts.get(city.people.operator, alertId)).state).toBe('new');
  await shiftClock(city, 2 * 3_600_000 + 1000);
  await sweep();
  const lapsed = await city.alerts.get(city.people.operator, alertId);
  expect(lapsed.state).toBe('lapsed');
  expect(lapsed.history.map((h) => h.action)).toEqual(['raised', 'gone', 'lapse']);
  expect((await city.alerts.get(city.people.operator, seen)).state).toBe('new');
});

test('who confirms may pick another subclass and move the pin', async () => {
  const alertId = await raise();
  const { subclasses } = await city.alerts.get(city.people.operator, alertId);
  expect(subclasses.map((s) => s.code)).toEqual(['0406', '0405', '0401']);
  await expect(city.alerts.confirm(city.people.operator, alertId, { subclass: { standardRef: 'GB/T 30428.2-2013', code: '0136' } })).rejects.toThrow(Invalid);
  const view = await city.alerts.confirm(city.people.operator, alertId, { subclass: { standardRef: 'GB/T 30428.2-2013', code: '0405' }, point: [108.62, 22.05] });
  const made = await city.cases.get(city.people.duty, view.case!.id);
  expect(made).toMatchObject({ subclass: { code: '0405', name: '店外经营' }, point: [108.62, 22.05], district: { id: 'north' }, cell: null });
  // the verdict keeps what the detector had said: the difference is feedback on it
  expect(view).toMatchObject({ verdict: { subclass: { code: '0405' } }, district: { id: 'south' } });
});

test('alerts of another district are not there, and roles that do not judge are refused', async () => {
  const alertId = await raise({ camera: 'harbour' });
  await expect(city.alerts.get(city.people.southOperator, alertId)).rejects.toThrow(NotFound);
  await expect(city.alerts.confirm(city.people.southDistrict, alertId, {})).rejects.toThrow(NotFound);
  await expect(city.alerts.confirm(city.people.patrolHandler, alertId, {})).rejects.toThrow(NotFound);
  for (const who of ['verifier', 'collector', 'leader', 'evaluator', 'admin', 'office'] as const) {
    await expect(city.alerts.claim(city.people[who], alertId, {})).rejects.toThrow(Forbidden);
  }
  expect((await city.alerts.claim(city.people.northDistrict, alertId, {})).state).toBe('claimed');
});
