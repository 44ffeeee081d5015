import { UnrecoverableError } from 'bullmq';
import type { MediaRef } from '../domain/detection.ts';
import type { JobMap } from '../domain/jobs.ts';
import type { Box } from '../domain/geometry.ts';
import { systemActor } from '../domain/roles.ts';
import type { Intake } from '../domain/services.ts';
import { crashPoint } from '../platform/crash-points.ts';
import { databaseNow, type Db, type Tx } from '../platform/db/index.ts';
import type { EvidenceStore } from '../platform/evidence-store.ts';
import type { Log } from '../platform/log.ts';
import type { Handlers } from '../platform/queues.ts';
import { tellAlert } from './alert-row.ts';
import { takeStep } from './case-write.ts';
import { transact } from './context.ts';
import { addAlertMedia, insertMedia } from './media-rows.ts';
import { noteRefusal, refusalOf } from './refusals.ts';
import { sweepDeadlines } from './sweep-deadlines.ts';

/** What the dispatcher needs of the vision nodes: the same camera looks again. */
export interface RecheckPort {
  (place: { cameraId: string; zoneId: string | null; eventType: string; box: Box | null }):
  Promise<{ answer: 'present' | 'absent' | 'unknown'; score: number | null; jpeg: Buffer | null }>;
}

const webhookTimeoutMs = 10_000;

export function createHandlers({ db, log, intake, evidence, recheck }: {
  db: Db; log: Log; intake: Intake; evidence: EvidenceStore; recheck: RecheckPort;
}): Handlers {
  /** The effect's row while there is still something to do; null when it was done, taken back or never written. */
  const pending = async (outboxId: string) => (await db.selectFrom('outbox').select(['id', 'key']).where('id', '=', outboxId).where('done_at', 'is', null).where('cancelled_at', 'is', null).executeTakeFirst()) ?? null;
  const done = async (on: Db | Tx, outboxId: string): Promise<void> => {
    await on.updateTable('outbox').set({ done_at: await databaseNow(on), error: null }).where('id', '=', outboxId).execute();
  };

  async function detections(message: JobMap['detections']): Promise<void> {
    try {
      await intake.accept(message);
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === null) throw error;
      // no later try mends it: its sender sees the row and keeps it no longer, people see the parked job
      await noteRefusal(db, message, refusal);
      throw new UnrecoverableError(refusal);
    }
  }

  async function notify(job: JobMap['notify']): Promise<void> {
    const row = await pending(job.outboxId);
    if (row === null) return;
    await transact(db, async (tx) => {
      if (job.userIds.length > 0) {
        await tx.insertInto('notifications').values(job.userIds.map((userId) => ({ key: `${row.key}:${userId}`, user_id: userId, case_id: job.caseId, topic: job.topic })))
          .onConflict((c) => c.column('key').doNothing()).execute();
      }
      await done(tx, row.id);
    });
  }

  async function webhook(job: JobMap['webhook']): Promise<void> {
    const row = await pending(job.outboxId);
    if (row === null) return;
    const attempt = await db.insertInto('deliveries').values({ key: row.key, url: job.url, attempts: 1 })
      .onConflict((c) => c.column('key').doUpdateSet((eb) => ({ attempts: eb('deliveries.attempts', '+', 1) }))).returning(['attempts', 'delivered_at']).executeTakeFirstOrThrow();
    if (attempt.delivered_at === null) {
      crashPoint('before:external-send');
      const failure = await fetch(job.url, {
        method: 'POST', redirect: 'error', signal: AbortSignal.timeout(webhookTimeoutMs),
        headers: { 'content-type': 'application/json', 'idempotency-key': row.key }, body: JSON.stringify(job.body),
      }).then((r) => (r.ok ? null : `answered ${r.status}`), (error: unknown) => (error instanceof Error ? error.message : String(error)));
      crashPoint('after:external-send');
      if (failure !== null) {
        await db.updateTable('deliveries').set({ last_error: failure }).where('key', '=', row.key).execute();
        throw new Error(`webhook ${row.key}: ${failure}`);
      }
    }
    await transact(db, async (tx) => {
      await tx.updateTable('deliveries').set({ delivered_at: await databaseNow(tx), last_error: null }).where('key', '=', row.key).where('delivered_at', 'is', null).execute();
      await done(tx, row.id);
    });
  }

  /** Asks the camera. One that cannot look is an answer too. */
  async function ask(place: Parameters<RecheckPort>[0]): Promise<{ answer: 'present' | 'absent' | 'unknown' | null; score: number | null; picture: MediaRef | null; failure: string | null }> {
    const seen = await recheck(place).catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
    if (seen instanceof Error) {
      const failure = seen.message.slice(0, 500);
      log.warn({ camera: place.cameraId, failure }, 'the camera could not look again');
      return { answer: null, score: null, picture: null, failure };
    }
    const { answer, score, jpeg } = seen;
    return { answer, score, picture: jpeg === null ? null : await evidence.put(jpeg, { mime: 'image/jpeg' }), failure: null };
  }

  async function picture(job: JobMap['picture']): Promise<void> {
    const row = await pending(job.outboxId);
    if (row === null) return;
    const { camera_id: cameraId, zone_id: zoneId, event_type: eventType, box } = await db.selectFrom('alerts').select(['camera_id', 'zone_id', 'event_type', 'box']).where('id', '=', job.alertId).executeTakeFirstOrThrow();
    const seen = await ask({ cameraId, zoneId, eventType, box });
    await transact(db, async (tx) => {
      const alert = await tx.selectFrom('alerts').selectAll().where('id', '=', job.alertId).forUpdate().executeTakeFirstOrThrow();
      await addAlertMedia(tx, alert, { original: seen.picture });
      if (seen.picture === null) await tx.updateTable('alerts').set({ evidence_failure: seen.failure ?? 'the camera gave no picture' }).where('id', '=', alert.id).execute();
      await tellAlert(tx, alert, 'evidence');
      await done(tx, row.id);
    });
  }

  async function look(job: JobMap['recheck']): Promise<void> {
    const row = await pending(job.outboxId);
    if (row === null) return;
    const open = await db.selectFrom('case_rechecks as r').innerJoin('cases as c', 'c.id', 'r.case_id').where('r.case_id', '=', job.caseId).where('r.answered_at', 'is', null)
      .select(['r.id', 'c.camera_id', 'c.zone_id', 'c.event_type', 'c.box']).orderBy('r.asked_at').limit(1).executeTakeFirst();
    if (open === undefined) return done(db, row.id);
    // a person waits, and may ask again
    const seen = open.camera_id === null || open.event_type === null ? { answer: null, score: null, picture: null, failure: 'no camera watches this place' }
      : await ask({ cameraId: open.camera_id, zoneId: open.zone_id, eventType: open.event_type, box: open.box });
    await transact(db, async (tx) => {
      const mediaId = seen.picture === null ? null : await insertMedia(tx, seen.picture, 'recheck');
      const { numUpdatedRows } = await tx.updateTable('case_rechecks')
        .set({ answered_at: await databaseNow(tx), answer: seen.answer, score: seen.score, media_id: mediaId, failure: seen.failure })
        .where('id', '=', open.id).where('answered_at', 'is', null).executeTakeFirst();
      if (numUpdatedRows === 1n) {
        await takeStep(tx, {
          caseId: job.caseId, actor: systemActor, action: 'recheck_answered',
          input: { recheckId: open.id, answer: seen.answer, score: seen.score, failure: seen.failure, media: mediaId === null ? [] : [mediaId] },
        });
      }
      await done(tx, row.id);
    });
  }

  async function deadline(job: JobMap['deadline']): Promise<void> {
    await sweepDeadlines({ db, log }, job.caseId);
    if (job.outboxId !== undefined) await done(db, job.outboxId);
  }

  return { detections, notify, webhook, recheck: look, picture, deadline };
}
