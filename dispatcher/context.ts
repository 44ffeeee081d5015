import type { Db, Tx } from '../platform/db/index.ts';
import { crashPoint } from '../platform/crash-points.ts';
import type { Log } from '../platform/log.ts';

/** What the services run on. */
export interface Context {
  readonly db: Db;
  readonly log: Log;
}

/** One transaction, with the places at which a test may end the process on either side of its commit. */
export async function transact<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  const answer = await db.transaction().execute(async (tx) => {
    const value = await work(tx);
    crashPoint('before:commit');
    return value;
  });
  crashPoint('after:commit');
  return answer;
}
