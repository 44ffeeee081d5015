import { sql } from 'kysely';
import { samePlaceOverlap } from '../domain/alert.ts';
import { finalStates } from '../domain/case.ts';
import { detectionEventSchema, type DetectionEvent, type DetectionMessage, type MediaRef } from '../domain/detection.ts';
import { Invalid } from '../domain/errors.ts';
import { overlap, type Box, type Point } from '../domain/geometry.ts';
import { systemActor } from '../domain/roles.ts';
import type { Intake, IntakeAnswer } from '../domain/services.ts';
import { heldUpTo } from '../domain/verdict-lessons.ts';
import { crashPoint } from '../platform/crash-points.ts';
import type { Tx } from '../platform/db/index.ts';
import type { EvidenceStore } from '../platform/evidence-store.ts';
import { writeOutbox } from '../platform/outbox.ts';
import { locate } from '../platform/places.ts';
import { changeAlert, tellAlert, writeAlertHistory, type AlertRow } from './alert-row.ts';
import { takeStep } from './case-write.ts';
import { transact, type Context } from './context.ts';
import { addAlertMedia, keepMedia, type AlertPart } from './media-rows.ts';
import { recurrenceOf } from './recurrence.ts';
import { EvidenceMissing, OfRefused, StaleFence, wasRefused } from './refusals.ts';
import { keepSilent } from './silence.ts';
import { isNewsAgain, rootOf } from './standing.ts';

/** The event that a message speaks of is not stored yet; the message is to be sent again. */
export class NotYetStored extends Error {
  override readonly name = 'NotYetStored';
}

async function known(tx: Tx, event: DetectionEvent) {
  const camera = await tx.selectFrom('cameras').selectAll().where('id', '=', event.camera).executeTakeFirst();
  const type = await tx.selectFrom('event_types').selectAll().where('id', '=', event.eventType).executeTakeFirst();
  const errors = [
    ...(camera === undefined ? [{ path: 'camera', message: `there is no camera ${event.camera}` }] : []),
    ...(type === undefined ? [{ path: 'eventType', message: `there is no event type ${event.eventType}` }] : []),
  ];
  if (camera === undefined || type === undefined) throw new Invalid(errors);
  return { camera, type };
}

/**
 * A node that lost a camera to another stores nothing that it raised afterwards; what it raised before may come late. The database's
 * clock says when the other took over, the node's clock, by how far it is ahead, when the event was raised.
 */
async function refuseStaleFence(tx: Tx, event: DetectionEvent): Promise<void> {
  if (event.fence === null) return;
  const { rows: [over] } = await sql<{ since: Date; fence: string; stale: boolean }>`
    with term as (select node_id from camera_lease_terms where camera_id = ${event.camera} and fence = ${event.fence}::bigint)
    select since, fence, ${event.raisedAt}::timestamptz - coalesce((select clock_ahead from vision_nodes v join term on term.node_id = v.id), '0') > since as stale
    from camera_lease_terms where camera_id = ${event.camera} and fence > ${event.fence}::bigint and node_id is distinct from (select node_id from term)
    order by fence limit 1`.execute(tx);
  if (over?.stale === true) throw new StaleFence(`camera ${event.camera} is held by another node since ${over.since.toISOString()}`, { version: Number(over.fence), state: 'leased' });
}

const samePlace = (a: Box | null, b: Box | null): boolean => a !== null && b !== null && overlap(a, b) >= samePlaceOverlap;

/** The silence that a rejection left at this place, if one still holds. */
async function silenceOver(tx: Tx, event: DetectionEvent) {
  const rows = await tx.selectFrom('silences').selectAll().where('camera_id', '=', event.camera).where('event_type', '=', event.eventType)
    .where('until', '>', sql<Date>`app.now()`).orderBy('id').execute();
  return rows.find((s) => samePlace(s.box, event.box));
}

/** Ids of alerts that are open, or whose case is, with the places that they stand for: their own, and those of what was merged into them. */
async function openPlaces(tx: Tx, camera: string, eventType: string): Promise<readonly { readonly id: string; readonly box: Box | null }[]> {
  const final = sql.join(finalStates.map((s) => sql.lit(s)));
  const { rows } = await sql<{ id: string; box: Box | null }>`
    with recursive of_camera as (
      select id, box, raised_at from alerts where camera_id = ${camera} and event_type = ${eventType} and state in ('new', 'claimed')
      union all
      select a.id, a.box, a.raised_at from cases c join alerts a on a.case_id = c.id and a.state = 'confirmed'
      where c.camera_id = ${camera} and c.event_type = ${eventType} and c.state not in (${final})
    ), merged as (
      select box, raised_at, merged_into as into_id from alerts where camera_id = ${camera} and event_type = ${eventType} and state = 'merged'
      union all
      select m.box, m.raised_at, a.merged_into from merged m join alerts a on a.id = m.into_id and a.state = 'merged'
    )
    select id, box, raised_at from of_camera
    union all
    select a.id, m.box, m.raised_at from merged m join alerts a on a.id = m.into_id left join cases c on c.id = a.case_id
    where a.state in ('new', 'claimed') or (a.state = 'confirmed' and c.state not in (${final}))
    order by raised_at desc`.execute(tx);
  return rows;
}

/** Locks an alert. @returns undefined when neither it nor its case is open any more */
async function lockOpen(tx: Tx, id: string): Promise<AlertRow | undefined> {
  const alert = await tx.selectFrom('alerts').selectAll().where('id', '=', id).forUpdate().executeTakeFirstOrThrow();
  if (alert.state === 'new' || alert.state === 'claimed') return alert;
  if (alert.state !== 'confirmed' || alert.case_id === null) return undefined;
  const { state } = await tx.selectFrom('cases').select('state').where('id', '=', alert.case_id).executeTakeFirstOrThrow();
  return finalStates.includes(state) ? undefined : alert;
}

/** The open alert, or the one whose case is open, at this place; locked. A merged one stands for what it was merged into. */
async function openAlertAt(tx: Tx, event: DetectionEvent): Promise<AlertRow | undefined> {
  for (const { id, box } of await openPlaces(tx, event.camera, event.eventType)) {
    const alert = samePlace(box, event.box) ? await lockOpen(tx, id) : undefined;
    if (alert !== undefined) return alert;
  }
  return undefined;
}

/** A sighting after the unit's feedback reaches the verifier, once for each feedback. */
async function markSeenAgain(tx: Tx, alert: AlertRow, at: string): Promise<void> {
  if (alert.case_id === null) return;
  const row = await tx.selectFrom('cases').select(['id', 'state', 'fed_back_at', 'seen_again_at']).where('id', '=', alert.case_id).forUpdate().executeTakeFirstOrThrow();
  if (!['feedback_review', 'verifying', 'to_close'].includes(row.state) || row.seen_again_at !== null || row.fed_back_at === null || new Date(at) <= row.fed_back_at) return;
  await takeStep(tx, { caseId: row.id, actor: systemActor, action: 'seen_again', input: { alertId: alert.id, at: new Date(at).toISOString() } });
}

/** What is known of where an event comes from, besides itself. */
interface Origin {
  /** Key of the track's first event, when this one is derived from it. */
  readonly track: string | null;
  /** Alert of the same thing, which has ended. */
  readonly recurrenceOf: string | null;
}

async function storeEvent(tx: Tx, event: DetectionEvent, alertId: string, part: IntakeAnswer['part'], track: string | null): Promise<void> {
  crashPoint('before:event-insert');
  await tx.insertInto('detection_events').values({ key: event.key, camera_id: event.camera, payload: JSON.stringify(event), alert_id: alertId, part, track_key: track }).execute();
  crashPoint('after:event-insert');
}

async function fold(tx: Tx, event: DetectionEvent, alert: AlertRow, track: string | null): Promise<IntakeAnswer> {
  await storeEvent(tx, event, alert.id, 'repeat', track);
  const after = await changeAlert(tx, alert, {
    repeats: alert.repeats + 1, gone_at: null, last_seen_at: new Date(Math.max(alert.last_seen_at.getTime(), Date.parse(event.raisedAt))),
  }, { actor: systemActor, action: 'repeat', input: { key: event.key } });
  await keepMedia(tx, event.evidence);
  await markSeenAgain(tx, after, event.raisedAt);
  return { alertId: alert.id, part: 'repeat' };
}

async function raise(tx: Tx, event: DetectionEvent, origin: Origin): Promise<IntakeAnswer> {
  const { camera, type } = await known(tx, event);
  const zone = camera.zones.find((z) => z.id === event.zone);
  const rule = camera.rules.find((r) => r.id === event.rule);
  const point: Point | null = zone?.point ?? (camera.lon === null || camera.lat === null ? null : [camera.lon, camera.lat]);
  const place = await locate(tx, point, camera.district_id);
  const alert = await tx.insertInto('alerts').values({
    state: 'new', event_key: event.key, event_type: event.eventType, camera_id: event.camera, zone_id: event.zone, rule_id: event.rule,
    severity: rule?.severity ?? type.severity, score: event.score, threshold: event.threshold,
    held_up_to: rule === undefined ? event.score : heldUpTo(event.scores, rule.presence, event.score),
    box: event.box === null ? null : JSON.stringify(event.box), boxes: JSON.stringify(event.boxes), scores: JSON.stringify(event.scores),
    model: event.model === null ? null : JSON.stringify(event.model),
    lon: point?.[0] ?? null, lat: point?.[1] ?? null, address: zone?.address ?? camera.address, cell: place.cell, district_id: place.districtId,
    first_seen_at: event.firstSeenAt === null ? null : new Date(event.firstSeenAt), raised_at: new Date(event.raisedAt), last_seen_at: new Date(event.raisedAt), recurrence_of: origin.recurrenceOf,
  }).returningAll().executeTakeFirstOrThrow();
  await storeEvent(tx, event, alert.id, 'raised', origin.track);
  await writeAlertHistory(tx, alert, 1, null, { actor: systemActor, action: 'raised', input: { key: event.key, recurrenceOf: origin.recurrenceOf } });
  await addAlertMedia(tx, alert, event.evidence);
  await tellAlert(tx, alert, 'raised');
  return { alertId: alert.id, part: 'raised' };
}

/** One at a time for a camera and type: of two at the same place the second finds the first. */
async function oneAtATime(tx: Tx, camera: string, eventType: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`${camera}\n${eventType}`}, 7240411))`.execute(tx);
}

/** The error of a message whose event is not there. */
async function absent(tx: Tx, key: string): Promise<Error> {
  return (await wasRefused(tx, key)) ? new OfRefused(`the event ${key} was refused`, { version: 0, state: 'refused' }) : new NotYetStored(`the event ${key} is not stored yet`);
}

/** The last event of a track, which stands for it now: its first, or the one under which it was raised anew. */
async function lastOf(tx: Tx, track: string) {
  const event = await tx.selectFrom('detection_events').selectAll().where((eb) => eb.or([eb('key', '=', track), eb('track_key', '=', track)]))
    .orderBy('received_at', 'desc').limit(1).executeTakeFirst();
  if (event === undefined) throw await absent(tx, track);
  return event;
}

/** A thing that still stands when its alert was judged and forgotten, or its case has ended, makes a new alert, or a repeat of another that is open there. */
async function raiseAnew(tx: Tx, last: Awaited<ReturnType<typeof lastOf>>, ended: AlertRow, sighting: { at: string; score: number }): Promise<IntakeAnswer | null> {
  const track = last.track_key ?? last.key;
  const { n } = await tx.selectFrom('detection_events').select((eb) => eb.fn.countAll<string>().as('n')).where('track_key', '=', track).executeTakeFirstOrThrow();
  const event: DetectionEvent = {
    ...last.payload, key: `${track}#${Number(n) + 1}`, raisedAt: sighting.at, score: sighting.score, scores: [],
    // its pictures are of another day
    evidence: { original: null, annotated: null, before: last.payload.evidence.before },
  };
  if ((await silenceOver(tx, event)) !== undefined) return null;
  const open = await openAlertAt(tx, event);
  if (open !== undefined) return fold(tx, event, open, track);
  const answer = await raise(tx, event, { track, recurrenceOf: ended.id });
  await writeOutbox(tx, 'picture', `alert:${answer.alertId}:picture`, { alertId: answer.alertId });
  return answer;
}

/** Locks the alert that a stored event belongs to. */
async function alertOf(tx: Tx, key: string): Promise<{ alert: AlertRow; part: IntakeAnswer['part'] }> {
  const event = await tx.selectFrom('detection_events').select(['alert_id', 'part']).where('key', '=', key).executeTakeFirst();
  if (event === undefined) throw await absent(tx, key);
  const alert = await tx.selectFrom('alerts').selectAll().where('id', '=', event.alert_id).forUpdate().executeTakeFirstOrThrow();
  return { alert, part: event.part };
}

export function createIntake({ db, evidence }: Context & { readonly evidence?: EvidenceStore }): Intake {
  /** A reference to what is not there is refused, not stored. */
  async function assertStored(refs: Partial<Record<AlertPart, MediaRef | null>>): Promise<void> {
    if (evidence === undefined) return;
    const errors = [];
    for (const [part, ref] of Object.entries(refs)) {
      if (ref !== null && ref !== undefined && (await evidence.size(ref.sha256)) !== ref.bytes) errors.push({ path: `evidence.${part}`, message: 'no such file is in the evidence store' });
    }
    if (errors.length > 0) throw new EvidenceMissing(errors);
  }

  async function acceptRaised(raw: unknown): Promise<IntakeAnswer> {
    const parsed = detectionEventSchema.safeParse(raw);
    if (!parsed.success) throw new Invalid(parsed.error.issues.map((i) => ({ path: i.path.join('.'), message: i.message })));
    const event = parsed.data;
    await assertStored(event.evidence);
    return transact(db, async (tx) => {
      await oneAtATime(tx, event.camera, event.eventType);
      const stored = await tx.selectFrom('detection_events').select(['alert_id', 'part']).where('key', '=', event.key).executeTakeFirst();
      if (stored !== undefined) return { alertId: stored.alert_id, part: stored.part };
      await known(tx, event);
      await refuseStaleFence(tx, event);
      const silence = await silenceOver(tx, event);
      if (silence !== undefined) {
        await storeEvent(tx, event, silence.alert_id, 'silenced', null);
        await keepMedia(tx, event.evidence);
        await tx.updateTable('silences').set((eb) => ({ swallowed: eb('swallowed', '+', 1) })).where('id', '=', silence.id).execute();
        return { alertId: silence.alert_id, part: 'silenced' };
      }
      const open = await openAlertAt(tx, event);
      if (open !== undefined) return fold(tx, event, open, null);
      const before = await recurrenceOf(tx, { ...event, raisedAt: new Date(event.raisedAt) });
      return raise(tx, event, { track: null, recurrenceOf: before?.alertId ?? null });
    });
  }

  async function acceptEvidence(message: Extract<DetectionMessage, { kind: 'evidence' }>): Promise<IntakeAnswer> {
    const parts = { ...message.pictures, clip: message.clip, manifest: message.manifest };
    await assertStored(parts);
    return transact(db, async (tx) => {
      const { alert, part } = await alertOf(tx, message.key);
      if (part !== 'raised') {
        await keepMedia(tx, parts);
        return { alertId: alert.id, part };
      }
      const added = await addAlertMedia(tx, alert, parts);
      if (added || message.failure !== alert.evidence_failure) {
        await tx.updateTable('alerts').set({ evidence_failure: message.failure }).where('id', '=', alert.id).execute();
        await tellAlert(tx, alert, 'evidence');
      }
      return { alertId: alert.id, part };
    });
  }

  function acceptStill(message: Extract<DetectionMessage, { kind: 'still' }>): Promise<IntakeAnswer> {
    return transact(db, async (tx) => {
      const { payload } = await lastOf(tx, message.key);
      await oneAtATime(tx, payload.camera, payload.eventType);
      const last = await lastOf(tx, message.key);
      const { alert, part } = await alertOf(tx, last.key);
      const root = await rootOf(tx, alert);
      const told = { alertId: alert.id, part };
      const at = new Date(message.at);
      // overtaken by what was told later
      if (last.gone_at !== null) return told;
      if (await isNewsAgain(tx, root, at)) return (await raiseAnew(tx, last, root, message)) ?? told;
      if (root.state === 'rejected') {
        await keepSilent(tx, root, at);
        return told;
      }
      if (at > root.last_seen_at) await tx.updateTable('alerts').set({ last_seen_at: at }).where('id', '=', root.id).execute();
      await markSeenAgain(tx, root, message.at);
      return told;
    });
  }

  function acceptGone(message: Extract<DetectionMessage, { kind: 'gone' }>): Promise<IntakeAnswer> {
    return transact(db, async (tx) => {
      const last = await lastOf(tx, message.key);
      const answer = { alertId: last.alert_id, part: last.part };
      if (last.gone_at !== null) return answer;
      const goneAt = new Date(message.at);
      const events = await tx.updateTable('detection_events').set({ gone_at: goneAt }).where((eb) => eb.or([eb('key', '=', message.key), eb('track_key', '=', message.key)]))
        .where('gone_at', 'is', null).returning(['alert_id', 'part']).execute();
      const shown = [...new Set(events.filter((e) => e.part !== 'silenced').map((e) => e.alert_id))].toSorted();
      for (const id of shown) {
        const alert = await tx.selectFrom('alerts').selectAll().where('id', '=', id).forUpdate().executeTakeFirstOrThrow();
        const still = await tx.selectFrom('detection_events').select('key').where('alert_id', '=', id).where('part', '!=', 'silenced').where('gone_at', 'is', null).limit(1).executeTakeFirst();
        // closes nothing: it is shown to all who work on it
        if (still === undefined) await changeAlert(tx, alert, { gone_at: goneAt }, { actor: systemActor, action: 'gone', input: { at: message.at } });
      }
      return answer;
    });
  }

  async function once(message: DetectionMessage): Promise<IntakeAnswer> {
    switch (message.kind) {
      case 'raised': return acceptRaised(message.event);
      case 'evidence': return acceptEvidence(message);
      case 'still': return acceptStill(message);
      case 'gone': return acceptGone(message);
    }
  }

  return {
    accept: (message) => once(message).catch((error: unknown) => {
      // the same key under another camera at the same moment: the second try finds it stored
      if (error instanceof Error && 'code' in error && error.code === '23505') return once(message);
      throw error;
    }),
  };
}

