/**
 * Named places at which a test may end the process: XUNCHENG_CRASH="name[:count]" kills it with SIGKILL the count-th time (first by
 * default) that the place is reached. Off when the variable is absent; then a call costs one comparison.
 */
export type CrashPoint =
  | `${'before' | 'after'}:${'spool-fsync' | 'evidence-rename' | 'event-insert' | 'history-insert' | 'commit' | 'outbox-read' | 'queue-add' | 'job-start' | 'external-send' | 'job-ack'}`;

const [wanted, countText] = (process.env['XUNCHENG_CRASH'] ?? '').split(/:(?=\d+$)/);
let left = countText === undefined ? 1 : Number(countText);

export function crashPoint(name: CrashPoint): void {
  if (wanted === '' || name !== wanted) return;
  left -= 1;
  if (left <= 0) process.kill(process.pid, 'SIGKILL');
}
