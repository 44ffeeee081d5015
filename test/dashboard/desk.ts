import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { sql } from 'kysely';
import { startDashboard, type Dashboard, type DashboardOptions, type LiveViewer, type VisionPort } from '../../dashboard/index.ts';
import { createAlertService, createCaseService, createIntake, createMediaService } from '../../dispatcher/index.ts';
import type { LiveChange } from '../../domain/live-events.ts';
import type { Role } from '../../domain/roles.ts';
import { openDatabase, type Db } from '../../platform/db/index.ts';
import { appendEvent, type Audience } from '../../platform/event-log.ts';
import { folderEvidenceStore, type EvidenceStore } from '../../platform/evidence-store.ts';
import { createLog, type Log } from '../../platform/log.ts';
import { hashPassword } from '../../platform/passwords.ts';
import { RpcError } from '../../platform/rpc.ts';
import { createSealer } from '../../platform/secrets.ts';
import { startTestServers, type TestServers } from '../support/servers.ts';

export const password = 'a password of the test 1';

/** A person at the API by cookie, as a browser of our own pages would ask. */
export interface Person {
  readonly cookie: string;
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
}
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as whatever the test expects; a wrong guess fails the expectation. */
  json<T = Record<string, unknown>>(): T;
}

/** Remembers what it was asked; answers like a vision node that holds `gate` only. */
export class FakeVision implements VisionPort {
  readonly calls: string[] = [];
  #next = 1;
  snapshot(camera: string): Promise<Buffer> {
    this.calls.push(`snapshot ${camera}`);
    return camera === 'gate' ? Promise.resolve(Buffer.from([0xff, 0xd8, 0xff, 0xd9])) : Promise.reject(new RpcError(503, 'no vision node holds this camera'));
  }
  openLive(camera: string, quality: 'high' | 'low'): Promise<LiveViewer> {
    const id = `v${this.#next++}`;
    const say = (what: string): void => void this.calls.push(`${what} ${id}`);
    this.calls.push(`open ${id} ${camera} ${quality}`);
    return Promise.resolve({
      id, rtpCapabilities: { codecs: [] }, transport: { id: 't', iceParameters: {}, iceCandidates: [], dtlsParameters: {} },
      connect: () => Promise.resolve(say('connect')),
      consume: () => { say('consume'); return Promise.resolve({ id: 'c', producerId: 'p', kind: 'video', rtpParameters: {} }); },
      resume: () => Promise.resolve(say('resume')),
      close: () => Promise.resolve(say('close')),
    });
  }
  recheck(): ReturnType<VisionPort['recheck']> {
    return Promise.resolve({ answer: 'absent', score: null, jpeg: null });
  }
}

export interface Desk {
  readonly url: string;
  readonly db: Db;
  readonly log: Log;
  readonly admin: pg.Client;
  readonly servers: TestServers;
  readonly evidence: EvidenceStore;
  readonly vision: FakeVision;
  /** Asks without a session. */
  ask: Person['ask'];
  /** Signs in a user of the seed, or makes one first. */
  person(username: string): Promise<Person>;
  addUser(username: string, roles: readonly Role[], unit: string | null): Promise<string>;
  /** Appends changes to the event log and numbers them, as the dispatcher's sequencer does after commit. */
  tell(change: LiveChange, audience?: Audience): Promise<void>;
  /** A second dashboard on the same database. */
  another(settings?: DashboardOptions['settings']): Promise<Dashboard>;
  close(): Promise<void>;
}

/** A dashboard on a real PostgreSQL with the real services, units on two levels, cameras and one user a role (named like it). */
export async function startDesk(): Promise<Desk> {
  const servers = await startTestServers();
  const folder = mkdtempSync(join(tmpdir(), 'xuncheng-desk-'));
  const log = createLog('desk-test');
  log.level = process.env['LOG_LEVEL'] ?? 'fatal';
  const db = openDatabase(servers.databaseUrl, { max: 8 });
  const admin = new pg.Client({ connectionString: servers.adminUrl });
  admin.on('error', () => undefined);
  await admin.connect();
  const evidence = folderEvidenceStore(folder, { minFreeBytes: 1 });
  const ctx = { db, log };
  const vision = new FakeVision();
  const services = { alerts: createAlertService(ctx), cases: createCaseService(ctx), intake: createIntake({ ...ctx, evidence }), media: createMediaService(ctx) };
  await seed(db);
  const hash = await hashPassword(password);
  const open = (settings: DashboardOptions['settings'] = {}): Promise<Dashboard> => startDashboard({
    db, log, host: '127.0.0.1', port: 0, evidence, services, vision, sealer: createSealer('test'), queues: { counts: () => Promise.resolve({ waiting: 0 }), ping: () => Promise.resolve(true) },
    settings: { pages: join(folder, 'pages'), ...settings },
  });
  const dashboard = await open();
  const opened: Dashboard[] = [dashboard];

  async function ask(cookie: string, method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const form = body instanceof FormData;
    const response = await fetch(path.startsWith('http') ? path : dashboard.url + path, {
      method, redirect: 'manual',
      headers: { ...(cookie === '' ? {} : { cookie }), ...(body === undefined || form ? {} : { 'content-type': 'application/json' }), ...headers },
      body: body === undefined ? null : form ? body : typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: <T>() => JSON.parse(text) as T };
  }
  const addUser = async (username: string, roles: readonly Role[], unit: string | null): Promise<string> => {
    const row = await db.insertInto('users').values({ username, display_name: username, password_hash: hash, roles: [...roles], unit_id: unit, phone: null })
      .onConflict((c) => c.column('username').doUpdateSet({ display_name: username })).returning('id').executeTakeFirstOrThrow();
    return row.id;
  };
  for (const [username, roles, unit] of people) await addUser(username, roles, unit);

  return {
    url: dashboard.url, db, log, admin, servers, evidence, vision, addUser,
    ask: (method, path, body, headers) => ask('', method, path, body, headers),
    async person(username) {
      const answer = await ask('', 'POST', '/api/session', { username, password });
      if (answer.status !== 200) throw new Error(`${username} cannot sign in: ${answer.text}`);
      const cookie = answer.headers.getSetCookie()[0]!.split(';')[0]!;
      return { cookie, ask: (method, path, body, headers) => ask(cookie, method, path, body, headers) };
    },
    async tell(change, audience = { districtId: null, unitIds: [] }) {
      await db.transaction().execute((tx) => appendEvent(tx, change, audience));
      await sql`update event_log set seq = coalesce((select max(seq) from event_log), 0) + n.k
        from (select id, row_number() over (order by id) as k from event_log where seq is null) n where n.id = event_log.id`.execute(db);
    },
    async another(settings) {
      const more = await open(settings);
      opened.push(more);
      return more;
    },
    async close() {
      for (const d of opened) await d.close();
      await admin.end().catch(() => undefined);
      await db.destroy();
      await servers.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const people: readonly (readonly [string, readonly Role[], string | null])[] = [
  ['root', ['admin'], 'centre'], ['operator', ['operator'], 'centre'], ['intake', ['intake'], 'centre'], ['duty', ['duty_officer'], 'centre'],
  ['dispatcher', ['dispatcher'], 'centre'], ['collector', ['collector'], 'centre'], ['verifier', ['verifier'], 'centre'], ['office', ['office'], 'centre'],
  ['evaluator', ['evaluator'], 'centre'], ['leader', ['leader'], 'centre'], ['east', ['district'], 'east'], ['west', ['district'], 'west'],
  ['east-operator', ['operator'], 'east'], ['cleaning', ['handler'], 'cleaning'], ['police', ['handler'], 'police'],
];

async function seed(db: Db): Promise<void> {
  await db.insertInto('units').values([
    { id: 'centre', name: '监督中心', name_en: null, level: 1, kind: 'centre', parent_id: null, duty_user: null, stand_in_user: null },
    { id: 'east', name: '东区', name_en: 'East', level: 2, kind: 'district', parent_id: 'centre', area: JSON.stringify([[108.6, 21.9], [108.7, 21.9], [108.7, 22], [108.6, 22]]), duty_user: null, stand_in_user: null },
    { id: 'west', name: '西区', name_en: 'West', level: 2, kind: 'district', parent_id: 'centre', area: JSON.stringify([[108.5, 21.9], [108.6, 21.9], [108.6, 22], [108.5, 22]]), duty_user: null, stand_in_user: null },
  ]).execute();
  await db.insertInto('units').values([
    { id: 'cleaning', name: '东区环卫所', name_en: null, level: 3, kind: 'department', parent_id: 'east', duty_user: null, stand_in_user: null },
    { id: 'police', name: '西区城管中队', name_en: null, level: 3, kind: 'department', parent_id: 'west', duty_user: null, stand_in_user: null },
  ]).execute();
  await db.insertInto('event_types').values({ id: 'stall', name: '占道经营', name_en: 'Stall', standard_ref: 'GB/T 30428.2-2013', code: '0406', subclass_name: '占道经营' })
    .onConflict((c) => c.column('id').doNothing()).execute();
  await db.insertInto('models').values({ id: 'street', manifest: '{}', path: '', source: 'shipped', state_reason: null }).onConflict((c) => c.column('id').doNothing()).execute();
  for (const [id, district, lon] of [['gate', 'east', 108.62], ['bridge', 'west', 108.55]] as const) {
    await db.insertInto('cameras').values({
      id, name: id, inputs: JSON.stringify([{ url: `rtsp://192.0.2.1/${id}`, roles: ['detect', 'record', 'live'] }]), lon, lat: 21.95, address: null,
      district_id: district, sessions: null, gb_device_id: null, zones: '[]', rules: '[]', source: id === 'gate' ? 'demo' : 'api',
    }).execute();
  }
}

/** A detection event as an outside analyser sends it. */
export const eventOf = (key: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  key, camera: 'gate', eventType: 'stall', score: 0.8, box: [0.1, 0.1, 0.2, 0.2], raisedAt: new Date().toISOString(), ...more,
});
