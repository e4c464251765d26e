import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { z } from 'zod';

const root = fileURLToPath(new URL('../../', import.meta.url));
const argv = ['pack', '--dry-run', '--json', '--ignore-scripts'];
const printed = execFileSync('npm', argv, {
  cwd: root,
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'ignore'],
});
const [packed] = z
  .tuple([z.looseObject({ files: z.array(z.looseObject({ path: z.string() })) })])
  .parse(JSON.parse(printed));
const files = packed.files.map(({ path }) => path);

it('the package holds what a user needs', () => {
  const needed = [
    'LICENSE',
    'README.md',
    'README.zh.md',
    'bin/goodgate.js',
    'dist/src/cli/main.js',
    'docs/operators/slack.md',
    'goodgate.example.yaml',
    'goodgate.schema.json',
    'package.json',
    'playbooks/causes/README.md',
    'playbooks/onlyoffice.yaml',
  ];
  expect(needed.filter((file) => !files.includes(file))).toEqual([]);
});

it('and nothing else: no tests, no playground, no sources, no keys', () => {
  const rooms = new Set(
    files.map((file) => (file.includes('/') ? file.slice(0, file.indexOf('/') + 1) : file)),
  );
  expect([...rooms].sort()).toEqual([
    'LICENSE',
    'README.md',
    'README.zh.md',
    'bin/',
    'dist/',
    'docs/',
    'goodgate.example.yaml',
    'goodgate.schema.json',
    'package.json',
    'playbooks/',
  ]);
  expect(files.filter((file) => file.startsWith('dist/') && !file.startsWith('dist/src/'))).toEqual([]);
});

it('what the program imports when it runs is a dependency, not one of development', () => {
  const { dependencies } = z
    .looseObject({ dependencies: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync(`${root}package.json`, 'utf8')));
  const imported = files
    .filter((file) => file.startsWith('dist/src/') && file.endsWith('.js'))
    .flatMap((file) => [
      ...readFileSync(root + file, 'utf8').matchAll(
        /^\s*(?:import|export)\s[^'"]*?from '([^.'][^']*)'|import\('([^.'][^']*)'\)/gmu,
      ),
    ])
    .map(([, whole, lazy]) => whole ?? lazy ?? '')
    .filter((name) => !name.startsWith('node:'))
    .map((name) =>
      name
        .split('/')
        .slice(0, name.startsWith('@') ? 2 : 1)
        .join('/'),
    );
  expect([...new Set(imported)].filter((name) => !Object.hasOwn(dependencies, name))).toEqual([]);
  expect(new Set(imported).size).toBeGreaterThan(5);
});
