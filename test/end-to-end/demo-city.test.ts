import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { startProduct, type Product } from '../support/product.ts';
import { Shift, type ApiAlert } from '../support/shift.ts';
import { until } from '../support/until.ts';

let product: Product;
let shift: Shift;
const kinds = ['stall', 'debris', 'bin_overflow'] as const;

async function alerts(): Promise<readonly ApiAlert[]> {
  return (await (await shift.person('operator')).get<{ items: ApiAlert[] }>('/api/alerts?limit=100')).items;
}

/** An alert of this kind that nobody has judged. */
async function newAlert(kind: string): Promise<ApiAlert> {
  return until(`there is a new ${kind} alert`, async () => (await alerts()).find((a) => a.eventType === kind && a.state === 'new' && a.evidence.original !== null), 240_000);
}

beforeAll(async () => {
  product = await startProduct();
  shift = new Shift(product);
}, 300_000);
afterAll(() => product?.close(), 60_000);

describe('the demo city, from camera to closed case', () => {
  test('alerts of all three kinds come with full-resolution pictures and a clip', async () => {
    const operator = await shift.person('operator');
    for (const kind of kinds) {
      const { id } = await newAlert(kind);
      const complete = await until(`the clip of the ${kind} alert is cut`, async () => {
        const alert = await operator.get<ApiAlert>(`/api/alerts/${id}`);
        return alert.evidence.clip !== null && alert.evidence.manifest !== null ? alert : null;
      }, 120_000);
      const bytes = async (url: string): Promise<Buffer> => Buffer.from(await (await operator.raw(url)).arrayBuffer());
      const original = await bytes(complete.evidence.original!);
      expect(await sharp(original).metadata()).toMatchObject({ format: 'jpeg', width: 1280, height: 720 });
      expect(await sharp(await bytes(complete.evidence.annotated!)).metadata()).toMatchObject({ width: 1280, height: 720 });
      const clip = await bytes(complete.evidence.clip!);
      expect(clip.subarray(4, 8).toString()).toBe('ftyp');
      const manifest = (await bytes(complete.evidence.manifest!)).toString();
      for (const file of [original, clip]) expect(manifest).toContain(createHash('sha256').update(file).digest('hex'));
    }
  }, 400_000);

  test('one case goes the whole way to closed', async () => {
    const alert = await newAlert('stall');
    const picture = await sharp({ create: { width: 640, height: 480, channels: 3, background: '#887' } }).jpeg().toBuffer();
    const id = await shift.confirm(alert);
    const dispatched = await shift.dispatch(id);
    expect(dispatched).toMatchObject({ state: 'dispatched' });
    await shift.handle(id, picture);
    expect(await shift.close(id)).toMatchObject({ state: 'closed', round: 0 });
  }, 300_000);

  test('another goes through rework, and the camera looks again', async () => {
    const alert = await newAlert('debris');
    const picture = await sharp({ create: { width: 640, height: 480, channels: 3, background: '#678' } }).jpeg().toBuffer();
    const id = await shift.confirm(alert);
    await shift.dispatch(id);
    await shift.handle(id, picture);
    await shift.verifiable(id);
    await shift.act(shift.person('verifier'), id, 'request_recheck');
    const answered = await until('the camera has looked again', async () => {
      const view = await (await shift.person('verifier')).get<{ rechecks: { answer: string | null; failure: string | null }[] }>(`/api/cases/${id}`);
      return view.rechecks.find((r) => r.answer !== null || r.failure !== null);
    }, 90_000);
    expect(answered.failure).toBeNull();
    expect(['present', 'absent', 'unknown']).toContain(answered.answer);
    expect(await shift.act(shift.person('verifier'), id, 'verify_fail', { reason: '仍有杂物' })).toMatchObject({ state: 'rework', round: 1 });
    await shift.act(shift.person('dispatcher'), id, 'dispatch');
    await shift.handle(id, picture);
    const closed = await shift.close(id);
    expect(closed).toMatchObject({ state: 'closed', round: 1 });
    expect(closed.history.map((h) => h.action)).toEqual(expect.arrayContaining(['verify_fail', 'feedback', 'verify_pass', 'close']));
  }, 300_000);

  test('who has no business with a case does not find it', async () => {
    const operator = await shift.person('operator');
    const { items } = await operator.get<{ items: { id: string; district: { id: string } | null }[] }>('/api/cases');
    const mine = items.find((c) => c.district?.id === 'wanghai');
    const stranger = await shift.person('binjiang-enforcement');
    if (mine !== undefined) expect((await stranger.raw(`/api/cases/${mine.id}`)).status).toBe(404);
    expect((await stranger.raw('/api/cases/00000000-0000-4000-8000-000000000000')).status).toBe(404);
  });

  test('the health page counts every camera as live and analysed', async () => {
    const health = await until('all cameras are analysed', async () => {
      const answer = (await (await fetch(`${product.url}/api/health`)).json()) as { status: string; cameras: { total: number; live: number; analysed: number } };
      return answer.cameras.analysed === answer.cameras.total ? answer : null;
    }, 60_000);
    expect(health.cameras.total).toBeGreaterThanOrEqual(6);
    expect(health.cameras.live).toBe(health.cameras.total);
  }, 90_000);
});
