import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { routePolicies } from '../../dashboard/policy.ts';
import { eventOf, startDesk, type Answer, type Desk, type Person } from './desk.ts';

let desk: Desk;
const signedIn = new Map<string, Person>();
const as = async (name: string): Promise<Person> => {
  const person = signedIn.get(name) ?? await desk.person(name);
  signedIn.set(name, person);
  return person;
};
beforeAll(async () => { desk = await startDesk(); });
afterAll(() => desk.close());

describe('an event from outside', () => {
  test('becomes one alert, however often it is sent, also at once', async () => {
    const root = await as('root');
    const answers = await Promise.all(Array.from({ length: 6 }, () => root.ask('POST', '/api/events', eventOf('outside-1'))));
    expect(new Set(answers.map((a) => `${a.status} ${a.text}`)).size).toBe(1);
    expect(answers[0]!.json()).toMatchObject({ key: 'outside-1', part: 'raised', alertId: expect.any(String) });
    const { items } = (await root.ask('GET', '/api/alerts?camera=gate&type=stall')).json<{ items: unknown[] }>();
    expect(items).toHaveLength(1);
  });

  test('by token is taken; by an operator is not', async () => {
    const root = await as('root');
    const { token } = (await root.ask('POST', '/api/tokens', { name: 't' })).json<{ token: string }>();
    expect((await desk.ask('POST', '/api/events', eventOf('outside-2', { camera: 'bridge' }), { authorization: `Bearer ${token}` })).status).toBe(200);
    expect((await (await as('operator')).ask('POST', '/api/events', eventOf('outside-3'))).status).toBe(403);
  });

  test('names what is wrong', async () => {
    const root = await as('root');
    const bad = await root.ask('POST', '/api/events', eventOf('k', { score: 7, raisedAt: 'yesterday', box: [0, 0, 2, 0] }));
    expect(bad.status).toBe(400);
    expect(bad.json<{ errors: { path: string }[] }>().errors.map((e) => e.path).toSorted()).toEqual(['box[2]', 'key', 'raisedAt', 'score']);
    expect((await root.ask('POST', '/api/events', eventOf('outside-4', { camera: 'nowhere' }))).json()).toMatchObject({ status: 422, errors: [{ path: 'camera' }] });
    const missing = await root.ask('POST', '/api/events', eventOf('outside-5', { evidence: { original: { sha256: 'a'.repeat(64), mime: 'image/jpeg', bytes: 5 } } }));
    expect(missing.json()).toMatchObject({ status: 422, errors: [{ path: expect.stringContaining('evidence.original') }] });
  });
});

describe('the way of an alert', () => {
  test('from claim to a case that is dispatched; losers are told who won', async () => {
    const [root, operator, other, duty] = [await as('root'), await as('operator'), await as('intake'), await as('duty')];
    const { alertId } = (await root.ask('POST', '/api/events', eventOf('the-way-1', { box: [0.6, 0.6, 0.2, 0.2] }))).json<{ alertId: string }>();
    const claims = await Promise.all([operator, other].map((p) => p.ask('POST', `/api/alerts/${alertId}/claim`)));
    expect(claims.map((c) => c.status).toSorted((a, b) => a - b)).toEqual([200, 409]);
    expect(claims.find((c) => c.status === 409)!.json()).toMatchObject({ status: 409, version: 2, state: 'claimed' });
    const winner = claims[0]!.status === 200 ? operator : other;
    const confirmed = await winner.ask('POST', `/api/alerts/${alertId}/confirm`, {});
    expect(confirmed.status).toBe(200);
    const { case: made } = confirmed.json<{ case: { id: string; number: string } }>();
    expect((await duty.ask('GET', `/api/cases/${encodeURIComponent(made.number)}`)).json()).toMatchObject({ id: made.id });
    const { version } = (await duty.ask('GET', `/api/cases/${made.id}`)).json<{ version: number }>();
    const offers = (await duty.ask('GET', `/api/cases/${made.id}/actions`)).json<{ action: string }[]>();
    expect(offers.map((o) => o.action)).toContain('file');
    const filed = await Promise.all([1, 2, 3].map(() => duty.ask('POST', `/api/cases/${made.id}/actions`, { action: 'file', version, input: {} })));
    expect(filed.map((f) => f.status).toSorted((a, b) => a - b)).toEqual([200, 409, 409]);
    for (const lost of filed.filter((f) => f.status === 409)) expect(lost.json<{ version: number }>().version).toBeGreaterThan(version);
    // the case of the east is not there for the west
    expect((await (await as('west')).ask('GET', `/api/cases/${made.id}`)).status).toBe(404);
    expect((await (await as('west')).ask('GET', `/api/alerts/${alertId}`)).status).toBe(404);
  });
});

describe('every refusal', () => {
  const isProblem = (a: Answer, status: number): void => {
    expect([a.status, a.headers.get('content-type')]).toEqual([status, 'application/problem+json; charset=utf-8']);
    expect(a.json()).toMatchObject({ type: expect.stringMatching(/^urn:/), title: expect.any(String), status, detail: expect.any(String) });
  };
  test('is a problem', async () => {
    const root = await as('root');
    isProblem(await desk.ask('GET', '/api/alerts'), 401);
    isProblem(await root.ask('GET', '/api/nothing'), 404);
    isProblem(await root.ask('DELETE', '/api/alerts'), 404);
    isProblem(await root.ask('GET', '/api/alerts/not-a-uuid'), 404);
    isProblem(await root.ask('GET', '/api/alerts/00000000-0000-4000-8000-000000000000'), 404);
    isProblem(await root.ask('GET', '/api/cameras/%00'), 404);
    isProblem(await root.ask('POST', '/api/cameras', '{"id": '), 400);
    isProblem(await root.ask('POST', '/api/cameras', '{"__proto__": {"x": 1}}'), 400);
    isProblem(await root.ask('POST', '/api/cameras', 'id: x', { 'content-type': 'text/yaml' }), 415);
    isProblem(await root.ask('POST', '/api/cameras', JSON.stringify({ name: 'x'.repeat(3_000_000) })), 413);
    isProblem(await root.ask('GET', '/api/alerts?limit=0'), 400);
    isProblem(await root.ask('GET', '/api/alerts?state=new,bogus'), 400);
    isProblem(await root.ask('GET', '/api/alerts?since=yesterday'), 400);
    isProblem(await root.ask('GET', '/api/alerts?cursor=%00%ff'), 422);
  });

  test('and no input is answered by 5xx: nonsense of every kind to every route', async () => {
    const root = await as('root');
    const strings = ['', ' ', '\0', 'a\0b', '\ud800', '‮gnp.exe', "'; drop table users; --", '<script>alert(1)</script>', '=1+1', '../../etc/passwd', '%', 'x'.repeat(20_000), '1e999', 'null'];
    const values: unknown[] = [null, true, 0, -1, 1e308, 0.1, [], {}, [[]], { a: { b: { c: [] } } }, ...strings];
    const fields = ['username', 'password', 'current', 'next', 'name', 'id', 'inputs', 'zones', 'rules', 'point', 'district', 'key', 'camera', 'eventType', 'score', 'raisedAt', 'version', 'reason', 'into', 'action', 'input', 'source', 'description', 'media', 'roles', 'unit', 'ids', 'note', 'subclass'];
    let asked = 0;
    for (const key of Object.keys(routePolicies)) {
      const [method, url] = key.split(' ') as [string, string];
      if (key === 'DELETE /api/session' || key.startsWith('POST /api/session')) continue;
      for (const [i, value] of values.entries()) {
        const id = typeof value === 'string' ? encodeURIComponent(value.toWellFormed()).slice(0, 150) : String(i);
        const path = url.replace(':id', id || 'x').replace('*', 'x');
        const body = method === 'GET' || method === 'DELETE' ? undefined : [value, Object.fromEntries(fields.map((f) => [f, value]))];
        const query = method === 'GET' ? `?${['state', 'camera', 'type', 'since', 'limit', 'cursor', 'text', 'unit', 'overdue', 'stage', 'claimedBy'].map((f) => `${f}=${encodeURIComponent(typeof value === 'string' ? value.toWellFormed() : JSON.stringify(value)).slice(0, 500)}`)
          .filter((_, n) => n % 3 === i % 3).join('&')}` : '';
        await Promise.all((body ?? [undefined]).map(async (b) => {
          const { status, text } = await root.ask(method, path + query, b === undefined ? undefined : JSON.stringify(b));
          asked += 1;
          // snapshots of cameras that no node holds, pages that were not built
          if (status === 503 && (url.endsWith('snapshot.jpg') || ['/', '/*'].includes(url))) return;
          expect([key, value, status >= 500 ? `${status} ${text}` : 'below 500']).toEqual([key, value, 'below 500']);
        }));
      }
    }
    expect(asked).toBeGreaterThan(500);
    expect((await root.ask('GET', '/api/session')).status).toBe(200);
  }, 180_000);
});

describe('what the desk looks up', () => {
  test('lists answer with what the seed holds', async () => {
    const operator = await as('operator');
    const get = async <T>(path: string): Promise<T[]> => (await operator.ask('GET', path)).json<{ items: T[] }>().items;
    expect((await get<{ id: string; parentId: string | null }>('/api/units')).find((u) => u.id === 'cleaning')).toMatchObject({ parentId: 'east', level: 3 });
    expect(await get('/api/grids')).toEqual([]);
    expect(await get('/api/event-types')).toEqual([expect.objectContaining({ id: 'stall', subclass: { standardRef: 'GB/T 30428.2-2013', code: '0406', name: '占道经营' } })]);
    expect(await get('/api/catalogue')).toEqual([expect.objectContaining({ eventType: 'stall', conditions: [] })]);
    expect((await get<{ id: string }>('/api/models')).map((m) => m.id)).toEqual(['street']);
    expect(await get('/api/notifications')).toEqual([]);
  });

  test('figures of the day count what is in scope', async () => {
    const figures = async (name: string) => (await (await as(name)).ask('GET', '/api/statistics/today')).json<{ alerts: { byState: Record<string, number>; waiting: number; byEventType: { count: number }[] }; cases: { open: number; reported: number }; cameras: { total: number } }>();
    const [city, east, west, unit] = [await figures('operator'), await figures('east'), await figures('west'), await figures('cleaning')];
    expect(city.cameras.total).toBe(2);
    expect([east.cameras.total, west.cameras.total, unit.cameras.total]).toEqual([1, 1, 0]);
    expect(city.alerts.waiting).toBe(east.alerts.waiting + west.alerts.waiting);
    expect(city.alerts.byState['confirmed']).toBe(1);
    expect(east.cases).toMatchObject({ open: 1, reported: 1 });
    expect(west.cases).toMatchObject({ open: 0, reported: 0 });
    expect(unit.alerts.waiting).toBe(0);
  });

  test('users are seen by those who give out work, of their own district by a district', async () => {
    const names = async (who: string): Promise<string[]> => (await (await as(who)).ask('GET', '/api/users')).json<{ items: { username: string }[] }>().items.map((u) => u.username).toSorted();
    expect(await names('east')).toEqual(['cleaning', 'east', 'east-operator']);
    expect((await names('duty')).length).toBeGreaterThan(10);
    expect((await (await as('duty')).ask('GET', '/api/users')).text).not.toMatch(/argon2|hash/);
  });
});

describe('the server itself', () => {
  test('describes every route of the API', async () => {
    const doc = (await (await as('operator')).ask('GET', '/api/openapi.json')).json<{ openapi: string; paths: Record<string, Record<string, { summary?: string; requestBody?: unknown }>> }>();
    expect(doc.openapi).toMatch(/^3\.1/);
    for (const key of Object.keys(routePolicies).filter((k) => !/ \/(\*)?$/.test(k))) {
      const [method, url] = key.split(' ') as [string, string];
      expect([key, doc.paths[url.replace(':id', '{id}')]?.[method.toLowerCase()]?.summary]).toEqual([key, expect.any(String)]);
    }
    expect(JSON.stringify(doc.paths['/api/events']!['post']!.requestBody)).toContain('raisedAt');
  });

  test('says what is down', async () => {
    const health = async () => (await desk.ask('GET', '/api/health')).json<{ status: string; roles: Record<string, string>; cameras: unknown }>();
    expect(await health()).toMatchObject({ status: 'degraded', roles: { vision: 'down', dispatcher: 'down', dashboard: 'up' }, cameras: { total: 2, live: 0, analysed: 0 } });
    await desk.db.insertInto('role_heartbeats').values([{ role: 'vision', node: 'a' }, { role: 'dispatcher', node: 'b' }]).execute();
    expect(await health()).toMatchObject({ status: 'ok', roles: { vision: 'up', dispatcher: 'up' } });
    await desk.db.updateTable('role_heartbeats').set({ heartbeat_at: new Date(Date.now() - 60_000) }).where('role', '=', 'vision').execute();
    expect(await health()).toMatchObject({ status: 'degraded', roles: { vision: 'down', dispatcher: 'up' } });
  });

  test('gives metrics to the administrator', async () => {
    const metrics = await (await as('root')).ask('GET', '/metrics');
    expect(metrics.status).toBe(200);
    expect(metrics.text).toMatch(/^xuncheng_alerts_open\{state="new"\} \d+$/m);
    expect(metrics.text).toMatch(/^xuncheng_jobs\{queue="detections",state="waiting"\} 0$/m);
    expect(metrics.text).toMatch(/^xuncheng_http_request_seconds_count\{.*route="\/api\/health".*\} \d+$/m);
  });

  test('sends headers that a browser keeps to', async () => {
    const { headers } = await desk.ask('GET', '/api/health');
    const csp = headers.get('content-security-policy')!;
    expect(csp).toContain("script-src 'self'");
    expect(csp).not.toMatch(/script-src[^;]*unsafe/);
    expect(csp).toContain("frame-ancestors 'none'");
    expect([headers.get('x-content-type-options'), headers.get('cache-control'), headers.get('access-control-allow-origin')]).toEqual(['nosniff', 'no-store', null]);
  });

  test('serves the pages, and says so when they are not built', async () => {
    const html = { accept: 'text/html' };
    expect((await desk.ask('GET', '/', undefined, html)).text).toContain('npm run setup');
    const pages = mkdtempSync(join(tmpdir(), 'xuncheng-pages-'));
    try {
      mkdirSync(join(pages, 'assets'));
      writeFileSync(join(pages, 'index.html'), '<!doctype html><title>desk</title>');
      writeFileSync(join(pages, 'assets/app-1a2b.js'), 'let x = 1;');
      writeFileSync(join(pages, '..', 'outside.txt'), 'secret');
      const { url } = await desk.another({ pages });
      for (const path of ['/', '/alerts', '/cases/123/edit', '/%25', '/%25zz', '/%E4%BA%BA']) {
        const page = await desk.ask('GET', url + path, undefined, html);
        expect([path, page.status, page.headers.get('cache-control')]).toEqual([path, 200, 'no-cache']);
        expect(page.text).toContain('<title>desk');
      }
      for (const path of ['/%', '/%zz', '/%c3', '/a%00.js', '/%2500.js', '/%25.js']) expect([path, (await desk.ask('GET', url + path)).status < 500]).toEqual([path, true]);
      const script = await desk.ask('GET', `${url}/assets/app-1a2b.js`);
      expect([script.status, script.headers.get('content-type'), script.headers.get('cache-control')]).toEqual([200, expect.stringContaining('javascript'), 'public, max-age=31536000, immutable']);
      for (const path of ['/assets/none.js', '/..%2foutside.txt', '/%2e%2e/outside.txt', '/.env', '/api/x']) {
        const { status, text } = await desk.ask('GET', url + path);
        expect([path, [403, 404].includes(status), text.includes('secret')]).toEqual([path, true, false]);
      }
    } finally {
      rmSync(pages, { recursive: true, force: true });
      rmSync(join(pages, '..', 'outside.txt'), { force: true });
    }
  });
});
