import pg from 'pg';
import type { Log } from './log.ts';

/** Notices of PostgreSQL that wake a process: hints only, whoever misses one finds the rows by polling. */
export interface Listening {
  /** True while the connection stands. */
  connected(): boolean;
  close(): Promise<void>;
}

/**
 * Listens on channels (`event_log`, `outbox`, `sequenced`) over a connection of its own and connects again when it breaks.
 * @param onWake called with the channel and its payload, and once with payload '' for each channel after every (re)connection,
 *   because notices may have been missed
 */
export function listen({ databaseUrl, channels, onWake, log }: {
  databaseUrl: string; channels: readonly string[]; onWake: (channel: string, payload: string) => void; log: Log;
}): Listening {
  let client: pg.Client | null = null;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let up = false;

  function retry(): void {
    up = false;
    if (closed || timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      void connect();
    }, 500);
  }

  async function connect(): Promise<void> {
    const mine = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5000, keepAlive: true, application_name: 'xuncheng-listen' });
    client = mine;
    mine.on('error', (error) => log.debug({ err: error }, 'listening connection'));
    mine.on('end', () => {
      if (client === mine) retry();
    });
    mine.on('notification', ({ channel, payload }) => onWake(channel, payload ?? ''));
    try {
      await mine.connect();
      for (const channel of channels) await mine.query(`listen ${mine.escapeIdentifier(channel)}`);
      up = true;
      for (const channel of channels) onWake(channel, '');
    } catch (error) {
      log.debug({ err: error }, 'cannot listen, will try again');
      await mine.end().catch(() => undefined);
      retry();
    }
  }

  void connect();
  return {
    connected: () => up,
    async close() {
      closed = true;
      clearTimeout(timer);
      await client?.end().catch(() => undefined);
    },
  };
}
