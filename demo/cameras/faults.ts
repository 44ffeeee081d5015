/**
 * What can be wrong with a virtual camera. `seconds`, where given, ends the fault by itself.
 *
 * - `refuse`, `reset`: every connection that speaks of the camera is closed, in order or with RST; so are those that watch it
 * - `silent`: requests get no answer, packets end, connections stay
 * - `stall`: packets end, requests are answered, connections stay
 * - `unauthorised` (401), `no-bandwidth` (453 to SETUP), `unavailable` (503): new sessions are turned away, those that play go on
 * - `black`, `frozen`, `moved`, `resolution`: another picture in the place of the scene; a clip in the size and rate that is wanted
 * - `damage`: that share of packets has bytes changed
 * - `no-key-frames`: key frames are left out
 * - `clock-jump`: RTP timestamps and the wall clock of sender reports are off by so many seconds, forwards or backwards
 */
export type CameraFault =
  & { readonly seconds?: number }
  & (
    | { readonly kind: 'refuse' | 'reset' | 'silent' | 'stall' | 'unauthorised' | 'no-bandwidth' | 'black' | 'frozen' | 'moved' | 'no-key-frames' }
    | { readonly kind: 'unavailable'; readonly retryAfter?: number }
    | { readonly kind: 'resolution'; readonly width: number; readonly height: number }
    | { readonly kind: 'damage'; readonly share: number }
    | { readonly kind: 'clock-jump'; readonly by: number }
  );

/** A fault that begins `at` seconds after the start of the server. */
export interface ScriptedFault { readonly at: number; readonly fault: CameraFault | null }

/** What a camera does with a request while it has this fault. */
export type RequestVerdict =
  | { readonly kind: 'serve' }
  | { readonly kind: 'ignore' }
  | { readonly kind: 'hang-up'; readonly reset: boolean }
  | { readonly kind: 'challenge' }
  | { readonly kind: 'answer'; readonly status: 453 | 503; readonly headers: Readonly<Record<string, string>> };

const SERVE: RequestVerdict = { kind: 'serve' };

/** How a request is met under a fault. */
export function judgeRequest(fault: CameraFault | null, method: string): RequestVerdict {
  switch (fault?.kind) {
    case 'refuse': return { kind: 'hang-up', reset: false };
    case 'reset': return { kind: 'hang-up', reset: true };
    case 'silent': return { kind: 'ignore' };
    case 'unauthorised': return method === 'DESCRIBE' || method === 'SETUP' ? { kind: 'challenge' } : SERVE;
    case 'no-bandwidth': return method === 'SETUP' ? { kind: 'answer', status: 453, headers: {} } : SERVE;
    case 'unavailable': return method === 'DESCRIBE' || method === 'SETUP'
      ? { kind: 'answer', status: 503, headers: { 'Retry-After': String(fault.retryAfter ?? 5) } } : SERVE;
    case undefined: case 'stall': case 'black': case 'frozen': case 'moved': case 'resolution': case 'damage': case 'no-key-frames': case 'clock-jump':
      return SERVE;
  }
}
