import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const files = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
  .split('\0')
  .filter(Boolean);

function read(file: string): string {
  return readFileSync(`${root}${file}`, 'utf8');
}

it('the lock file names no registry, so that every mirror will do', () => {
  expect(read('package-lock.json')).not.toMatch(/"resolved"|https?:\/\/[^"]*\.tgz/u);
});

it('every link from one document to another leads somewhere', () => {
  const broken: string[] = [];
  for (const file of files.filter((name) => name.endsWith('.md') && !name.startsWith('test/'))) {
    for (const [, target = ''] of read(file).matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/gu)) {
      if (/^[a-z]+:/u.test(target)) continue;
      const path = new URL(target, `file:///${file}`).pathname.slice(1).replace(/\/$/u, '');
      if (!files.some((name) => name === path || name.startsWith(`${path}/`))) {
        broken.push(`${file}: ${target}`);
      }
    }
  }
  expect(broken).toEqual([]);
});

it('the words of the scene are documented as they are', () => {
  const script = `${root}scripts/write-scene-words.mjs`;
  const current = execFileSync(process.execPath, [script, '--print'], { encoding: 'utf8' });
  expect(read('docs/scene-words.md')).toBe(current);
});
