import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { demoClips } from '../../demo/city/index.ts';
import { ensurePages, launchBrowser, signIn, visit, type VisitOptions, type Visitor } from '../browser/support/browser.ts';
import { startProduct, type Product } from '../support/product.ts';
import { Shift, type ApiAlert, type ApiCase } from '../support/shift.ts';
import { until } from '../support/until.ts';

let product: Product;
let shift: Shift;
let browser: Browser;
const visitors: Visitor[] = [];

beforeAll(async () => {
  ensurePages();
  [product, browser] = await Promise.all([startProduct(), launchBrowser()]);
  shift = new Shift(product);
}, 300_000);
afterAll(async () => {
  await browser?.close();
  await product?.close();
}, 60_000);

/** Somebody of the demo at his own browser. */
async function enter(username: string, options: VisitOptions = {}): Promise<Page> {
  const visitor = await visit(browser, options);
  visitors.push(visitor);
  await signIn(visitor.page, product.url, username, shift.users.find((user) => user.username === username)!.password);
  return visitor.page;
}

/** Longest time between two key frames of the demo's clips, milliseconds. */
async function keyInterval(): Promise<number> {
  const gaps = await Promise.all(demoClips().map(async ({ path }) => {
    const { stdout } = await promisify(execFile)('ffprobe', ['-v', 'error', '-select_streams', 'v:0', '-skip_frame', 'nokey', '-show_entries', 'frame=pts_time', '-read_intervals', '%+20', '-of', 'csv=p=0', path]);
    const times = stdout.split('\n').map((line) => Number.parseFloat(line)).filter((time) => !Number.isNaN(time));
    return Math.max(...times.slice(1).map((time, i) => time - times[i]!));
  }));
  return Math.max(...gaps) * 1000;
}

/** The page notes when its first tile appears and when that shows its first frame, milliseconds of its own clock. */
function watchTile(): void {
  const seen = window as unknown as { tile?: number; frame?: number };
  const look = (): void => {
    const tile = document.querySelector('[data-testid=tile]');
    if (tile !== null) seen.tile ??= performance.now();
    if (Number(tile?.querySelector<HTMLVideoElement>('video')?.dataset['frames'] ?? 0) > 0) seen.frame ??= performance.now();
    if (seen.frame === undefined) requestAnimationFrame(look);
  };
  look();
}

describe('the whole product, through its pages', () => {
  test('a live tile of a camera plays, the first frame within a key-frame interval of its opening', async () => {
    const [interval, visitor] = [await keyInterval(), await visit(browser)];
    visitors.push(visitor);
    const { page } = visitor;
    await signIn(page, product.url, 'operator', shift.users.find((user) => user.username === 'operator')!.password);
    const admin = await shift.person('operator');
    await until('the cameras are live', async () => {
      const { items } = await admin.get<{ items: { state: string }[] }>('/api/cameras');
      return items.length > 0 && items.every((camera) => camera.state === 'live');
    }, 60_000);
    await page.addInitScript(watchTile);
    await page.goto(`${product.url}/wall?tiles=1`);
    await page.waitForFunction(() => Number(document.querySelector<HTMLVideoElement>('[data-testid=tile] video')?.dataset['frames'] ?? 0) >= 10);
    const { tile, frame } = await page.evaluate(() => {
      const { tile, frame } = window as unknown as { tile: number; frame: number };
      return { tile, frame };
    });
    const { size } = await page.locator('[data-testid=tile] video').evaluate((video: HTMLVideoElement) => ({ size: [video.videoWidth, video.videoHeight] }));
    expect(size).toEqual([1280, 720]);
    console.info(`first live frame ${Math.round(frame - tile)} ms after the tile opened; key frames every ${Math.round(interval)} ms`);
    // one interval and a second are the promise; the rest is for a machine that does everything at once
    expect(frame - tile).toBeLessThan(interval + 15_000);
  }, 150_000);

  test('from the camera to a closed case: operator, duty officer, dispatcher, handler on a phone, verifier', async () => {
    const wall = await enter('operator');
    await wall.goto(`${product.url}/alerts`);
    // the vision's own alert, on the screen by itself
    await wall.locator('[data-testid=alert-row]').first().waitFor({ timeout: 150_000 });
    const picture = wall.locator('[data-testid=stage] .picture img');
    await picture.waitFor();
    expect(await picture.evaluate((img: HTMLImageElement) => [img.naturalWidth, img.naturalHeight])).toEqual([1280, 720]);
    await wall.locator('[data-testid=overlay] rect.own').waitFor();
    const id = /\/alerts\/(.+)$/.exec(wall.url())![1]!;
    await wall.getByTestId('verdict-confirm').click();
    await wall.locator(`[data-testid=alert-row][data-id="${id}"]`).waitFor({ state: 'detached' });
    const operator = await shift.person('operator');
    const caseId = await until('there is a case', async () => (await operator.get<ApiAlert>(`/api/alerts/${id}`)).case?.id);
    const state = async (): Promise<string> => (await shift.case(caseId)).state;

    const duty = await enter('duty', { language: 'zh' });
    await duty.goto(`${product.url}/cases/${caseId}`);
    await duty.getByTestId('case-action-file').click();
    await duty.locator('[data-testid=case-page][data-state=to_dispatch]').waitFor();

    const dispatcher = await enter('dispatcher');
    await dispatcher.goto(`${product.url}/cases?queue=to_dispatch`);
    const { number } = await shift.case(caseId);
    await dispatcher.getByText(number).click();
    await dispatcher.getByTestId('case-action-dispatch').click();
    await dispatcher.locator('[data-testid=case-page][data-state=dispatched]').waitFor();

    const { leadUnit } = await (await shift.person('duty')).get<ApiCase>(`/api/cases/${caseId}`);
    const handler = shift.users.find((user) => user.unit === leadUnit!.id && user.roles.includes('handler'))!;
    const phone = await enter(handler.username, { size: [390, 844], phone: true, language: 'zh' });
    await phone.locator(`[data-testid=task-card][data-number="${number}"]`).click();
    await phone.getByTestId('case-action-accept').click();
    await phone.locator('[data-testid=task-page][data-state=handling]').waitFor();
    await phone.getByTestId('upload-input').setInputFiles(join(import.meta.dirname, '../browser/fixtures/cleared.jpg'));
    await phone.locator('[data-testid=upload][data-state=sent]').waitFor();
    await phone.getByTestId('field-note').fill('已清理，摊主已离开。');
    await phone.getByTestId('case-action-feedback').click();
    if (await until('feedback is in', async () => ['verifying', 'feedback_review'].includes(await state()) && await state()) === 'feedback_review') {
      const { district } = await (await shift.person('duty')).get<{ district: { id: string } }>(`/api/cases/${caseId}`);
      const platform = await enter(shift.users.find((user) => user.unit === district.id && user.roles.includes('district'))!.username);
      await platform.goto(`${product.url}/cases/${caseId}`);
      await platform.getByTestId('case-action-feedback_accept').click();
      await platform.locator('[data-testid=case-page][data-state=verifying]').waitFor();
    }

    const verifier = await enter('verifier');
    await verifier.goto(`${product.url}/cases/${caseId}`);
    await verifier.getByTestId('before-after').waitFor();
    await verifier.getByTestId('case-action-verify_pass').click();
    await verifier.locator('[data-testid=case-page][data-state=to_close]').waitFor();

    // the duty officer's page has followed all the while
    await duty.getByTestId('case-action-close').click();
    await duty.locator('[data-testid=case-page][data-state=closed]').waitFor();
    await verifier.locator('[data-testid=case-page][data-state=closed]').waitFor();
    expect((await shift.case(caseId)).history.map((entry) => entry.action)).toEqual(expect.arrayContaining(['file', 'dispatch', 'accept', 'feedback', 'verify_pass', 'close']));
    expect(visitors.flatMap(({ complaints }) => complaints)).toEqual([]);
  }, 300_000);
});
