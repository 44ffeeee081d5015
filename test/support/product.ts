import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { until } from './until.ts';

const root = resolve(import.meta.dirname, '../..');

/** The whole product as a user starts it, in a data folder of its own on a free port. */
export interface Product {
  readonly url: string;
  readonly pid: number;
  readonly dataDir: string;
  /** Everything it has printed. */
  output(): string;
  /** Ends it as Ctrl-C does; resolves with its exit code. The data stays. */
  stop(): Promise<number | null>;
  /** SIGKILL to the supervisor alone. */
  kill(): Promise<void>;
  /** Stops it, if it runs, and deletes its data. */
  close(): Promise<void>;
}

export async function startProduct({ env = {}, dataDir = mkdtempSync(join(tmpdir(), 'xuncheng-')), readyMs = 180_000 }: {
  env?: NodeJS.ProcessEnv; dataDir?: string; readyMs?: number;
} = {}): Promise<Product> {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(NODE_OPTIONS|JEST_|DATABASE_|REDIS_|XUNCHENG_|HOST$|PORT$|TLS_)/.test(name)));
  const child: ChildProcess = spawn(join(root, 'node_modules/.bin/node'), ['main.ts'], {
    cwd: root,
    env: { ...inherited, PORT: '0', XUNCHENG_DATA: dataDir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  child.stdout!.on('data', (chunk: Buffer) => { text += chunk.toString(); });
  child.stderr!.on('data', (chunk: Buffer) => { text = (text + chunk.toString()).slice(-400_000); });
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const running = (): boolean => child.exitCode === null && child.signalCode === null;
  const ready = /Xuncheng is ready: (http\S+)/;
  await until('the product is ready', () => {
    if (!running()) throw new Error(`the product ended with ${String(child.exitCode ?? child.signalCode)}:\n${text.slice(-4000)}`);
    return ready.test(text);
  }, readyMs).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw new Error(`${String(error)}\n${text.slice(-4000)}`);
  });
  const stop = async (): Promise<number | null> => {
    if (running()) child.kill('SIGINT');
    return (await exited)[0];
  };
  return {
    url: ready.exec(text)![1]!,
    pid: child.pid!,
    dataDir,
    output: () => text,
    stop,
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    async close() {
      await stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export interface DemoUser {
  readonly username: string;
  readonly password: string;
  readonly roles: readonly string[];
  readonly unit: string;
}

export function demoUsers(dataDir: string): DemoUser[] {
  const path = join(dataDir, 'demo-users.json');
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as DemoUser[]) : [];
}

/** A person at the HTTP API, by a session's cookie. Answers that are not 2xx are errors unless `raw` is used. */
export interface Person {
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body?: unknown): Promise<T>;
  upload(bytes: Uint8Array, name: string, mime: string): Promise<string>;
  raw(path: string, init?: RequestInit): Promise<Response>;
  readonly cookie: string;
}

export async function signIn(url: string, username: string, password: string): Promise<Person> {
  const origin = new URL(url).origin;
  const session = await fetch(`${url}/api/session`, {
    method: 'POST', headers: { 'content-type': 'application/json', origin }, body: JSON.stringify({ username, password }),
  });
  if (!session.ok) throw new Error(`${username} cannot sign in: ${session.status} ${await session.text()}`);
  const cookie = session.headers.getSetCookie().map((c) => c.split(';')[0]).join('; ');
  const raw = (path: string, init: RequestInit = {}): Promise<Response> => fetch(url + path, { ...init, headers: { cookie, origin, ...(init.headers as Record<string, string>) } });
  const answer = async <T>(path: string, response: Response): Promise<T> => {
    const body = await response.text();
    if (!response.ok) throw Object.assign(new Error(`${username} ${path}: ${response.status} ${body}`), { status: response.status });
    return (body === '' ? undefined : JSON.parse(body)) as T;
  };
  return {
    cookie,
    raw,
    get: async (path) => answer(path, await raw(path)),
    post: async (path, body = {}) => answer(path, await raw(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })),
    async upload(bytes, name, mime) {
      const form = new FormData();
      form.append('file', new Blob([bytes as Uint8Array<ArrayBuffer>], { type: mime }), name);
      return (await answer<{ id: string }>('/api/media', await raw('/api/media', { method: 'POST', body: form }))).id;
    },
  };
}
