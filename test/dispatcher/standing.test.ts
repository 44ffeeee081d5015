import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { verify } from '../../dispatcher/index.ts';
import { databaseNow } from '../../platform/db/index.ts';
import { folderEvidenceStore } from '../../platform/evidence-store.ts';
import { act, detection, freshBox, shiftClock, startCity, upload, type City } from './support/city.ts';
import { runDispatcher, waitFor } from './support/run.ts';

let city: City;
beforeAll(async () => {
  city = await startCity();
});
afterAll(() => city.close());

/** By the city's clock, which the tests move. */
const from = async (seconds: number): Promise<string> => new Date((await databaseNow(city.db)).getTime() + seconds * 1000).toISOString();
const still = async (key: string, at?: string) => city.intake.accept({ kind: 'still', key, at: at ?? await from(1), score: 0.8 });
const get = (id: string) => city.alerts.get(city.people.operator, id);

async function standing(over: Parameters<typeof detection>[0] = {}): Promise<{ key: string; alertId: string; box: [number, number, number, number] }> {
  const box = freshBox();
  const event = detection({ box, raisedAt: await from(0), ...over });
  return { key: event.key, box, alertId: (await city.intake.accept({ kind: 'raised', event })).alertId };
}

/** Past the silence of the cameras' rule, one minute. */
const afterSilence = (): Promise<void> => shiftClock(city, 61_000);

describe('a thing that stands on', () => {
  test('is the same alert while people work on it', async () => {
    const { key, alertId } = await standing();
    expect(await still(key)).toEqual({ alertId, part: 'raised' });
    await city.alerts.claim(city.people.operator, alertId, {});
    const { case: made } = await city.alerts.confirm(city.people.operator, alertId, {});
    await act(city, 'duty', made!.id, 'file');
    await afterSilence();
    expect(await still(key)).toEqual({ alertId, part: 'raised' });
  });

  test('is raised anew, once and marked as come back, when what was true but not filed has been silent long enough', async () => {
    const { key, alertId } = await standing();
    await city.alerts.reject(city.people.operator, alertId, { reason: 'below_condition' });
    expect(await still(key)).toEqual({ alertId, part: 'raised' });
    await afterSilence();
    // seen before it was judged, and only late on its way
    expect((await still(key, await from(-65))).alertId).toBe(alertId);
    const anew = await still(key);
    expect(anew).toMatchObject({ part: 'raised' });
    expect(anew.alertId).not.toBe(alertId);
    expect(await get(anew.alertId)).toMatchObject({ state: 'new', recurrenceOf: alertId, score: expect.closeTo(0.8), evidence: { original: null } });
    expect((await get(alertId)).recurrenceOf).toBeNull();
    expect(await still(key)).toEqual(anew);

    await city.alerts.reject(city.people.operator, anew.alertId, { reason: 'permitted' });
    await afterSilence();
    const third = await still(key);
    expect(await get(third.alertId)).toMatchObject({ state: 'new', recurrenceOf: anew.alertId });
    await city.intake.accept({ kind: 'gone', key, at: await from(1) });
    expect((await get(third.alertId)).goneAt).not.toBeNull();
    expect(await still(key)).toEqual(third);
  });

  test('is never raised again once it was rejected as not there, under another track neither; long after it was last seen another thing is', async () => {
    const { key, alertId, box } = await standing();
    await city.alerts.reject(city.people.operator, alertId, { reason: 'other_object' });
    const second = detection({ box });
    expect(await city.intake.accept({ kind: 'raised', event: second })).toEqual({ alertId, part: 'silenced' });
    await afterSilence();
    expect(await still(key)).toEqual({ alertId, part: 'raised' });
    expect(await still(second.key)).toEqual({ alertId, part: 'silenced' });
    // the silence began anew with the sighting
    expect((await city.intake.accept({ kind: 'raised', event: detection({ box }) })).part).toBe('silenced');
    await afterSilence();
    expect((await city.intake.accept({ kind: 'raised', event: detection({ box }) })).part).toBe('raised');
  });

  test('and was silenced is raised when the silence ends', async () => {
    const { alertId, box } = await standing();
    await city.alerts.reject(city.people.operator, alertId, { reason: 'already_handled' });
    const second = detection({ box });
    expect((await city.intake.accept({ kind: 'raised', event: second })).part).toBe('silenced');
    expect((await still(second.key)).part).toBe('silenced');
    await afterSilence();
    expect((await get((await still(second.key)).alertId))).toMatchObject({ state: 'new', recurrenceOf: alertId });
  });

  test('is raised anew at once when its case was closed over it, and after the silence when it was not filed', async () => {
    const closed = await standing();
    const { case: made } = await city.alerts.confirm(city.people.operator, closed.alertId, {});
    await act(city, 'duty', made!.id, 'file');
    await act(city, 'dispatcher', made!.id, 'dispatch');
    await act(city, 'patrolHandler', made!.id, 'accept');
    await act(city, 'patrolHandler', made!.id, 'feedback', { media: [await upload(city, city.people.patrolHandler)] });
    await act(city, 'verifier', made!.id, 'verify_pass');
    await act(city, 'duty', made!.id, 'close');
    const anew = await still(closed.key);
    expect(await get(anew.alertId)).toMatchObject({ state: 'new', recurrenceOf: closed.alertId });
    const again = await city.alerts.confirm(city.people.operator, anew.alertId, {});
    expect((await city.cases.get(city.people.duty, again.case!.id)).recurrenceOf?.id).toBe(made!.id);

    const unfiled = await standing();
    const other = await city.alerts.confirm(city.people.operator, unfiled.alertId, {});
    await act(city, 'duty', other.case!.id, 'not_file', { reason: 'below_condition' });
    expect((await still(unfiled.key)).alertId).toBe(unfiled.alertId);
    await afterSilence();
    expect((await still(unfiled.key)).alertId).not.toBe(unfiled.alertId);

    const wrong = await standing();
    const never = await city.alerts.confirm(city.people.operator, wrong.alertId, {});
    await act(city, 'duty', never.case!.id, 'not_file', { reason: 'false_report' });
    await afterSilence();
    expect((await still(wrong.key)).alertId).toBe(wrong.alertId);
  });

  test('and whose alert was merged lives and ends with what it was merged into; an open alert at its place takes it in', async () => {
    const [one, two] = [await standing(), await standing()];
    await city.alerts.merge(city.people.operator, one.alertId, { into: two.alertId });
    const before = (await get(two.alertId)).lastSeenAt;
    await still(one.key);
    expect(Date.parse((await get(two.alertId)).lastSeenAt)).toBeGreaterThan(Date.parse(before));
    await city.alerts.reject(city.people.operator, two.alertId, { reason: 'out_of_scope' });
    await afterSilence();
    const anew = await still(one.key);
    expect(await get(anew.alertId)).toMatchObject({ state: 'new', recurrenceOf: two.alertId });

    const [first, same] = [await standing(), detection()];
    await city.intake.accept({ kind: 'raised', event: { ...same, box: first.box } });
    await city.alerts.reject(city.people.operator, first.alertId, { reason: 'permitted' });
    await afterSilence();
    const raised = await still(first.key);
    expect(raised.part).toBe('raised');
    expect(await still(same.key)).toEqual({ alertId: raised.alertId, part: 'repeat' });
  });

  test('gets a picture of now, or says why there is none; and nothing is out of order', async () => {
    const jpeg = Buffer.from('a picture of now');
    let looks: () => Promise<{ answer: 'present'; score: number; jpeg: Buffer }> = () => Promise.resolve({ answer: 'present', score: 0.7, jpeg });
    const running = runDispatcher(city, () => looks());
    try {
      const { key, alertId } = await standing();
      await city.alerts.reject(city.people.operator, alertId, { reason: 'permitted' });
      await afterSilence();
      const anew = await still(key);
      const shown = await waitFor(() => get(anew.alertId), (a) => a.evidence.original !== null);
      expect((await city.media.find(city.people.operator, shown.evidence.original!.split('/').at(-1)!)).bytes).toBe(jpeg.length);

      looks = () => Promise.reject(new Error('the camera is away'));
      await city.alerts.reject(city.people.operator, anew.alertId, { reason: 'permitted' });
      await afterSilence();
      const blind = await still(key);
      expect(await waitFor(() => get(blind.alertId), (a) => a.evidenceFailure !== null)).toMatchObject({ evidenceFailure: 'the camera is away', evidence: { original: null } });
    } finally {
      await running.close();
    }
    const verdict = await verify({ db: city.db, evidence: folderEvidenceStore(join(city.servers.dataDir, 'evidence'), { minFreeBytes: 0 }) });
    expect({ ...verdict.examples, evidenceAbsent: undefined }).toEqual({});
  });
});
