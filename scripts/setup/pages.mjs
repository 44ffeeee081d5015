import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './paths.mjs';

const web = join(projectRoot, 'dashboard/web');
const dist = join(web, 'dist');
const stamp = join(dist, '.sources');

/** The browser pages, built again when their sources, the domain's or the packages' changed. */
export function pages() {
  return {
    isDone: () => !existsSync(join(web, 'index.html')) || (existsSync(stamp) && readFileSync(stamp, 'utf8') === sourcesHash()),
    async run(say) {
      say('building the browser pages (their sources changed)');
      const hash = sourcesHash();
      const fresh = join(web, `dist.${process.pid}`);
      const old = join(web, `dist.old.${process.pid}`);
      try {
        execFileSync(join(projectRoot, 'node_modules/.bin/node'), [
          join(projectRoot, 'node_modules/vite/bin/vite.js'), 'build', web, '--outDir', fresh, '--emptyOutDir', '--logLevel', 'warn',
        ], { cwd: projectRoot, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, NODE_ENV: 'production' } });
        writeFileSync(join(fresh, '.sources'), hash);
        // Whoever is serving the old pages reads whole files all the while.
        if (existsSync(dist)) renameSync(dist, old);
        renameSync(fresh, dist);
      } finally {
        rmSync(fresh, { recursive: true, force: true });
        rmSync(old, { recursive: true, force: true });
      }
    },
  };
}

function sourcesHash() {
  const hash = createHash('sha256');
  for (const file of [join(projectRoot, 'package-lock.json'), ...filesUnder(join(projectRoot, 'domain')), ...filesUnder(web)]) {
    hash.update(`${file.slice(projectRoot.length)}\0`).update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

function filesUnder(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => name !== 'node_modules' && !name.startsWith('dist') && !name.startsWith('.'))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => (entry.isDirectory() ? filesUnder(join(folder, entry.name)) : [join(folder, entry.name)]));
}
