import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { say, sayFailed } from './say.mjs';

const SOURCES = ['src', 'playground', 'bench', 'test/support'];
const SETTINGS = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];

/** Compiles to dist/ when a source is newer, gone or added since the last time. */
export function ensureBuilt(root, { force, quiet }) {
  const marker = join(root, 'dist', '.built-from');
  const wanted = fingerprint(root);
  if (!force && existsSync(marker) && readFileSync(marker, 'utf8') === wanted) {
    return 0;
  }
  if (!quiet) {
    say('Building …');
  }
  // Compiled beside dist/ and put in its place at once: a program that runs from dist/ never finds half of it.
  const fresh = join(root, `dist.${process.pid}`);
  rmSync(fresh, { recursive: true, force: true });
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const argv = [tsc, '-p', 'tsconfig.build.json', '--outDir', fresh];
  const result = spawnSync(process.execPath, argv, { cwd: root, encoding: 'utf8' });
  if (result.status !== 0) {
    rmSync(fresh, { recursive: true, force: true });
    sayFailed('The build', result);
    return 1;
  }
  mkdirSync(fresh, { recursive: true });
  writeFileSync(join(fresh, '.built-from'), wanted);
  const old = join(root, `dist.${process.pid}.old`);
  if (existsSync(join(root, 'dist'))) {
    renameSync(join(root, 'dist'), old);
  }
  renameSync(fresh, join(root, 'dist'));
  rmSync(old, { recursive: true, force: true });
  return 0;
}

function fingerprint(root) {
  const hash = createHash('sha256').update(process.versions.node);
  for (const folder of SOURCES.filter((name) => existsSync(join(root, name)))) {
    const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
    for (const file of files.filter((name) => name.endsWith('.ts')).sort()) {
      const { mtimeMs, size } = statSync(join(root, folder, file));
      hash.update(`${folder}/${file} ${mtimeMs} ${size}\n`);
    }
  }
  for (const file of SETTINGS) {
    hash.update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}
