import type { Clip } from './clip.ts';
import { CLOCK_RATE, PAYLOAD_TYPE } from './rtp.ts';

/** Name of the one track of a camera in URLs. */
export const TRACK = 'trackID=0';

/** The session description of a camera (RFC 4566) with its parameter sets, as DESCRIBE answers it. */
export function describeClip(clip: Clip, name: string, baseUrl: string): string {
  const format = `a=fmtp:${String(PAYLOAD_TYPE)} `;
  const base64 = clip.parameterSets.map(set => set.toString('base64'));
  const [vps, sps, pps] = base64;
  const profile = clip.parameterSets[0]?.subarray(1, 4).toString('hex') ?? '';
  const lines = [
    'v=0', 'o=- 1 1 IN IP4 0.0.0.0', `s=${name}`, 'c=IN IP4 0.0.0.0', 't=0 0', `a=control:${baseUrl}/`, 'a=range:npt=now-',
    `m=video 0 RTP/AVP ${String(PAYLOAD_TYPE)}`,
    `a=rtpmap:${String(PAYLOAD_TYPE)} ${clip.codec === 'h264' ? 'H264' : 'H265'}/${String(CLOCK_RATE)}`,
    clip.codec === 'h264'
      ? `${format}packetization-mode=1; profile-level-id=${profile}; sprop-parameter-sets=${base64.join(',')}`
      : `${format}sprop-vps=${vps ?? ''}; sprop-sps=${sps ?? ''}; sprop-pps=${pps ?? ''}`,
    `a=control:${TRACK}`,
  ];
  return `${lines.join('\r\n')}\r\n`;
}
