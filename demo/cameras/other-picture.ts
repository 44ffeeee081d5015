import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadClip, type Clip } from './clip.ts';
import { runFfmpeg } from './ffmpeg.ts';
import { CLOCK_RATE } from './rtp.ts';

export type OtherPicture =
  | { readonly kind: 'black' }
  /** @property at seconds into the clip of the picture that stands still */
  | { readonly kind: 'frozen'; readonly at: number }
  /** @property at seconds into the clip where the piece begins that another part of the scene is shown of */
  | { readonly kind: 'moved'; readonly at: number }
  | { readonly kind: 'resolution'; readonly at: number; readonly width: number; readonly height: number };

/** Longest piece that is encoded anew, in seconds. */
const PIECE_SECONDS = 8;

/** A clip to be shown in the place of `clip`, of the same codec and frame rate, with a key frame every two seconds. Takes a second or so. */
export async function otherPicture(clip: Clip, picture: OtherPicture): Promise<Clip> {
  const rate = clip.frames.length * CLOCK_RATE / clip.period;
  const size = `${String(clip.width)}x${String(clip.height)}`;
  const folder = await mkdtemp(join(tmpdir(), 'xuncheng-camera-'));
  const file = join(folder, `${picture.kind}.mp4`);
  try {
    await runFfmpeg('ffmpeg', [
      '-nostdin', '-v', 'error', ...source(clip, picture, size, rate), '-an', ...encoder(clip), '-pix_fmt', 'yuv420p',
      '-r', String(rate), '-g', String(Math.round(2 * rate)), '-bf', '0', file,
    ]);
    return await loadClip(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function source(clip: Clip, picture: OtherPicture, size: string, rate: number): string[] {
  switch (picture.kind) {
    case 'black':
      return ['-f', 'lavfi', '-i', `color=black:size=${size}:rate=${String(rate)}:duration=2`];
    case 'frozen':
      return ['-ss', String(picture.at), '-i', clip.file, '-vf', `trim=end_frame=1,loop=loop=-1:size=1,setpts=N/(${String(rate)}*TB)`, '-t', '2'];
    case 'moved':
      return ['-ss', String(picture.at), '-i', clip.file, '-t', String(PIECE_SECONDS), '-vf', `crop=iw*3/4:ih*3/4:iw/4:ih/4,scale=${size.replace('x', ':')}`];
    case 'resolution':
      return ['-ss', String(picture.at), '-i', clip.file, '-t', String(PIECE_SECONDS), '-vf', `scale=${String(picture.width)}:${String(picture.height)}`];
  }
}

function encoder(clip: Clip): string[] {
  return clip.codec === 'h264'
    ? ['-c:v', 'libx264', '-preset', 'ultrafast', '-x264-params', 'scenecut=0']
    : ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=error:scenecut=0'];
}
