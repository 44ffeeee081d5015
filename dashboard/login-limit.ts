const windowMs = 15 * 60_000;
const perUser = 8;
const perAddress = 60;

/**
 * Counts failed log-ins in a sliding window, by name and address together (so that nobody locks out somebody else) and by address
 * alone. In memory: each dashboard node counts for itself.
 */
export class LoginLimit {
  readonly #failures = new Map<string, number[]>();
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Seconds to wait before the next attempt, 0 when it may be made. */
  waitSeconds(username: string, address: string): number {
    return Math.max(this.#wait(this.#key(username, address), perUser), this.#wait(address, perAddress));
  }

  failed(username: string, address: string): void {
    for (const key of [this.#key(username, address), address]) this.#failures.set(key, [...this.#recent(key), this.#now()]);
    // an attacker with many names must not fill the memory
    if (this.#failures.size > 20_000) for (const key of [...this.#failures.keys()]) if (this.#recent(key).length === 0) this.#failures.delete(key);
    if (this.#failures.size > 20_000) this.#failures.delete(this.#failures.keys().next().value!);
  }

  succeeded(username: string, address: string): void {
    this.#failures.delete(this.#key(username, address));
  }

  #key(username: string, address: string): string {
    return `${address} ${username.toLowerCase()}`;
  }

  #recent(key: string): number[] {
    const since = this.#now() - windowMs;
    return (this.#failures.get(key) ?? []).filter((at) => at > since);
  }

  #wait(key: string, limit: number): number {
    const recent = this.#recent(key);
    const oldest = recent[recent.length - limit];
    return oldest === undefined ? 0 : Math.ceil((oldest + windowMs - this.#now()) / 1000);
  }
}
