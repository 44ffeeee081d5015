import type { CameraInput } from '../domain/camera.ts';
import type { LiveSource } from './live/live-arguments.ts';

/** How samples are taken: key frames alone, or every frame decoded and one kept each `every` seconds. */
export type SampleMode = { readonly kind: 'key' } | { readonly kind: 'full'; readonly every: number };

/** What one standing ffmpeg is to do with its input. */
export interface StandingPlan {
  readonly input: Pick<CameraInput, 'url' | 'transport'>;
  /** null: no samples from this input. */
  readonly samples: SampleMode | null;
  readonly record: boolean;
  /** Loopback ports that get the stream as RTP, for cameras that allow one session only. */
  readonly relayPorts: readonly number[];
  /** Longest side of a sample, pixels. */
  readonly sampleSide: number;
  /** Milliseconds that the camera may take for any answer. */
  readonly timeout: number;
}

export interface StandingArguments {
  /** Goes to stdin: the address, with its password, is not seen in the list of processes. */
  readonly script: string;
  readonly input: readonly string[];
  /** `samples` stands for the pipe. */
  readonly outputs: readonly { readonly target: 'samples' | (string & {}); readonly options: readonly string[] }[];
}

/** Stream time of a packet that came without one: the first of a run (ffmpeg's RTSP parser loses its time). Seconds. */
export const untimed = 0.5;
/** All other stream times of a run begin near here: reordered pictures may come before the first that has a time. Seconds. */
export const timeOffset = 1;
const ticks = 90_000;
export const segmentName = (index: number): string => `${String(index).padStart(6, '0')}.ts`;
export const segmentList = 'list.csv';

const relayPayload = 101;
const protocols = 'pipe,rtsp,rtp,tcp,udp,tls,crypto';
const seconds = 2;

/** @throws Error when the address is none that a camera may have */
export function checkUrl(url: string): void {
  if (/\p{Cc}/u.test(url)) throw new Error('the address holds a control character');
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
  if (scheme !== 'rtsp' && scheme !== 'rtsps') throw new Error(`only rtsp:// and rtsps:// addresses are taken, not ${scheme === undefined ? 'this' : `${scheme}:`}`);
  if (!URL.canParse(url)) throw new Error('the address cannot be read: user names and passwords need %-escapes for / ? # @ :');
}

/** A list of one file, for stdin. Verified to stream on: the list's demuxer only shifts the times to begin at 0. */
export function inputScript(input: Pick<CameraInput, 'url' | 'transport'>, timeout: number): string {
  checkUrl(input.url);
  return [
    'ffconcat version 1.0',
    `file '${input.url.replaceAll("'", "'\\''")}'`,
    `option rtsp_transport ${input.transport ?? 'tcp'}`,
    `option timeout ${Math.round(timeout * 1000)}`,
    'option allowed_media_types video',
    ...probing.map(([name, value]) => `option ${name} ${value}`),
    '',
  ].join('\n');
}

/** No waiting for the frame rate, which nobody needs; long waiting for a key frame where the camera's SDP does not describe the picture. */
const probing: readonly (readonly [string, string])[] = [['fpsprobesize', '0'], ['analyzeduration', '30000000']];

const scriptInput: readonly string[] = ['-protocol_whitelist', protocols, '-f', 'concat', '-safe', '0'];

/** The arguments of a standing process, run with the recording's folder as its working directory. Pure. */
export function standingArguments(plan: StandingPlan): StandingArguments {
  const decoding = plan.samples === null ? []
    // B-frames carry no other picture: leaving them out halves the work where a camera has them and changes nothing where it has none
    : ['-threads', '1', '-skip_frame', plan.samples.kind === 'key' ? 'nokey' : 'bidir'];
  const outputs = [
    ...(plan.samples === null ? [] : [{ target: 'samples', options: sampleOptions(plan.samples, plan.sampleSide) }]),
    ...(plan.record ? [{ target: '%06d.ts', options: recordOptions() }] : []),
    // without a copy nothing would tell that packets flow between two key frames
    ...(plan.record ? [] : [{ target: '-', options: ['-map', '0:v:0', '-c', 'copy', '-f', 'null'] }]),
    ...plan.relayPorts.map((port) => ({
      target: `rtp://127.0.0.1:${port}?pkt_size=1200`,
      options: ['-map', '0:v:0', '-c', 'copy', '-bsf:v', 'dump_extra=freq=keyframe', '-f', 'rtp', '-payload_type', String(relayPayload)],
    })),
  ];
  return {
    script: inputScript(plan.input, plan.timeout),
    input: [
      '-hide_banner', '-nostdin', '-loglevel', 'info', '-stats_period', '1',
      '-copyts', '-itsoffset', String(timeOffset), ...probing.flatMap(([name, value]) => [`-${name}`, value]), ...decoding, ...scriptInput,
    ],
    outputs,
  };
}

function sampleOptions(mode: SampleMode, side: number): string[] {
  const select = mode.kind === 'key' ? [] : [`select='isnan(prev_selected_t)+gte(t-prev_selected_t,${(mode.every - 0.01).toFixed(3)})'`];
  const filters = [
    ...select,
    `scale=w='min(${side},iw)':h='min(${side},ih)':force_original_aspect_ratio=decrease:force_divisible_by=2`,
    'format=rgb24',
    // tells the stream time of each picture on stderr
    'showinfo=checksum=0',
  ];
  return [
    '-map', '0:v:0', '-vf', filters.join(','),
    // with two threads each picture leaves one picture late; without passthrough gaps are filled with copies
    '-threads', '1', '-fps_mode', 'passthrough', '-c:v', 'rawvideo', '-f', 'rawvideo',
  ];
}

/**
 * Cameras with B-frames send no decoding times. These are made up: half a second before the picture is shown and never backwards,
 * which holds for every order of pictures that spans less.
 */
function recordOptions(): string[] {
  const pts = `if(eq(PTS,NOPTS),${untimed * ticks}+N,PTS)`;
  return [
    '-map', '0:v:0', '-c', 'copy',
    '-bsf:v', `setts=pts='${pts}':dts='max(PREV_OUTDTS+1,${pts}-${untimed * ticks})'`,
    '-flush_packets', '1', '-f', 'segment', '-segment_time', String(seconds), '-segment_time_delta', '0.05',
    // times in the files are those of the stream, not shifted by the muxer's delay
    '-segment_format', 'mpegts', '-segment_format_options', 'mpegts_copyts=1:flush_packets=1',
    '-segment_list', segmentList, '-segment_list_type', 'csv',
  ];
}

/** Cuts one picture: the first at or after `time` (seconds) out of consecutive pieces of one recording. Writes a JPEG. */
export function pictureArguments(pieces: readonly string[], time: number): { inputOptions: string[]; input: string; options: string[] } {
  return {
    inputOptions: ['-hide_banner', '-nostdin', '-loglevel', 'error', '-copyts', '-threads', '1', ...pieceOptions],
    input: pieceInput(pieces),
    options: [
      '-map', '0:v:0', '-vf', `select='gte(t,${(time - 0.002).toFixed(6)})',scale=out_color_matrix=bt601:out_range=pc,format=yuvj420p`,
      '-frames:v', '1', '-fps_mode', 'passthrough', '-threads', '1', '-c:v', 'mjpeg', '-q:v', '2', '-f', 'image2pipe',
    ],
  };
}

/** Remuxes consecutive pieces of one recording to MP4, `duration` seconds from their beginning. */
export function clipArguments(pieces: readonly string[], duration: number, codec: string | null): { inputOptions: string[]; input: string; options: string[] } {
  return {
    inputOptions: ['-hide_banner', '-nostdin', '-loglevel', 'error', ...pieceOptions],
    input: pieceInput(pieces),
    options: [
      // a copy is cut by decoding times, which lead by half a second here
      '-map', '0:v:0', '-t', Math.max(0.1, duration - untimed).toFixed(3), '-c', 'copy', ...(codec === 'hevc' ? ['-tag:v', 'hvc1'] : []),
      '-movflags', '+faststart', '-f', 'mp4',
    ],
  };
}

const pieceOptions: readonly string[] = ['-protocol_whitelist', 'concat,file', '-f', 'mpegts'];
const pieceInput = (pieces: readonly string[]): string => `concat:${pieces.join('|')}`;

/** The input for live pictures of a camera whose only session is taken: what the standing process sends to a loopback port. */
export function relayInput(port: number, codec: string, copyable: boolean): LiveSource {
  const name = codec === 'hevc' ? 'H265' : 'H264';
  const sdp = [
    'v=0', 'o=- 0 0 IN IP4 127.0.0.1', 's=live', 'c=IN IP4 127.0.0.1', 't=0 0',
    `m=video ${port} RTP/AVP ${relayPayload}`, `a=rtpmap:${relayPayload} ${name}/90000`, '',
  ].join('\r\n');
  return { input: ['-protocol_whitelist', 'pipe,udp,rtp', '-f', 'sdp', '-i', 'pipe:0'], stdin: sdp, copyable };
}

/** The input of a process of its own for live pictures. */
export function liveInput(input: Pick<CameraInput, 'url' | 'transport'>, timeout: number, copyable: boolean): LiveSource {
  return { input: [...scriptInput, '-i', 'pipe:0'], stdin: inputScript(input, timeout), copyable };
}
