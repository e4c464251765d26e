import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { say, sayFailed } from './say.mjs';

/** Installs node_modules exactly as package-lock.json says, when they are missing or from another lock file. */
export function ensureDependencies(root) {
  const marker = join(root, 'node_modules', '.goodgate-lock');
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) {
    return 0;
  }
  say('Installing dependencies (npm ci) …');
  let result = npm(root, 'ci');
  if (result.status !== 0 && /EUSAGE/u.test(result.stderr)) {
    // A registry's mirror that lacks packages for other platforms leaves a lock file that "npm ci" finds incomplete.
    result = npm(root, 'install', '--no-save');
  }
  if (result.status !== 0) {
    sayFailed('Installing dependencies', result);
    return 1;
  }
  writeFileSync(marker, wanted);
  return 0;
}

/** No install scripts: nothing here needs one. ssh2 does without its optional native part. */
function npm(root, ...command) {
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  return spawnSync('npm', [...command, '--ignore-scripts', '--include=dev', ...quiet], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NODE_ENV: 'development' },
    shell: process.platform === 'win32',
  });
}
