import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { until } from '../support/until.ts';
import { startCityDesk, type CityDesk } from './support/city-desk.ts';
import { ensurePages, launchBrowser, signIn, visit, type VisitOptions, type Visitor } from './support/browser.ts';

/** The pages in a real browser, on a real desk; only the detector's events are the test's own. */
describe('the pages', () => {
  let desk: CityDesk;
  let browser: Browser;
  const visitors: Visitor[] = [];

  beforeAll(async () => {
    ensurePages();
    [desk, browser] = await Promise.all([startCityDesk(), launchBrowser()]);
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    await desk?.close();
  }, 60_000);
  afterEach(async () => {
    for (const visitor of visitors.splice(0)) {
      expect(visitor.complaints).toEqual([]);
      await visitor.close();
    }
  });

  async function enter(username: string, options: VisitOptions = {}, url = desk.url): Promise<Page> {
    const visitor = await visit(browser, options);
    visitors.push(visitor);
    await signIn(visitor.page, url, username, desk.passwordOf(username));
    return visitor.page;
  }
  const alertRow = (page: Page, id: string) => page.locator(`[data-testid=alert-row][data-id="${id}"]`);
  const alertOf = (id: string) => desk.db.selectFrom('alerts').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  const caseOf = async (id: string) => {
    const { case_id } = await alertOf(id);
    return case_id === null ? null : desk.db.selectFrom('cases').selectAll().where('id', '=', case_id).executeTakeFirstOrThrow();
  };

  test('a wrong password is said in words, and nobody gets in without one', async () => {
    const visitor = await visit(browser);
    visitors.push(visitor);
    const { page } = visitor;
    await page.goto(`${desk.url}/cases?queue=to_file`);
    await page.getByTestId('sign-in-username').fill('shift');
    await page.getByTestId('sign-in-password').fill('not the password');
    await page.getByTestId('sign-in-submit').click();
    await page.getByTestId('sign-in-error').waitFor();
    expect(await page.getByTestId('sign-in-error').innerText()).toContain('wrong');
    await page.getByTestId('sign-in-password').fill(desk.passwordOf('shift'));
    await page.getByTestId('sign-in-submit').click();
    await page.waitForURL('**/cases?queue=to_file');
  }, 240_000);

  test('who signs out and cannot is told, and is out when he can', async () => {
    const page = await enter('verifier');
    const leave = async (): Promise<void> => {
      await page.getByTestId('user-menu').click();
      await page.getByRole('menuitem', { name: 'Sign out' }).click();
    };
    await page.route('**/api/session', (route) => (route.request().method() === 'DELETE' ? route.abort() : route.continue()));
    await leave();
    await page.getByText('You are still signed in').last().waitFor();
    expect(await page.evaluate(async () => (await fetch('/api/session')).status)).toBe(200);
    await page.unroute('**/api/session');
    await page.getByRole('button', { name: 'OK' }).click();
    await leave();
    await page.getByTestId('sign-in-form').waitFor();
    expect(await page.evaluate(async () => (await fetch('/api/session')).status)).toBe(401);
  }, 240_000);

  test('a session that ends elsewhere leads to the sign-in page, and back to where one was', async () => {
    const page = await enter('evaluator');
    await page.goto(`${desk.url}/cases?queue=open`);
    await page.locator('[data-testid=link-state][data-link=up]').waitFor();
    await desk.db.deleteFrom('sessions').where('user_id', 'in', desk.db.selectFrom('users').select('id').where('username', '=', 'evaluator')).execute();
    await page.getByTestId('sign-in-username').fill('evaluator');
    await page.getByTestId('sign-in-password').fill(desk.passwordOf('evaluator'));
    await page.getByTestId('sign-in-submit').click();
    await page.waitForURL('**/cases?queue=open');
    await page.getByTestId('user-menu').waitFor();
  }, 240_000);

  test('the wall shows picture, boxes, a clip that plays and a live tile whose frames are counted', async () => {
    const id = await desk.raise({ camera: 'cam-1', box: [0.3, 0.3, 0.2, 0.3] });
    const page = await enter('shift');
    await page.goto(`${desk.url}/alerts/${id}`);
    const picture = page.locator('[data-testid=stage] .picture img');
    await picture.waitFor();
    expect(await picture.evaluate((img: HTMLImageElement) => [img.naturalWidth, img.naturalHeight])).toEqual([1280, 720]);
    const own = page.locator('[data-testid=overlay] rect.own');
    const [box, frame] = [await own.boundingBox(), await picture.boundingBox()];
    expect((box!.x - frame!.x) / frame!.width).toBeCloseTo(0.3, 1);
    expect(box!.height / frame!.height).toBeCloseTo(0.3, 1);
    await page.keyboard.press('b');
    await own.waitFor({ state: 'detached' });

    const video = page.locator('[data-testid=strip-now] video');
    await page.waitForFunction(() => Number(document.querySelector<HTMLVideoElement>('[data-testid=strip-now] video')?.dataset['frames']) >= 10);
    expect(await video.evaluate((v: HTMLVideoElement) => [v.videoWidth, v.videoHeight])).toEqual([1280, 720]);

    // the small map fills its place, whatever order the style sheets came in
    expect((await page.locator('[data-testid=small-map] canvas').boundingBox())!.width).toBeCloseTo((await page.getByTestId('small-map').boundingBox())!.width, -1);

    await page.keyboard.press(' ');
    await page.waitForFunction(() => (document.querySelector<HTMLVideoElement>('[data-testid=clip]')?.currentTime ?? 0) > 0.3);
  }, 300_000);

  test('by keyboard: reject with a reason, undo, then confirm and dispatch in one go', async () => {
    const first = await desk.raise({ camera: 'cam-2', eventType: 'debris', box: [0.1, 0.6, 0.2, 0.2] });
    const second = await desk.raise({ camera: 'cam-2', eventType: 'stall', box: [0.6, 0.3, 0.2, 0.2], ago: 60_000 });
    const page = await enter('shift');
    await page.goto(`${desk.url}/alerts/${first}`);
    await page.getByTestId('verdict-confirm').waitFor();
    await page.keyboard.press('6');
    await alertRow(page, first).waitFor({ state: 'detached' });
    // the next one slid in
    expect(page.url()).not.toContain(first);
    await page.keyboard.press('u');
    await page.waitForURL(`**/alerts/${first}`);
    const history = await desk.db.selectFrom('alert_history').select(['action', 'input']).where('alert_id', '=', first).orderBy('seq').execute();
    expect(history.slice(-3).map((entry) => entry.action)).toEqual(['claim', 'reject', 'undo']);
    expect(history.at(-2)?.input).toMatchObject({ reason: 'gone' });
    expect((await alertOf(first)).state).toBe('claimed');

    await page.goto(`${desk.url}/alerts/${second}`);
    await page.getByTestId('verdict-dispatch').waitFor();
    await page.keyboard.press('Shift+Enter');
    const found = await until('the case is dispatched', async () => {
      const row = await caseOf(second);
      return row?.state === 'dispatched' ? row : null;
    });
    expect(found.lead_unit_id).not.toBeNull();
  }, 300_000);

  test('a colleague who takes an alert is seen at once, and the verdict is closed to others', async () => {
    const id = await desk.raise({ camera: 'cam-3', eventType: 'bin_overflow' });
    const [mine, theirs] = [await enter('operator'), await enter('operator2', { language: 'zh' })];
    await Promise.all([mine.goto(`${desk.url}/alerts/${id}`), theirs.goto(`${desk.url}/alerts/${id}`)]);
    await theirs.getByTestId('verdict-confirm').waitFor();
    await mine.getByTestId('alert-claim').click();
    await alertRow(theirs, id).getByTestId('alert-holder').waitFor();
    expect(await alertRow(theirs, id).getByTestId('alert-holder').innerText()).toBe('黄海燕');
    await until('the button is closed', () => theirs.getByTestId('verdict-confirm').isDisabled());
    await theirs.keyboard.press('1');
    expect((await alertOf(id)).state).toBe('claimed');
    await mine.keyboard.press('1');
    await alertRow(theirs, id).waitFor({ state: 'detached' });
  }, 300_000);

  test('from the wall to a closed case: handler on a phone, verifier and duty officer at their desks', async () => {
    const id = await desk.raise({ camera: 'cam-1', eventType: 'stall', box: [0.02, 0.02, 0.1, 0.1] });
    const shift = await enter('shift');
    await shift.goto(`${desk.url}/alerts/${id}`);
    await shift.getByTestId('verdict-dispatch').click();
    const { number, lead_unit_id: unit } = await until('the case is dispatched', async () => {
      const row = await caseOf(id);
      return row?.state === 'dispatched' ? row : null;
    });

    const phone = await enter(unit!, { size: [390, 844], phone: true });
    await phone.waitForURL('**/handler');
    expect(await phone.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await phone.locator(`[data-testid=task-card][data-number="${number}"]`).click();
    await phone.getByTestId('case-action-accept').click();
    await phone.locator('[data-testid=task-page][data-state=handling]').waitFor();
    await phone.getByTestId('upload-input').setInputFiles(join(import.meta.dirname, 'fixtures/cleared.jpg'));
    await phone.locator('[data-testid=upload][data-state=sent]').waitFor();
    await phone.getByTestId('field-note').fill('Cleared, the seller has left.');
    await phone.getByTestId('case-action-feedback').click();
    const waiting = await until('feedback is in', async () => {
      const row = await caseOf(id);
      return row !== null && ['verifying', 'feedback_review'].includes(row.state) ? row.state : null;
    });
    if (waiting === 'feedback_review') {
      const district = await enter('wanghai');
      await district.goto(`${desk.url}/cases/${number}`);
      await district.getByTestId('case-action-feedback_accept').click();
      await district.locator('[data-testid=case-page][data-state=verifying]').waitFor();
    }

    const verifier = await enter('verifier');
    await verifier.goto(`${desk.url}/cases/${number}`);
    await verifier.getByTestId('before-after').waitFor();
    await verifier.getByTestId('case-action-verify_pass').click();
    await verifier.locator('[data-testid=case-page][data-state=to_close]').waitFor();

    const duty = await enter('duty', { language: 'zh' });
    await duty.goto(`${desk.url}/cases/${number}`);
    await duty.getByTestId('case-action-close').click();
    await duty.locator('[data-testid=case-page][data-state=closed]').waitFor();
    // the verifier's page followed by itself
    await verifier.locator('[data-testid=case-page][data-state=closed]').waitFor();
    expect((await caseOf(id))?.state).toBe('closed');
  }, 420_000);

  test('what is typed and photographed stays while others write on the case, and is handed in on its newest version', async () => {
    const id = await desk.raise({ camera: 'cam-2', eventType: 'stall', box: [0.3, 0.05, 0.1, 0.1] });
    const shift = await enter('shift');
    await shift.goto(`${desk.url}/alerts/${id}`);
    await shift.getByTestId('verdict-dispatch').click();
    const { id: caseId, number, lead_unit_id: unit } = await until('the case is dispatched', async () => {
      const row = await caseOf(id);
      return row?.state === 'dispatched' ? row : null;
    });
    const remark = async (text: string): Promise<number> => {
      const { version } = (await caseOf(id))!;
      const status = await shift.evaluate(async ([path, body]) => (await fetch(path!, { method: 'POST', headers: { 'content-type': 'application/json' }, body: body! })).status,
        [`/api/cases/${caseId}/actions`, JSON.stringify({ action: 'comment', version, input: { note: text } })]);
      expect(status).toBe(200);
      return version + 1;
    };
    const phone = await enter(unit!, { size: [390, 844], phone: true });
    await phone.goto(`${desk.url}/handler/${caseId}`);
    await phone.getByTestId('case-action-accept').click();
    await phone.locator('[data-testid=task-page][data-state=handling]').waitFor();
    await phone.getByTestId('upload-input').setInputFiles(join(import.meta.dirname, 'fixtures/cleared.jpg'));
    await phone.locator('[data-testid=upload][data-state=sent]').waitFor();
    await phone.getByTestId('field-note').fill('Half an hour of typing');

    // the page hears of the first remark and shows it
    await remark('Is it done soon?');
    await phone.locator('.task-history summary').click();
    await phone.getByText('Is it done soon?').waitFor();
    expect(await phone.getByTestId('field-note').inputValue()).toBe('Half an hour of typing');
    expect(await phone.locator('[data-testid=upload][data-state=sent]').count()).toBe(1);

    // and is late with the second
    await phone.route(`**/api/cases/${caseId}`, () => undefined);
    await remark('Hello?');
    const answered: number[] = [];
    phone.on('response', (response) => { if (response.url().endsWith('/actions') && response.request().method() === 'POST') answered.push(response.status()); });
    await phone.getByTestId('case-action-feedback').click();
    const fed = await until('feedback is in', async () => {
      const row = await caseOf(id);
      return row !== null && ['verifying', 'feedback_review'].includes(row.state) ? row : null;
    });
    await until('it is answered', () => answered.includes(200));
    expect(answered).toEqual([409, 200]);
    expect(fed.number).toBe(number);
    const last = await desk.db.selectFrom('case_history').select(['action', 'input']).where('case_id', '=', caseId).where('action', '=', 'feedback').execute();
    expect(last.map((row) => row.input)).toEqual([expect.objectContaining({ note: 'Half an hour of typing', media: [expect.any(String)] })]);
  }, 300_000);

  test('a cut network is said, and what happened meanwhile is there when it is back', async () => {
    const proxy = await startFaultProxy({ port: Number(new URL(desk.url).port) });
    try {
      const url = `http://127.0.0.1:${proxy.port}`;
      const page = await enter('operator', {}, url);
      await page.goto(`${url}/alerts`);
      await page.locator('[data-testid=link-state][data-link=up]').waitFor();
      proxy.setMode({ kind: 'refuse' });
      proxy.resetAll();
      await page.getByTestId('offline-banner').waitFor();
      expect(await page.getByTestId('offline-banner').innerText()).toMatch(/\d\d:\d\d/);
      const missed = [await desk.raise({ camera: 'cam-3', eventType: 'debris', box: [0.5, 0.1, 0.1, 0.1] }), await desk.raise({ camera: 'cam-3', eventType: 'stall', box: [0.1, 0.1, 0.1, 0.1] })];
      proxy.setMode({ kind: 'pass' });
      await page.getByTestId('offline-banner').waitFor({ state: 'detached' });
      for (const id of missed) await alertRow(page, id).waitFor();
      expect(await page.locator(`[data-testid=alert-row][data-id="${missed[0]!}"]`).count()).toBe(1);
    } finally {
      await proxy.close();
    }
  }, 300_000);

  test('a database out of reach is said although the connection stands, and what happened meanwhile is there when it is back', async () => {
    const page = await enter('operator');
    await page.goto(`${desk.url}/alerts`);
    await page.locator('[data-testid=link-state][data-link=up]').waitFor();
    // one camera of the city is dark
    expect(await page.getByTestId('blind-cameras').innerText()).toContain('1 of 4');
    try {
      desk.database.setMode({ kind: 'refuse' });
      desk.database.resetAll();
      await page.getByTestId('offline-banner').waitFor();
      await page.locator('[data-testid=link-state][data-link=late]').waitFor();
      expect(await page.getByTestId('offline-banner').innerText()).toMatch(/database.*\d\d:\d\d/);
      const missed = await desk.raise({ camera: 'cam-2', eventType: 'debris', box: [0.8, 0.1, 0.1, 0.1] });
      expect(await alertRow(page, missed).count()).toBe(0);
      desk.database.setMode({ kind: 'pass' });
      await page.getByTestId('offline-banner').waitFor({ state: 'detached' });
      await alertRow(page, missed).waitFor();
    } finally {
      desk.database.setMode({ kind: 'pass' });
    }
  }, 300_000);

  test('a dispatcher that is gone is said', async () => {
    const page = await enter('operator');
    await page.locator('[data-testid=link-state][data-link=up]').waitFor();
    await desk.pauseHeartbeat('dispatcher', async () => {
      await page.getByTestId('service-banner').waitFor();
      expect(await page.getByTestId('service-banner').innerText()).toContain('dispatcher');
    });
    await page.getByTestId('service-banner').waitFor({ state: 'detached' });
  }, 300_000);
});
