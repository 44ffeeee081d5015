import { resolve } from 'node:path';
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
  for (const { manifest } of models) {
    // hosts have the folder at places of their own
    const row = { manifest: JSON.stringify(manifest), path: manifest.file, source };
    await db.insertInto('models').values({ id: manifest.id, ...row })
      .onConflict((c) => c.column('id').doUpdateSet({ ...row, state: 'unchecked', state_reason: null, revision: sql`models.revision + 1` })
        .where(sql<boolean>`models.manifest is distinct from excluded.manifest or models.path is distinct from excluded.path`)).execute();
  }
  if (source === 'shipped') return;
  const ids = models.map(({ manifest }) => manifest.id);
  let gone = db.deleteFrom('models').where('source', '=', source).where(sql<boolean>`not starts_with(path, '/')`);
  if (ids.length > 0) gone = gone.where('id', 'not in', ids);
  await gone.execute();
}

/**
 * Where a model's file lies on this host: shipped and added ones in this host's folders, one of the configuration file where this host's
 * file says, else where the host that prepared the installation had it.
 */
export function modelPath({ id, source, path }: { readonly id: string; readonly source: 'shipped' | 'api' | 'file'; readonly path: string }, here: {
  readonly shipped: string; readonly added: string; readonly file: readonly { readonly id: string; readonly file: string }[];
}): string {
  switch (source) {
    case 'shipped': return resolve(here.shipped, path);
    case 'api': return resolve(here.added, path);
    case 'file': return here.file.find((m) => m.id === id)?.file ?? path;
  }
}
