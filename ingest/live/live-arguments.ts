/** Where a live stream comes from. */
export interface LiveSource {
  /** ffmpeg's input options up to and including `-i …`; they hold no password. */
  readonly input: readonly string[];
  /** What ffmpeg reads on stdin, when the address goes that way. */
  readonly stdin: string | null;
  /** True for H.264 without B-frames: browsers play it as it is. */
  readonly copyable: boolean;
}

/**
 * ffmpeg's arguments for one live stream as RTP to a loopback port. Parameter sets go in-band before each key frame, because a viewer
 * may join at any of them. What browsers cannot play (H.265, B-frames) is transcoded.
 * @param target RTP and RTCP ports of the receiver
 */
export function liveArguments(source: LiveSource, target: { port: number; rtcpPort: number; ssrc: number; payloadType: number }): string[] {
  const codec = source.copyable
    ? ['-c:v', 'copy', '-bsf:v', 'dump_extra=freq=keyframe']
    : ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-profile:v', 'baseline', '-pix_fmt', 'yuv420p', '-g', '50', '-threads', '1', '-bsf:v', 'dump_extra=freq=keyframe'];
  return [
    '-hide_banner', '-nostats', '-loglevel', 'warning',
    // little probing: the picture should come soon, and the SDP says what it is
    '-fflags', 'nobuffer', '-analyzeduration', '500000', '-probesize', '200000',
    ...source.input,
    '-map', '0:v:0', '-an', ...codec,
    '-f', 'rtp', '-ssrc', String(target.ssrc), '-payload_type', String(target.payloadType),
    `rtp://127.0.0.1:${target.port}?rtcpport=${target.rtcpPort}&pkt_size=1200`,
  ];
}
