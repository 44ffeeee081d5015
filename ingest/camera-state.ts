import { cameraTransitions, type CameraState } from '../domain/camera.ts';
import type { Log } from '../platform/log.ts';
import type { InputState } from './standing-input.ts';

/** From best to worst. */
const ranks: Record<InputState, number> = { live: 0, connecting: 1, stalled: 2, offline: 3, unsupported: 4, unauthorised: 5 };

export interface Stated<S> { readonly state: S; readonly reason: string | null }

/** A camera is as well as the worst of its inputs. Pure. */
export function worstOf(inputs: readonly Stated<InputState>[]): Stated<InputState> {
  return inputs.toSorted((a, b) => ranks[b.state] - ranks[a.state])[0] ?? { state: 'unsupported', reason: 'no_input: the camera has no input' };
}

/** The one place that changes a camera's state: logs it, and refuses what cannot follow. */
export class CameraStateHolder {
  #current: Stated<CameraState> = { state: 'connecting', reason: 'starting: waiting for the camera' };
  readonly #log: Log;
  readonly #onChange: () => void;

  constructor({ log, onChange }: { log: Log; onChange: () => void }) {
    this.#log = log;
    this.#onChange = onChange;
  }

  get current(): Stated<CameraState> { return this.#current; }

  /** Goes to a state, by way of `connecting` where it cannot follow directly: a failed camera was dialled again. */
  become(state: CameraState, reason: string | null): void {
    const from = this.#current.state;
    if (from !== state && !cameraTransitions[from].includes(state)) this.#set('connecting', null);
    this.#set(state, reason);
  }

  #set(state: CameraState, reason: string | null): void {
    const from = this.#current;
    if (from.state === state && from.reason === reason) return;
    if (from.state !== state && !cameraTransitions[from.state].includes(state)) throw new Error(`a camera cannot go from ${from.state} to ${state}`);
    this.#current = { state, reason };
    if (from.state !== state) this.#log.info({ from: from.state, to: state, reason }, 'camera state');
    this.#onChange();
  }
}
