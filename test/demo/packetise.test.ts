import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { nalKind, packetiseNal, splitNalUnits, type VideoCodec } from '../../demo/cameras/packetise.ts';
import { interleave, packetOffsets, payloadRange, pictureTemplate, senderReport, stampPicture } from '../../demo/cameras/rtp.ts';

/** Puts fragmentation units together again, as RFC 6184 §5.8 and RFC 7798 §4.4.3 tell a receiver to. */
function reassemble(codec: VideoCodec, payloads: readonly Buffer[]): Buffer {
  const [first] = payloads;
  if (!first || payloads.length === 1) return first ?? Buffer.alloc(0);
  const [head, flagsAt] = codec === 'h264' ? [1, 1] : [2, 2];
  const type = (first[flagsAt] ?? 0) & (codec === 'h264' ? 0x1f : 0x3f);
  const header = codec === 'h264'
    ? Buffer.from([((first[0] ?? 0) & 0xe0) | type])
    : Buffer.from([((first[0] ?? 0) & 0x81) | (type << 1), first[1] ?? 0]);
  return Buffer.concat([header, ...payloads.map(payload => payload.subarray(head + 1))]);
}

describe('packetising', () => {
  test('a stream is cut at start codes of either length, without their zeros', () => {
    const stream = Buffer.from([0, 0, 0, 1, 0x67, 1, 2, 0, 0, 1, 0x68, 3, 0, 0, 0, 1, 0x65, 4, 0, 0, 3, 5]);
    expect(splitNalUnits(stream).map(nal => [...nal])).toEqual([[0x67, 1, 2], [0x68, 3], [0x65, 4, 0, 0, 3, 5]]);
  });

  test.each([
    ['h264', 0x67, 'sps'], ['h264', 0x68, 'pps'], ['h264', 0x65, 'key'], ['h264', 0x41, 'other'], ['h264', 0x09, 'delimiter'],
    ['hevc', 0x40, 'vps'], ['hevc', 0x42, 'sps'], ['hevc', 0x44, 'pps'], ['hevc', 0x26, 'key'], ['hevc', 0x2a, 'key'], ['hevc', 0x02, 'other'],
    ['hevc', 0x46, 'delimiter'],
  ] as const)('%s: NAL header %i is %s', (codec, byte, kind) => {
    expect(nalKind(codec, Buffer.from([byte, 1]))).toBe(kind);
  });

  test.each(['h264', 'hevc'] as const)('%s: every NAL unit comes out of its packets as it went in', codec => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 3, maxLength: 5000 }), fc.integer({ min: 20, max: 1500 }), (bytes, limit) => {
      const nal = Buffer.from(bytes);
      // Types of fragments and aggregates do not occur in a stream.
      nal[0] = codec === 'h264' ? 0x65 : 0x26;
      const payloads = packetiseNal(codec, nal, limit);
      expect(Math.max(...payloads.map(payload => payload.length))).toBeLessThanOrEqual(limit);
      expect(reassemble(codec, payloads).equals(nal)).toBe(true);
      if (payloads.length < 2) return;
      const flags = payloads.map(payload => (payload[codec === 'h264' ? 1 : 2] ?? 0) & 0xc0);
      expect(flags).toEqual(payloads.map((_, index) => (index === 0 ? 0x80 : 0) | (index === payloads.length - 1 ? 0x40 : 0)));
    }));
  });
});

describe('RTP', () => {
  test('a picture has one timestamp, consecutive numbers across 65535, and the marker on its last packet', () => {
    const template = pictureTemplate([Buffer.from('one'), Buffer.from('two!'), Buffer.from('three')]);
    const picture = stampPicture(template, { sequence: 65_535, timestamp: 2 ** 32 + 7, ssrc: 0xdeadbeef });
    const packets = packetOffsets(picture).map(at => {
      const { start, end } = payloadRange(picture, at);
      return {
        marker: (picture[at + 5] ?? 0) >> 7, sequence: picture.readUInt16BE(at + 6), timestamp: picture.readUInt32BE(at + 8),
        ssrc: picture.readUInt32BE(at + 12), payload: picture.toString('utf8', start, end),
      };
    });
    const common = { timestamp: 7, ssrc: 0xdeadbeef };
    expect(packets).toEqual([
      { ...common, marker: 0, sequence: 65_535, payload: 'one' },
      { ...common, marker: 0, sequence: 0, payload: 'two!' },
      { ...common, marker: 1, sequence: 1, payload: 'three' },
    ]);
    expect(template.readUInt32BE(8)).toBe(0);
  });

  test('a sender report carries NTP time in seconds since 1900 and fractions, and a CNAME', () => {
    const report = senderReport({ ssrc: 5, wallMs: 1_500, timestamp: -1, packets: 3, bytes: 4 });
    expect(report.readUInt32BE(8)).toBe(2_208_988_801);
    expect(report.readUInt32BE(12)).toBe(2 ** 31);
    expect(report.readUInt32BE(16)).toBe(2 ** 32 - 1);
    expect(report[29]).toBe(202);
    expect(report.length).toBe(28 + 4 * (report.readUInt16BE(30) + 1));
    expect(interleave(3, report).subarray(0, 4)).toEqual(Buffer.from([0x24, 3, 0, report.length]));
  });
});
