import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The WebRTC worker that the set-up put into the cache (scripts/setup/mediasoup-worker.mjs), or the one that MEDIASOUP_WORKER_BIN names. */
export function mediasoupWorkerPath(): string {
  const named = process.env['MEDIASOUP_WORKER_BIN'];
  if (named !== undefined && named !== '') return named;
  const entry = createRequire(import.meta.url).resolve('mediasoup');
  const root = entry.slice(0, entry.lastIndexOf(join('node_modules', 'mediasoup')) + join('node_modules', 'mediasoup').length);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return join(cache, 'xuncheng', `mediasoup-worker-${version}-${process.arch}`);
}
