import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { startGstRtspServer, type GstRtspServer } from '../support/gst-rtsp.ts';
import { signIn, startProduct, type Product } from '../support/product.ts';
import type { ApiAlert } from '../support/shift.ts';
import { until } from '../support/until.ts';

const shared = resolve(import.meta.dirname, '../../../shared/data');
const video = join(shared, 'video/one-by-one-person-detection.mp4');
const model = join(shared, 'onnx/yolox_nano.onnx');
/** These need material that is not part of the repository. */
const withMaterial = existsSync(video) && existsSync(model) ? test : test.skip;

const password = 'a-password-for-this-test';
let camera: GstRtspServer | undefined;
let product: Product | undefined;
const folder = mkdtempSync(join(tmpdir(), 'xuncheng-foreign-'));

beforeAll(async () => {
  if (withMaterial === test.skip) return;
  camera = await startGstRtspServer({ file: video, username: 'viewer', password: 'p@ss word', auth: 'digest' });
  const config = join(folder, 'city.yaml');
  const labels = ['person', ...Array.from({ length: 79 }, (_, i) => `coco-${i + 1}`)];
  writeFileSync(config, `
cameras:
  - id: hall
    name: 大厅
    inputs: [{ url: "${camera.url}", roles: [detect, record, live] }]
    zones: [{ id: floor, polygon: [[0, 0], [1, 0], [1, 1], [0, 1]], point: [108.62, 21.95], address: 大厅 }]
    rules: [{ zone: floor, eventType: standing, model: coco, classes: { any: [person] }, minScore: 0.3, dwell: 10s, presence: 0.5, grace: 10s }]
  - id: nobody
    name: 无人应答
    inputs: [{ url: "rtsp://127.0.0.1:9/none", roles: [detect] }]
  - id: refused
    name: 密码错误
    inputs: [{ url: "${camera.url.replace(/\/\/[^@]*@/, '//viewer:wrong@')}", roles: [detect] }]
models: [{ id: coco, file: ${model}, layout: yolox, labels: [${labels.join(', ')}] }]
eventTypes: [{ id: standing, name: 人员滞留 }]
`);
  product = await startProduct({ env: { XUNCHENG_CONFIG: config, XUNCHENG_ADMIN_PASSWORD: password } });
}, 300_000);
afterAll(async () => {
  await product?.close();
  await camera?.close();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

withMaterial('a camera of somebody else, a model of somebody else: a person who stands is an alert with a full-resolution picture', async () => {
  const admin = await signIn(product!.url, 'admin', password);
  const alert = await until('the person is an alert', async () => {
    const { items } = await admin.get<{ items: ApiAlert[] }>('/api/alerts?camera=hall&type=standing');
    return items.find((a) => a.evidence.original !== null);
  }, 180_000);
  const picture = Buffer.from(await (await admin.raw(alert.evidence.original!)).arrayBuffer());
  expect(await sharp(picture).metadata()).toMatchObject({ format: 'jpeg', width: 768, height: 432 });
}, 240_000);

withMaterial('cameras that do not answer or refuse say so, and the others go on', async () => {
  const admin = await signIn(product!.url, 'admin', password);
  const camera = (id: string) => admin.get<{ state: string; stateReason: string | null; inputs: { url: string }[] }>(`/api/cameras/${id}`);
  expect(await until('the silent one is offline', async () => { const c = await camera('nobody'); return c.state === 'offline' ? c : null; }, 60_000)).toMatchObject({ stateReason: expect.any(String) });
  const refused = await until('the refused one is unauthorised', async () => { const c = await camera('refused'); return c.state === 'unauthorised' ? c : null; }, 60_000);
  expect(refused.inputs[0]!.url).not.toContain('wrong');
}, 130_000);
