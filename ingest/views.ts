import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import sharp from 'sharp';
import { z } from 'zod';
import type { Camera } from '../domain/camera.ts';
import type { Log } from '../platform/log.ts';
import { ViewJudge, type ViewMemory, type ViewReference } from './view-judge.ts';
import { fineColumns, fineRows, signatureOf } from './view-signature.ts';

const schema = z.object({
  key: z.string(),
  views: z.array(z.object({ id: z.string().nullable(), templates: z.array(z.object({ edges: z.base64().refine((text) => Buffer.byteLength(text, 'base64') === 2 * fineColumns * fineRows), samples: z.int().positive() })) })),
});

/** What a reference view is a reference for: where zones are drawn anew, the picture of now is their view. */
export function viewsKey({ views, zones }: Pick<Camera, 'views' | 'zones'>): string {
  return createHash('sha256').update(JSON.stringify([views ?? [], zones.map(({ polygon, view }) => [polygon, view ?? null])])).digest('hex');
}

async function referenceOf({ id, picture }: NonNullable<Camera['views']>[number]): Promise<ViewReference> {
  const { data, info } = await sharp(Buffer.from(picture, 'base64')).removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  return { id, signature: signatureOf(data, info.width, info.height) };
}

export interface Views {
  readonly judge: ViewJudge;
  /** Writes what was learned since the last time, if anything. */
  save(): Promise<void>;
}

/** Opens the judgement of a camera's views with what an earlier process learned of them, kept in `file`. */
export async function openViews({ camera, file, movedAfter, log }: { camera: Camera; file: string; movedAfter: number; log: Log }): Promise<Views> {
  const key = viewsKey(camera);
  let memory: ViewMemory | null = null;
  try {
    const saved = schema.parse(JSON.parse(await readFile(file, 'utf8')));
    if (saved.key === key) memory = saved.views;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') log.warn({ err: error }, 'what was learned of the views cannot be read and is learned anew');
  }
  const judge = new ViewJudge({ references: await Promise.all((camera.views ?? []).map(referenceOf)), memory, movedAfter });
  let kept = judge.learned;
  return {
    judge,
    async save() {
      if (judge.learned === kept) return;
      kept = judge.learned;
      await mkdir(dirname(file), { recursive: true });
      await writeFile(`${file}.new`, JSON.stringify({ key, views: judge.memory() }));
      await rename(`${file}.new`, file);
    },
  };
}
