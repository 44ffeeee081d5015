import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, release, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cacheFolder, projectRoot } from './paths.mjs';
import { install as installPackages, missingDebianPackages } from './system-packages.mjs';

const packageFolder = join(projectRoot, 'node_modules/mediasoup');
const downloadTimeoutMs = 15_000;

const buildPackages = [
  'meson', 'ninja-build', 'g++', 'pkg-config',
  'libuv1-dev', 'libssl-dev', 'libsrtp2-dev', 'libflatbuffers-dev', 'flatbuffers-compiler',
];
const brewPackages = ['meson', 'ninja', 'pkg-config', 'libuv', 'openssl', 'srtp', 'flatbuffers'];

/** The worker that WebRTC needs: mediasoup's own build where its release page answers, else one from source. */
export function mediasoupWorker() {
  return {
    isDone: () => Boolean(process.env.MEDIASOUP_WORKER_BIN) || workerRuns(mediasoupWorkerPath()),
    async run(say) {
      const target = mediasoupWorkerPath();
      const refusal = await downloadWorker(target);
      if (refusal === null) return say(`downloaded the prebuilt mediasoup worker to ${target} (live pictures need it)`);
      const missing = missingDebianPackages(buildPackages);
      if (missing.length > 0) installPackages(say, { apt: missing, brew: brewPackages, why: `to build the mediasoup worker: ${refusal}` });
      say(`building the mediasoup worker from source, some minutes (${refusal}; live pictures need it)`);
      buildWorker(target);
    },
  };
}

/** Where the worker of the locked mediasoup version lies on this machine, whether or not it is there yet. */
function mediasoupWorkerPath() {
  const lock = JSON.parse(readFileSync(join(projectRoot, 'package-lock.json'), 'utf8'));
  const { version } = lock.packages['node_modules/mediasoup'];
  return join(cacheFolder, `mediasoup-worker-${version}-${process.arch}`);
}

/** True when the binary starts and finds its shared libraries: without a channel it says so and ends at once. */
function workerRuns(path) {
  if (!existsSync(path)) return false;
  const { status, signal, stderr } = spawnSync(path, [], { encoding: 'utf8', timeout: 5_000 });
  return signal === null && status !== 127 && !/error while loading shared libraries/u.test(stderr);
}

/** Puts `from` in place in one step, so that nobody ever starts half a file. */
function install(from, target) {
  mkdirSync(dirname(target), { recursive: true });
  const temporary = `${target}.${process.pid}`;
  cpSync(from, temporary);
  chmodSync(temporary, 0o755);
  renameSync(temporary, target);
}

/**
 * mediasoup's prebuilt worker, as its own postinstall would fetch it, with a time limit.
 * @returns {Promise<string|null>} null when it is in place, else why not
 */
async function downloadWorker(target) {
  const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'));
  // mediasoup names its Linux builds by the kernel's major version.
  const kernel = process.platform === 'linux' ? `-kernel${release().split('.')[0]}` : '';
  const name = `mediasoup-worker-${version}-${process.platform}-${process.arch}${kernel}.tgz`;
  const url = `https://github.com/versatica/mediasoup/releases/download/${version}/${name}`;
  const folder = mkdtempSync(join(tmpdir(), 'xuncheng-worker-'));
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(downloadTimeoutMs) });
    if (!answer.ok) return `the download answered ${answer.status}`;
    const archive = join(folder, name);
    writeFileSync(archive, Buffer.from(await answer.arrayBuffer()));
    execFileSync('tar', ['-xzf', archive, '-C', folder]);
    const binary = join(folder, 'mediasoup-worker');
    if (!workerRuns(binary)) return 'the prebuilt worker does not run here';
    install(binary, target);
    return null;
  } catch (error) {
    return `no download (${error.cause?.code ?? error.name})`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Builds the worker against the system's libraries; see ../mediasoup-worker/README.md for each step's reason. */
function buildWorker(target) {
  const work = mkdtempSync(join(tmpdir(), 'xuncheng-worker-'));
  try {
    const source = join(work, 'worker');
    cpSync(join(packageFolder, 'worker'), source, { recursive: true });
    const subprojects = join(source, 'subprojects');
    for (const name of readdirSync(subprojects)) {
      if (name.endsWith('.wrap') || name === 'packagefiles') rmSync(join(subprojects, name), { recursive: true });
    }
    cpSync(join(projectRoot, 'scripts/mediasoup-worker/subprojects'), subprojects, { recursive: true });
    patch(join(source, 'meson.build'), "meson_version: '>= 1.1.0'", "meson_version: '>= 1.0.0'");
    patch(join(source, 'src/RTC/DtlsTransport.cpp'),
      '(operationType == BIO_CB_RETURN) ?', '((operationType & BIO_CB_RETURN) != 0) ?');
    const build = join(work, 'build');
    const log = { cwd: source, stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 256 * 2 ** 20 };
    execFileSync('meson', ['setup', build, '--buildtype', 'release', '-Db_ndebug=true', '-Dms_use_builtin_bwe=true'], log);
    const jobs = String(Math.max(1, cpus().length));
    execFileSync('nice', ['-n', '10', 'ninja', '-j', jobs, '-C', build, 'mediasoup-worker'], log);
    const binary = join(build, 'mediasoup-worker');
    if (!workerRuns(binary)) throw new Error('the mediasoup worker was built but does not run');
    install(binary, target);
  } catch (error) {
    const tail = String(error.stdout ?? '').split('\n').slice(-20).join('\n');
    throw new Error(`building the mediasoup worker failed: ${error.message}\n${tail}`, { cause: error });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function patch(file, from, to) {
  const before = readFileSync(file, 'utf8');
  if (!before.includes(from)) throw new Error(`${file} no longer contains "${from}"; see scripts/mediasoup-worker/README.md`);
  writeFileSync(file, before.replace(from, to));
}
