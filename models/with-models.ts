import { openModels, type ModelFile, type Models } from '../detector/index.ts';
import { createLog } from '../platform/log.ts';

/** Opens models in one inference thread, as the product does, for as long as the work takes. */
export async function withModels<T>(models: readonly ModelFile[], work: (opened: Models) => Promise<T>): Promise<T> {
  const log = createLog('models');
  log.level = process.env['LOG_LEVEL'] ?? 'silent';
  const opened = openModels({ models, log });
  try {
    return await work(opened);
  } finally {
    await opened.close();
  }
}
