import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { scenario } from '../scenes/clips/scenario.ts';
import { isDrawn } from './event-clip.ts';

const renderer = join(import.meta.dirname, '..', 'scenes', 'render.ts');
/** Pictures as the detector gets them from a camera that sends a key frame every so many seconds. */
const every = 4;
const size = '640x360';

/** Where a seed's clip lies. */
export const folderOf = (cache: string, seed: number): string => join(cache, scenario(seed).name);

/** Draws the clip of a seed into the cache unless it is there. @throws Error when it cannot be drawn; what the renderer said is on stderr */
export async function drawClip(cache: string, seed: number): Promise<string> {
  const folder = folderOf(cache, seed);
  if (isDrawn(folder)) return folder;
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', renderer, 'events', '--seed', String(seed), '--count', '1', '--every', String(every), '--size', size, '--out', cache], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = await once(child, 'close') as [number | null];
  if (code !== 0 || !isDrawn(folder)) throw new Error(`the clip of seed ${seed} could not be drawn (exit code ${code}); drawing needs Chromium: models/scenes/README.md`);
  return folder;
}
