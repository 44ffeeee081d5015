import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Conflict, Forbidden, Invalid, NotFound } from '../../domain/errors.ts';
import { act, confirmedCase, detection, startCity, upload, type City } from './support/city.ts';

let city: City;
beforeAll(async () => {
  city = await startCity();
});
afterAll(() => city.close());

test('an alert travels to a closed case, through rework', async () => {
  const { people } = city;
  const { alertId } = await city.intake.accept({ kind: 'raised', event: detection() });
  const raised = await city.alerts.get(people.operator, alertId);
  expect(raised).toMatchObject({ state: 'new', camera: 'gate', address: 'gate road 12', cell: '450702001001001', severity: 'high', district: { id: 'south' } });
  expect(raised.suggestion).toMatchObject({ leadUnit: { id: 'south-patrol' }, reason: 'street order in the south' });

  const claimed = await city.alerts.claim(people.operator, alertId, {});
  expect(claimed.claim?.by.name).toBe('operator');
  await expect(city.alerts.confirm(people.otherOperator, alertId, {})).rejects.toThrow(Conflict);
  const confirmed = await city.alerts.confirm(people.operator, alertId, { version: claimed.version, description: '两个摊位' });
  expect(confirmed.state).toBe('confirmed');
  const caseId = confirmed.case!.id;

  let view = await city.cases.get(people.duty, caseId);
  expect(view).toMatchObject({ state: 'to_file', stage: 'collection', source: 'video', description: '两个摊位', subclass: { code: '0406' } });
  expect(view.number).toMatch(/^\d{8}-\d{5}$/);

  view = await act(city, 'duty', caseId, 'file');
  expect(view).toMatchObject({ state: 'to_dispatch', condition: { limit: { value: 2, unit: 'urgent_hour' }, closing: '取缔' } });
  expect((await city.cases.actions(people.dispatcher, caseId)).find((a) => a.action === 'dispatch')).toMatchObject({ primary: true, input: { properties: { unitId: { default: 'south-patrol' } } } });
  await expect(city.cases.get(people.patrolHandler, caseId)).rejects.toThrow(NotFound);

  view = await act(city, 'dispatcher', caseId, 'dispatch');
  expect(view).toMatchObject({ state: 'dispatched', leadUnit: { id: 'south-patrol' }, clock: { state: 'running', overdue: false } });
  expect(Date.parse(view.clock.dueAt!) - Date.parse(view.dispatchedAt!)).toBe(2 * 3_600_000);
  await expect(act(city, 'sanitationHandler', caseId, 'accept')).rejects.toThrow(NotFound);
  await expect(act(city, 'dispatcher', caseId, 'accept')).rejects.toThrow(Forbidden);

  view = await act(city, 'patrolHandler', caseId, 'accept');
  expect(view).toMatchObject({ state: 'handling', handler: { name: 'patrolHandler' }, clock: { acceptBy: null } });
  await expect(act(city, 'patrolHandler', caseId, 'return', { reason: 'not ours' })).rejects.toThrow(Conflict);
  await expect(act(city, 'patrolHandler', caseId, 'feedback', { outcome: 'done' })).rejects.toThrow(Invalid);
  const others = await upload(city, people.sanitationHandler);
  await expect(act(city, 'patrolHandler', caseId, 'feedback', { media: [others] })).rejects.toThrow(Invalid);
  const picture = await upload(city, people.patrolHandler);
  view = await act(city, 'patrolHandler', caseId, 'feedback', { media: [picture], note: '已劝离' });
  expect(view).toMatchObject({ state: 'verifying', clock: { state: 'paused' } });
  expect(view.media).toEqual([expect.objectContaining({ id: picture, part: 'feedback', round: 0 })]);
  expect(view.clock.leftMs).toBeGreaterThan(1.9 * 3_600_000);

  view = await act(city, 'verifier', caseId, 'verify_fail', { reason: 'still there' });
  expect(view).toMatchObject({ state: 'rework', round: 1, leadUnit: { id: 'south-patrol' }, clock: { state: 'running' } });
  view = await act(city, 'dispatcher', caseId, 'dispatch');
  expect(view).toMatchObject({ state: 'dispatched', leadUnit: { id: 'south-patrol' } });
  await act(city, 'patrolHandler', caseId, 'accept');
  await act(city, 'patrolHandler', caseId, 'feedback', { media: [await upload(city, people.patrolHandler)] });
  view = await act(city, 'verifier', caseId, 'verify_pass');
  expect(view).toMatchObject({ state: 'to_close', clock: { state: 'stopped' } });
  view = await act(city, 'duty', caseId, 'close');
  expect(view).toMatchObject({ state: 'closed', stage: 'verification' });
  expect(view.history.map((h) => h.action)).toEqual(['confirm', 'file', 'dispatch', 'accept', 'feedback', 'verify_fail', 'dispatch', 'accept', 'feedback', 'verify_pass', 'close']);
  expect(view.version).toBe(view.history.length);
  expect(await city.cases.actions(people.duty, caseId)).toEqual([expect.objectContaining({ action: 'comment' })]);
});

test('a return goes back to the dispatcher, and the next unit gets a full limit', async () => {
  const { caseId } = await confirmedCase(city);
  await act(city, 'duty', caseId, 'file');
  await act(city, 'dispatcher', caseId, 'dispatch');
  await expect(act(city, 'patrolHandler', caseId, 'return', {})).rejects.toThrow(Invalid);
  await act(city, 'patrolHandler', caseId, 'return', { reason: '非本单位职责' });
  expect(await city.cases.get(city.people.dispatcher, caseId)).toMatchObject({ state: 'returned', leadUnit: null, clock: { state: 'stopped' } });
  await expect(city.cases.get(city.people.patrolHandler, caseId)).rejects.toThrow(NotFound);
  await expect(act(city, 'dispatcher', caseId, 'dispatch', { unitId: 'sanitation' })).rejects.toThrow(/mandatory/);
  const view = await act(city, 'dispatcher', caseId, 'dispatch', { unitId: 'sanitation', reason: '环卫处置' });
  expect(view).toMatchObject({ state: 'dispatched', leadUnit: { id: 'sanitation' }, clock: { state: 'running' } });
  expect(Date.parse(view.clock.dueAt!) - Date.parse(view.dispatchedAt!)).toBe(2 * 3_600_000);
});

test('a district passes its task on without a new limit and reviews the feedback', async () => {
  await city.db.insertInto('settings').values({ key: 'feedbackReview', value: JSON.stringify(['south']) }).execute();
  try {
    const { caseId } = await confirmedCase(city);
    await act(city, 'duty', caseId, 'file');
    const first = await act(city, 'dispatcher', caseId, 'dispatch', { unitId: 'south', reason: '属地' });
    await expect(act(city, 'southDistrict', caseId, 'sub_dispatch', { unitId: 'sanitation' })).rejects.toThrow(Invalid);
    const below = await act(city, 'southDistrict', caseId, 'sub_dispatch', { unitId: 'south-patrol' });
    expect(below).toMatchObject({ state: 'sub_dispatched', leadUnit: { id: 'south-patrol' }, clock: { dueAt: first.clock.dueAt } });
    await act(city, 'patrolHandler', caseId, 'accept');
    await act(city, 'patrolHandler', caseId, 'feedback', { media: [await upload(city, city.people.patrolHandler)] });
    expect((await city.cases.get(city.people.southDistrict, caseId)).state).toBe('feedback_review');
    await expect(act(city, 'northDistrict', caseId, 'feedback_accept')).rejects.toThrow(NotFound);
    expect(await act(city, 'southDistrict', caseId, 'feedback_reject', { reason: 'picture is dark' })).toMatchObject({ state: 'handling', clock: { state: 'running' } });
    await act(city, 'patrolHandler', caseId, 'feedback', { media: [await upload(city, city.people.patrolHandler)] });
    expect(await act(city, 'southDistrict', caseId, 'feedback_accept')).toMatchObject({ state: 'verifying', clock: { state: 'paused' } });
  } finally {
    await city.db.deleteFrom('settings').where('key', '=', 'feedbackReview').execute();
  }
});

test('who is duty officer and dispatcher confirms, files and dispatches at once; others may not', async () => {
  const { alertId } = await city.intake.accept({ kind: 'raised', event: detection() });
  await expect(city.alerts.confirm(city.people.operator, alertId, { fileAndDispatch: {} })).rejects.toThrow(Forbidden);
  expect((await city.alerts.get(city.people.operator, alertId)).state).toBe('new');
  const view = await city.alerts.confirm(city.people.dutyDispatcher, alertId, { fileAndDispatch: {} });
  expect(view.case?.state).toBe('dispatched');
  expect(await city.db.selectFrom('cases').select('id').where('id', '=', view.case!.id).execute()).toHaveLength(1);
});

test('a report of a citizen becomes a case; who reported is not in its history', async () => {
  const created = await city.cases.create(city.people.intake, {
    source: 'hotline_12319', eventType: 'debris', description: '路边有建筑垃圾', point: [108.62, 21.95], reporter: { name: '王五', phone: '13800000000' },
  });
  expect(created).toMatchObject({ state: 'reported', source: 'hotline_12319', cell: '450702001001001', district: { id: 'south' }, subclass: { code: '0136' }, reporter: { name: '王五' } });
  expect(JSON.stringify(created.history)).not.toContain('王五');
  expect((await city.cases.get(city.people.verifier, created.id)).reporter).toBeNull();
  await act(city, 'intake', created.id, 'check');
  await act(city, 'collector', created.id, 'checked', { note: '属实' });
  await act(city, 'duty', created.id, 'file');
  expect(await act(city, 'dispatcher', created.id, 'dispatch')).toMatchObject({ leadUnit: { id: 'sanitation' } });
  await expect(city.cases.create(city.people.patrolHandler, { source: 'patrol', description: 'x' })).rejects.toThrow(Forbidden);
  await expect(city.cases.create(city.people.intake, { source: 'video', description: 'x', extra: 1 })).rejects.toThrow(Invalid);
});

describe('two at once', () => {
  test('one wins, the other learns the winner\'s version', async () => {
    const { caseId } = await confirmedCase(city);
    const both = await Promise.allSettled([
      city.cases.act(city.people.duty, caseId, { action: 'file', version: 1 }),
      city.cases.act(city.people.dutyDispatcher, caseId, { action: 'not_file', version: 1, input: { reason: 'out_of_scope' } }),
    ]);
    expect(both.filter((b) => b.status === 'fulfilled')).toHaveLength(1);
    const lost = both.find((b) => b.status === 'rejected')!;
    expect(lost.reason).toBeInstanceOf(Conflict);
    expect(lost.reason).toMatchObject({ version: 2 });
  });

  test('of two who confirm and reject one alert, one wins, and there is one case at most', async () => {
    for (let i = 0; i < 5; i += 1) {
      const { alertId } = await city.intake.accept({ kind: 'raised', event: detection() });
      const both = await Promise.allSettled([
        city.alerts.confirm(city.people.operator, alertId, {}), city.alerts.confirm(city.people.otherOperator, alertId, {}), city.alerts.reject(city.people.duty, alertId, { reason: 'not_there' }),
      ]);
      expect(both.filter((b) => b.status === 'fulfilled')).toHaveLength(1);
      expect(both.filter((b) => b.status === 'rejected').every((b) => b.reason instanceof Conflict)).toBe(true);
    }
  });
});

test('lists hold what is in scope, page by page', async () => {
  for (let i = 0; i < 3; i += 1) await confirmedCase(city, { camera: 'harbour' });
  const seen: string[] = [];
  let cursor: string | null | undefined;
  do {
    const page: Awaited<ReturnType<typeof city.cases.list>> = await city.cases.list(city.people.northDistrict, { limit: 2, ...(typeof cursor === 'string' ? { cursor } : {}) });
    seen.push(...page.items.map((c) => c.id));
    expect(page.items.every((c) => c.district?.id === 'north')).toBe(true);
    cursor = page.next;
  } while (cursor !== null);
  expect(seen).toHaveLength(3);
  expect(new Set(seen).size).toBe(3);
  expect((await city.cases.list(city.people.patrolHandler, {})).items.every((c) => c.leadUnit?.id === 'south-patrol')).toBe(true);
  expect((await city.alerts.list(city.people.patrolHandler, {})).items).toEqual([]);
  const alerts = await city.alerts.list(city.people.northDistrict, { state: ['confirmed'], limit: 10 });
  expect(alerts.total).toBe(3);
});

test('what a district reports in another is stored once, answered, and the other district\'s; cameras of others it cannot name', async () => {
  const { northDistrict, southDistrict } = city.people;
  const made = await city.cases.create(northDistrict, { source: 'patrol', description: '在南区', point: [108.62, 21.95] });
  expect(made).toMatchObject({ state: 'reported', district: { id: 'south' } });
  expect((await city.cases.get(southDistrict, made.id)).number).toBe(made.number);
  await expect(city.cases.get(northDistrict, made.id)).rejects.toThrow(NotFound);
  await expect(city.cases.create(northDistrict, { source: 'patrol', description: 'x', camera: 'gate' })).rejects.toMatchObject({ name: 'Invalid', errors: [{ path: 'camera' }] });
  expect((await city.cases.create(northDistrict, { source: 'patrol', description: 'x', camera: 'harbour' })).camera).toBe('harbour');
});
