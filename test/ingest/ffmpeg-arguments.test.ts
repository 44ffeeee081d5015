import { describe, expect, test } from '@jest/globals';
import { checkUrl, clipArguments, inputScript, pictureArguments, relayInput, standingArguments, type StandingPlan } from '../../ingest/ffmpeg-arguments.ts';

const plan: StandingPlan = {
  input: { url: 'rtsp://ada:se\'cret@10.0.0.7:554/ch1', transport: undefined }, samples: { kind: 'key' }, record: true, relayPorts: [],
  sampleSide: 640, timeout: 10_000,
};
const scale = "scale=w='min(640,iw)':h='min(640,ih)':force_original_aspect_ratio=decrease:force_divisible_by=2,format=rgb24,showinfo=checksum=0";
const pts = 'if(eq(PTS,NOPTS),45000+N,PTS)';
const head = ['-hide_banner', '-nostdin', '-loglevel', 'info', '-stats_period', '1', '-copyts', '-itsoffset', '1', '-fpsprobesize', '0', '-analyzeduration', '30000000'];
const list = ['-protocol_whitelist', 'pipe,rtsp,rtp,tcp,udp,tls,crypto', '-f', 'concat', '-safe', '0'];
const samples = (filters: string): string[] => ['-map', '0:v:0', '-vf', filters, '-threads', '1', '-fps_mode', 'passthrough', '-c:v', 'rawvideo', '-f', 'rawvideo'];
const record = [
  '-map', '0:v:0', '-c', 'copy', '-bsf:v', `setts=pts='${pts}':dts='max(PREV_OUTDTS+1,${pts}-45000)'`, '-flush_packets', '1',
  '-f', 'segment', '-segment_time', '2', '-segment_time_delta', '0.05', '-segment_format', 'mpegts', '-segment_format_options', 'mpegts_copyts=1:flush_packets=1',
  '-segment_list', 'list.csv', '-segment_list_type', 'csv',
];
const nothing = { target: '-', options: ['-map', '0:v:0', '-c', 'copy', '-f', 'null'] };

describe('arguments of a standing ffmpeg', () => {
  test.each<[string, Partial<StandingPlan>, string[], { target: string; options: string[] }[]]>([
    ['key frames and recording', {}, [...head, '-threads', '1', '-skip_frame', 'nokey', ...list],
      [{ target: 'samples', options: samples(scale) }, { target: '%06d.ts', options: record }]],
    ['every picture decoded, one kept each second', { samples: { kind: 'full', every: 1 } }, [...head, '-threads', '1', '-skip_frame', 'bidir', ...list],
      [{ target: 'samples', options: samples(`select='isnan(prev_selected_t)+gte(t-prev_selected_t,0.990)',${scale}`) }, { target: '%06d.ts', options: record }]],
    ['recording alone', { samples: null }, [...head, ...list], [{ target: '%06d.ts', options: record }]],
    ['samples alone still count packets', { record: false }, [...head, '-threads', '1', '-skip_frame', 'nokey', ...list], [{ target: 'samples', options: samples(scale) }, nothing]],
    ['larger samples', { sampleSide: 1280, record: false }, [...head, '-threads', '1', '-skip_frame', 'nokey', ...list],
      [{ target: 'samples', options: samples(scale.replaceAll('640', '1280')) }, nothing]],
    ['one session only', { samples: null, relayPorts: [5004] }, [...head, ...list], [{ target: '%06d.ts', options: record }, {
      target: 'rtp://127.0.0.1:5004?pkt_size=1200', options: ['-map', '0:v:0', '-c', 'copy', '-bsf:v', 'dump_extra=freq=keyframe', '-f', 'rtp', '-payload_type', '101'],
    }]],
  ])('%s', (_name, change, input, outputs) => {
    const made = standingArguments({ ...plan, ...change });
    expect(made.input).toEqual(input);
    expect(made.outputs).toEqual(outputs);
    expect(JSON.stringify([made.input, made.outputs])).not.toMatch(/cret|10\.0\.0\.7/);
  });

  test.each([
    ['rtsp://ada:se\'cret@h/1', undefined, "file 'rtsp://ada:se'\\''cret@h/1'", 'tcp'],
    ['rtsps://h:322/1?a=b&c', 'udp', "file 'rtsps://h:322/1?a=b&c'", 'udp'],
  ] as const)('the list on stdin for %s', (url, transport, file, used) => {
    expect(inputScript({ url, transport }, 7500).split('\n')).toEqual(
      ['ffconcat version 1.0', file, `option rtsp_transport ${used}`, 'option timeout 7500000', 'option allowed_media_types video', 'option fpsprobesize 0', 'option analyzeduration 30000000', '']);
  });

  test.each([
    ['file:///etc/passwd', /only rtsp/], ['http://127.0.0.1/', /only rtsp/], ['/dev/video0', /only rtsp/], ['concat:a|b', /only rtsp/],
    ["rtsp://h/1'\nfile '/etc/passwd", /control character/], ['rtsp://h:port/1', /cannot be read/],
  ])('%s is refused', (url, message) => expect(() => checkUrl(url)).toThrow(message));

  test('a picture at a stream time, a clip from its first piece on', () => {
    expect(pictureArguments(['/r/000001.ts', '/r/000002.ts'], 12.96)).toMatchObject({
      input: 'concat:/r/000001.ts|/r/000002.ts',
      options: expect.arrayContaining(["select='gte(t,12.958000)',scale=out_color_matrix=bt601:out_range=pc,format=yuvj420p", '-frames:v', 'mjpeg']),
    });
    expect(clipArguments(['/r/000001.ts'], 7.5, 'h264').options).toEqual(['-map', '0:v:0', '-t', '7.000', '-c', 'copy', '-movflags', '+faststart', '-f', 'mp4']);
    expect(clipArguments(['/r/000001.ts'], 7.5, 'hevc').options).toContain('hvc1');
  });

  test('live pictures of a camera with one session come from loopback', () => {
    const { input, stdin } = relayInput(5004, 'hevc', false);
    expect(input).toEqual(['-protocol_whitelist', 'pipe,udp,rtp', '-f', 'sdp', '-i', 'pipe:0']);
    expect(stdin).toContain('m=video 5004 RTP/AVP 101\r\na=rtpmap:101 H265/90000\r\n');
  });
});
