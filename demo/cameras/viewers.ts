import type { Socket } from 'node:net';
import type { Viewer } from './camera.ts';
import { FRAMING_BYTES, interleave, packetOffsets } from './rtp.ts';
import type { UdpPair } from './udp-pair.ts';

/** Bytes that may wait for a TCP client that does not read: some seconds of video. */
const BUFFER_LIMIT = 4 * 1024 * 1024;

/** The way of a session's packets to its client, with its counts. Begins with a key frame, also after a gap. */
abstract class PacketViewer implements Viewer {
  sent = 0;
  dropped = 0;
  #waiting = true;
  readonly #hangUp: (reset: boolean) => void;

  constructor(hangUp: (reset: boolean) => void) {
    this.#hangUp = hangUp;
  }

  picture(picture: Buffer, key: boolean): void {
    if (this.#waiting && !key) return;
    this.#waiting = !this.write(picture);
    if (this.#waiting) this.dropped += 1;
    else this.sent += 1;
  }

  gap(): void {
    this.#waiting = true;
  }

  hangUp(reset: boolean): void {
    this.#hangUp(reset);
  }

  /** The session is over: nothing is sent any more. */
  close(): void { /* What TCP holds goes with its connection. */ }

  abstract report(report: Buffer): void;
  /** @returns whether there was room */
  protected abstract write(picture: Buffer): boolean;
}

export class TcpViewer extends PacketViewer {
  readonly #socket: Socket;
  readonly #channel: number;

  constructor(socket: Socket, channel: number, hangUp: (reset: boolean) => void) {
    super(hangUp);
    this.#socket = socket;
    this.#channel = channel;
  }

  report(report: Buffer): void {
    if (this.#socket.writableLength < BUFFER_LIMIT) this.#socket.write(interleave(this.#channel + 1, report));
  }

  protected write(picture: Buffer): boolean {
    if (this.#socket.writableLength + picture.length > BUFFER_LIMIT) return false;
    this.#socket.write(this.#channel === 0 ? picture : onChannel(picture, this.#channel));
    return true;
  }
}

/** Packets sent at once by UDP, and the pause after them: a key frame in one burst overflows the buffers of receivers. */
const BURST_PACKETS = 40;
const BURST_PAUSE_MS = 2;
const QUEUE_PACKETS = BUFFER_LIMIT / 1400;

export class UdpViewer extends PacketViewer {
  readonly #pair: UdpPair;
  readonly #queue: Buffer[] = [];
  #timer: NodeJS.Timeout | null = null;
  readonly #client: { readonly address: string; readonly rtpPort: number; readonly rtcpPort: number };

  constructor(pair: UdpPair, client: { address: string; rtpPort: number; rtcpPort: number }, hangUp: (reset: boolean) => void) {
    super(hangUp);
    this.#pair = pair;
    this.#client = client;
  }

  override close(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#queue.length = 0;
  }

  report(report: Buffer): void {
    this.#pair.rtcp.send(report, this.#client.rtcpPort, this.#client.address);
  }

  protected write(picture: Buffer): boolean {
    if (this.#queue.length > QUEUE_PACKETS) return false;
    for (const at of packetOffsets(picture)) {
      this.#queue.push(picture.subarray(at + FRAMING_BYTES, at + FRAMING_BYTES + picture.readUInt16BE(at + 2)));
    }
    if (!this.#timer) this.#drain();
    return true;
  }

  #drain(): void {
    for (const packet of this.#queue.splice(0, BURST_PACKETS)) this.#pair.rtp.send(packet, this.#client.rtpPort, this.#client.address);
    this.#timer = this.#queue.length === 0 ? null : setTimeout(() => { this.#drain(); }, BURST_PAUSE_MS);
  }
}

function onChannel(picture: Buffer, channel: number): Buffer {
  const copy = Buffer.from(picture);
  for (const at of packetOffsets(copy)) copy[at + 1] = channel;
  return copy;
}
