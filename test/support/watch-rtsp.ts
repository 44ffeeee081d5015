import { spawn } from 'node:child_process';
import { readFrameCounter } from './make-clip.ts';

export interface Watched {
  /** Counters of the pictures as they came (see readFrameCounter), and when each came, in ms since 1970. */
  readonly counters: readonly number[];
  readonly arrivedMs: readonly number[];
  /** Mean brightness of each picture, 0 to 255. */
  readonly levels: readonly number[];
  /** Everything that ffmpeg complained about. */
  readonly complaints: string;
  readonly exitCode: number | null;
}

export interface WatchOptions {
  readonly transport?: 'tcp' | 'udp';
  /** Pictures to wait for. */
  readonly frames: number;
  /** The end at the latest. */
  readonly timeoutMs?: number;
  /** Called with the number of pictures so far. */
  readonly onFrame?: (count: number) => void;
}

const WIDTH = 160;
const HEIGHT = 120;
const FRAME_BYTES = WIDTH * HEIGHT * 3;

/** Watches an RTSP stream with ffmpeg and looks at its pictures. */
export async function watchRtsp(url: string, options: WatchOptions): Promise<Watched> {
  const child = spawn('ffmpeg', [
    '-nostdin', '-v', 'warning', '-rtsp_transport', options.transport ?? 'tcp', '-timeout', '5000000', '-threads', '1', '-i', url,
    '-fps_mode', 'passthrough', '-frames:v', String(options.frames), '-vf', `scale=${String(WIDTH)}:${String(HEIGHT)}:flags=area`, '-threads', '1',
    '-pix_fmt', 'rgb24', '-f', 'rawvideo', 'pipe:1',
  ], { stdio: ['ignore', 'pipe', 'pipe'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? 40_000);
  const [counters, arrivedMs, levels]: [number[], number[], number[]] = [[], [], []];
  let complaints = '';
  let rest = Buffer.alloc(0);
  child.stderr.on('data', (chunk: Buffer) => { complaints += chunk.toString(); });
  child.stdout.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (; rest.length >= FRAME_BYTES; rest = rest.subarray(FRAME_BYTES)) {
      const picture = rest.subarray(0, FRAME_BYTES);
      counters.push(readFrameCounter(picture, WIDTH, HEIGHT));
      arrivedMs.push(performance.timeOrigin + performance.now());
      levels.push(picture.reduce((sum, value) => sum + value, 0) / FRAME_BYTES);
      options.onFrame?.(counters.length);
    }
  });
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', code => { resolve(code); });
  });
  clearTimeout(timer);
  return { counters, arrivedMs, levels, complaints, exitCode };
}
