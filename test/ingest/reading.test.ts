import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { classifyFailure } from '../../ingest/failure.ts';
import { parseFfmpegLine } from '../../ingest/ffmpeg-lines.ts';
import { FrameReader, type Announced } from '../../ingest/frame-reader.ts';
import { maskText } from '../../ingest/mask.ts';
import { cameraFolder, parsePieceList } from '../../ingest/ring-files.ts';

describe('lines of ffmpeg', () => {
  test.each([
    ['[Parsed_showinfo_2 @ 0x55] n:   1 pts: 266400 pts_time:2.96    pos:       -1 fmt:rgb24 sar:1/1 s:640x360 i:P iskey:1 type:I ', [{ kind: 'sample', number: 1, time: 2.96, width: 640, height: 360, key: true }]],
    ['[Parsed_showinfo_3 @ 0x55] n:  12 pts:   NOPTS pts_time:NOPTS pos: -1 fmt:rgb24 sar:0/1 s:320x240 i:P iskey:0 type:P ', [{ kind: 'sample', number: 12, time: NaN, width: 320, height: 240, key: false }]],
    ["[segment @ 0x55] Opening '000012.ts' for writing", [{ kind: 'segment', index: 12 }]],
    ["[segment @ 0x55] Opening 'list.csv' for writing", []],
    ['frame=    2 fps=1.9 q=-0.0 q=-1.0 size=    1350kB time=00:01:02.92 bitrate=3787.4kbits/s speed=2.82x    ', [{ kind: 'progress', time: 62.92 }]],
    ['frame=    1 fps=0.0 q=-0.0 size=     675kB time=-00:00:00.04 bitrate=N/A speed=N/A    ', [{ kind: 'progress', time: -0.04 }]],
    ["frame= 1 time=00:00:01.00 bitrate=N/A [segment @ 0x55] Opening '000001.ts' for writing", [{ kind: 'segment', index: 1 }, { kind: 'progress', time: 1 }]],
    ['  Stream #0:0: Video: h264 (High), yuv420p(progressive), 1920x1080 [SAR 1:1 DAR 16:9], 25 fps, 25 tbr, 90k tbn', [{ kind: 'video', codec: 'h264', width: 1920, height: 1080 }]],
    ['[h264 @ 0x55] concealing 1203 DC, 1203 AC, 1203 MV errors in I frame', [{ kind: 'damaged' }]],
    ['[rtsp @ 0x55] RTP: missed 7 packets', [{ kind: 'lost', packets: 7 }]],
    ['[Parsed_showinfo_2 @ 0x55] config in time_base: 1/90000, frame_rate: 25/1', [{ kind: 'configured' }]],
  ])('%s', (line, told) => expect(parseFfmpegLine(line)).toEqual(told));
});

describe('why a camera gives no picture', () => {
  test.each([
    [['[rtsp @ 0x1] method DESCRIBE failed: 401 Unauthorized', 'pipe:0: Server returned 401 Unauthorized (authorization failed)'], 'unauthorised', 'wrong_password'],
    [['[rtsp @ 0x1] method SETUP failed: 453 Not Enough Bandwidth'], 'offline', 'no_free_session'],
    [['[rtsp @ 0x1] method DESCRIBE failed: 404 Not Found'], 'unsupported', 'no_such_stream'],
    [['[rtsp @ 0x1] method DESCRIBE failed: 503 Service Unavailable'], 'offline', 'busy'],
    [['[rtsp @ 0x1] method DESCRIBE failed: 551 Option not supported'], 'offline', 'server_error'],
    [['[tcp @ 0x1] Connection to tcp://127.0.0.1:9?timeout=0 failed: Connection refused', 'pipe:0: Connection refused'], 'offline', 'refused'],
    [['pipe:0: Connection timed out'], 'offline', 'timeout'],
    [["Stream map '0:v:0' matches no streams."], 'unsupported', 'no_video'],
    [['pipe:0: Invalid data found when processing input'], 'offline', 'no_answer'],
    [['av_interleaved_write_frame(): No space left on device'], 'offline', 'disk_full'],
  ])('%j', (lines, state, code) => {
    const failure = classifyFailure(lines);
    expect(failure?.state).toBe(state);
    expect(failure?.reason.startsWith(`${code}: `)).toBe(true);
  });
  test('an end after the time for an answer is a timeout; what is not known is not guessed', () => {
    expect(classifyFailure(['pipe:0: Invalid data found when processing input'], true)?.reason).toMatch(/^timeout: /);
    expect(classifyFailure(['something new'])).toBeNull();
  });
});

describe('pictures out of a pipe', () => {
  test('come whole and in order, however bytes and announcements arrive', async () => {
    await fc.assert(fc.asyncProperty(
      fc.array(fc.record({ width: fc.integer({ min: 1, max: 9 }), height: fc.integer({ min: 1, max: 9 }) }), { minLength: 1, maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 30 }),
      fc.infiniteStream(fc.boolean()),
      async (sizes, cuts, dice) => {
        const bytes = Buffer.concat(sizes.map(({ width, height }, i) => Buffer.alloc(width * height * 3, i + 1)));
        const got: [Announced, Uint8Array][] = [];
        const reader = new FrameReader((announced, data) => got.push([announced, data]));
        const announcements = sizes.map((size, i) => ({ ...size, time: i, damaged: false }));
        let told = 0;
        const chunks: Buffer[] = [];
        for (let at = 0; at < bytes.length;) {
          const next = at + (cuts[chunks.length] ?? 1000);
          chunks.push(bytes.subarray(at, next));
          at = next;
        }
        while (announcements.length > 0 || chunks.length > 0) {
          const announce = chunks.length === 0 || (announcements.length > 0 && dice.next().value === true);
          if (announce) expect(reader.announce(announcements.shift()!, told++)).toBe(true);
          else await new Promise<void>((resolve) => { reader.write(chunks.shift()!, () => resolve()); });
        }
        expect(got.map(([{ time }]) => time)).toEqual(sizes.map((_, i) => i));
        got.forEach(([{ width, height }, data], i) => {
          expect(data.length).toBe(width * height * 3);
          expect(data.every((byte) => byte === i + 1)).toBe(true);
        });
      },
    ), { numRuns: 100 });
  });

  test('are given out no more once a word about one of them was lost: each would carry the time of another', async () => {
    const got: [number, number | undefined][] = [];
    const reader = new FrameReader(({ time }, data) => got.push([time, data[0]]));
    const announce = (number: number): boolean => reader.announce({ time: number, width: 1, height: 1, damaged: false }, number);
    const write = (value: number): Promise<void> => new Promise((resolve) => { reader.write(Buffer.alloc(3, value), () => resolve()); });
    expect(announce(0)).toBe(true);
    await write(0);
    await write(1);
    expect(announce(2)).toBe(false);
    await write(2);
    expect(announce(3)).toBe(false);
    expect(got).toEqual([[0, 0]]);
  });
});

describe('names and lists of the ring', () => {
  test('a camera has a folder of its own, whatever its id', () => {
    const ids = ['gate-1', '../../etc', 'a/b', 'a_b', 'a b', '门口', '%06d', '.', '..'];
    const names = ids.map(cameraFolder);
    expect(new Set(names).size).toBe(ids.length);
    for (const name of names) expect(name).toMatch(/^[\w-]+$/);
    expect(names[0]).toBe('gate-1');
  });
  test('a line that is still being written is left for later', () => {
    expect(parsePieceList('000000.ts,0.000000,2.960000\n000001.ts,2.960000,4.960000\n000002.ts,4.96')).toEqual([{ index: 0, from: 0.5, to: 2.96 }, { index: 1, from: 2.96, to: 4.96 }]);
  });
  test('passwords are masked wherever they stand', () => {
    expect(maskText("Impossible to open 'rtsp://ada:p@ss%2F@10.0.0.7/1?x' and rtsps://b:c@h")).toBe("Impossible to open 'rtsp://ada:***@10.0.0.7/1?x' and rtsps://b:***@h");
    expect(maskText('Input #0, rtsp, from rtsp://10.0.0.7/user=ada_password=p_w_stream=0.sdp?real_stream: x')).toBe('Input #0, rtsp, from rtsp://10.0.0.7/user=ada_password=***_stream=0.sdp?real_stream: x');
  });
});
