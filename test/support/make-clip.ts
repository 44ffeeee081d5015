import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A filled rectangle or a picture within the picture, in pixels; seen from `from` to before `to`, in seconds of the clip. */
export interface ClipBlock {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Any colour that ffmpeg knows, or a picture file, stretched to the size of the block. */
  readonly fill: string | { readonly picture: string };
  readonly from?: number;
  readonly to?: number;
}

export interface ClipOptions {
  readonly file: string;
  readonly seconds: number;
  readonly fps?: number;
  readonly width?: number;
  readonly height?: number;
  /** Frames from one key frame to the next. */
  readonly gop?: number;
  readonly bFrames?: number;
  readonly codec?: 'h264' | 'hevc';
  /** `moving`: testsrc2; `busy`: a noisy picture that slides, on which an encoder spends what it may; a plain colour; or a picture file. */
  readonly background?: 'moving' | 'busy' | { readonly colour: string } | { readonly picture: string };
  readonly blocks?: readonly ClipBlock[];
  /** A strip at the upper edge that tells the number of the frame; see readFrameCounter. */
  readonly counter?: boolean;
  /** Noise of the sensor, in grey levels: without it a still scene is the very same picture again and again, as of a frozen camera. */
  readonly noise?: number;
  /** Bits per second; without it the quality is constant. */
  readonly bitrate?: number;
}

const COUNTER_BITS = 16;
/** The strip takes this share of the height. */
const STRIP_SHARE = 1 / 18;

/** Encodes a scripted clip with ffmpeg: what is seen when is known to the frame. Small ones take less than a second. */
export async function makeClip(options: ClipOptions): Promise<string> {
  const { file, seconds, fps = 25, width = 320, height = 240, gop = fps, bFrames = 0, codec = 'h264' } = options;
  const blocks = options.blocks ?? [];
  const pictures = blocks.flatMap(({ fill }) => (typeof fill === 'string' ? [] : ['-loop', '1', '-framerate', String(fps), '-i', fill.picture]));
  const graph = filterGraph(blocks, [
    `scale=${String(width)}:${String(height)}`, ...(options.counter ?? false ? counterFilters(width, height) : []),
    ...(options.noise === undefined ? [] : [`noise=alls=${String(options.noise)}:allf=t`]), 'format=yuv420p',
  ]);
  const rate = options.bitrate === undefined ? ['-crf', '26'] : rateLimits(options.bitrate);
  const params = 'scenecut=0:open-gop=0';
  await run('ffmpeg', [
    '-nostdin', '-v', 'error', '-y', ...background(options, width, height, fps), ...pictures, '-t', String(seconds),
    '-filter_complex', graph, '-map', '[out]', '-g', String(gop), '-keyint_min', String(gop), '-bf', String(bFrames), ...rate,
    ...(codec === 'h264' ? ['-c:v', 'libx264', '-x264-params', params] : ['-c:v', 'libx265', '-x265-params', `${params}:log-level=error`]),
    '-preset', 'ultrafast', file,
  ]);
  return file;
}

/** The clip of the ingest bench: 1080p25, 4 Mbit/s, a key frame every 2 s, content that is worth its bits. */
export async function makeBenchClip(file: string, seconds = 20): Promise<string> {
  return makeClip({ file, seconds, fps: 25, width: 1920, height: 1080, gop: 50, bitrate: 4_000_000, background: 'busy', counter: true });
}

/**
 * Reads the counter of a clip made with `counter`, at whatever size the picture is now.
 * @param rgb 3 bytes a pixel, rows from the top
 * @returns the number of the frame in the clip, modulo 65536
 */
export function readFrameCounter(rgb: Uint8Array, width: number, height: number): number {
  const row = Math.floor(height * STRIP_SHARE / 2);
  let counter = 0;
  for (let bit = 0; bit < COUNTER_BITS; bit += 1) {
    const column = Math.floor((bit + 0.5) * width / COUNTER_BITS);
    const level = rgb[(row * width + column) * 3 + 1] ?? 0;
    if (level > 127) counter += 2 ** bit;
  }
  return counter;
}

function background(options: ClipOptions, width: number, height: number, fps: number): string[] {
  const size = `size=${String(width)}x${String(height)}:rate=${String(fps)}`;
  const kind = options.background ?? 'moving';
  const lavfi = (source: string): string[] => ['-f', 'lavfi', '-i', source];
  if (kind === 'moving') return lavfi(`testsrc2=${size}`);
  if (kind === 'busy') {
    // One noisy frame that slides diagonally, and a little noise of the sensor on top.
    return lavfi(`testsrc2=${size},trim=end_frame=1,noise=alls=60,loop=-1:1,setpts=N/(${String(fps)}*TB),scroll=h=0.002:v=0.001,noise=alls=6:allf=t`);
  }
  return 'picture' in kind ? ['-loop', '1', '-framerate', String(fps), '-i', kind.picture] : lavfi(`color=${kind.colour}:${size}`);
}

/** Input 0 is the background, scaled first; then come the blocks in order; pictures are the further inputs in the order of the blocks. */
function filterGraph(blocks: readonly ClipBlock[], [scale = 'null', ...last]: readonly string[]): string {
  let input = 0;
  let at = '[base]';
  const steps = blocks.map(({ x, y, width, height, fill, from = 0, to = 1e9 }, index) => {
    const place = `x=${String(x)}:y=${String(y)}`;
    const size = `w=${String(width)}:h=${String(height)}`;
    const when = `enable='gte(t,${String(from)})*lt(t,${String(to)})'`;
    const before = at;
    at = `[b${String(index)}]`;
    if (typeof fill === 'string') return `${before}drawbox=${place}:${size}:color=${fill}:t=fill:${when}${at}`;
    input += 1;
    return `[${String(input)}:v]scale=${size}[p${String(index)}];${before}[p${String(index)}]overlay=${place}:${when}${at}`;
  });
  return [`[0:v]${scale}[base]`, ...steps, `${at}${last.join(',')}[out]`].join(';');
}

function counterFilters(width: number, height: number): string[] {
  const cell = width / COUNTER_BITS;
  const strip = Math.ceil(height * STRIP_SHARE);
  const box = (x: number, w: number, colour: string, when: string): string =>
    `drawbox=x=${String(Math.round(x))}:y=0:w=${String(Math.round(w))}:h=${String(strip)}:color=${colour}:t=fill:enable='${when}'`;
  const bits = Array.from({ length: COUNTER_BITS }, (_, bit) => box(bit * cell, cell, 'white', `mod(floor(n/${String(2 ** bit)}),2)`));
  return [box(0, width, 'black', '1'), ...bits];
}

function rateLimits(bitrate: number): string[] {
  return ['-b:v', String(bitrate), '-maxrate', String(bitrate), '-bufsize', String(2 * bitrate)];
}
