import { execFileSync, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs that run the product, by the packages that carry them. */
const runtime = [
  { why: 'reads cameras and cuts clips', command: 'ffmpeg', apt: ['ffmpeg'], brew: ['ffmpeg'] },
  { why: 'carries the queues', command: 'redis-server', apt: ['redis-server'], brew: ['redis'] },
];

/** What only the tests and benches need; `apt` packages without a command are asked of dpkg. */
const tests = [
  { why: 'the pages are tested in it', command: 'chromium', apt: ['chromium'], brew: ['--cask chromium'] },
  { why: 'screenshots in Chinese', apt: ['fonts-noto-cjk'], brew: [] },
  {
    why: 'an RTSP server that is not ours',
    apt: ['python3-gi', 'gir1.2-gst-rtsp-server-1.0', 'python3-gst-1.0',
      'gstreamer1.0-plugins-base', 'gstreamer1.0-plugins-good', 'gstreamer1.0-plugins-bad'],
    brew: [],
  },
];

/** Thrown where a person has to install something; the message is the exact command. */
export class MissingPackages extends Error {}

export function systemPackages({ forTests }) {
  const wanted = forTests ? [...runtime, ...tests] : runtime;
  const missing = () => wanted.filter((tool) => !isInstalled(tool));
  return {
    isDone: () => missing().length === 0,
    async run(say) {
      const tools = missing();
      install(say, {
        apt: tools.flatMap((tool) => tool.apt),
        brew: tools.flatMap((tool) => tool.brew),
        why: tools.map((tool) => `${tool.command ?? tool.apt[0]}: ${tool.why}`).join('; '),
      });
    },
  };
}

/** Installs by apt-get where that is ours to do (root on Debian or Ubuntu), else throws {@link MissingPackages}. */
export function install(say, { apt, brew, why }) {
  if (!isDebian() || process.getuid?.() !== 0) {
    throw new MissingPackages([
      `missing (${why}). Please type one of these and start again:`,
      `  sudo apt-get update && sudo apt-get install -y ${apt.join(' ')}`,
      ...(brew.length > 0 ? [`  brew install ${brew.join(' ')}`] : []),
    ].join('\n'));
  }
  say(`installing ${apt.join(' ')} by apt-get (${why})`);
  const hadRedis = onPath('redis-server');
  const options = {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  };
  const lockWait = ['-o', 'DPkg::Lock::Timeout=300'];
  execFileSync('apt-get', [...lockWait, '-qq', 'update'], options);
  execFileSync('apt-get', [...lockWait, '-qq', 'install', '-y', '--no-install-recommends', ...apt], options);
  // Debian starts a Redis of its own on port 6379, open to every local user; ours is a private one.
  if (!hadRedis && apt.includes('redis-server') && existsSync('/run/systemd/system')) {
    spawnSync('systemctl', ['disable', '--now', 'redis-server'], { stdio: 'ignore' });
  }
}

export function missingDebianPackages(names) {
  if (!isDebian()) return names;
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\n', ...names], { encoding: 'utf8' });
  const installed = new Set(stdout.split('\n').filter((line) => line.endsWith(' installed')).map((line) => line.split(' ')[0]));
  return names.filter((name) => !installed.has(name));
}

export function onPath(command) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function isInstalled({ command, apt }) {
  // Elsewhere than on Debian the tests that need a package without a command say themselves that they are skipped.
  return command ? onPath(command) : !isDebian() || missingDebianPackages(apt).length === 0;
}

function isDebian() {
  return existsSync('/etc/debian_version') && existsSync('/usr/bin/apt-get');
}
