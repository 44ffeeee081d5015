import { sql } from 'kysely';
import { systemActor } from '../domain/roles.ts';
import { withdrawCase } from './alert-case.ts';
import { changeAlert } from './alert-row.ts';
import { transact, type Context } from './context.ts';
import { readSettings } from './settings.ts';

/** Claims that led to no verdict end, and what has gone unjudged for long lapses (未研判). */
export async function sweepAlerts({ db }: Context): Promise<void> {
  const expired = await db.selectFrom('alerts').select('id').where('state', '=', 'claimed').where('claim_expires_at', '<=', sql<Date>`app.now()`).limit(500).execute();
  for (const { id } of expired) {
    await transact(db, async (tx) => {
      const row = await tx.selectFrom('alerts').selectAll().where('id', '=', id).where('state', '=', 'claimed').where('claim_expires_at', '<=', sql<Date>`app.now()`).forUpdate().executeTakeFirst();
      if (row !== undefined) await changeAlert(tx, row, { state: 'new', claimed_by: null, claimed_at: null, claim_expires_at: null }, { actor: systemActor, action: 'claim_expired' });
    });
  }
  const { lapseMinutes } = await readSettings(db);
  const since = sql<Date>`app.now() - make_interval(mins => ${lapseMinutes})`;
  const gone = await db.selectFrom('alerts').select('id').where('state', '=', 'new').where('gone_at', '<=', since).limit(500).execute();
  for (const { id } of gone) {
    await transact(db, async (tx) => {
      const row = await tx.selectFrom('alerts').selectAll().where('id', '=', id).where('state', '=', 'new').where('gone_at', '<=', since).forUpdate().executeTakeFirst();
      if (row === undefined) return;
      await withdrawCase(tx, row, systemActor, 'lapsed');
      await changeAlert(tx, row, { state: 'lapsed' }, { actor: systemActor, action: 'lapse' });
    });
  }
}
