import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits for a condition: asks every 20 ms until it answers something that is not null, undefined or false.
 * @throws Error naming `what` after `timeoutMs`
 */
export async function until<T>(what: string, condition: () => T | null | undefined | false | Promise<T | null | undefined | false>, timeoutMs = 30_000): Promise<T> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const answer = await condition();
    if (answer !== null && answer !== undefined && answer !== false) return answer;
    if (performance.now() > end) throw new Error(`waited ${String(timeoutMs)} ms in vain until ${what}`);
    await sleep(20);
  }
}
