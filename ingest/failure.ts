import type { CameraState } from '../domain/camera.ts';

export interface Failure {
  readonly state: Extract<CameraState, 'offline' | 'unauthorised' | 'unsupported'>;
  /** A code, a colon, and words that a person can act on. */
  readonly reason: string;
}

type Rule = readonly [RegExp, Failure['state'], string];

/** First match wins; the reason may use the match as $1. From what ffmpeg 5 to 7 say. */
const rules: readonly Rule[] = [
  [/\b401\b|Unauthorized/i, 'unauthorised', 'wrong_password: the camera refuses user name or password (401)'],
  [/\b403\b Forbidden|: 403\b/i, 'unauthorised', 'forbidden: this user may not watch the camera (403)'],
  [/\b404\b|Stream Not Found/i, 'unsupported', 'no_such_stream: the camera has no stream under this path (404): check the address'],
  [/\b453\b|Not Enough Bandwidth/i, 'offline', 'no_free_session: the camera gives out no more sessions (453): close others or raise its limit'],
  [/\b461\b|Unsupported Transport/i, 'unsupported', 'wrong_transport: the camera does not offer this transport (461): set transport to the other of tcp and udp'],
  [/\b503\b|Service Unavailable/i, 'offline', 'busy: the camera is busy (503)'],
  [/failed: (5\d\d [^\n]*)|5XX Server Error/i, 'offline', 'server_error: the camera answers with an error: $1'],
  [/failed: (4\d\d [^\n]*)|4XX Client Error/i, 'unsupported', 'request_refused: the camera turns the request away: $1'],
  [/No space left on device/i, 'offline', 'disk_full: the disk of the recording ring is full'],
  [/Connection refused/i, 'offline', 'refused: connection refused: the camera is off, or host or port are wrong'],
  [/No route to host|Network is unreachable|Host is unreachable/i, 'offline', 'no_route: no way to the camera in the network'],
  [/Failed to resolve hostname|Name or service not known|Temporary failure in name resolution/i, 'offline', 'unknown_host: the host name is not known'],
  [/matches no streams|Stream specifier|does not contain any stream/i, 'unsupported', 'no_video: the stream holds no video'],
  [/Could not find codec parameters|codec none|Unknown (?:video )?codec|unknown codec|Decoder .*not found|Unsupported codec/i, 'unsupported', 'unknown_codec: the video has a codec that is not known here'],
  [/Could not find tag for codec|codec not currently supported in container/i, 'unsupported', 'cannot_record: the video has a codec that cannot be recorded'],
  [/(?:Operation|Connection) timed out|ETIMEDOUT/i, 'offline', 'timeout: the camera does not answer in time'],
  [/Connection reset|Broken pipe|End of file|Server returned 0|Input\/output error/i, 'offline', 'closed: the camera closed the connection'],
  [/Protocol not found|not on whitelist/i, 'unsupported', 'bad_address: this kind of address is not taken'],
  [/Invalid data found|Error number -\d+ occurred|Invalid argument/i, 'offline', 'no_answer: something listens there, but closes the connection or does not speak RTSP'],
];

/**
 * Tells from ffmpeg's last lines why a camera gives no picture; null when they do not tell. Pure.
 * @param late it ended when the time for an answer was over: ffmpeg calls that invalid data too
 */
export function classifyFailure(lines: readonly string[], late = false): Failure | null {
  const text = lines.filter((line) => !/^\s*(frame=|Stream #|Metadata:|encoder)|showinfo/.test(line)).slice(-25).join('\n');
  for (const [pattern, state, reason] of rules) {
    const match = pattern.exec(text);
    if (match === null) continue;
    if (late && reason.startsWith('no_answer')) return { state: 'offline', reason: 'timeout: the camera does not answer in time' };
    return { state, reason: reason.replace('$1', match[1]?.trim() ?? 'no reason given') };
  }
  return null;
}
