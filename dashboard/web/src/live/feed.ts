import { useSyncExternalStore } from 'react';
import { io, type Socket } from 'socket.io-client';
import type { HealthView } from '../../../../domain/desk-views.ts';
import type { AlertChange, CameraChange, CaseChange, ClientToServer, ServerToClient } from '../../../../domain/live-events.ts';

export type Change = AlertChange | CaseChange | CameraChange;
export type FeedSocket = Socket<ServerToClient, ClientToServer>;

export interface FeedState {
  /** `waiting`: never connected yet. `late`: connected, but the server no longer says that it can read the log. */
  readonly link: 'waiting' | 'up' | 'late' | 'down';
  /** Milliseconds since the epoch at which the pages were last known to be level with the server. */
  readonly levelAt: number | null;
  /** What the server last said of itself; null while it cannot be asked. */
  readonly health: HealthView | null;
}

/** The server says every two seconds how far the log goes; four such words missed are no hiccup. */
const lateMs = 8000;

/**
 * The one connection to the event log. It says the last sequence number it has seen, so that after a cut the server sends what was
 * missed, in order; a number that was seen before is dropped.
 */
class Feed {
  socket: FeedSocket | null = null;
  #state: FeedState = { link: 'waiting', levelAt: null, health: null };
  #lateTimer: ReturnType<typeof setTimeout> | undefined;
  #since: number | null = null;
  #changes = new Set<(change: Change) => void>();
  #resyncs = new Set<() => void>();
  #watchers = new Set<() => void>();
  #signedOut: (() => void) | null = null;

  open(signedOut: () => void): void {
    this.#signedOut = signedOut;
    if (this.socket !== null) return;
    const socket: FeedSocket = io({
      transports: ['websocket', 'polling'],
      reconnectionDelay: 400,
      reconnectionDelayMax: 4000,
      auth: (give) => give(this.#since === null ? {} : { since: this.#since }),
    });
    this.socket = socket;
    socket.on('connect', () => {
      this.#level();
      // What was read before this moment may be older than the first event that we shall hear.
      for (const tell of this.#resyncs) tell();
    });
    socket.on('disconnect', (reason) => {
      this.#away('down');
      // The client does not redial by itself after the server closed it.
      if (reason === 'io server disconnect' && this.socket === socket) setTimeout(() => socket.connect(), 1000);
    });
    socket.on('connect_error', (error: Error & { data?: { status?: number } }) => {
      if (error.data?.status === 401) this.#signedOut?.();
      else this.#away(this.#state.link === 'waiting' ? 'waiting' : 'down');
    });
    socket.on('health', (health) => this.#set({ ...this.#state, health }));
    socket.on('alert', (change) => this.#take(change));
    socket.on('case', (change) => this.#take(change));
    socket.on('camera', (change) => this.#take(change));
    socket.on('position', ({ seq }) => {
      if (this.#since !== null && seq < this.#since) {
        // The log was replaced (restored backup): our number means nothing there.
        this.#since = seq;
        for (const tell of this.#resyncs) tell();
      }
      this.#since = Math.max(this.#since ?? 0, seq);
      this.#level();
    });
    socket.on('signedOut', () => this.#signedOut?.());
  }

  close(): void {
    this.socket?.close();
    this.socket = null;
    this.#since = null;
    clearTimeout(this.#lateTimer);
    this.#set({ link: 'waiting', levelAt: null, health: null });
  }

  onChange(listener: (change: Change) => void): () => void {
    this.#changes.add(listener);
    return () => this.#changes.delete(listener);
  }

  /** Called after every (re)connection: whoever holds rows reads them again. */
  onResync(listener: () => void): () => void {
    this.#resyncs.add(listener);
    return () => this.#resyncs.delete(listener);
  }

  watch = (listener: () => void): (() => void) => {
    this.#watchers.add(listener);
    return () => this.#watchers.delete(listener);
  };

  state = (): FeedState => this.#state;

  #take(change: Change): void {
    if (this.#since !== null && change.seq <= this.#since) return;
    this.#since = change.seq;
    this.#level();
    for (const tell of this.#changes) tell(change);
  }

  /** The server has just said that nothing is missing here. */
  #level(): void {
    clearTimeout(this.#lateTimer);
    this.#lateTimer = setTimeout(() => { if (this.#state.link === 'up') this.#set({ ...this.#state, link: 'late' }); }, lateMs);
    const wasLate = this.#state.link === 'late';
    this.#set({ ...this.#state, link: 'up', levelAt: Date.now() });
    // what was asked meanwhile may have failed
    if (wasLate) for (const tell of this.#resyncs) tell();
  }

  #away(link: 'waiting' | 'down'): void {
    clearTimeout(this.#lateTimer);
    this.#set({ ...this.#state, link, health: null });
  }

  #set(next: FeedState): void {
    const told = next.link !== this.#state.link || next.health !== this.#state.health;
    this.#state = told || next.levelAt === null ? next : { ...this.#state, levelAt: next.levelAt };
    if (told) for (const tell of this.#watchers) tell();
  }
}

export const feed = new Feed();

export function useFeedState(): FeedState {
  return useSyncExternalStore(feed.watch, feed.state);
}
