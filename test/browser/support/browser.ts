import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';

const root = join(import.meta.dirname, '../../..');

/** Chromium of the system; renders maps in software. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
      '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist',
    ],
  });
}

/** The set-up builds the pages; a test that runs alone does it itself. */
export function ensurePages(): void {
  if (existsSync(join(root, 'dashboard/web/dist/index.html'))) return;
  execFileSync(process.execPath, [join(root, 'node_modules/vite/bin/vite.js'), 'build', join(root, 'dashboard/web'), '--logLevel', 'error'], { stdio: 'inherit' });
}

export interface Visitor {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the page wrote as an error: scripts that failed, things that the content policy refused. */
  readonly complaints: string[];
  close(): Promise<void>;
}

export interface VisitOptions {
  readonly size?: readonly [width: number, height: number];
  readonly language?: 'zh' | 'en';
  readonly phone?: boolean;
}

export async function visit(browser: Browser, { size = [1366, 768], language = 'en', phone = false }: VisitOptions = {}): Promise<Visitor> {
  const context = await browser.newContext({ viewport: { width: size[0], height: size[1] }, isMobile: phone, hasTouch: phone });
  context.setDefaultTimeout(90_000);
  await context.addInitScript((chosen) => localStorage.setItem('xuncheng.language', chosen), language);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/Failed to load resource|WebSocket connection|net::ERR_/.test(message.text())) complaints.push(message.text());
  });
  return { context, page, complaints, close: () => context.close() };
}

/** Signs in by the form, as a person would. */
export async function signIn(page: Page, url: string, username: string, password: string): Promise<void> {
  await page.goto(`${url}/sign-in`);
  await page.getByTestId('sign-in-username').fill(username);
  await page.getByTestId('sign-in-password').fill(password);
  await page.getByTestId('sign-in-submit').click();
  await page.getByTestId('user-menu').waitFor();
}
