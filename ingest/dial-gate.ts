/**
 * Lets one dial begin at a time, so that cameras which went down together do not come back in one blow. A dial that takes long lets
 * the next one go after `hold` milliseconds: one silent camera does not keep the others out.
 */
export class DialGate {
  readonly #hold: number;
  #tail: Promise<void> = Promise.resolve();

  constructor(hold: number) {
    this.#hold = hold;
  }

  /** @returns a function that frees the gate; it frees itself after the hold. null: the signal came while waiting */
  async enter(signal: AbortSignal): Promise<(() => void) | null> {
    let free: () => void = () => undefined;
    const before = this.#tail;
    this.#tail = new Promise((resolve) => { free = resolve; });
    await before;
    if (signal.aborted) {
      free();
      return null;
    }
    const timer = setTimeout(free, this.#hold);
    return () => {
      clearTimeout(timer);
      free();
    };
  }
}

/**
 * Wait before the next dial, milliseconds. Pure but for the dice.
 * @param failures in a row
 * @param dice 0..1; cameras that failed together spread over the whole span
 */
export function backoff({ failures, first, most, dice }: { failures: number; first: number; most: number; dice: number }): number {
  const ceiling = Math.min(most, first * 2 ** Math.min(failures - 1, 20));
  return ceiling * (0.5 + dice);
}
