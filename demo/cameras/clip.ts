import { runFfmpeg } from './ffmpeg.ts';
import { nalKind, packetiseNal, splitNalUnits, type VideoCodec } from './packetise.ts';
import { CLOCK_RATE, PAYLOAD_LIMIT, pictureTemplate } from './rtp.ts';

/** A picture ready to be sent. All times in ticks of the RTP clock. */
export interface ClipFrame {
  /** A decoder can begin here; parameter sets go before it in the same template. */
  readonly key: boolean;
  /** When it is sent, after the start of the clip; grows from frame to frame. */
  readonly due: number;
  /** When it was seen, after the start of the clip; not in order where the clip has B-frames. */
  readonly pts: number;
  /** Interleaved RTP packets without sequence number, timestamp and SSRC. */
  readonly template: Buffer;
  readonly packets: number;
}

/** A video file as RTP packets in memory; immutable, shared by all cameras that play it. */
export interface Clip {
  readonly file: string;
  readonly codec: VideoCodec;
  readonly width: number;
  readonly height: number;
  /** Ticks from the start of one round to the start of the next. */
  readonly period: number;
  readonly frames: readonly ClipFrame[];
  /** VPS (H.265 only), SPS and PPS, in this order. */
  readonly parameterSets: readonly Buffer[];
}

interface Packet { readonly dts: number; readonly pts: number; readonly duration: number; readonly size: number }

/**
 * Reads a video file with H.264 or H.265 whole and cuts it into RTP packets.
 * @throws FfmpegError when the file cannot be read, Error when it holds nothing that can be played
 */
export async function loadClip(file: string): Promise<Clip> {
  const { codec, width, height } = await probe(file);
  const copy = ['-map', '0:v:0', '-c', 'copy', '-bsf:v', `${codec}_mp4toannexb`];
  // The raw stream has no times and no limits of packets; framecrc lists both for the same packets.
  const { stdout, pipe3 } = await runFfmpeg('ffmpeg', [
    '-nostdin', '-v', 'error', '-i', file, ...copy, '-f', codec, 'pipe:1', ...copy, '-f', 'framecrc', 'pipe:3',
  ]);
  const packets = parsePacketList(pipe3.toString());
  const total = packets.reduce((sum, packet) => sum + packet.size, 0);
  if (total !== stdout.length) throw new Error(`${file}: ${String(total)} bytes listed, ${String(stdout.length)} read`);
  return { file, codec, width, height, ...cutFrames(file, codec, stdout, packets) };
}

async function probe(file: string): Promise<{ codec: VideoCodec; width: number; height: number }> {
  const { stdout } = await runFfmpeg('ffprobe', [
    '-v', 'error', '-select_streams', 'v:0', '-show_entries', 'stream=codec_name,width,height', '-of', 'default=nw=1', file,
  ]);
  const field = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(stdout.toString())?.[1] ?? '';
  const codec = field('codec_name');
  if (codec !== 'h264' && codec !== 'hevc') throw new Error(`${file}: H.264 or H.265 wanted, found ${codec || 'no video'}`);
  return { codec, width: Number(field('width')), height: Number(field('height')) };
}

/** Packets of a framecrc list, times in ticks of the RTP clock. */
export function parsePacketList(list: string): Packet[] {
  const base = /^#tb 0: (\d+)\/(\d+)/m.exec(list);
  const scale = CLOCK_RATE * Number(base?.[1] ?? 0) / Number(base?.[2] ?? 1);
  return list.split('\n').filter(line => /^\d/.test(line)).map(line => {
    const [, dts, pts, duration, size] = line.split(',').map(Number);
    if (dts === undefined || pts === undefined || duration === undefined || size === undefined) throw new Error(`packet list: ${line}`);
    return { dts: dts * scale, pts: pts * scale, duration: duration * scale, size };
  });
}

function cutFrames(file: string, codec: VideoCodec, stream: Buffer, packets: readonly Packet[]): Pick<Clip, 'frames' | 'period' | 'parameterSets'> {
  const [first] = packets;
  if (!first) throw new Error(`${file}: no pictures`);
  const firstPts = packets.reduce((least, packet) => Math.min(least, packet.pts), Infinity);
  const end = packets.reduce((most, packet) => Math.max(most, packet.pts + packet.duration), -Infinity);
  const sets = new Map<'vps' | 'sps' | 'pps', Buffer>();
  let at = 0;
  const frames = packets.map((packet): ClipFrame => {
    const nals = splitNalUnits(stream.subarray(at, at + packet.size));
    at += packet.size;
    let key = false;
    const picture: Buffer[] = [];
    for (const nal of nals) {
      const kind = nalKind(codec, nal);
      if (kind === 'vps' || kind === 'sps' || kind === 'pps') sets.set(kind, nal);
      else if (kind !== 'delimiter') picture.push(nal);
      key ||= kind === 'key';
    }
    const payloads = [...(key ? orderedSets(sets) : []), ...picture].flatMap(nal => packetiseNal(codec, nal, PAYLOAD_LIMIT));
    return {
      key, due: Math.round(packet.dts - first.dts), pts: Math.round(packet.pts - firstPts),
      template: pictureTemplate(payloads), packets: payloads.length,
    };
  });
  if (!frames[0]?.key) throw new Error(`${file}: does not begin with a key frame`);
  if (!sets.has('sps') || !sets.has('pps')) throw new Error(`${file}: no parameter sets`);
  return { frames, period: Math.round(end - firstPts), parameterSets: orderedSets(sets) };
}

function orderedSets(sets: ReadonlyMap<'vps' | 'sps' | 'pps', Buffer>): Buffer[] {
  return (['vps', 'sps', 'pps'] as const).flatMap(kind => sets.get(kind) ?? []);
}
