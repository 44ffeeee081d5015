import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { Actor, Role, Scope } from '../../../domain/roles.ts';
import { scopeOf } from '../../../domain/roles.ts';
import type { DetectionEvent, MediaRef } from '../../../domain/detection.ts';
import { createLog } from '../../../platform/log.ts';
import { openDatabase, type Db } from '../../../platform/db/index.ts';
import { createAlertService, createCaseService, createIntake, createMediaService, seedCatalogue } from '../../../dispatcher/index.ts';
import { startTestServers, type TestServers } from '../../support/servers.ts';

/** A small city: a centre, two districts, units below and beside them, a person for every role, three cameras. */
export interface City {
  readonly servers: TestServers;
  readonly db: Db;
  readonly people: Readonly<Record<PersonName, Actor>>;
  readonly alerts: ReturnType<typeof createAlertService>;
  readonly cases: ReturnType<typeof createCaseService>;
  readonly intake: ReturnType<typeof createIntake>;
  readonly media: ReturnType<typeof createMediaService>;
  close(): Promise<void>;
}

const units = [
  { id: 'centre', level: 1, kind: 'centre', parent_id: null },
  { id: 'south', level: 2, kind: 'district', parent_id: 'centre', area: [[108.5, 21.9], [108.7, 21.9], [108.7, 22], [108.5, 22]] },
  { id: 'north', level: 2, kind: 'committee', parent_id: 'centre', area: [[108.5, 22], [108.7, 22], [108.7, 22.1], [108.5, 22.1]] },
  { id: 'south-patrol', level: 3, kind: 'town', parent_id: 'south' },
  { id: 'sanitation', level: 1, kind: 'department', parent_id: 'centre' },
] as const;

const persons = {
  operator: { roles: ['operator'], unit: 'centre' },
  otherOperator: { roles: ['operator'], unit: 'centre' },
  intake: { roles: ['intake'], unit: 'centre' },
  duty: { roles: ['duty_officer'], unit: 'centre' },
  dispatcher: { roles: ['dispatcher'], unit: 'centre' },
  dutyDispatcher: { roles: ['duty_officer', 'dispatcher'], unit: 'centre' },
  collector: { roles: ['collector'], unit: 'centre' },
  verifier: { roles: ['verifier'], unit: 'centre' },
  office: { roles: ['office'], unit: 'centre' },
  evaluator: { roles: ['evaluator'], unit: 'centre' },
  leader: { roles: ['leader'], unit: 'centre' },
  admin: { roles: ['admin'], unit: 'centre' },
  southDistrict: { roles: ['district'], unit: 'south' },
  southOperator: { roles: ['operator'], unit: 'south' },
  northDistrict: { roles: ['district'], unit: 'north' },
  patrolHandler: { roles: ['handler'], unit: 'south-patrol' },
  sanitationHandler: { roles: ['handler'], unit: 'sanitation' },
} as const satisfies Record<string, { roles: readonly Role[]; unit: string }>;
export type PersonName = keyof typeof persons;
export const personNames = Object.keys(persons) as PersonName[];

export async function startCity(): Promise<City> {
  const servers = await startTestServers();
  const db = openDatabase(servers.databaseUrl, { name: 'test' });
  const log = createLog('test');
  log.level = process.env['LOG_LEVEL'] ?? 'silent';
  await seedCatalogue(db);
  for (const u of units) {
    await db.insertInto('units').values({ id: u.id, name: u.id, level: u.level, kind: u.kind, parent_id: u.parent_id, area: 'area' in u ? JSON.stringify(u.area) : null }).execute();
  }
  const people = {} as Record<PersonName, Actor>;
  for (const [name, p] of Object.entries(persons) as [PersonName, { roles: readonly Role[]; unit: string }][]) {
    const id = randomUUID();
    await db.insertInto('users').values({ id, username: name, display_name: name, password_hash: 'none', roles: [...p.roles], unit_id: p.unit }).execute();
    const unit = units.find((u) => u.id === p.unit)!;
    const scope: Scope = scopeOf(p.roles, unit);
    people[name] = { userId: id, name, roles: p.roles, unitId: p.unit, scope };
  }
  await db.insertInto('grid_cells').values({ code: '450702001001001', name: 'cell', polygon: JSON.stringify([[108.61, 21.94], [108.63, 21.94], [108.63, 21.96], [108.61, 21.96]]), district_id: 'south' }).execute();
  for (const [id, lat] of [['gate', 21.95], ['market', 21.95], ['harbour', 22.05]] as const) {
    await db.insertInto('cameras').values({
      id, name: id, inputs: '[]', lon: 108.62, lat, address: `${id} road`, district_id: lat > 22 ? 'north' : 'south',
      zones: JSON.stringify([{ id: 'pavement', polygon: [[0, 0.5], [1, 0.5], [1, 1], [0, 1]], point: [108.62, lat], address: `${id} road 12` }]),
      rules: JSON.stringify([{ id: 'r', zone: 'pavement', eventType: 'stall', model: 'street', classes: { any: ['stall'] }, minScore: 0.5, minSize: 0, dwell: 1000, presence: 0.7, minSamples: 3, grace: 1000, silence: 60_000, severity: 'high' }]),
    }).execute();
  }
  await db.insertInto('routes').values([
    { id: 'stall-south', code: '04', district_id: 'south', lead_unit_id: 'south-patrol', reason: 'street order in the south' },
    { id: 'rubbish', code: '01', lead_unit_id: 'sanitation', reason: 'rubbish is sanitation\'s' },
  ]).execute();
  const context = { db, log };
  return {
    servers, db, people,
    alerts: createAlertService(context), cases: createCaseService(context), intake: createIntake(context), media: createMediaService(context),
    async close() {
      await db.destroy();
      await servers.close();
    },
  };
}

let places = 0;
/** A place in the picture that no other event of the test has. */
export function freshBox(): [number, number, number, number] {
  places += 1;
  return [(places % 40) / 40, (Math.floor(places / 40) % 40) / 40, 0.02, 0.02];
}

export function detection(over: Partial<DetectionEvent> = {}): DetectionEvent {
  return {
    key: `track-${randomUUID()}`, camera: 'gate', zone: 'pavement', view: null, rule: 'r', eventType: 'stall', score: 0.9, box: freshBox(), boxes: [],
    firstSeenAt: null, raisedAt: new Date().toISOString(), scores: [], threshold: 0.5, model: null, ruleHash: null, fence: null,
    evidence: { original: null, annotated: null, before: null }, ...over,
  };
}

/** A picture in the media table as an upload of this person would be; its file need not be there. */
export function upload(city: City, actor: Actor, ref: Partial<MediaRef> = {}): Promise<string> {
  return city.media.register(actor, { sha256: randomUUID().replaceAll('-', '').repeat(2), mime: 'image/jpeg', bytes: 10, ...ref }, {});
}

/** A confirmed alert's case, in to_file. */
export async function confirmedCase(city: City, over: Partial<DetectionEvent> = {}): Promise<{ alertId: string; caseId: string; key: string }> {
  const event = detection(over);
  const { alertId } = await city.intake.accept({ kind: 'raised', event });
  const view = await city.alerts.confirm(city.people.operator, alertId, {});
  return { alertId, caseId: view.case!.id, key: event.key };
}

/** One action at the version that the case has now. */
export async function act(city: City, who: PersonName, caseId: string, action: string, input: unknown = {}) {
  const { version } = await city.db.selectFrom('cases').select('version').where('id', '=', caseId).executeTakeFirstOrThrow();
  return city.cases.act(city.people[who], caseId, { action, version, input });
}

/** Moves the city's clock, as only the owner may. */
export async function shiftClock(city: City, milliseconds: number): Promise<void> {
  const owner = new pg.Client({ connectionString: city.servers.adminUrl });
  await owner.connect();
  await owner.query('update app.clock set shift = shift + make_interval(secs => $1)', [milliseconds / 1000]);
  await owner.end();
}
