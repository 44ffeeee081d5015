import { useCallback, useSyncExternalStore } from 'react';
import { feed } from './feed.ts';
import type { LiveQuality, LiveView } from './live-view.ts';

export type LiveState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'opening' }
  | { readonly kind: 'playing'; readonly stream: MediaStream }
  /** Another attempt follows by itself. `detail` is the server's own sentence, or empty when the network failed. */
  | { readonly kind: 'failed'; readonly status: number; readonly detail: string };

const idle: LiveState = { kind: 'idle' };
/** A tile that is scrolled out and in again, or shown at a second place, does not dial anew. */
const lingerMs = 3_000;

/** One live picture of one camera, shared by all who show it; redials with growing pauses while somebody looks. */
class Shared {
  state: LiveState = { kind: 'opening' };
  readonly #camera: string;
  readonly #quality: LiveQuality;
  readonly #listeners = new Set<() => void>();
  readonly #gone: () => void;
  #view: LiveView | null = null;
  #attempt = 0;
  #generation = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #offResync: () => void;

  constructor(camera: string, quality: LiveQuality, gone: () => void) {
    this.#camera = camera;
    this.#quality = quality;
    this.#gone = gone;
    // The server forgets the viewers of a broken socket.
    this.#offResync = feed.onResync(() => this.#dial());
    this.#dial();
  }

  add(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) setTimeout(() => { if (this.#listeners.size === 0) this.#end(); }, lingerMs);
    };
  }

  #dial(): void {
    clearTimeout(this.#timer);
    this.#view?.close();
    this.#view = null;
    const generation = ++this.#generation;
    const socket = feed.socket;
    if (socket === null || !socket.connected) {
      this.#fail(generation, 0, '');
      return;
    }
    if (this.state.kind !== 'failed') this.#set({ kind: 'opening' });
    // mediasoup-client is fetched with the first tile, not with the first page.
    void import('./live-view.ts').then(async ({ openLive, LiveRefused }) => {
      try {
        const view = await openLive(socket, this.#camera, this.#quality, () => this.#fail(generation, 0, ''));
        if (generation !== this.#generation) {
          view.close();
          return;
        }
        this.#view = view;
        this.#attempt = 0;
        this.#set({ kind: 'playing', stream: view.stream });
      } catch (error) {
        if (error instanceof LiveRefused) this.#fail(generation, error.status, error.message);
        else this.#fail(generation, 0, error instanceof Error ? error.message : '');
      }
    });
  }

  #fail(generation: number, status: number, detail: string): void {
    if (generation !== this.#generation) return;
    this.#set({ kind: 'failed', status, detail });
    clearTimeout(this.#timer);
    const pause = Math.min(15_000, 1000 * 2 ** this.#attempt++) * (0.8 + Math.random() * 0.4);
    this.#timer = setTimeout(() => this.#dial(), pause);
  }

  #set(state: LiveState): void {
    this.state = state;
    for (const tell of this.#listeners) tell();
  }

  #end(): void {
    this.#generation++;
    clearTimeout(this.#timer);
    this.#offResync();
    this.#view?.close();
    this.#gone();
  }
}

const pool = new Map<string, Shared>();

function shared(camera: string, quality: LiveQuality): Shared {
  const key = `${quality} ${camera}`;
  let entry = pool.get(key);
  if (entry === undefined) {
    entry = new Shared(camera, quality, () => pool.delete(key));
    pool.set(key, entry);
  }
  return entry;
}

/** The live picture of a camera while the component is mounted; null = none is wanted now. */
export function useLive(camera: string | null, quality: LiveQuality): LiveState {
  const subscribe = useCallback(
    (listener: () => void) => (camera === null ? () => undefined : shared(camera, quality).add(listener)),
    [camera, quality],
  );
  return useSyncExternalStore(subscribe, () => (camera === null ? idle : (pool.get(`${quality} ${camera}`)?.state ?? idle)));
}
