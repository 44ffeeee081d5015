import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import { deflateSync, crc32 } from 'node:zlib';
import { sql } from 'kysely';
import sharp from 'sharp';
import { byteRange } from '../../dashboard/media/byte-range.ts';
import { until } from '../support/until.ts';
import { eventOf, startDesk, type Answer, type Desk, type Person } from './desk.ts';

let desk: Desk;
let handler: Person;
beforeAll(async () => {
  desk = await startDesk();
  handler = await desk.person('cleaning');
});
afterAll(() => desk.close());

function upload(who: Person, bytes: Uint8Array, name = 'a.jpg', mime = 'image/jpeg'): Promise<Answer> {
  const form = new FormData();
  form.append('file', new Blob([new Uint8Array(bytes)], { type: mime }), name);
  return who.ask('POST', '/api/media', form);
}
const picture = (width = 64, height = 48) => sharp({ create: { width, height, channels: 3, background: '#30a060', noise: { type: 'gaussian', mean: 128, sigma: 30 } } });
const fetchMedia = async (who: Person, id: string, headers: Record<string, string> = {}): Promise<{ status: number; headers: Headers; bytes: Buffer }> => {
  const response = await fetch(`${desk.url}/api/media/${id}`, { headers: { cookie: who.cookie, ...headers } });
  return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
};

describe('a picture', () => {
  test.each(['jpeg', 'png', 'webp'] as const)('%s is written anew as JPEG', async (format) => {
    const sent = await picture().toFormat(format).toBuffer();
    const answer = await upload(handler, sent, `x.${format}`, `image/${format}`);
    expect(answer.status).toBe(201);
    const view = answer.json<{ id: string; sha256: string; bytes: number }>();
    expect(view).toMatchObject({ mime: 'image/jpeg', width: 64, height: 48 });
    const { bytes, headers } = await fetchMedia(handler, view.id);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(view.sha256);
    expect(bytes.equals(sent)).toBe(false);
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'jpeg', width: 64, height: 48 });
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toBe('private, no-cache');
  });

  test('loses its EXIF but keeps time and place, and stands upright', async () => {
    const sent = await picture(60, 40).withMetadata({ orientation: 6 }).withExifMerge({
      IFD0: { Make: 'Spy Camera', Copyright: 'somebody' },
      IFD2: { DateTimeOriginal: '2026:10:01 08:30:00', OffsetTimeOriginal: '+08:00' },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '21/1 57/1 0/1', GPSLongitudeRef: 'E', GPSLongitude: '108/1 37/1 12/1' },
    }).jpeg().toBuffer();
    const answer = await upload(handler, sent);
    expect(answer.status).toBe(201);
    const view = answer.json<{ id: string; takenAt: string; point: [number, number] }>();
    expect(view).toMatchObject({ width: 40, height: 60, takenAt: '2026-10-01T00:30:00.000Z' });
    expect(view.point[0]).toBeCloseTo(108.62, 5);
    expect(view.point[1]).toBeCloseTo(21.95, 5);
    const { bytes } = await fetchMedia(handler, view.id);
    expect(bytes.includes('Spy Camera')).toBe(false);
    expect((await sharp(bytes).metadata()).exif).toBeUndefined();
  });
});

/** A PNG that says it is huge and holds next to nothing. */
function bomb(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const frame = Buffer.alloc(4);
    frame.writeUInt32BE(data.length);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([frame, body, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), chunk('IHDR', head), chunk('IDAT', deflateSync(Buffer.alloc(1_000_000))), chunk('IEND', Buffer.alloc(0))]);
}

describe('what is no honest picture', () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>';
  const cases: [what: string, bytes: () => Promise<Buffer> | Buffer, status: number][] = [
    ['an SVG', () => Buffer.from(svg), 415],
    ['a GIF', () => Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64'), 415],
    ['HTML called JPEG', () => Buffer.from('<html><script>alert(1)</script>'), 415],
    ['a PDF in front of a JPEG', async () => Buffer.concat([Buffer.from('%PDF-1.7\n'), await picture().jpeg().toBuffer()]), 415],
    ['nothing', () => Buffer.alloc(0), 415],
    ['a JPEG that ends early', async () => { const whole = await picture(400, 300).jpeg().toBuffer(); return whole.subarray(0, whole.length / 2); }, 422],
    ['a PNG that ends early', async () => { const whole = await picture(400, 300).png().toBuffer(); return whole.subarray(0, whole.length / 2); }, 422],
    ['a JPEG head with noise', () => Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), randomBytes(5000)]), 422],
    ['SVG behind a PNG signature', () => Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), Buffer.from(svg)]), 422],
    ['a PNG of 60,000 x 60,000', () => bomb(60_000, 60_000), 413],
    ['a PNG of 10,000 x 5,001', () => bomb(10_000, 5_001), 413],
    ['21 MiB', () => Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.alloc(21 * 1024 * 1024)]), 413],
  ];
  test.each(cases)('%s is refused', async (_what, bytes, status) => {
    const before = await desk.db.selectFrom('media').select(sql<string>`count(*)`.as('n')).executeTakeFirstOrThrow();
    const answer = await upload(handler, await bytes(), 'x.jpg', 'image/jpeg');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'application/problem+json; charset=utf-8']);
    expect(await desk.db.selectFrom('media').select(sql<string>`count(*)`.as('n')).executeTakeFirstOrThrow()).toEqual(before);
  });

  test('what hangs behind a picture is not kept', async () => {
    const poly = Buffer.concat([await picture().jpeg({ quality: 70 }).withExif({ IFD0: { ImageDescription: '<script>steal()</script>' } }).toBuffer(), Buffer.from('PK\x03\x04<script>steal()</script>')]);
    const answer = await upload(handler, poly);
    expect(answer.status).toBe(201);
    const { bytes } = await fetchMedia(handler, answer.json<{ id: string }>().id);
    expect(bytes.includes('steal')).toBe(false);
    expect(bytes.includes('PK\x03\x04')).toBe(false);
  });

  test('no file, two files, JSON', async () => {
    const two = new FormData();
    for (const name of ['a', 'b']) two.append(name, new Blob([new Uint8Array(await picture().jpeg().toBuffer())]), `${name}.jpg`);
    const none = new FormData();
    none.append('note', 'x');
    for (const body of [none, two, { file: 'x' }]) {
      const { status } = await handler.ask('POST', '/api/media', body);
      expect(status).toBeGreaterThanOrEqual(body === two ? 200 : 400);
      expect(status).toBeLessThan(500);
    }
    expect((await handler.ask('POST', '/api/media', 'not a form', { 'content-type': 'multipart/form-data; boundary=x' })).status).toBe(400);
  });

  test('after all that an honest one is taken', async () => {
    expect((await upload(handler, await picture().jpeg().toBuffer())).status).toBe(201);
  });
});

describe('who sees what', () => {
  test('an upload is its uploader\'s until a case shows it', async () => {
    const { id } = (await upload(handler, await picture().png().toBuffer())).json<{ id: string }>();
    expect((await fetchMedia(handler, id)).status).toBe(200);
    expect((await fetchMedia(await desk.person('police'), id)).status).toBe(404);
    expect((await fetch(`${desk.url}/api/media/${id}`)).status).toBe(401);
  });

  test('a browser asks each time whether it may still show what it keeps', async () => {
    const leaver = await desk.person('cleaning');
    const { id } = (await upload(leaver, await picture().png().toBuffer())).json<{ id: string }>();
    const first = await fetchMedia(leaver, id);
    expect(first.headers.get('cache-control')).toBe('private, no-cache');
    const again = { 'if-none-match': first.headers.get('etag')! };
    expect((await fetchMedia(leaver, id, again)).status).toBe(304);
    await leaver.ask('DELETE', '/api/session');
    expect((await fetchMedia(leaver, id, again)).status).toBe(401);
  });

  test('evidence of an alert is for its district and the city; views are written down once', async () => {
    const ref = await desk.evidence.put(await picture(200, 100).jpeg().toBuffer(), { mime: 'image/jpeg' });
    const root = await desk.person('root');
    const event = eventOf('media-scope-1', { evidence: { original: ref } });
    const { alertId } = (await root.ask('POST', '/api/events', event)).json<{ alertId: string }>();
    const alert = (await root.ask('GET', `/api/alerts/${alertId}`)).json<{ evidence: { original: string; clip: null } }>();
    expect(alert.evidence.clip).toBeNull();
    const id = alert.evidence.original.replace('/api/media/', '');
    const status = async (name: string): Promise<number> => (await fetchMedia(await desk.person(name), id)).status;
    expect([await status('operator'), await status('east'), await status('west'), await status('cleaning')]).toEqual([200, 200, 404, 404]);
    await status('operator');
    const views = () => desk.db.selectFrom('audit_log').select('user_name').where('action', '=', 'evidence.view').where('object', '=', `media:${id}`).execute();
    await until('the views are written', async () => (await views()).length >= 2);
    expect((await views()).map((v) => v.user_name ?? '').toSorted()).toEqual(['east', 'operator']);
  });
});

describe('ranges', () => {
  test('are served as players ask for them', async () => {
    const content = randomBytes(10_000);
    const ref = await desk.evidence.put(content, { mime: 'video/mp4' });
    const row = await desk.db.insertInto('media').values({ sha256: ref.sha256, mime: 'video/mp4', bytes: ref.bytes, kind: 'clip', width: null, height: null, file_name: null, lon: null, lat: null,
      uploaded_by: (await desk.db.selectFrom('users').select('id').where('username', '=', 'cleaning').executeTakeFirstOrThrow()).id }).returning('id').executeTakeFirstOrThrow();
    const part = await fetchMedia(handler, row.id, { range: 'bytes=100-199' });
    expect([part.status, part.headers.get('content-range'), part.headers.get('content-length'), part.headers.get('content-type')]).toEqual([206, 'bytes 100-199/10000', '100', 'video/mp4']);
    expect(part.bytes.equals(content.subarray(100, 200))).toBe(true);
    expect((await fetchMedia(handler, row.id, { range: 'bytes=-50' })).bytes.equals(content.subarray(-50))).toBe(true);
    expect((await fetchMedia(handler, row.id, { range: 'bytes=9990-' })).bytes.equals(content.subarray(9990))).toBe(true);
    const beyond = await fetchMedia(handler, row.id, { range: 'bytes=10000-' });
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, 'bytes */10000']);
    const whole = await fetchMedia(handler, row.id);
    expect([whole.status, whole.bytes.equals(content)]).toEqual([200, true]);
    expect((await fetchMedia(handler, row.id, { 'if-none-match': whole.headers.get('etag')! })).status).toBe(304);
    const head = await fetch(`${desk.url}/api/media/${row.id}`, { method: 'HEAD', headers: { cookie: handler.cookie } });
    expect([head.status, head.headers.get('content-length'), head.headers.get('accept-ranges')]).toEqual([200, '10000', 'bytes']);
  });

  test.each([
    [undefined, 'whole'], ['bytes=0-0', { start: 0, end: 0 }], ['bytes=5-', { start: 5, end: 9 }], ['bytes=-3', { start: 7, end: 9 }], ['bytes=-30', { start: 0, end: 9 }],
    ['bytes=8-99', { start: 8, end: 9 }], ['bytes=10-', 'unsatisfiable'], ['bytes=-0', 'unsatisfiable'], ['bytes=5-4', 'whole'], ['bytes=0-1,3-4', 'whole'], ['bytes=-', 'whole'], ['items=0-1', 'whole'],
  ] as const)('of %s', (header, expected) => {
    expect(byteRange(header, 10)).toEqual(expected);
  });
});
