import type { LiveChange, Sequenced } from '../../domain/live-events.ts';
import type { Log } from '../../platform/log.ts';
import type { EventFeed, View } from './event-feed.ts';

const retryMs = 500;

/**
 * Carries one socket along the event log: everything after its position that its view lets through, in order, each once. Work never runs
 * twice at a time; a wake during work is remembered.
 */
export class Reader {
  readonly #feed: EventFeed;
  readonly #view: View;
  readonly #log: Log;
  readonly #send: (change: Sequenced<LiveChange>) => void;
  readonly #level: (seq: number) => void;
  #position: number;
  #target = 0;
  #running = false;
  #retry: NodeJS.Timeout | undefined;
  #stopped = false;

  /** @param level called when the reader has reached the head that it was told of */
  constructor(o: { feed: EventFeed; view: View; log: Log; position: number; send: (change: Sequenced<LiveChange>) => void; level: (seq: number) => void }) {
    this.#feed = o.feed;
    this.#view = o.view;
    this.#log = o.log;
    this.#position = o.position;
    this.#send = o.send;
    this.#level = o.level;
  }

  wake(head: number): void {
    this.#target = Math.max(this.#target, head);
    if (this.#running || this.#stopped) return;
    this.#running = true;
    clearTimeout(this.#retry);
    void this.#run();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#retry);
  }

  async #run(): Promise<void> {
    try {
      while (!this.#stopped && this.#position < this.#target) {
        const upTo = this.#target;
        const page = await this.#feed.page(this.#view, this.#position, upTo);
        if (this.#stopped) break;
        for (const change of page) {
          this.#send(change);
          this.#position = change.seq;
        }
        // a page that is not full has seen everything up to the head
        if (page.length < this.#feed.pageSize) this.#position = upTo;
      }
      if (!this.#stopped) this.#level(this.#position);
    } catch (error) {
      this.#log.debug({ err: error }, 'event reader waits for the database');
      this.#retry = setTimeout(() => this.wake(this.#target), retryMs);
    } finally {
      this.#running = false;
    }
  }
}
