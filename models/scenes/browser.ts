import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { existsSync } from 'node:fs';
import { chromium, type Page } from 'playwright-core';

const HERE = import.meta.dirname;
const THREE_ROOT = join(HERE, '../../node_modules/three');
const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.ts': 'text/javascript' };

export interface SceneBrowser {
  page: Page;
  close(): Promise<void>;
}

/** The browser to render with, or null where none is installed. */
export function findChromium(): string | null {
  const candidates = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];
  return candidates.find((c): c is string => c !== undefined && existsSync(c)) ?? null;
}

/** Serves the page and three.js on loopback; what the page posts to /out/NAME goes to `take`. */
async function serve(take: (name: string, body: Buffer) => Promise<void>): Promise<{ server: Server; port: number }> {
  const server = createServer((request, response) => {
    void (async () => {
      const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname));
      if (request.method === 'POST') {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        await take(path.slice('/out/'.length), Buffer.concat(chunks));
        response.end();
        return;
      }
      const file = path === '/' ? join(HERE, 'page/index.html') : path === '/classes.ts' || path.startsWith('/page/') ? join(HERE, path) : path.startsWith('/three/') ? join(THREE_ROOT, path.slice(7)) : null;
      if (!file) { response.writeHead(404).end(); return; }
      const body = await readFile(file);
      response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream');
      response.end(file.endsWith('.ts') ? stripTypeScriptTypes(body.toString('utf8')) : body);
    })().catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (!address || typeof address === 'string') throw new Error('no port');
  return { server, port: address.port };
}

/**
 * Started by root, Chromium raises its own priority above everything else on the machine, whatever `nice` says.
 * Without the capability to do so it keeps the priority it was given.
 */
function humble(executable: string): string {
  const set = existsSync('/usr/bin/setpriv') && process.getuid?.() === 0 ? 'setpriv --bounding-set=-sys_nice --inh-caps=-sys_nice ' : '';
  return `#!/bin/sh\nexec ${set}"${executable}" "$@"\n`;
}

/** Starts Chromium with the scene page. Software rendering: no graphics card is needed. */
export async function openScenes(take: (name: string, body: Buffer) => Promise<void>): Promise<SceneBrowser> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error('Chromium is not installed: apt-get install chromium fonts-noto-cjk');
  const { server, port } = await serve(take);
  const profile = await mkdtemp(join(tmpdir(), 'scenes-'));
  const launcher = join(profile, 'chromium.sh');
  await writeFile(launcher, humble(executablePath), { mode: 0o755 });
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: launcher, headless: true, viewport: { width: 400, height: 300 },
    args: ['--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist', '--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-background-timer-throttling', '--disable-renderer-backgrounding'],
  });
  const close = async (): Promise<void> => {
    await context.close();
    server.close();
    await rm(profile, { recursive: true, force: true });
  };
  try {
    const page = context.pages()[0] ?? await context.newPage();
    page.setDefaultTimeout(0);
    page.on('console', (m) => { if (m.type() === 'error' || m.type() === 'warning') process.stderr.write(`page: ${m.text()}\n`); });
    page.on('pageerror', (e) => process.stderr.write(`page: ${e.stack ?? e.message}\n`));
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.waitForFunction(() => document.title === 'ready', undefined, { timeout: 60_000 });
    return { page, close };
  } catch (error) {
    await close();
    throw error;
  }
}
