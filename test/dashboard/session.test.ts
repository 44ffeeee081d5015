import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ensureAdmin } from '../../dashboard/index.ts';
import { password, startDesk, type Desk } from './desk.ts';

let desk: Desk;
beforeAll(async () => { desk = await startDesk(); });
afterAll(() => desk.close());

describe('signing in', () => {
  test('gives a cookie that scripts cannot read and says who it is', async () => {
    const answer = await desk.ask('POST', '/api/session', { username: 'operator', password });
    expect(answer.status).toBe(200);
    expect(answer.json()).toMatchObject({ user: { username: 'operator', roles: ['operator'], unit: { id: 'centre' }, scope: { kind: 'city' }, mustChangePassword: false } });
    const cookie = answer.headers.getSetCookie()[0]!;
    expect(cookie).toMatch(/; HttpOnly/);
    expect(cookie).toMatch(/; SameSite=Lax/);
    const stored = await desk.db.selectFrom('sessions').select('token_hash').execute();
    const secret = /=([^;]+)/.exec(cookie)![1]!;
    expect(stored.some((s) => s.token_hash.toString('base64url') === secret || s.token_hash.toString() === secret)).toBe(false);
  });

  test('a wrong password and an unknown name are told alike', async () => {
    const wrong = await desk.ask('POST', '/api/session', { username: 'leader', password: 'wrong' });
    const unknown = await desk.ask('POST', '/api/session', { username: 'nobody', password: 'wrong' });
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect(wrong.json()).toEqual(unknown.json());
    expect(wrong.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  });

  test('is refused after many failures, for this name only', async () => {
    for (let i = 0; i < 8; i += 1) expect((await desk.ask('POST', '/api/session', { username: 'evaluator', password: `wrong ${i}` })).status).toBe(401);
    const limited = await desk.ask('POST', '/api/session', { username: 'evaluator', password });
    expect(limited.status).toBe(429);
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await desk.ask('POST', '/api/session', { username: 'office', password })).status).toBe(200);
  });

  test('tries at once count like tries one after the other', async () => {
    const { url } = await desk.another();
    const all = await Promise.all(Array.from({ length: 40 }, (_, i) => desk.ask('POST', `${url}/api/session`, { username: 'leader', password: `wrong ${i}` })));
    expect(all.filter((answer) => answer.status === 401)).toHaveLength(8);
    expect(all.filter((answer) => answer.status === 429)).toHaveLength(32);
  });

  test('who fails from an address does not lock out those behind it who have been there before', async () => {
    const { url } = await desk.another();
    const signIn = (username: string, word: string, cookie = '') => desk.ask('POST', `${url}/api/session`, { username, password: word }, cookie === '' ? {} : { cookie });
    const deviceOf = (answer: Awaited<ReturnType<typeof signIn>>): string => answer.headers.getSetCookie().find((c) => c.startsWith('xuncheng-device='))!.split(';')[0]!;
    const mine = deviceOf(await signIn('operator', password));
    for (let i = 0; i < 60; i += 10) await Promise.all(Array.from({ length: 10 }, (_, k) => signIn(`nobody-${i + k}`, 'wrong')));
    expect((await signIn('verifier', password)).status).toBe(429);
    expect((await signIn('operator', password, mine)).status).toBe(200);
    // the device of one person is none of another's, and has its own limit
    expect((await signIn('verifier', password, mine)).status).toBe(429);
    expect((await signIn('operator', password, 'xuncheng-device=sealed:AAAA')).status).toBe(429);
    const wrong = await Promise.all(Array.from({ length: 20 }, () => signIn('operator', 'wrong', mine)));
    expect(wrong.filter((answer) => answer.status === 401)).toHaveLength(8);
  });

  test('behind a trusted balancer the address is the one that it names, and nobody else is believed', async () => {
    for (const [trustProxy, last] of [['127.0.0.1', 401], [undefined, 429]] as const) {
      const { url } = await desk.another({ trustProxy });
      const from = async (address: string): Promise<number> => (await desk.ask('POST', `${url}/api/session`, { username: 'leader', password: 'wrong' }, { 'x-forwarded-for': address })).status;
      for (let i = 0; i < 8; i += 1) await from('198.51.100.7');
      expect(await from('198.51.100.7')).toBe(429);
      expect(await from('198.51.100.8')).toBe(last);
    }
  });

  test('from a page of another site is refused', async () => {
    for (const headers of [{ origin: 'https://evil.example' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }]) {
      expect((await desk.ask('POST', '/api/session', { username: 'operator', password }, headers)).status).toBe(403);
    }
    expect((await desk.ask('POST', '/api/session', { username: 'operator', password }, { origin: desk.url })).status).toBe(200);
  });
});

describe('a session', () => {
  test('ends at log-out', async () => {
    const operator = await desk.person('operator');
    expect((await operator.ask('GET', '/api/session')).status).toBe(200);
    expect((await operator.ask('DELETE', '/api/session')).status).toBe(204);
    expect((await operator.ask('GET', '/api/session')).status).toBe(401);
  });

  test('changes nothing for a page of another site', async () => {
    const operator = await desk.person('operator');
    expect((await operator.ask('DELETE', '/api/session', undefined, { origin: 'https://evil.example' })).status).toBe(403);
    expect((await operator.ask('GET', '/api/session')).status).toBe(200);
  });

  test('ends everywhere when the password changes; the browser that changed it goes on', async () => {
    await desk.addUser('changer', ['operator'], 'centre');
    const here = await desk.person('changer');
    const there = await desk.person('changer');
    const refused = await here.ask('POST', '/api/session/password', { current: 'not this', next: 'something longer' });
    expect(refused.status).toBe(422);
    expect(refused.json()).toMatchObject({ errors: [{ path: 'current' }] });
    const short = await here.ask('POST', '/api/session/password', { current: password, next: 'short' });
    expect(short.status).toBe(400);
    expect(short.json()).toMatchObject({ errors: [{ path: 'next', message: expect.stringContaining('10') }] });
    const done = await here.ask('POST', '/api/session/password', { current: password, next: 'another good one 2' });
    expect(done.status).toBe(204);
    expect((await there.ask('GET', '/api/session')).status).toBe(401);
    const cookie = done.headers.getSetCookie()[0]!.split(';')[0]!;
    expect((await desk.ask('GET', '/api/session', undefined, { cookie })).status).toBe(200);
    expect((await desk.ask('POST', '/api/session', { username: 'changer', password })).status).toBe(401);
  });

  test('ends when a role is lost, the unit changes, or the account is disabled', async () => {
    const root = await desk.person('root');
    for (const change of [{ roles: ['operator'] }, { unit: 'west' }, { disabled: true }]) {
      const name = `staff-${Object.keys(change)[0]!}`;
      const id = await desk.addUser(name, ['operator', 'dispatcher'], 'centre');
      const person = await desk.person(name);
      expect((await root.ask('PATCH', `/api/users/${id}`, change)).status).toBe(200);
      expect((await person.ask('GET', '/api/session')).status).toBe(401);
    }
    expect((await desk.ask('POST', '/api/session', { username: 'staff-disabled', password })).status).toBe(401);
  });

  test('with a one-time password may do nothing but change it', async () => {
    const root = await desk.person('root');
    const made = await root.ask('POST', '/api/users', { username: 'newcomer', name: '新人', roles: ['operator'], unit: 'centre' });
    expect(made.status).toBe(201);
    const { oneTimePassword } = made.json<{ oneTimePassword: string }>();
    const first = await desk.ask('POST', '/api/session', { username: 'newcomer', password: oneTimePassword });
    expect(first.json()).toMatchObject({ user: { mustChangePassword: true } });
    const cookie = first.headers.getSetCookie()[0]!.split(';')[0]!;
    const blocked = await desk.ask('GET', '/api/alerts', undefined, { cookie });
    expect(blocked.status).toBe(403);
    expect(blocked.json()).toMatchObject({ type: 'urn:xuncheng:problem:password-change-required' });
    const changed = await desk.ask('POST', '/api/session/password', { current: oneTimePassword, next: 'my own password 3' }, { cookie });
    expect(changed.status).toBe(204);
    const own = changed.headers.getSetCookie()[0]!.split(';')[0]!;
    expect((await desk.ask('GET', '/api/alerts', undefined, { cookie: own })).status).toBe(200);
  });
});

test('under TLS the cookie is Secure and bound to this host, and no other counts', async () => {
  const { url } = await desk.another({ secureCookies: true });
  const answer = await desk.ask('POST', `${url}/api/session`, { username: 'operator', password });
  const cookie = answer.headers.getSetCookie()[0]!;
  expect(cookie).toMatch(/^__Host-xuncheng=[\w-]{43};/);
  expect(cookie).toMatch(/; Path=\/;.*; HttpOnly; Secure; SameSite=Lax/);
  const pair = cookie.split(';')[0]!;
  expect((await desk.ask('GET', `${url}/api/session`, undefined, { cookie: pair })).status).toBe(200);
  expect((await desk.ask('GET', `${url}/api/session`, undefined, { cookie: pair.replace('__Host-', '') })).status).toBe(401);
});

describe('API tokens', () => {
  test('act with the roles of their owner until they are taken back, and cannot make others', async () => {
    const root = await desk.person('root');
    const { id, token } = (await root.ask('POST', '/api/tokens', { name: 'analyser' })).json<{ id: string; token: string }>();
    const authorization = `Bearer ${token}`;
    expect((await desk.ask('GET', '/api/users', undefined, { authorization })).status).toBe(200);
    expect((await desk.ask('POST', '/api/tokens', { name: 'more' }, { authorization })).status).toBe(403);
    expect((await desk.ask('POST', '/api/session/password', { current: password, next: 'taken over 123' }, { authorization })).status).toBe(403);
    expect((await root.ask('GET', '/api/tokens')).text).not.toContain(token);
    const other = await desk.person('operator');
    expect((await other.ask('DELETE', `/api/tokens/${id}`)).status).toBe(404);
    expect((await root.ask('DELETE', `/api/tokens/${id}`)).status).toBe(204);
    expect((await desk.ask('GET', '/api/users', undefined, { authorization })).status).toBe(401);
  });
});

describe('the first administrator', () => {
  test('is made once, with a one-time password or the given one', async () => {
    const [one, two] = await Promise.all([ensureAdmin(desk.db), ensureAdmin(desk.db)]);
    expect([one, two].filter((a) => a.created)).toHaveLength(1);
    const made = one.created ? one : two;
    expect((await desk.ask('POST', '/api/session', { username: 'admin', password: made.oneTimePassword })).json()).toMatchObject({ user: { mustChangePassword: true } });
    expect(await ensureAdmin(desk.db, { password: 'something else 1' })).toEqual({ created: false });
  });

  test('the last one can neither be disabled nor lose the role', async () => {
    const root = await desk.person('root');
    const { items } = (await root.ask('GET', '/api/users')).json<{ items: { id: string; username: string }[] }>();
    const idOf = (name: string): string => items.find((u) => u.username === name)!.id;
    expect((await root.ask('PATCH', `/api/users/${idOf('admin')}`, { disabled: true })).status).toBe(200);
    expect((await root.ask('PATCH', `/api/users/${idOf('root')}`, { disabled: true })).status).toBe(409);
    expect((await root.ask('PATCH', `/api/users/${idOf('root')}`, { roles: ['operator'] })).status).toBe(409);
    expect((await root.ask('GET', '/api/session')).status).toBe(200);
  });
});
