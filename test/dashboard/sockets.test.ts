import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { io, type Socket } from 'socket.io-client';
import type { HealthView } from '../../domain/desk-views.ts';
import type { ClientToServer, ServerToClient } from '../../domain/live-events.ts';
import { startHeartbeat } from '../../platform/heartbeat.ts';
import { until } from '../support/until.ts';
import { startDesk, type Desk } from './desk.ts';

let desk: Desk;
const sockets: Socket[] = [];
beforeAll(async () => { desk = await startDesk(); });
afterAll(() => desk.close());
afterEach(() => { for (const s of sockets.splice(0)) s.disconnect(); });

interface Listener {
  readonly socket: Socket<ServerToClient, ClientToServer>;
  readonly seen: { seq: number; id: string; kind: string }[];
  readonly positions: number[];
  readonly healths: HealthView[];
  readonly ends: string[];
}

function listen(cookie: string, auth: Record<string, unknown> = {}, headers: Record<string, string> = {}, url = desk.url): Listener {
  const socket: Socket<ServerToClient, ClientToServer> = io(url, { path: '/socket.io', transports: ['websocket'], forceNew: true, reconnection: false, auth, extraHeaders: { cookie, ...headers } });
  sockets.push(socket);
  const listener: Listener = { socket, seen: [], positions: [], healths: [], ends: [] };
  for (const kind of ['alert', 'case', 'camera'] as const) socket.on(kind, (c: { seq: number; id: string }) => listener.seen.push({ seq: c.seq, id: c.id, kind }));
  socket.on('position', ({ seq }) => listener.positions.push(seq));
  socket.on('health', (health) => listener.healths.push(health));
  socket.on('signedOut', ({ reason }) => listener.ends.push(reason));
  return listener;
}

const camera = (id: string) => ({ kind: 'camera', id, state: 'live', analysed: true, change: 'state' } as const);
const level = (l: Listener): Promise<number> => until('the socket is level', () => l.positions.at(-1));

describe('connecting', () => {
  const refusal = (l: Listener): Promise<Error & { data?: { status: number } }> => new Promise((resolve) => l.socket.on('connect_error', resolve));

  test('needs a session', async () => {
    expect((await refusal(listen(''))).data?.status).toBe(401);
    expect((await refusal(listen('xuncheng=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'))).data?.status).toBe(401);
  });
  test('is refused from pages of others', async () => {
    const { cookie } = await desk.person('operator');
    await refusal(listen(cookie, {}, { origin: 'https://evil.example' }));
    const own = listen(cookie, {}, { origin: desk.url });
    await level(own);
  });
  test('says what is wrong with `since`', async () => {
    const { cookie } = await desk.person('operator');
    for (const since of [-1, 1.5, 'x', 1e300]) expect((await refusal(listen(cookie, { since }))).data).toMatchObject({ status: 400, detail: expect.stringContaining('since') });
  });
  test('works with an API token', async () => {
    const root = await desk.person('root');
    const { token } = (await root.ask('POST', '/api/tokens', { name: 's' })).json<{ token: string }>();
    await level(listen('', { token }));
  });
});

describe('the event log', () => {
  test('a newcomer starts at the head and gets what comes', async () => {
    await desk.tell(camera('before'));
    const l = listen((await desk.person('operator')).cookie);
    await level(l);
    await desk.tell(camera('after'));
    await until('the change arrives', () => l.seen.length > 0);
    expect(l.seen.map((s) => s.id)).toEqual(['after']);
  });

  test('who says what he has seen gets the rest: 1,300 changes, none missing, none twice', async () => {
    const head = Number((await desk.db.selectFrom('event_log').select(desk.db.fn.max('seq').as('seq')).executeTakeFirstOrThrow()).seq);
    await desk.admin.query(`insert into app.event_log (seq, kind, payload)
      select ${head} + n, 'camera', jsonb_build_object('kind', 'camera', 'id', 'c' || n, 'state', 'live', 'analysed', true, 'change', 'x') from generate_series(1, 1300) n`);
    const l = listen((await desk.person('operator')).cookie, { since: head });
    await until('all have arrived', () => l.seen.length >= 1300);
    expect(l.seen.map((s) => s.seq)).toEqual(Array.from({ length: 1300 }, (_, i) => head + 1 + i));
    expect(await level(l)).toBe(head + 1300);
  });

  test('a reader that is cut off again and again misses nothing and gets nothing twice, while changes flow', async () => {
    const { cookie } = await desk.person('operator');
    const first = Number((await desk.db.selectFrom('event_log').select(desk.db.fn.max('seq').as('seq')).executeTakeFirstOrThrow()).seq);
    const rounds = 6;
    const eachRound = 20;
    const seen: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      // changes are written while the reader comes, is cut off in their midst, and is away
      const writing = (async () => {
        for (let i = 0; i < eachRound; i += 1) await desk.tell(camera(`flow-${round}-${i}`));
      })();
      const l = listen(cookie, { since: seen.at(-1) ?? first });
      await until('some have arrived', () => l.seen.length > 0);
      l.socket.disconnect();
      seen.push(...l.seen.map((s) => s.seq));
      await writing;
    }
    const total = rounds * eachRound;
    if (seen.length < total) {
      const l = listen(cookie, { since: seen.at(-1) ?? first });
      await until('the rest has arrived', () => seen.length + l.seen.length >= total);
      seen.push(...l.seen.map((s) => s.seq));
    }
    expect(seen).toEqual(Array.from({ length: total }, (_, i) => first + 1 + i));
  });

  test('shows each person his own area and kinds', async () => {
    const listeners = new Map<string, Listener>();
    for (const name of ['operator', 'east', 'west', 'cleaning', 'police']) listeners.set(name, listen((await desk.person(name)).cookie));
    for (const l of listeners.values()) await level(l);
    const alert = { kind: 'alert', id: 'a-east', state: 'new', camera: 'gate', eventType: 'stall', version: 1, change: 'raised' } as const;
    const theCase = { kind: 'case', number: 'n', state: 'dispatched', version: 1, change: 'dispatch' } as const;
    await desk.tell(alert, { districtId: 'east', unitIds: [] });
    await desk.tell({ ...theCase, id: 'c-east' }, { districtId: 'east', unitIds: ['cleaning'] });
    await desk.tell({ ...theCase, id: 'c-lent' }, { districtId: 'west', unitIds: ['cleaning'] });
    await desk.tell({ ...alert, id: 'a-for-unit' }, { districtId: 'west', unitIds: ['police'] });
    await desk.tell({ ...theCase, id: 'end' }, { districtId: null, unitIds: ['east', 'west', 'cleaning', 'police'] });
    for (const l of listeners.values()) await until('the last one arrives', () => l.seen.some((s) => s.id === 'end'));
    const got = (name: string): string[] => listeners.get(name)!.seen.map((s) => s.id);
    expect(got('operator')).toEqual(['a-east', 'c-east', 'c-lent', 'a-for-unit', 'end']);
    expect(got('east')).toEqual(['a-east', 'c-east', 'c-lent', 'end']);
    expect(got('west')).toEqual(['c-lent', 'a-for-unit', 'end']);
    // handlers get cases of their unit, alerts never
    expect(got('cleaning')).toEqual(['c-east', 'c-lent', 'end']);
    expect(got('police')).toEqual(['end']);
  });
});

describe('an open socket', () => {
  const gone = (l: Listener): Promise<boolean> => until('the socket is closed', () => !l.socket.connected, 6000);

  test('ends with its session, also when another node ended it', async () => {
    const other = await desk.another();
    const operator = await desk.person('operator');
    const here = listen(operator.cookie);
    const there = listen(operator.cookie, {}, {}, other.url);
    const bystander = listen((await desk.person('operator')).cookie);
    for (const l of [here, there, bystander]) await level(l);
    await operator.ask('DELETE', '/api/session');
    await Promise.all([gone(here), gone(there)]);
    expect([here.ends.length, there.ends.length]).toEqual([1, 1]);
    expect(bystander.socket.connected).toBe(true);
  });

  test('ends when a role is taken and when a token is revoked', async () => {
    const root = await desk.person('root');
    const id = await desk.addUser('temp', ['operator', 'verifier'], 'centre');
    const person = listen((await desk.person('temp')).cookie);
    const { id: tokenId, token } = (await root.ask('POST', '/api/tokens', { name: 's' })).json<{ id: string; token: string }>();
    const machine = listen('', { token });
    await Promise.all([level(person), level(machine)]);
    await root.ask('PATCH', `/api/users/${id}`, { roles: ['verifier'] });
    await root.ask('DELETE', `/api/tokens/${tokenId}`);
    await Promise.all([gone(person), gone(machine)]);
    expect([person.ends.length, machine.ends.length]).toEqual([1, 1]);
  });

  test('hears again and again that it is level, though nothing happens', async () => {
    const l = listen((await desk.person('operator')).cookie);
    await until('three words', () => l.positions.length >= 3);
    expect(new Set(l.positions).size).toBe(1);
    expect(l.seen).toEqual([]);
  });

  test('hears what is up and what is down, of its own area, and when that changes', async () => {
    const [city, west] = [listen((await desk.person('operator')).cookie), listen((await desk.person('west')).cookie)];
    const first = await until('the first word', () => city.healths[0]);
    expect(first).toMatchObject({ status: 'degraded', database: 'up', queue: 'up', roles: { dispatcher: 'down', dashboard: 'up' }, cameras: { total: 2, blind: 0 } });
    expect(await until('the first word', () => west.healths[0])).toMatchObject({ cameras: { total: 1, blind: 0 } });
    const beat = startHeartbeat(desk.db, 'dispatcher', desk.log);
    await until('the dispatcher is up', () => city.healths.at(-1)?.roles.dispatcher === 'up');
    await beat.close();
    await until('the dispatcher is down', () => city.healths.at(-1)?.roles.dispatcher === 'down');
    await desk.db.updateTable('cameras').set({ rules: JSON.stringify([{ id: 'r' }]) }).where('id', '=', 'bridge').execute();
    try {
      await until('a camera with rules that nobody holds is blind', () => city.healths.at(-1)?.cameras.blind === 1 && west.healths.at(-1)?.cameras.blind === 1);
    } finally {
      await desk.db.updateTable('cameras').set({ rules: '[]' }).where('id', '=', 'bridge').execute();
    }
  });

  test('goes on where it was after the database was away, and is told both', async () => {
    const l = listen((await desk.person('operator')).cookie);
    await level(l);
    await desk.tell(camera('calm'));
    await until('the first arrives', () => l.seen.length === 1);
    process.kill(desk.servers.postgres.pid()!, 'SIGKILL');
    await until('the database is back', () => desk.tell(camera('again')).then(() => true, () => false));
    await until('the next arrives', () => l.seen.some((s) => s.id === 'again'));
    expect(l.seen.map((s) => s.id)).toEqual(['calm', 'again']);
    await until('it is told that the database is back', () => l.healths.at(-1)?.database === 'up' && l.healths.some((h) => h.database === 'down'));
    expect(l.socket.connected).toBe(true);
  });
});

describe('live tiles', () => {
  const ask = (l: Listener, event: keyof ClientToServer, payload: unknown): Promise<{ ok: boolean; status?: number; value?: unknown }> =>
    (l.socket as unknown as Socket).timeout(10_000).emitWithAck(event, payload) as Promise<{ ok: boolean; status?: number; value?: unknown }>;

  test('are signalled to the node, only by who opened them, and closed when the socket goes', async () => {
    const one = listen((await desk.person('operator')).cookie);
    const two = listen((await desk.person('operator')).cookie);
    await Promise.all([level(one), level(two)]);
    const opened = await ask(one, 'live:open', { camera: 'gate', quality: 'low' });
    expect(opened).toMatchObject({ ok: true, value: { transport: { id: 't' } } });
    const { viewer } = opened.value as { viewer: string };
    expect(await ask(two, 'live:connect', { viewer, dtlsParameters: {} })).toMatchObject({ ok: false, status: 404 });
    expect(await ask(one, 'live:connect', { viewer, dtlsParameters: {} })).toEqual({ ok: true, value: null });
    expect(await ask(one, 'live:consume', { viewer, rtpCapabilities: {} })).toMatchObject({ ok: true, value: { kind: 'video' } });
    expect(await ask(one, 'live:resume', { viewer })).toEqual({ ok: true, value: null });
    one.socket.disconnect();
    await until('the viewer is closed', () => desk.vision.calls.includes(`close ${viewer}`));
    expect(desk.vision.calls).toEqual([`open ${viewer} gate low`, `connect ${viewer}`, `consume ${viewer}`, `resume ${viewer}`, `close ${viewer}`]);
  });

  test('of other districts are not there; nonsense is refused', async () => {
    const l = listen((await desk.person('west')).cookie);
    await level(l);
    expect(await ask(l, 'live:open', { camera: 'gate' })).toMatchObject({ ok: false, status: 404 });
    expect(await ask(l, 'live:open', { camera: 'bridge' })).toMatchObject({ ok: true });
    for (const nonsense of [null, 7, 'x', [], { camera: 7 }, { camera: 'gate', quality: 'best' }, { camera: 'a\0b' }]) {
      const answer = await ask(l, 'live:open', nonsense);
      expect(answer.ok).toBe(false);
      expect(answer.status).toBeLessThan(500);
    }
    expect(l.socket.connected).toBe(true);
  });
});
