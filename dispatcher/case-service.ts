import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { z } from 'zod';
import { caseInputs, createCaseInput, type CaseAction } from '../domain/case-input.ts';
import { caseStates, stageOf } from '../domain/case.ts';
import { Forbidden, Invalid, invalid, NotFound } from '../domain/errors.ts';
import { personalHash } from '../domain/history-hash.ts';
import type { Actor, Role } from '../domain/roles.ts';
import type { CaseService } from '../domain/services.ts';
import type { ActionOffer, CaseFilter, CaseView } from '../domain/views.ts';
import { actionLabels, isOffered, possible } from '../domain/workflow.ts';
import { databaseNow, type DbOrTx, type Tx } from '../platform/db/index.ts';
import { nameSubclass, subclassesOf } from './subclasses.ts';
import { readFacts, readReach, type CasePatch } from './case-row.ts';
import { caseListItem, caseView, listQuery, type ListRow } from './case-view.ts';
import { attachMedia, insertCase, parseInput, takeStep } from './case-write.ts';
import { transact, type Context } from './context.ts';
import { secondsHeldBack } from './hold-back.ts';
import { afterCursor, countLimit, cursorOf, isUuid, newestFirst, pageSize } from './cursor.ts';
import { suggestUnit } from './suggest-unit.ts';
import { cameraScope, caseScope } from '../platform/scope.ts';
import { locate } from '../platform/places.ts';
import { readCalendar, readSettings } from './settings.ts';

const reporters: readonly Role[] = ['operator', 'intake', 'duty_officer', 'dispatcher', 'collector', 'district'];

async function visibleRow(db: DbOrTx, actor: Actor, id: string): Promise<ListRow> {
  const row = await listQuery(db).where(isUuid(id) ? 'cases.id' : 'cases.number', '=', id).where(caseScope(actor.scope)).executeTakeFirst();
  if (row === undefined) throw new NotFound('there is no such case');
  return row;
}

function filtered(db: DbOrTx, actor: Actor, filter: CaseFilter) {
  let query = listQuery(db).where(caseScope(actor.scope));
  const states = filter.stage === undefined ? filter.state : (filter.state ?? caseStates).filter((s) => stageOf[s] === filter.stage);
  if (states !== undefined && states.length > 0) query = query.where('cases.state', 'in', [...states]);
  if (filter.source !== undefined) query = query.where('cases.source', '=', filter.source);
  if (filter.eventType !== undefined) query = query.where('cases.event_type', '=', filter.eventType);
  if (filter.camera !== undefined) query = query.where('cases.camera_id', '=', filter.camera);
  if (filter.unit !== undefined) query = query.where('cases.lead_unit_id', '=', filter.unit);
  if (filter.district !== undefined) query = query.where('cases.district_id', '=', filter.district);
  if (filter.since !== undefined) query = query.where('cases.reported_at', '>=', new Date(filter.since));
  if (filter.until !== undefined) query = query.where('cases.reported_at', '<', new Date(filter.until));
  if (filter.overdue !== undefined) {
    const late = sql<boolean>`(cases.overdue_at is not null or (cases.clock_state = 'running' and cases.due_at < app.now()))`;
    query = query.where(filter.overdue ? late : sql<boolean>`not ${late}`);
  }
  if (filter.text !== undefined && filter.text !== '') {
    const pattern = `%${filter.text.replaceAll('\0', '').replace(/[\\%_]/g, (c) => `\\${c}`)}%`;
    query = query.where((eb) => eb.or([eb('cases.number', 'like', pattern), eb('cases.address', 'ilike', pattern), eb('cases.description', 'ilike', pattern)]));
  }
  return query;
}

async function view(db: DbOrTx, actor: Actor, id: string, scope = actor.scope): Promise<CaseView> {
  const row = await visibleRow(db, { ...actor, scope }, id);
  return caseView(db, actor, row, await databaseNow(db), await readCalendar(db, await readSettings(db)));
}

/** JSON Schema of an action's input; the suggested unit stands in it as the default. */
function inputSchema(action: CaseAction, suggestedUnit: string | undefined): Record<string, unknown> {
  const schema = z.toJSONSchema(caseInputs[action], { io: 'input' }) as { properties?: Record<string, Record<string, unknown>> };
  const unit = action === 'dispatch' ? schema.properties?.['unitId'] : undefined;
  if (unit !== undefined && suggestedUnit !== undefined) unit['default'] = suggestedUnit;
  return schema as Record<string, unknown>;
}

async function report(tx: Tx, actor: Actor, body: unknown): Promise<string> {
  const parsed = createCaseInput.safeParse(body);
  if (!parsed.success) throw new Invalid(parsed.error.issues.map((i) => ({ path: i.path.join('.'), message: i.message })));
  const { reporter, media, point, subclass, eventType, camera, ...input } = parsed.data;
  const type = eventType === undefined ? undefined : await tx.selectFrom('event_types').selectAll().where('id', '=', eventType).executeTakeFirst();
  if (eventType !== undefined && type === undefined) throw invalid('eventType', 'there is no such event type');
  const at = camera === undefined ? undefined : await tx.selectFrom('cameras').select(['id', 'lon', 'lat', 'address', 'district_id']).where('id', '=', camera).where('deleted_at', 'is', null).where(cameraScope(actor.scope)).executeTakeFirst();
  if (camera !== undefined && at === undefined) throw invalid('camera', 'there is no such camera');
  const named = subclass !== undefined ? await nameSubclass(tx, subclass, eventType ?? null, 'subclass')
    : type === undefined ? null : subclassesOf(type)[0] ?? null;
  const where = point ?? (at === undefined || at.lon === null || at.lat === null ? null : [at.lon, at.lat] as const);
  const place = await locate(tx, where === null ? null : [where[0], where[1]], at?.district_id ?? (actor.scope.kind === 'district' ? actor.scope.districtId : null));
  const salt = randomBytes(16);
  const fields: CasePatch & { state: 'reported'; source: typeof input.source } = {
    state: 'reported', source: input.source, source_fields: input.sourceFields, event_type: type?.id ?? null,
    standard_ref: named?.standardRef ?? null, code: named?.code ?? null, subclass_name: named?.name ?? null,
    severity: input.severity, description: input.description, lon: where?.[0] ?? null, lat: where?.[1] ?? null,
    address: input.address ?? at?.address ?? null, cell: place.cell, camera_id: at?.id ?? null, district_id: place.districtId,
  };
  const row = await insertCase(tx, fields, {
    actor, action: 'report', tell: new Set(['duty_officers']),
    input: { media, ...(reporter === undefined ? {} : { reporter: personalHash(salt, reporter) }) },
  });
  if (reporter !== undefined) await tx.insertInto('case_persons').values({ case_id: row.id, part: 'reporter', salt, data: JSON.stringify(reporter) }).execute();
  await attachMedia(tx, row, media, 'report', { actor, seq: 1 });
  return row.id;
}

export function createCaseService({ db }: Context): CaseService {
  return {
    async list(actor, filter) {
      const limit = pageSize(filter.limit);
      let query = filtered(db, actor, filter);
      const counted = await db.selectFrom(query.clearSelect().select('cases.id').limit(countLimit).as('c')).select((eb) => eb.fn.countAll<string>().as('n')).executeTakeFirstOrThrow();
      if (filter.cursor !== undefined) query = query.where(afterCursor(filter.cursor, 'cases.reported_at', 'cases.id'));
      const rows = await query.orderBy(newestFirst('cases.reported_at', 'cases.id')).limit(limit + 1).execute();
      const calendar = await readCalendar(db, await readSettings(db));
      const now = await databaseNow(db);
      const last = rows[limit - 1];
      return {
        items: rows.slice(0, limit).map((row) => caseListItem(row, now, calendar)),
        next: rows.length > limit && last !== undefined ? cursorOf({ at: last.reported_at, id: last.id }) : null,
        total: Number(counted.n),
      };
    },

    get: (actor, id) => view(db, actor, id),

    async create(actor, input) {
      if (!['city', 'district'].includes(actor.scope.kind) || !actor.roles.some((r) => reporters.some((x) => x === r))) throw new Forbidden('your roles do not allow to report a case');
      const id = await transact(db, (tx) => report(tx, actor, input));
      // what lies in another district goes there, and the answer is still the case as it was reported
      return view(db, actor, id, { kind: 'city' });
    },

    async actions(actor, id) {
      const row = await visibleRow(db, actor, id);
      const reach = await readReach(db, row);
      const rows = possible(actor, reach, await readFacts(db, row, reach, await readSettings(db))).filter((t) => isOffered(t.action));
      const suggested = rows.some((t) => t.action === 'dispatch')
        ? row.lead_unit_id ?? (await suggestUnit(db, row.code === null ? null : { code: row.code }, row.district_id))?.leadUnit.id : undefined;
      return rows.map((t): ActionOffer => ({
        action: t.action, label: actionLabels[t.action], input: inputSchema(t.action, suggested), to: t.to ?? row.state, primary: t.primary ?? false,
      }));
    },

    async act(actor, id, request) {
      const { id: caseId } = await visibleRow(db, actor, id);
      const { action } = request;
      if (!Object.hasOwn(caseInputs, action) || !isOffered(action as CaseAction)) throw invalid('action', `is none of ${Object.keys(caseInputs).filter((a) => isOffered(a as CaseAction)).join(', ')}`);
      if (!Number.isSafeInteger(request.version)) throw invalid('version', 'is the version of the case that you saw');
      const input = parseInput(action as CaseAction, request.input);
      await transact(db, async (tx) => takeStep(tx, {
        caseId, actor, action: action as CaseAction, input, version: request.version, delaySeconds: await secondsHeldBack(tx, actor, caseId),
      }));
      // who returns a case no longer sees it: the answer is the case as the actor left it
      return view(db, actor, caseId, { kind: 'city' });
    },
  };
}
