import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { PURPOSES } from './programs.mjs';
import { say, sayFailed } from './say.mjs';

// Servers are in sbin folders, which an ordinary user's PATH often lacks.
const SBIN = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** Installs what a purpose lacks, as root on Debian or Ubuntu; elsewhere says exactly what to install, and returns 2. */
export function ensurePrograms(purpose) {
  const root = process.getuid?.() === 0;
  const lacking = PURPOSES[purpose].filter((one) => (root || !one.onlyForRoot) && !isThere(one));
  if (lacking.length === 0) {
    return 0;
  }
  const names = lacking.map((one) => one.program ?? one.path).join(', ');
  if (!root || !isDebian()) {
    say(howToInstall(purpose, names, lacking));
    return 2;
  }
  return installWithApt(names, unique(lacking, 'apt'));
}

function isThere({ program, path }) {
  if (path !== undefined) {
    const [before, after] = path.split('*');
    return existsSync(before) && readdirSync(before).some((name) => existsSync(`${before}${name}${after}`));
  }
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...SBIN].filter((folder) => folder !== '');
  return folders.some((folder) => isExecutable(join(folder, program)));
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function isDebian() {
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  return /^ID(?:_LIKE)?=.*\b(?:debian|ubuntu)\b/mu.test(release);
}

function installWithApt(names, packages) {
  say(`Installing system packages, for ${names}: ${packages.join(' ')} …`);
  return withoutStartingServices(() => {
    const install = () => apt('install', '--yes', '--no-install-recommends', ...packages);
    let result = hasPackageLists() ? install() : undefined;
    if (result?.status !== 0) {
      // No list yet, or an old one that names versions that are gone.
      const updated = apt('update');
      if (updated.error) {
        sayFailed('apt-get update', updated);
        return 1;
      }
      result = install();
    }
    if (result.status !== 0) {
      sayFailed('apt-get install', result);
      return 1;
    }
    return 0;
  });
}

function apt(...words) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', NEEDRESTART_SUSPEND: '1' };
  const options = { encoding: 'utf8', env, maxBuffer: 64 * 1024 * 1024, stdio: ['ignore', 'pipe', 'pipe'] };
  return spawnSync('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=300', ...words], options);
}

function hasPackageLists() {
  const lists = '/var/lib/apt/lists';
  return existsSync(lists) && readdirSync(lists).some((name) => /_Packages(?:\.\w+)?$/u.test(name));
}

/**
 * Debian starts a server as soon as it is installed. We want programs, not services on well-known ports; while
 * policy-rc.d exits with 101, none is started (invoke-rc.d(8)). One that is there already is left as it is.
 */
function withoutStartingServices(work) {
  const policy = '/usr/sbin/policy-rc.d';
  const ours = !existsSync(policy);
  if (ours) {
    writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  }
  try {
    return work();
  } finally {
    if (ours) {
      rmSync(policy, { force: true });
    }
  }
}

function howToInstall(purpose, names, lacking) {
  const command = purpose === 'test' ? 'npm test' : `npm run ${purpose}`;
  if (process.platform !== 'linux') {
    return [
      `"${command}" starts real Linux servers, so it needs Linux. Run it in a container:`,
      '  docker run --rm -it -v "$PWD":/goodgate -w /goodgate node:24-bookworm npm ' +
        (purpose === 'test' ? 'test' : `run ${purpose}`),
    ].join('\n');
  }
  return [
    `"${command}" needs programs that are not installed: ${names}.`,
    'Install them, and run the same command again:',
    `  Debian, Ubuntu:  sudo apt-get install --no-install-recommends ${unique(lacking, 'apt').join(' ')}`,
    `  Fedora, RHEL:    sudo dnf install ${unique(lacking, 'dnf').join(' ')}`,
    `  Alpine:          sudo apk add ${unique(lacking, 'apk').join(' ')}`,
  ].join('\n');
}

function unique(lacking, manager) {
  return [...new Set(lacking.map((one) => one[manager]))];
}
