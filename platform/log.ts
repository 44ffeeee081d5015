import { pino, type Logger } from 'pino';

export type Log = Logger;

/** JSON lines on stderr; passwords in URLs never reach it because callers mask them (platform/secrets.ts). */
export function createLog(name: string): Log {
  return pino({ name, level: process.env['LOG_LEVEL'] ?? 'info', base: { pid: process.pid } }, pino.destination({ fd: 2, sync: true }));
}
