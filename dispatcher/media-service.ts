import { NotFound } from '../domain/errors.ts';
import type { MediaService } from '../domain/services.ts';
import { isUuid } from './cursor.ts';
import { alertScope, caseScope } from '../platform/scope.ts';
import type { Context } from './context.ts';

export function createMediaService({ db }: Context): MediaService {
  return {
    async find(actor, id) {
      const row = !isUuid(id) ? undefined : await db.selectFrom('media').selectAll('media').where('media.id', '=', id)
        .where((eb) => eb.or([
          eb('media.uploaded_by', '=', actor.userId),
          eb.exists(eb.selectFrom('alert_media').innerJoin('alerts', 'alerts.id', 'alert_media.alert_id').select('alerts.id').whereRef('alert_media.media_id', '=', 'media.id').where(alertScope(actor.scope))),
          eb.exists(eb.selectFrom('case_media').innerJoin('cases', 'cases.id', 'case_media.case_id').select('cases.id').whereRef('case_media.media_id', '=', 'media.id').where(caseScope(actor.scope))),
        ])).executeTakeFirst();
      if (row === undefined) throw new NotFound('there is no such picture');
      return { id: row.id, sha256: row.sha256, mime: row.mime, bytes: Number(row.bytes), kind: row.kind, fileName: row.file_name };
    },

    async register(actor, ref, about) {
      const { id } = await db.insertInto('media').values({
        sha256: ref.sha256, mime: ref.mime, bytes: ref.bytes, width: ref.width ?? null, height: ref.height ?? null, kind: 'upload', file_name: about.fileName ?? null,
        taken_at: about.takenAt === undefined ? null : new Date(about.takenAt), lon: about.point?.[0] ?? null, lat: about.point?.[1] ?? null, uploaded_by: actor.userId,
      }).returning('id').executeTakeFirstOrThrow();
      return id;
    },
  };
}
