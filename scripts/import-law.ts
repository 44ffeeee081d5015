/** Holds the import law of .dependency-cruiser.mjs in the current folder: `node scripts/import-law.ts PATH…`, exit 1 on a violation. */
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import type { ParseOptions } from '@swc/core';
import type { ICruiseOptions, IFlattenedRuleSet } from 'dependency-cruiser';

// dependency-cruiser reads TypeScript 7 by swc alone, and asks swc for plain TypeScript: JSX must be told by the name.
const swc = createRequire(import.meta.url)('@swc/core') as { parseFileSync: (file: string, options: ParseOptions) => unknown };
const { parseFileSync } = swc;
swc.parseFileSync = (file, options) => parseFileSync(file, { ...options, tsx: extname(file) === '.tsx' } as ParseOptions);

const { cruise } = await import('dependency-cruiser');
const { default: config } = await import(join(import.meta.dirname, '../.dependency-cruiser.mjs')) as {
  default: { forbidden: IFlattenedRuleSet['forbidden']; options: ICruiseOptions };
};

const { output, exitCode } = await cruise(process.argv.slice(2), {
  ...config.options,
  ruleSet: { forbidden: config.forbidden ?? [] },
  validate: true,
  outputType: 'err',
});
console.log(typeof output === 'string' ? output.trim() : output);
process.exitCode = exitCode > 0 ? 1 : 0;
