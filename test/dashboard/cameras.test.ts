import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createVisionPort } from '../../dashboard/index.ts';
import { RpcError, serveRpc } from '../../platform/rpc.ts';
import { createSealer, openUrl } from '../../platform/secrets.ts';
import { startDesk, type Desk, type Person } from './desk.ts';

let desk: Desk;
let root: Person;
beforeAll(async () => {
  desk = await startDesk();
  root = await desk.person('root');
});
afterAll(() => desk.close());

const zone = { id: 'pavement', polygon: [[0, 0], [1, 0], [1, 1]] };
const rule = { zone: 'pavement', eventType: 'stall', model: 'street', classes: { any: ['stall'] } };
const cameraOf = (id: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  id, name: `camera ${id}`, inputs: [{ url: 'rtsp://viewer:s3cr%40t@192.0.2.7:554/main', roles: ['detect', 'record', 'live'] }], zones: [zone], rules: [rule], ...more,
});
const storedUrl = async (id: string): Promise<string> => (await desk.db.selectFrom('cameras').select('inputs').where('id', '=', id).executeTakeFirstOrThrow()).inputs[0]!.url;

describe('a camera', () => {
  test('is added with defaults, its district found by its place, and read back the same', async () => {
    const made = await root.ask('POST', '/api/cameras', cameraOf('c1', { point: [108.55, 21.95], rules: [{ ...rule, dwell: '90s' }] }));
    expect(made.status).toBe(201);
    const view = made.json<{ rules: Record<string, unknown>[] }>();
    expect(view).toMatchObject({ id: 'c1', state: 'connecting', analysed: false, district: { id: 'west' }, source: 'api' });
    expect(view.rules[0]).toMatchObject({ dwell: 90_000, grace: 45_000, silence: 3_600_000, presence: 0.7, id: expect.any(String) });
    expect((await root.ask('GET', '/api/cameras/c1')).json()).toEqual(made.json());
    // what was read can be sent back
    const same = await root.ask('PATCH', '/api/cameras/c1', { rules: view.rules, enabled: true });
    expect(same.status).toBe(200);
    expect(same.json<{ rules: unknown }>().rules).toEqual(view.rules);
    expect((await root.ask('POST', '/api/cameras', cameraOf('c1'))).status).toBe(409);
  });

  test('shows its password to nobody, and stores it sealed', async () => {
    const made = await root.ask('POST', '/api/cameras', cameraOf('c2'));
    const lists = [made, await root.ask('GET', '/api/cameras'), await root.ask('GET', '/api/cameras/c2'), await root.ask('PATCH', '/api/cameras/c2', { name: 'x' })];
    for (const answer of lists) {
      expect(answer.text).toContain('rtsp://viewer:***@192.0.2.7:554/main');
      expect(answer.text).not.toMatch(/s3cr|sealed/);
    }
    expect(await storedUrl('c2')).toMatch(/^rtsp:\/\/viewer:sealed:[\w-]+@192\.0\.2\.7:554\/main$/);
    expect(openUrl(await storedUrl('c2'), createSealer('test'))).toBe('rtsp://viewer:s3cr%40t@192.0.2.7:554/main');
    const odd = await root.ask('POST', '/api/cameras', cameraOf('c2-odd', { inputs: [{ url: 'rtsp://viewer:a@b:c@192.0.2.7/x', roles: ['detect'] }] }));
    expect(odd.status).toBe(201);
    expect(odd.text).toContain('rtsp://viewer:***@192.0.2.7/x');
  });

  test('keeps its password where a change says ***, for the same user and host only', async () => {
    await root.ask('POST', '/api/cameras', cameraOf('c3'));
    const kept = await root.ask('PATCH', '/api/cameras/c3', { inputs: [{ url: 'rtsp://viewer:***@192.0.2.7:554/sub', roles: ['detect'] }] });
    expect(kept.status).toBe(200);
    expect(openUrl(await storedUrl('c3'), createSealer('test'))).toBe('rtsp://viewer:s3cr%40t@192.0.2.7:554/sub');
    for (const url of ['rtsp://viewer:***@192.0.2.8:554/sub', 'rtsp://other:***@192.0.2.7:554/sub', 'rtsp://viewer:***@192.0.2.7:555/sub']) {
      const refused = await root.ask('PATCH', '/api/cameras/c3', { inputs: [{ url, roles: ['detect'] }] });
      expect([refused.status, refused.json<{ errors: { path: string }[] }>().errors[0]!.path]).toEqual([422, 'inputs[0].url']);
    }
    const changed = await root.ask('PATCH', '/api/cameras/c3', { inputs: [{ url: 'rtsp://viewer:new@192.0.2.9/', roles: ['detect'] }], point: [108.62, 21.95] });
    expect(changed.json()).toMatchObject({ district: { id: 'east' } });
    expect(openUrl(await storedUrl('c3'), createSealer('test'))).toBe('rtsp://viewer:new@192.0.2.9/');
    expect((await root.ask('PATCH', '/api/cameras/c3', { point: null })).json()).toMatchObject({ point: null });
  });

  test.each([
    ['rtsp://192.0.2.7/user=admin_password=s3cret_channel=1_stream=0.sdp', 'rtsp://192.0.2.7/user=admin_password=***_channel=1_stream=0.sdp'],
    ['rtsp://192.0.2.7/live?user=admin&pwd=s3/cret&channel=1', 'rtsp://192.0.2.7/live?user=admin&pwd=***&channel=1'],
    ['rtsp://viewer:s3cret@192.0.2.7/live?token=s3cret', 'rtsp://viewer:***@192.0.2.7/live?token=***'],
  ])('a password within the address is one: %s', async (url, shown) => {
    const id = `within-${createHash('sha256').update(url).digest('hex').slice(0, 8)}`;
    const made = await root.ask('POST', '/api/cameras', cameraOf(id, { inputs: [{ url, roles: ['detect'] }] }));
    expect(made.json<{ inputs: { url: string }[] }>().inputs[0]!.url).toBe(shown);
    expect(await storedUrl(id)).not.toContain('s3');
    expect(openUrl(await storedUrl(id), createSealer('test'))).toBe(url);
    // what was read can be sent back, but not for another address
    const [kept, elsewhere] = [await root.ask('PATCH', `/api/cameras/${id}`, { inputs: [{ url: shown, roles: ['detect', 'live'] }] }), await root.ask('PATCH', `/api/cameras/${id}`, { inputs: [{ url: shown.replace('.7', '.8'), roles: ['detect'] }] })];
    expect([kept.status, elsewhere.status]).toEqual([200, 422]);
    expect(openUrl(await storedUrl(id), createSealer('test'))).toBe(url);
  });

  test.each(['http://192.0.2.1/x', 'file:///etc/passwd', 'rtsp://', 'rtsp:///x', 'concat:a|b', '-i /etc/passwd', 'rtsp://h/x y', "rtsp://h/'", '', 'javascript:alert(1)'])('does not open %p', async (url) => {
    const answer = await root.ask('POST', '/api/cameras', cameraOf('bad', { inputs: [{ url, roles: ['detect'] }] }));
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ errors: [{ path: 'inputs[0].url', message: expect.stringContaining('rtsp') }] });
  });

  test('names every mistake at once', async () => {
    const answer = await root.ask('POST', '/api/cameras', cameraOf('bad', { name: '', zones: [{ id: 'z', polygon: [[0, 0], [2, 0]] }], rules: [{ ...rule, dwell: '2d', presence: 2 }], colour: 'red' }));
    expect(answer.status).toBe(400);
    const paths = answer.json<{ errors: { path: string }[] }>().errors.map((e) => e.path);
    expect(paths).toEqual(expect.arrayContaining(['name', 'zones[0].polygon', 'zones[0].polygon[1][0]', 'rules[0].dwell', 'rules[0].presence', 'body']));
    const unknown = await root.ask('POST', '/api/cameras', cameraOf('bad', { rules: [{ ...rule, zone: 'nowhere', model: 'none', eventType: 'nothing' }], district: 'cleaning' }));
    expect(unknown.status).toBe(422);
    expect(unknown.json<{ errors: { path: string }[] }>().errors.map((e) => e.path)).toEqual(['rules[0].zone', 'rules[0].model', 'rules[0].eventType', 'district']);
  });

  test('takes permitted places and times, sizes by place and scores by class, and gives them back as they can be sent again', async () => {
    const zones = [{ id: 'z', polygon: [[0, 0], [1, 0], [1, 1]] }, { id: 'terrace', polygon: [[0, 0], [1, 0], [1, 1]], permitted: { eventTypes: ['stall'], hours: ['18:00-22:00'] } }];
    const fine = { ...rule, zone: 'z', minScore: { stall: 0.5 }, minSize: { far: [0.2, 0.01], near: [0.9, 0.1] }, schedule: { calendar: 'holidays', permitted: [{ hours: '06:00-08:00', weekdays: [6] }] } };
    const made = await root.ask('POST', '/api/cameras', cameraOf('fine', { zones, rules: [fine] }));
    const { zones: shownZones, rules: shownRules } = made.json<{ zones: unknown[]; rules: unknown[] }>();
    expect({ shownZones, shownRules }).toMatchObject({ shownZones: [zones[0], { permitted: { hours: [{ hours: '18:00-22:00' }] } }], shownRules: [{ minScore: fine.minScore, minSize: fine.minSize, schedule: fine.schedule, drift: 0.5 }] });
    const again = await root.ask('PATCH', '/api/cameras/fine', { zones: shownZones, rules: shownRules });
    expect(again.json()).toMatchObject({ zones: shownZones, rules: shownRules });
    const wrong = await root.ask('PATCH', '/api/cameras/fine', { zones: [{ ...zones[0], view: 'north' }, { ...zones[1], permitted: { eventTypes: ['nothing'] } }], rules: [{ ...fine, zone: 'terrace' }] });
    expect(wrong.json<{ errors: { path: string }[] }>().errors.map((e) => e.path)).toEqual(['zones[0].view', 'zones[1].permitted.eventTypes', 'rules[0].zone']);
  });

  test('of file or demo is read-only', async () => {
    for (const answer of [await root.ask('PATCH', '/api/cameras/gate', { name: 'x' }), await root.ask('DELETE', '/api/cameras/gate')]) {
      expect(answer.status).toBe(409);
      expect(answer.json()).toMatchObject({ detail: expect.stringContaining('read-only') });
    }
  });

  test('taken away is gone from lists, and its id may come back', async () => {
    await root.ask('POST', '/api/cameras', cameraOf('c4'));
    expect((await root.ask('DELETE', '/api/cameras/c4')).status).toBe(204);
    expect((await root.ask('GET', '/api/cameras/c4')).status).toBe(404);
    expect((await root.ask('POST', '/api/cameras', cameraOf('c4', { name: 'again' }))).json()).toMatchObject({ name: 'again' });
    const events = await desk.db.selectFrom('event_log').select('payload').where('kind', '=', 'camera').execute();
    expect(events.map((e) => e.payload as { id: string; change: string }).filter((p) => p.id === 'c4').map((p) => p.change)).toEqual(['added', 'removed', 'added']);
  });

  test('is seen in its district only', async () => {
    const west = await desk.person('west');
    const ids = (await west.ask('GET', '/api/cameras')).json<{ items: { id: string }[] }>().items.map((c) => c.id);
    expect(ids).toContain('bridge');
    expect(ids).not.toContain('gate');
    expect((await west.ask('GET', '/api/cameras/gate')).status).toBe(404);
    expect((await west.ask('GET', '/api/cameras/gate/snapshot.jpg')).status).toBe(404);
    expect(desk.vision.calls).toEqual([]);
  });
});

describe('state', () => {
  test('written by a node counts only while it holds the camera', async () => {
    await desk.db.insertInto('camera_status').values({ camera_id: 'gate', state: 'live', state_reason: null, analysed: true, analysed_reason: null }).execute();
    const view = async (): Promise<unknown> => (await root.ask('GET', '/api/cameras/gate')).json();
    expect(await view()).toMatchObject({ state: 'offline', analysed: false, stateReason: expect.stringContaining('no vision node') });
    await desk.db.insertInto('vision_nodes').values({ id: 'n1', rpc_url: 'http://127.0.0.1:1' }).execute();
    await desk.db.insertInto('camera_leases').values({ camera_id: 'gate', node_id: 'n1', fence: 1, expires_at: new Date(Date.now() + 60_000) }).execute();
    expect(await view()).toMatchObject({ state: 'live', analysed: true });
    const health = async (): Promise<unknown> => (await desk.ask('GET', '/api/health')).json<{ cameras: unknown }>().cameras;
    expect(await health()).toMatchObject({ live: 1, analysed: 1 });
    await desk.db.updateTable('camera_leases').set({ expires_at: new Date(Date.now() - 1000) }).execute();
    expect(await view()).toMatchObject({ state: 'offline', analysed: false });
    expect(await health()).toMatchObject({ live: 0, analysed: 0 });
    await desk.db.deleteFrom('camera_leases').execute();
  });

  test('a snapshot is a picture, or says why not', async () => {
    const picture = await root.ask('GET', '/api/cameras/gate/snapshot.jpg');
    expect([picture.status, picture.headers.get('content-type'), picture.headers.get('cache-control')]).toEqual([200, 'image/jpeg', 'no-store']);
    const none = await root.ask('GET', '/api/cameras/bridge/snapshot.jpg');
    expect([none.status, none.headers.get('content-type')]).toEqual([503, 'application/problem+json; charset=utf-8']);
  });
});

describe('the port to vision nodes', () => {
  test('finds the node by the lease and carries its answers', async () => {
    const asked: unknown[] = [];
    const answers: Record<string, unknown> = {
      'live.open': { viewer: 'v9', rtpCapabilities: { codecs: [] }, transport: { id: 't', iceParameters: {}, iceCandidates: [], dtlsParameters: {} } },
      'live.consume': { id: 'c', producerId: 'p', kind: 'video', rtpParameters: { codecs: [] } },
      'recheck': { answer: 'absent', score: 0.1, jpeg: Buffer.from('jpeg').toString('base64') },
    };
    const node = await serveRpc({
      host: '127.0.0.1', port: 0, secret: 'shared',
      handler: (method) => async (params) => {
        asked.push([method, params]);
        if (method === 'live.resume') throw new RpcError(404, 'no such viewer');
        return method === 'snapshot' ? { bytes: Buffer.from('picture'), mime: 'image/jpeg' } : { json: answers[method] ?? null };
      },
    });
    try {
      const port = createVisionPort({ db: desk.db, secret: 'shared' });
      await expect(port.snapshot('bridge')).rejects.toMatchObject({ name: 'RpcError', status: 503 });
      await desk.db.insertInto('vision_nodes').values({ id: 'n2', rpc_url: node.url }).execute();
      await desk.db.insertInto('camera_leases').values({ camera_id: 'bridge', node_id: 'n2', fence: 1, expires_at: new Date(Date.now() + 60_000) }).execute();
      expect((await port.snapshot('bridge')).toString()).toBe('picture');
      const viewer = await port.openLive('bridge', 'low');
      expect(viewer.id).toBe('v9');
      await viewer.connect({ role: 'client' });
      expect(await viewer.consume({ codecs: [] })).toMatchObject({ id: 'c', kind: 'video' });
      await expect(viewer.resume()).rejects.toMatchObject({ status: 404 });
      await viewer.close();
      const again = await port.recheck({ cameraId: 'bridge', zoneId: 'z', eventType: 'stall', box: null });
      expect([again.answer, again.score, again.jpeg?.toString()]).toEqual(['absent', 0.1, 'jpeg']);
      expect(asked).toEqual([
        ['snapshot', { camera: 'bridge' }], ['live.open', { camera: 'bridge', quality: 'low' }], ['live.connect', { viewer: 'v9', dtlsParameters: { role: 'client' } }],
        ['live.consume', { viewer: 'v9', rtpCapabilities: { codecs: [] } }], ['live.resume', { viewer: 'v9' }], ['live.close', { viewer: 'v9' }],
        ['recheck', { camera: 'bridge', zone: 'z', eventType: 'stall', box: null }],
      ]);
      await expect(createVisionPort({ db: desk.db, secret: 'wrong' }).snapshot('bridge')).rejects.toMatchObject({ status: 401 });
    } finally {
      await node.close();
    }
  });
});
