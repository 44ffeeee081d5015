import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { CameraInput } from '../domain/camera.ts';
import { classifyFailure } from './failure.ts';
import { liveInput } from './ffmpeg-arguments.ts';
import { maskText } from './mask.ts';

/** What a piece of a recording tells of the camera's stream. */
export interface StreamProfile {
  readonly codec: string;
  readonly profile: string;
  readonly width: number;
  readonly height: number;
  readonly bFrames: boolean;
  /** Longest time between two key frames in the piece, or its length when it holds only one; seconds. */
  readonly keyInterval: number;
  /** Stream times of the first picture and of the end of the last, seconds. */
  readonly from: number;
  readonly to: number;
}

interface Probed {
  readonly streams?: readonly { codec_name?: string; profile?: string; width?: number; height?: number; has_b_frames?: number }[];
  readonly packets?: readonly { pts_time?: string; duration_time?: string; flags?: string }[];
}

const run = promisify(execFile);

/** What decides whether a browser can play a stream. */
export type StreamForm = Pick<StreamProfile, 'codec' | 'bFrames'>;

/**
 * Dials an address for the form of its stream alone. The address goes in by stdin: its password is not seen in the list of processes.
 * @param timeout milliseconds that the camera may take for any answer
 * @throws Error that a person can read
 */
export async function probeInput(input: Pick<CameraInput, 'url' | 'transport'>, timeout: number): Promise<StreamForm> {
  const { input: options, stdin } = liveInput(input, timeout, false);
  const probing = run('ffprobe', ['-v', 'error', ...options.slice(0, -2), '-select_streams', 'v:0', '-show_entries', 'stream=codec_name,has_b_frames', '-of', 'json', '-i', 'pipe:0'], {
    timeout: 2 * timeout, killSignal: 'SIGKILL', env: { PATH: process.env['PATH'] },
  });
  probing.child.stdin?.on('error', () => undefined);
  probing.child.stdin?.end(stdin);
  try {
    const { streams: [stream] = [] } = JSON.parse((await probing).stdout) as Probed;
    if (stream?.codec_name === undefined) throw new Error('the stream holds no video');
    const { codec, bFrames } = describe(stream);
    return { codec, bFrames };
  } catch (error) {
    const lines = ((error as { stderr?: string }).stderr ?? '').split('\n');
    throw new Error(`the live stream of the camera cannot be opened: ${classifyFailure(lines)?.reason ?? 'it gives no answer'}`, { cause: lines.map(maskText) });
  }
}

/** Looks at a recorded piece, without decoding. @throws Error when it holds no video */
export async function probePiece(file: string): Promise<StreamProfile> {
  const { stdout } = await run('ffprobe', [
    '-v', 'error', '-protocol_whitelist', 'file', '-f', 'mpegts', '-select_streams', 'v:0',
    '-show_entries', 'stream=codec_name,profile,width,height,has_b_frames:packet=pts_time,duration_time,flags', '-of', 'json', file,
  ], { timeout: 10_000, maxBuffer: 16 * 1024 * 1024, env: { PATH: process.env['PATH'] } });
  const { streams: [stream] = [], packets = [] } = JSON.parse(stdout) as Probed;
  if (stream?.codec_name === undefined || packets.length === 0) throw new Error(`${file} holds no video`);
  return { ...describe(stream), ...times(packets) };
}

function describe(stream: NonNullable<Probed['streams']>[number]): Pick<StreamProfile, 'codec' | 'profile' | 'width' | 'height' | 'bFrames'> {
  return {
    codec: stream.codec_name ?? 'unknown', profile: stream.profile ?? 'unknown', width: stream.width ?? 0, height: stream.height ?? 0,
    bFrames: (stream.has_b_frames ?? 0) > 0,
  };
}

function times(packets: NonNullable<Probed['packets']>): Pick<StreamProfile, 'keyInterval' | 'from' | 'to'> {
  const shown = packets.filter((packet) => packet.pts_time !== undefined).map((packet) => ({ at: Number(packet.pts_time), for: Number(packet.duration_time ?? 0), key: packet.flags?.startsWith('K') ?? false }));
  const from = Math.min(...shown.map((packet) => packet.at));
  const to = Math.max(...shown.map((packet) => packet.at + packet.for));
  const keys = [...shown.filter((packet) => packet.key).map((packet) => packet.at), to];
  const gaps = keys.slice(1).map((at, i) => at - (keys[i] ?? at));
  return { keyInterval: Math.max(...gaps, 0), from, to };
}
