const windowMs = 15 * 60_000;
const perName = 8;
const perAddress = 60;
const mostKeys = 20_000;

/** Who tries to sign in. `device`: the browser has shown that this very person has signed in on it before. */
export interface LoginAttempt {
  readonly username: string;
  readonly address: string;
  readonly device: string | null;
}

/** An attempt that is under way. It counts as failed from its beginning, so that a thousand at once are no way around the limit. */
export interface AdmittedAttempt {
  succeeded(): void;
  /** It was neither right nor wrong: the database was away. */
  released(): void;
}

/**
 * Counts log-ins that failed or are under way in a sliding window: by name and address together (so that nobody locks out somebody
 * else) and by address alone (so that nobody tries one password on all names). A device that has signed in before counts for itself:
 * whoever fails from the same address does not lock out the office behind it. In memory: each dashboard node counts for itself.
 */
export class LoginLimit {
  readonly #tries = new Map<string, { at: number }[]>();
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** @returns the attempt, or the seconds to wait before the next one */
  admit({ username, address, device }: LoginAttempt): AdmittedAttempt | { readonly waitSeconds: number } {
    const own = device === null ? `name ${address} ${username.toLowerCase()}` : `device ${device} ${username.toLowerCase()}`;
    const keys = device === null ? [own, `address ${address}`] : [own];
    const waitSeconds = Math.max(this.#wait(own, perName), device === null ? this.#wait(`address ${address}`, perAddress) : 0);
    if (waitSeconds > 0) return { waitSeconds };
    const entry = { at: this.#now() };
    for (const key of keys) this.#tries.set(key, [...this.#recent(key), entry]);
    this.#forget();
    const released = (): void => { for (const key of keys) this.#tries.set(key, this.#recent(key).filter((one) => one !== entry)); };
    return {
      released,
      succeeded: () => {
        released();
        this.#tries.delete(own);
      },
    };
  }

  /** An attacker with many names must not fill the memory. */
  #forget(): void {
    if (this.#tries.size <= mostKeys) return;
    for (const key of [...this.#tries.keys()]) if (this.#recent(key).length === 0) this.#tries.delete(key);
    if (this.#tries.size > mostKeys) this.#tries.delete(this.#tries.keys().next().value!);
  }

  #recent(key: string): { at: number }[] {
    const since = this.#now() - windowMs;
    return (this.#tries.get(key) ?? []).filter(({ at }) => at > since);
  }

  #wait(key: string, limit: number): number {
    const recent = this.#recent(key);
    const oldest = recent[recent.length - limit];
    return oldest === undefined ? 0 : Math.ceil((oldest.at + windowMs - this.#now()) / 1000);
  }
}
