import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import AdmZip from 'adm-zip';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { password, startDesk, type Desk } from '../dashboard/desk.ts';
import { createAlertService, createIntake } from '../../dispatcher/index.ts';
import { detectionEventSchema } from '../../domain/detection.ts';
import { systemActor } from '../../domain/roles.ts';
import { ensurePages, launchBrowser, signIn, visit, type VisitOptions, type Visitor } from './support/browser.ts';

/** What verdicts say, from the cameras' page to the file that comes out. */
describe('the page of verdicts', () => {
  let desk: Desk;
  let browser: Browser;
  let url: string;
  const visitors: Visitor[] = [];

  beforeAll(async () => {
    ensurePages();
    [desk, browser] = await Promise.all([startDesk(), launchBrowser()]);
    ({ url } = await desk.another({ pages: join(import.meta.dirname, '../../dashboard/web/dist') }));
  }, 300_000);
  afterAll(async () => {
    for (const visitor of visitors) await visitor.close();
    await browser?.close();
    await desk?.close();
  }, 60_000);

  async function enter(username: string, options: VisitOptions = {}): Promise<Page> {
    const visitor = await visit(browser, options);
    visitors.push(visitor);
    await signIn(visitor.page, url, username, password);
    return visitor.page;
  }

  test('says what would be here while nobody has judged', async () => {
    const page = await enter('duty');
    await page.goto(`${url}/cameras`);
    await page.getByTestId('to-verdicts').click();
    await page.waitForURL('**/verdicts');
    await page.getByText('No verdicts in this period').waitFor();
    expect(await page.getByTestId('verdict-export').isDisabled()).toBe(true);
  }, 240_000);

  test('shows the effect of a better threshold, and hands the pictures out', async () => {
    const sha256 = '5'.repeat(64);
    await desk.db.updateTable('models').set({ manifest: JSON.stringify({ id: 'street', kind: 'detector', sha256, labels: ['stall'], thresholds: { stall: 0.4 } }) }).where('id', '=', 'street').execute();
    const rule = { id: 'r', zone: 'z', eventType: 'stall', model: 'street', classes: { any: ['stall'] }, minSize: 0, dwell: 60_000, presence: 0.7, minSamples: 3, grace: 45_000, silence: 0, severity: 'normal' };
    await desk.db.updateTable('cameras').set({ zones: JSON.stringify([{ id: 'z', name: '人行道', polygon: [[0, 0], [1, 0], [1, 1]] }]), rules: JSON.stringify([rule]) }).where('id', '=', 'gate').execute();
    const intake = createIntake({ db: desk.db, log: desk.log, evidence: desk.evidence });
    const alerts = createAlertService({ db: desk.db, log: desk.log });
    const { id: userId } = await desk.db.selectFrom('users').select('id').where('username', '=', 'operator').executeTakeFirstOrThrow();
    const operator = { ...systemActor, userId, roles: ['operator' as const] };
    const original = await desk.evidence.put(await sharp({ create: { width: 64, height: 36, channels: 3, background: '#336699' } }).jpeg().toBuffer(), { mime: 'image/jpeg' });
    for (let i = 0; i < 30; i += 1) {
      const score = i < 24 ? 0.8 : 0.5;
      const box = [(i % 10) / 10, Math.floor(i / 10) / 10, 0.08, 0.08];
      const { alertId } = await intake.accept({ kind: 'raised', event: detectionEventSchema.parse({
        key: `judged-${i}`, camera: 'gate', zone: 'z', rule: 'r', eventType: 'stall', score, box, boxes: [{ label: 'stall', score, box }], raisedAt: new Date(Date.now() - (i + 1) * 60_000).toISOString(), threshold: 0.4,
        model: { id: 'street', sha256 }, evidence: i === 0 ? { original } : undefined,
      }) });
      if (i < 24) await alerts.confirm(operator, alertId, {});
      else await alerts.reject(operator, alertId, { reason: 'not_there' });
    }
    const page = await enter('duty');
    await page.goto(`${url}/cameras?open=gate`);
    // the camera's own card says it too
    await page.locator('.camera-verdicts [data-testid=verdict-row]').waitFor();
    await page.goto(`${url}/verdicts`);
    const row = page.locator('[data-testid=verdict-row][data-camera=gate]');
    await row.waitFor();
    expect(await row.getAttribute('data-advice')).toBe('raise');
    const text = (await row.innerText()).replaceAll(/\s+/g, ' ');
    expect(text).toContain('confirmed 24 false 6');
    expect(text).toContain('80 %');
    expect(text).toContain('would have spared 6 of 6 false, lost 0 of 24 true');

    await page.getByTestId('verdict-export').click();
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('export-stall').click()]);
    const zip = new AdmZip(readFileSync(await download.path()));
    expect(zip.getEntries().filter((e) => e.entryName.startsWith('images/'))).toHaveLength(1);
    expect(zip.readAsText('verdicts.csv').trimEnd().split('\r\n')).toHaveLength(31);
    expect(visitors.at(-1)!.complaints).toEqual([]);
  }, 240_000);

  test('fits a phone, in Chinese; a leader reads and takes nothing out; an operator is not led here', async () => {
    const phone = await enter('leader', { size: [390, 844], phone: true, language: 'zh' });
    await phone.goto(`${url}/verdicts?camera=gate`);
    await phone.getByText('6 条误报中可少 6 条，24 条真实告警中会漏 0 条').waitFor();
    expect(await phone.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    expect(await phone.getByTestId('verdict-export').count()).toBe(0);
    const operator = await enter('operator');
    await operator.goto(`${url}/cameras`);
    await operator.locator('[data-testid=camera-row]').first().waitFor();
    expect(await operator.getByTestId('to-verdicts').count()).toBe(0);
  }, 240_000);
});
