import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import { startCameraServer } from '../demo/cameras/index.ts';
import { demoClips } from '../demo/city/index.ts';
import { makeClip } from '../test/support/make-clip.ts';
import { signIn, startProduct } from '../test/support/product.ts';
import { until } from '../test/support/until.ts';

const run = promisify(execFile);

const cameras = 8;
const rounds = 6;
const dwellSeconds = 5;
const keyFrameSeconds = 1;
const fps = 10;
/** One round of the clip: the street alone, the street with a stall, the street alone until its track is gone. */
const round = { seconds: 36, from: 6, to: 22 };
const graceSeconds = 4;
const password = 'latency-bench';
/** What the product promises: one key-frame interval and 1.5 s. */
const limitMs = keyFrameSeconds * 1000 + 1500;

/** A box of the picture, made wider on all sides. */
const around = ([x, y, w, h]: readonly [number, number, number, number], by: number): readonly (readonly [number, number])[] =>
  [[x - by, y - by], [x + w + by, y - by], [x + w + by, y + h + by], [x - by, y + h + by]];

/** Two pictures of one demo clip: before its stall came, and while it stands. */
async function stallPictures(folder: string): Promise<{ before: string; during: string; polygon: readonly (readonly [number, number])[] }> {
  const clip = demoClips().find((c) => c.truth.events.filter((e) => e.type === 'stall').length === 1);
  const stall = clip?.truth.events.find((e) => e.type === 'stall');
  if (clip === undefined || stall === undefined) throw new Error('the demo has no clip with one stall');
  const cut = async (name: string, at: number): Promise<string> => {
    const file = join(folder, name);
    await run('ffmpeg', ['-nostdin', '-v', 'error', '-y', '-ss', String(at), '-i', clip.path, '-frames:v', '1', file]);
    return file;
  };
  return {
    before: await cut('before.png', 1), during: await cut('during.png', (stall.from + stall.to) / 2),
    polygon: around(stall.box, 0.02),
  };
}

/**
 * From the moment at which a stall has been in view for its dwell to its row in the queue of a connected browser. Both are read from
 * clocks of this machine: the virtual camera tells when which moment of its clip was on air, the page notes when the row came.
 */
export async function latency(): Promise<Record<string, unknown>> {
  const folder = await mkdtemp(join(tmpdir(), 'xuncheng-latency-'));
  const { before, during, polygon } = await stallPictures(folder);
  const file = await makeClip({
    file: join(folder, 'street.mp4'), seconds: round.seconds, fps, width: 1280, height: 720, gop: fps * keyFrameSeconds,
    background: { picture: before }, noise: 8, blocks: [{ x: 0, y: 0, width: 1280, height: 720, fill: { picture: during }, from: round.from, to: round.to }],
  });
  // the cameras are not in step, so that their events do not come in one burst
  const server = await startCameraServer({ cameras: Array.from({ length: cameras }, (_, i) => ({ path: `/c${i}`, file, offset: (i * round.seconds) / cameras })) });
  const config = join(folder, 'bench.yaml');
  await writeFile(config, JSON.stringify({
    cameras: Array.from({ length: cameras }, (_, i) => ({
      id: `c${i}`, name: `c${i}`, inputs: [{ url: server.url(`/c${i}`), roles: ['detect', 'record'] }], zones: [{ id: 'all', polygon }],
      rules: [{ zone: 'all', eventType: 'stall', model: 'street', classes: { any: ['stall'] }, dwell: `${dwellSeconds}s`, presence: 0.6, minSamples: 3, grace: `${graceSeconds}s`, silence: '0s' }],
    })),
  }));
  const product = await startProduct({ env: { XUNCHENG_CONFIG: config, XUNCHENG_ADMIN_PASSWORD: password } });
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
  try {
    // the only user of a new installation may not judge until he says so
    const first = await signIn(product.url, 'admin', password);
    const self = (await first.get<{ items: { id: string }[] }>('/api/users')).items[0]!;
    await first.raw(`/api/users/${self.id}`, { method: 'PATCH', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ roles: ['admin', 'operator'] }) });
    const page = await browser.newPage();
    await page.goto(product.url);
    await page.getByTestId('sign-in-username').fill('admin');
    await page.getByTestId('sign-in-password').fill(password);
    await page.getByTestId('sign-in-submit').click();
    await page.getByTestId('sign-in-submit').waitFor({ state: 'detached' });
    await page.goto(`${product.url}/alerts`);
    // the page itself notes when each row came
    await page.evaluate(() => {
      const seen: Record<string, number> = {};
      const note = (): void => {
        for (const row of document.querySelectorAll<HTMLElement>('[data-testid=alert-row]')) seen[row.dataset['id'] ?? ''] ??= Date.now();
      };
      new MutationObserver(note).observe(document.body, { childList: true, subtree: true });
      note();
      Object.assign(window, { seenRows: seen });
    });
    const opened = Date.now();
    const admin = await signIn(product.url, 'admin', password);
    const latencies: number[] = [];
    const judged = new Set<string>();
    await until(`${cameras * (rounds - 1)} alerts have come`, async () => {
      const seen = await page.evaluate(() => (window as unknown as { seenRows: Record<string, number> }).seenRows);
      for (const { id, camera, raisedAt } of (await admin.get<{ items: { id: string; camera: string; raisedAt: string }[] }>('/api/alerts?limit=100&state=new')).items) {
        const shown = seen[id];
        if (judged.has(id) || shown === undefined) continue;
        judged.add(id);
        // the verdict ends this place's alert, so that the next round is a new one
        await admin.post(`/api/alerts/${id}/claim`);
        await admin.post(`/api/alerts/${id}/reject`, { reason: 'gone' });
        const { startMs } = server.position(`/${camera}`);
        const came = Math.floor((Date.parse(raisedAt) - startMs) / 1000 / round.seconds) * round.seconds + round.from;
        const due = startMs + 1000 * (came + dwellSeconds);
        // what began before the page was open tells nothing
        if (due > opened) latencies.push(shown - due);
      }
      return latencies.length >= cameras * (rounds - 1);
    }, rounds * round.seconds * 1000 * 2);
    const sorted = latencies.toSorted((a, b) => a - b);
    const at = (share: number): number => Math.round(sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]!);
    return { bench: 'latency', events: sorted.length, cameras, dwellSeconds, keyFrameSeconds, p50Ms: at(0.5), p95Ms: at(0.95), maxMs: at(1), limitMs, ratio: Number((at(0.95) / limitMs).toFixed(2)), ok: at(0.95) <= limitMs };
  } finally {
    await browser.close();
    await product.close();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
}
