import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { until } from '../support/until.ts';
import { eventOf, startDesk, type Desk } from './desk.ts';

let desk: Desk;
beforeAll(async () => { desk = await startDesk(); });
afterAll(() => desk.close());

test('without the database everything is 503 and says so; afterwards the same session and the same key go on', async () => {
  const root = await desk.person('root');
  expect((await root.ask('POST', '/api/events', eventOf('before-outage'))).status).toBe(200);
  process.kill(desk.servers.postgres.pid()!, 'SIGKILL');
  const health = await until('health says so', async () => {
    const answer = await desk.ask('GET', '/api/health');
    return answer.json<{ database: string }>().database === 'down' && answer;
  });
  expect(health.json()).toMatchObject({ status: 'degraded', database: 'down', roles: { dashboard: 'up' } });
  expect(health.status).toBe(503);
  let outages = 0;
  await until('it is back', async () => {
    const answer = await root.ask('POST', '/api/events', eventOf('during-outage', { camera: 'bridge' }));
    if (answer.status === 200) return true;
    outages += 1;
    expect([answer.status, answer.headers.get('content-type')]).toEqual([503, 'application/problem+json; charset=utf-8']);
    return false;
  });
  expect(outages).toBeGreaterThan(0);
  expect((await root.ask('GET', '/api/session')).status).toBe(200);
  const { items } = (await root.ask('GET', '/api/alerts')).json<{ items: unknown[] }>();
  expect(items).toHaveLength(2);
});
