import { sql } from 'kysely';
import type { Db } from './db/index.ts';
import type { Log } from './log.ts';
import { readModelFolder } from './model-folder.ts';

/**
 * Writes the models of a folder into the table; what is unchanged keeps its revision. A manifest that cannot be read is logged and left out.
 * @param source `shipped` with the product, or `api`: added on this installation; of those, what is gone from the folder goes from the table
 */
export async function registerModels(db: Db, folder: string, source: 'shipped' | 'api', log: Log): Promise<void> {
  const { models, problems } = await readModelFolder(folder);
  for (const { id, reason } of problems) log.error({ model: id, reason }, 'a model is left out');
  for (const { manifest, path } of models) {
    const row = { manifest: JSON.stringify(manifest), path, source };
    await db.insertInto('models').values({ id: manifest.id, ...row })
      .onConflict((c) => c.column('id').doUpdateSet({ ...row, state: 'unchecked', state_reason: null, revision: sql`models.revision + 1` })
        .where(sql<boolean>`models.manifest is distinct from excluded.manifest or models.path is distinct from excluded.path`)).execute();
  }
  if (source === 'shipped') return;
  const ids = models.map(({ manifest }) => manifest.id);
  let gone = db.deleteFrom('models').where('source', '=', source).where(sql<boolean>`starts_with(path, ${`${folder}/`})`);
  if (ids.length > 0) gone = gone.where('id', 'not in', ids);
  await gone.execute();
}
