import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { dispatchesAtOnce, homeOf, judgesAlerts, seesAlerts } from '../../dashboard/web/src/app/abilities.ts';
import type { SessionView } from '../../domain/desk-views.ts';
import type { AlertView } from '../../domain/views.ts';
import { eventOf, people, startDesk, type Desk } from './desk.ts';

let desk: Desk;
beforeAll(async () => { desk = await startDesk(); });
afterAll(() => desk.close());

test('the pages offer verdicts to exactly those whom the server lets judge', async () => {
  const root = await desk.person('root');
  await desk.addUser('shift', ['operator', 'duty_officer', 'dispatcher'], 'centre');
  await desk.addUser('west-operator', ['operator'], 'west');
  const names = [...people.map(([username]) => username), 'shift', 'west-operator'];
  const judging: string[] = [];
  const dispatching: string[] = [];
  for (const camera of ['gate', 'bridge']) {
    const { alertId } = (await root.ask('POST', '/api/events', eventOf(`abilities-${camera}`, { camera }))).json<{ alertId: string }>();
    for (const name of names) {
      const person = await desk.person(name);
      const { user } = (await person.ask('GET', '/api/session')).json<SessionView>();
      const shown = await person.ask('GET', `/api/alerts/${alertId}`);
      if (shown.status !== 200) {
        // who does not see the wall, or sees another area's
        if (shown.status === 403) expect([name, seesAlerts(user)]).toEqual([name, false]);
        continue;
      }
      const district = shown.json<AlertView>().district?.id ?? null;
      const { status } = await person.ask('POST', `/api/alerts/${alertId}/claim`, {});
      expect([name, camera, judgesAlerts(user, district) ? 200 : 403]).toEqual([name, camera, status]);
      if (status === 200) judging.push(`${name} ${camera}`);
      if (dispatchesAtOnce(user, district)) dispatching.push(`${name} ${camera}`);
      if (status === 200) expect((await person.ask('POST', `/api/alerts/${alertId}/release`, {})).status).toBe(200);
    }
  }
  expect(judging).toEqual(expect.arrayContaining(['operator gate', 'dispatcher gate', 'east gate', 'west bridge', 'shift gate', 'west-operator bridge']));
  expect(judging.filter((each) => /root|verifier|leader/.test(each))).toEqual([]);
  expect(dispatching).toEqual(['shift gate', 'shift bridge']);
});

test('who only runs the installation begins with its cameras, not with alerts that he may not judge', async () => {
  const homes = await Promise.all(['root', 'operator', 'east', 'verifier', 'cleaning'].map(async (name) => homeOf((await (await desk.person(name)).ask('GET', '/api/session')).json<SessionView>().user)));
  expect(homes).toEqual(['/cameras', '/alerts', '/alerts', '/cases', '/handler']);
});
