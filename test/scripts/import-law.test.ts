import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

const script = join(import.meta.dirname, '../../scripts/import-law.ts');
let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'xuncheng-law-')); });
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function cruise(files: Record<string, string>): Promise<{ code: number; output: string }> {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const tops = [...new Set(Object.keys(files).map((name) => name.split('/')[0]!))];
  return new Promise((resolve) => {
    execFile(process.execPath, [script, ...tops], { cwd: folder }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr });
    });
  });
}

test('what the law allows passes', async () => {
  const { code, output } = await cruise({
    'domain/a.ts': 'export interface A { a: number }',
    'platform/b.ts': "import type { A } from '../domain/a.ts'; export type B = A;",
    'ingest/index.ts': "import type { B } from '../platform/b.ts'; export type C = B;",
    'app.ts': "import type { C } from './ingest/index.ts'; export type D = C;",
  });
  expect({ code, output }).toMatchObject({ code: 0 });
});

test.each<[string, Record<string, string>, string]>([
  ['a type of another stage', {
    'ingest/a.ts': "import type { B } from '../detector/b.ts'; export type A = B;", 'detector/b.ts': 'export type B = 1;',
  }, 'ingest-imports'],
  ['the platform from the domain', {
    'domain/a.ts': "import { b } from '../platform/b.ts'; export const a = b;", 'platform/b.ts': 'export const b = 1;',
  }, 'domain-imports'],
  ['the server from a page', {
    'dashboard/web/src/a.tsx': "import { b } from '../../b.ts'; export const a = <p>{b}</p>;", 'dashboard/b.ts': 'export const b = 1;',
  }, 'dashboard-web-imports'],
  ['the demo from the platform', {
    'platform/a.ts': "import { b } from '../demo/b.ts'; export const a = b;", 'demo/b.ts': 'export const b = 1;',
  }, 'demo-is-imported-by-app-only'],
  ['a cycle of types', {
    'domain/a.ts': "import type { B } from './b.ts'; export interface A { b: B }",
    'domain/b.ts': "import type { A } from './a.ts'; export interface B { a: A }",
  }, 'no-cycle'],
])('%s is refused', async (_name, files, rule) => {
  const { code, output } = await cruise(files);
  expect(output).toContain(rule);
  expect(code).toBe(1);
});
