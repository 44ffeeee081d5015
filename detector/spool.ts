import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DetectionMessage } from '../domain/detection.ts';
import { crashPoint } from '../platform/crash-points.ts';
import type { Log } from '../platform/log.ts';
import { syncFolder } from './durable-file.ts';

/** Messages that are kept until they are seen in PostgreSQL; `still` is told or forgotten. */
export type KeptMessage = Exclude<DetectionMessage, { kind: 'still' }>;

/** What PostgreSQL knows of an event. */
export interface Seen {
  readonly raised: boolean;
  /** @param manifestSha256 of the evidence message that asks */
  readonly evidence: (manifestSha256: string) => boolean;
  readonly gone: boolean;
}

/** No room left: the caller keeps the thing in its own hands and comes again. */
export class SpoolFullError extends Error {
  override readonly name = 'SpoolFullError';
}

/**
 * Messages and unfinished work on disk, one file each, synced before anything leaves. Each message is sent, and sent again, until
 * PostgreSQL is seen to hold it; the messages of one key leave in the order raised, evidence, gone.
 */
export interface Spool {
  /** @throws SpoolFullError */
  put(message: KeptMessage): Promise<void>;
  /** Work that a later process takes up: any JSON, one per key. @throws SpoolFullError */
  putTask(key: string, task: unknown): Promise<void>;
  removeTask(key: string): Promise<void>;
  /** Tasks found at the start, oldest first. */
  tasks(): readonly { readonly key: string; readonly task: unknown }[];
  message(key: string, kind: KeptMessage['kind']): KeptMessage | null;
  hasTask(key: string): boolean;
  /** False while the event itself has not left yet. */
  wasRaised(key: string): boolean;
  counters(): { messages: number; tasks: number; bytes: number; limitBytes: number; oldestSeconds: number };
  close(): Promise<void>;
}

const order = ['raised', 'evidence', 'gone'] as const satisfies readonly KeptMessage['kind'][];
type FileKind = KeptMessage['kind'] | 'task';
const namePattern = /^([\w.:-]+)\.(raised|evidence|gone|task)\.json$/;

interface Entry {
  readonly key: string;
  readonly kind: FileKind;
  readonly bytes: number;
  readonly body: unknown;
  readonly since: number;
  sentAt: number | null;
  attempts: number;
}

const keyOf = (message: KeptMessage): string => (message.kind === 'raised' ? message.event.key : message.key);

export async function openSpool({ folder, limitBytes, send, seen, log, resendMs = 3000, tickMs = 1000 }: {
  folder: string;
  limitBytes: number;
  send: (message: DetectionMessage, attempt: number) => Promise<void>;
  seen: (keys: readonly string[]) => Promise<ReadonlyMap<string, Seen>>;
  log: Log;
  resendMs?: number;
  tickMs?: number;
}): Promise<Spool> {
  await mkdir(folder, { recursive: true });
  const entries = new Map<string, Entry>();
  let bytes = 0;
  let warned = false;
  let askedAt = 0;
  let running: Promise<void> | null = null;
  let again = false;
  let closed = false;

  const nameOf = (key: string, kind: FileKind): string => `${key}.${kind}.json`;

  async function read(): Promise<void> {
    for (const name of await readdir(folder)) {
      const path = join(folder, name);
      const match = namePattern.exec(name);
      if (match === null) {
        // half-written files of a process that died; what they were to replace is still there
        if (name.endsWith('.tmp')) await rm(path, { force: true });
        continue;
      }
      try {
        const text = await readFile(path, 'utf8');
        const { mtimeMs } = await stat(path);
        entries.set(name, { key: match[1]!, kind: match[2] as FileKind, bytes: Buffer.byteLength(text), body: JSON.parse(text), since: mtimeMs, sentAt: null, attempts: 0 });
        bytes += Buffer.byteLength(text);
      } catch (error) {
        log.error({ err: error, file: path }, 'spool file cannot be read and is put aside');
        await rename(path, `${path}.broken`);
      }
    }
  }

  async function write(key: string, kind: FileKind, body: unknown): Promise<void> {
    const name = nameOf(key, kind);
    const text = JSON.stringify(body);
    const size = Buffer.byteLength(text);
    const before = entries.get(name)?.bytes ?? 0;
    if (bytes - before + size > limitBytes) throw new SpoolFullError(`the spool holds ${bytes} bytes, its limit is ${limitBytes}; is the database or Redis away?`);
    const path = join(folder, name);
    const temporary = `${path}.tmp`;
    const file = await open(temporary, 'w', 0o640);
    try {
      await file.writeFile(text);
      crashPoint('before:spool-fsync');
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncFolder(folder);
    crashPoint('after:spool-fsync');
    bytes += size - before;
    entries.set(name, { key, kind, bytes: size, body, since: Date.now(), sentAt: null, attempts: 0 });
    if (bytes > limitBytes * 0.8 && !warned) {
      warned = true;
      log.warn({ bytes, limitBytes }, 'the spool is nearly full: messages are not seen in the database');
    } else if (bytes < limitBytes * 0.5) {
      warned = false;
    }
  }

  async function remove(name: string): Promise<void> {
    const entry = entries.get(name);
    if (entry === undefined) return;
    entries.delete(name);
    bytes -= entry.bytes;
    await rm(join(folder, name), { force: true });
  }

  const messages = (): Entry[] => [...entries.values()].filter((e) => e.kind !== 'task');

  /** Clears what PostgreSQL holds. */
  async function clear(now: number): Promise<void> {
    const sent = messages().filter((e) => e.sentAt !== null);
    if (sent.length === 0 || now - askedAt < resendMs / 2) return;
    askedAt = now;
    const known = await seen([...new Set(sent.map((e) => e.key))]);
    for (const entry of sent) {
      const row = known.get(entry.key);
      if (row === undefined) continue;
      const message = entry.body as KeptMessage;
      const held = message.kind === 'raised' ? row.raised : message.kind === 'gone' ? row.gone : row.evidence(message.manifest.sha256);
      if (held) await remove(nameOf(entry.key, entry.kind));
    }
  }

  const due = (entry: Entry, now: number): boolean => entry.sentAt === null || now - entry.sentAt >= resendMs * 2 ** Math.min(entry.attempts - 1, 4);

  async function sendKey(key: string, list: readonly Entry[]): Promise<void> {
    for (const kind of order) {
      const entry = list.find((e) => e.kind === kind);
      // nothing of an event overtakes the event itself
      if (entry === undefined && kind === 'raised' && !wasRaised(key)) return;
      if (entry === undefined || !due(entry, Date.now())) continue;
      await send(entry.body as KeptMessage, entry.attempts + 1);
      entry.sentAt = Date.now();
      entry.attempts += 1;
      if (entry.attempts === 6) log.warn({ key, kind }, 'a message was sent six times and is not seen in the database');
    }
  }

  async function round(): Promise<void> {
    for (const [key, list] of Map.groupBy(messages(), (e) => e.key)) {
      try {
        await sendKey(key, list);
      } catch (error) {
        log.debug({ err: error, key }, 'a message could not be sent, will be tried again');
      }
    }
    try {
      await clear(Date.now());
    } catch (error) {
      log.debug({ err: error }, 'the database cannot be asked what it holds, will be asked again');
    }
  }

  function pump(): void {
    again = true;
    if (running !== null || closed) return;
    running = (async () => {
      while (again && !closed) {
        again = false;
        await round();
      }
    })().finally(() => {
      running = null;
    });
  }

  function wasRaised(key: string): boolean {
    const raised = entries.get(nameOf(key, 'raised'));
    if (raised !== undefined) return raised.sentAt !== null;
    const task = entries.get(nameOf(key, 'task'))?.body as { stage?: string } | undefined;
    return task === undefined || task.stage !== 'pictures';
  }

  await read();
  const found = [...entries.values()].filter((e) => e.kind === 'task').toSorted((a, b) => a.since - b.since);
  const timer = setInterval(pump, tickMs);
  timer.unref();
  pump();

  return {
    async put(message) {
      await write(keyOf(message), message.kind, message);
      pump();
    },
    putTask: (key, task) => write(key, 'task', task),
    removeTask: (key) => remove(nameOf(key, 'task')),
    tasks: () => found.map((e) => ({ key: e.key, task: e.body })),
    message: (key, kind) => (entries.get(nameOf(key, kind))?.body as KeptMessage | undefined) ?? null,
    hasTask: (key) => entries.has(nameOf(key, 'task')),
    wasRaised,
    counters() {
      const waiting = messages();
      const oldest = waiting.reduce((min, e) => Math.min(min, e.since), Date.now());
      return { messages: waiting.length, tasks: entries.size - waiting.length, bytes, limitBytes, oldestSeconds: Math.round((Date.now() - oldest) / 1000) };
    },
    async close() {
      closed = true;
      clearInterval(timer);
      await running;
    },
  };
}
