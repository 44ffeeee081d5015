/**
 * RTP and RTCP on the wire (RFC 3550), in the interleaved framing of RTSP (RFC 2326 §10.12).
 * A picture is one buffer of whole interleaved packets: written to a TCP client as it stands, cut up for UDP.
 */

/** Ticks of the RTP clock of video in a second. */
export const CLOCK_RATE = 90_000;
export const PAYLOAD_TYPE = 96;
/** Largest RTP payload in bytes: fits an Ethernet frame with IP, UDP and RTP headers. */
export const PAYLOAD_LIMIT = 1400;

/** `$`, channel, length in two bytes. */
export const FRAMING_BYTES = 4;
const RTP_HEADER_BYTES = 12;
const SECONDS_1900_TO_1970 = 2_208_988_800;

export interface StreamHeader {
  /** Sequence number of the first packet. */
  readonly sequence: number;
  /** RTP timestamp of the picture; any integer, taken modulo 2^32. */
  readonly timestamp: number;
  readonly ssrc: number;
}

/** The packets of one picture with all header fields but sequence number, timestamp and SSRC; channel 0. */
export function pictureTemplate(payloads: readonly Buffer[]): Buffer {
  const pieces: Buffer[] = [];
  payloads.forEach((payload, index) => {
    const header = Buffer.alloc(FRAMING_BYTES + RTP_HEADER_BYTES);
    header[0] = 0x24;
    header.writeUInt16BE(RTP_HEADER_BYTES + payload.length, 2);
    header[4] = 0x80;
    header[5] = PAYLOAD_TYPE | (index === payloads.length - 1 ? 0x80 : 0);
    pieces.push(header, payload);
  });
  return Buffer.concat(pieces);
}

/** A copy of the template with its header fields filled in. */
export function stampPicture(template: Buffer, header: StreamHeader): Buffer {
  const picture = Buffer.from(template);
  let sequence = header.sequence;
  for (const at of packetOffsets(picture)) {
    picture.writeUInt16BE(sequence & 0xffff, at + FRAMING_BYTES + 2);
    picture.writeUInt32BE(modulo32(header.timestamp), at + FRAMING_BYTES + 4);
    picture.writeUInt32BE(header.ssrc, at + FRAMING_BYTES + 8);
    sequence += 1;
  }
  return picture;
}

/** Where each interleaved packet of a picture begins. */
export function packetOffsets(picture: Buffer): number[] {
  const offsets: number[] = [];
  for (let at = 0; at + FRAMING_BYTES <= picture.length; at += FRAMING_BYTES + picture.readUInt16BE(at + 2)) offsets.push(at);
  return offsets;
}

/** Where the payload of the packet at `offset` begins, and where it ends. */
export function payloadRange(picture: Buffer, offset: number): { start: number; end: number } {
  const start = offset + FRAMING_BYTES;
  return { start: start + RTP_HEADER_BYTES, end: start + picture.readUInt16BE(offset + 2) };
}

/** A packet in interleaved framing. */
export function interleave(channel: number, packet: Buffer): Buffer {
  const head = Buffer.from([0x24, channel, 0, 0]);
  head.writeUInt16BE(packet.length, 2);
  return Buffer.concat([head, packet]);
}

export interface SenderReport {
  readonly ssrc: number;
  /** The moment that `timestamp` stands for, in milliseconds since 1970. */
  readonly wallMs: number;
  readonly timestamp: number;
  readonly packets: number;
  readonly bytes: number;
}

/** An RTCP compound packet: sender report and CNAME. */
export function senderReport(report: SenderReport): Buffer {
  const cname = Buffer.from('camera');
  const sr = Buffer.alloc(28);
  sr[0] = 0x80;
  sr[1] = 200;
  sr.writeUInt16BE(sr.length / 4 - 1, 2);
  sr.writeUInt32BE(report.ssrc, 4);
  const seconds = Math.floor(report.wallMs / 1000);
  sr.writeUInt32BE(modulo32(seconds + SECONDS_1900_TO_1970), 8);
  sr.writeUInt32BE(Math.floor((report.wallMs / 1000 - seconds) * 2 ** 32), 12);
  sr.writeUInt32BE(modulo32(report.timestamp), 16);
  sr.writeUInt32BE(modulo32(report.packets), 20);
  sr.writeUInt32BE(modulo32(report.bytes), 24);
  // SSRC, item CNAME, at least one zero byte as end, padded to a multiple of four.
  const sdes = Buffer.alloc(Math.ceil((8 + 2 + cname.length + 1) / 4) * 4);
  sdes[0] = 0x81;
  sdes[1] = 202;
  sdes.writeUInt16BE(sdes.length / 4 - 1, 2);
  sdes.writeUInt32BE(report.ssrc, 4);
  sdes[8] = 1;
  sdes[9] = cname.length;
  cname.copy(sdes, 10);
  return Buffer.concat([sr, sdes]);
}

export function modulo32(value: number): number {
  const whole = Math.floor(value) % 2 ** 32;
  return whole < 0 ? whole + 2 ** 32 : whole;
}
