/**
 * H.264 (RFC 6184) and H.265 (RFC 7798) in RTP: from an elementary stream to the payloads of packets. Pure.
 * Packetisation mode 1: a NAL unit goes as it is when it fits, in fragmentation units otherwise; nothing is aggregated.
 */

export type VideoCodec = 'h264' | 'hevc';

/** What a NAL unit is to the server. `delimiter` units carry nothing a receiver needs. */
export type NalKind = 'vps' | 'sps' | 'pps' | 'key' | 'delimiter' | 'other';

const START_CODE = Buffer.from([0, 0, 1]);

/** The NAL units of a piece of Annex B byte stream, without start codes and trailing zero bytes. */
export function splitNalUnits(stream: Buffer): Buffer[] {
  const units: Buffer[] = [];
  let start = stream.indexOf(START_CODE);
  while (start >= 0) {
    const begin = start + START_CODE.length;
    start = stream.indexOf(START_CODE, begin);
    let end = start < 0 ? stream.length : start;
    while (end > begin && stream[end - 1] === 0) end -= 1;
    if (end > begin) units.push(stream.subarray(begin, end));
  }
  return units;
}

/** Classifies a NAL unit; `key` is a slice of an IDR picture (H.264) or of an IRAP picture (H.265). */
export function nalKind(codec: VideoCodec, nal: Buffer): NalKind {
  const first = nal[0] ?? 0;
  if (codec === 'h264') {
    switch (first & 0x1f) {
      case 5: return 'key';
      case 7: return 'sps';
      case 8: return 'pps';
      case 9: case 10: case 11: case 12: return 'delimiter';
      default: return 'other';
    }
  }
  const type = (first >> 1) & 0x3f;
  if (type >= 16 && type <= 21) return 'key';
  if (type === 32) return 'vps';
  if (type === 33) return 'sps';
  if (type === 34) return 'pps';
  return type >= 35 && type <= 38 ? 'delimiter' : 'other';
}

/** The RTP payloads of one NAL unit, each of at most `limit` bytes. */
export function packetiseNal(codec: VideoCodec, nal: Buffer, limit: number): Buffer[] {
  if (nal.length <= limit) return [nal];
  const first = nal[0] ?? 0;
  const hevc = codec === 'hevc';
  // The fragment header replaces the NAL header: two bytes become two in H.264 (indicator, header), three in H.265.
  const head = hevc
    ? Buffer.from([(first & 0x81) | (49 << 1), nal[1] ?? 0, (first >> 1) & 0x3f])
    : Buffer.from([(first & 0xe0) | 28, first & 0x1f]);
  const payloads: Buffer[] = [];
  const body = nal.subarray(hevc ? 2 : 1);
  const room = limit - head.length;
  for (let at = 0; at < body.length; at += room) {
    const fragment = Buffer.concat([head, body.subarray(at, at + room)]);
    const flags = (at === 0 ? 0x80 : 0) | (at + room >= body.length ? 0x40 : 0);
    fragment[head.length - 1] = (head[head.length - 1] ?? 0) | flags;
    payloads.push(fragment);
  }
  return payloads;
}
