import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startDesk, type Desk } from './desk.ts';

let desk: Desk;
beforeAll(async () => { desk = await startDesk(); });
afterAll(() => desk.close());

const items = async (path: string, username: string): Promise<unknown[]> => (await (await desk.person(username)).ask('GET', path)).json<{ items: unknown[] }>().items;

test('a handler or district user without a unit sees nothing, and none is made', async () => {
  const root = await desk.person('root');
  await desk.addUser('lost-handler', ['handler'], null);
  await desk.addUser('lost-district', ['district'], null);
  const reported = await (await desk.person('intake')).ask('POST', '/api/cases', { source: 'patrol', description: '占道', point: [108.65, 21.95] });
  expect(reported.status).toBe(201);
  for (const name of ['lost-handler', 'lost-district']) expect([name, await items('/api/cases', name)]).toEqual([name, []]);
  expect(await items('/api/cameras', 'lost-district')).toEqual([]);
  expect(await items('/api/users', 'lost-district')).toEqual([]);
  expect(await items('/api/cases', 'operator')).not.toEqual([]);

  for (const role of ['handler', 'district']) {
    const refused = await root.ask('POST', '/api/users', { username: `no-${role}`, name: 'x', roles: [role] });
    expect(refused.json()).toMatchObject({ status: 422, errors: [{ path: 'unit' }] });
  }
  expect((await root.ask('POST', '/api/users', { username: 'evaluator-2', name: 'x', roles: ['evaluator'] })).status).toBe(201);

  const id = await desk.addUser('moved', ['handler'], 'cleaning');
  expect((await root.ask('PATCH', `/api/users/${id}`, { unit: null })).status).toBe(422);
  expect((await root.ask('PATCH', `/api/users/${id}`, { roles: ['evaluator'], unit: null })).status).toBe(200);
  expect((await root.ask('PATCH', `/api/users/${id}`, { roles: ['district'] })).status).toBe(422);
});
