import { useSyncExternalStore } from 'react';
import { io, type Socket } from 'socket.io-client';
import type { AlertChange, CameraChange, CaseChange, ClientToServer, ServerToClient } from '../../../../domain/live-events.ts';

export type Change = AlertChange | CaseChange | CameraChange;
export type FeedSocket = Socket<ServerToClient, ClientToServer>;

export interface FeedState {
  /** `waiting`: never connected yet. */
  readonly link: 'waiting' | 'up' | 'down';
  /** Milliseconds since the epoch at which the pages were last known to be level with the server. */
  readonly levelAt: number | null;
}

/**
 * The one connection to the event log. It says the last sequence number it has seen, so that after a cut the server sends what was
 * missed, in order; a number that was seen before is dropped.
 */
class Feed {
  socket: FeedSocket | null = null;
  #state: FeedState = { link: 'waiting', levelAt: null };
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
      this.#set({ link: 'up', levelAt: Date.now() });
      // What was read before this moment may be older than the first event that we shall hear.
      for (const tell of this.#resyncs) tell();
    });
    socket.on('disconnect', (reason) => {
      this.#set({ link: 'down', levelAt: Date.now() });
      // The client does not redial by itself after the server closed it.
      if (reason === 'io server disconnect' && this.socket === socket) setTimeout(() => socket.connect(), 1000);
    });
    socket.on('connect_error', () => this.#set({ ...this.#state, link: this.#state.link === 'waiting' ? 'waiting' : 'down' }));
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
      this.#set({ link: 'up', levelAt: Date.now() });
    });
    socket.on('signedOut', () => this.#signedOut?.());
  }

  close(): void {
    this.socket?.close();
    this.socket = null;
    this.#since = null;
    this.#set({ link: 'waiting', levelAt: null });
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
    this.#set({ link: 'up', levelAt: Date.now() });
    for (const tell of this.#changes) tell(change);
  }

  #set(next: FeedState): void {
    const told = next.link !== this.#state.link;
    this.#state = told || next.levelAt === null ? next : { ...this.#state, levelAt: next.levelAt };
    if (told) for (const tell of this.#watchers) tell();
  }
}

export const feed = new Feed();

export function useFeedState(): FeedState {
  return useSyncExternalStore(feed.watch, feed.state);
}
