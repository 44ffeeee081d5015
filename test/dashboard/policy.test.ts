import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { io } from 'socket.io-client';
import Fastify from 'fastify';
import { createAccess } from '../../dashboard/access.ts';
import { mayUse, routePolicies, socketPolicies } from '../../dashboard/policy.ts';
import { liveEvents } from '../../dashboard/sockets/live.ts';
import type { Sessions } from '../../dashboard/sessions.ts';
import { people, startDesk, type Desk, type Person } from './desk.ts';

let desk: Desk;
const signedIn = new Map<string, Person>();
beforeAll(async () => {
  desk = await startDesk();
  for (const [username] of people) signedIn.set(username, await desk.person(username));
});
afterAll(() => desk.close());

const nobody = '00000000-0000-4000-8000-000000000000';
/** A call of the route with ids of nothing and no body: what it answers shows who is let through, and nothing changes. */
const callOf = (key: string): [method: string, path: string] => {
  const [method, url] = key.split(' ') as [string, string];
  return [method, url.replace(':id', nobody).replace('*', 'somewhere')];
};

describe('every route', () => {
  test('has a policy, and without one the server does not start', async () => {
    const app = Fastify();
    const { onRoute, assertComplete } = createAccess({ sessions: {} as Sessions, secure: false });
    app.addHook('onRoute', onRoute);
    expect(() => app.get('/api/forgotten', () => 'open to all')).toThrow('GET /api/forgotten has no policy');
    app.get('/api/health', () => 'ok');
    expect(() => assertComplete()).toThrow('policies without a route');
    await app.close();
  });

  test('asks for a session, but for the public ones', async () => {
    const open = Object.entries(routePolicies).filter(([, p]) => p.who === 'public').map(([key]) => key);
    // the contract: only health, the log-in and the pages
    expect(open.toSorted()).toEqual(['GET /', 'GET /*', 'GET /api/health', 'POST /api/session']);
    for (const key of Object.keys(routePolicies)) {
      const [method, path] = callOf(key);
      const { status, headers } = await desk.ask(method, path);
      if (open.includes(key)) expect([key, status]).not.toEqual([key, 401]);
      else expect([key, status, headers.get('content-type')]).toEqual([key, 401, 'application/problem+json; charset=utf-8']);
      if (method === 'GET' && !open.includes(key)) expect([key, (await desk.ask('HEAD', path)).status]).toEqual([key, 401]);
    }
  });

  test('lets through exactly the roles of its policy', async () => {
    let refused = 0;
    for (const [key, policy] of Object.entries(routePolicies)) {
      if (policy.who === 'public' || key === 'DELETE /api/session') continue;
      const [method, path] = callOf(key);
      for (const [username, roles] of people) {
        const { status } = await signedIn.get(username)!.ask(method, path);
        const allowed = mayUse(policy, roles);
        if (!allowed) refused += 1;
        expect([key, username, allowed ? 'not 401, 403, 5xx' : 403]).toEqual([key, username, !allowed ? status : [401, 403].includes(status) || status >= 500 ? status : 'not 401, 403, 5xx']);
      }
    }
    expect(refused).toBeGreaterThan(50);
  });
});

describe('every socket event', () => {
  test('has a policy: those that are served and those of the contract', () => {
    const contract = readFileSync(join(import.meta.dirname, '../../domain/live-events.ts'), 'utf8');
    const named = [...contract.matchAll(/^ {2}'?([\w:]+)'?: \(/gm)].map((m) => m[1]!);
    expect(named.length).toBeGreaterThanOrEqual(10);
    expect(Object.keys(socketPolicies).toSorted()).toEqual([...new Set(named)].toSorted());
    // what the code listens to
    const folder = join(import.meta.dirname, '../../dashboard/sockets');
    const code = readdirSync(folder).map((f) => readFileSync(join(folder, f), 'utf8')).join('\n');
    const served = [...code.matchAll(/handle\('([\w:]+)'/g)].map((m) => m[1]!);
    expect(served.toSorted()).toEqual([...liveEvents].toSorted());
  });

  test('refuses the wrong role', async () => {
    const socket = io(desk.url, { path: '/socket.io', transports: ['websocket'], extraHeaders: { cookie: signedIn.get('cleaning')!.cookie }, forceNew: true });
    try {
      for (const event of liveEvents) {
        const answer = await socket.timeout(10_000).emitWithAck(event, { camera: 'gate', viewer: 'v1', dtlsParameters: {}, rtpCapabilities: {} }) as unknown;
        expect([event, answer]).toEqual([event, { ok: false, status: 403, detail: expect.any(String) }]);
      }
      expect(desk.vision.calls).toEqual([]);
    } finally {
      socket.disconnect();
    }
  });
});
