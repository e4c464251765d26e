import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const instructions = readFileSync(`${root}Dockerfile`, 'utf8')
  .replace(/^#.*\n/gmu, '')
  .replace(/\\\n/gu, ' ')
  .split('\n')
  .filter((line) => line.trim() !== '');

/** The instructions of each stage, by its name. */
const stages = new Map<string, string[]>();
for (const line of instructions) {
  const name = /^FROM \S+ AS (\S+)$/u.exec(line)?.[1];
  if (name !== undefined) stages.set(name, []);
  else [...stages.values()].at(-1)?.push(line);
}
const last = [...stages.keys()].at(-1) ?? '';

function of(stage: string, instruction: string): string[] {
  return (stages.get(stage) ?? [])
    .filter((line) => line.startsWith(`${instruction} `))
    .map((line) => line.slice(instruction.length + 1).trim());
}

describe('the Dockerfile', () => {
  it('ends with the service: as no root, with a health check, and told to stop as it expects', () => {
    expect(last).toBe('service');
    expect(of(last, 'USER')).toEqual(['10502:10502']);
    expect(of(last, 'HEALTHCHECK').join()).toContain('CMD ["node", "-e", "fetch(');
    expect(of(last, 'STOPSIGNAL')).toEqual(['SIGTERM']);
    expect(of(last, 'ENTRYPOINT')).toEqual(['["node", "/opt/goodgate/bin/goodgate.js"]']);
  });

  it('every stage begins with the one base image, which can be pinned', () => {
    expect(instructions[0]).toBe('ARG NODE_IMAGE=node:24-bookworm-slim');
    const bases = instructions.flatMap((line) => /^FROM (\S+)/u.exec(line)?.[1] ?? []);
    expect(new Set(bases)).toEqual(new Set(['$' + '{NODE_IMAGE}']));
  });

  it('installs what the lock file says, runs no install script, and no compiler gets into the service', () => {
    const installs = instructions.filter((line) => /npm (?:ci|install)/u.test(line));
    expect(installs).toHaveLength(2);
    for (const line of installs) expect(line).toMatch(/npm ci .*--ignore-scripts/u);
    expect(of('dependencies', 'RUN').join()).toContain('--omit=dev');
    expect(of(last, 'COPY').filter((line) => line.includes('node_modules'))).toEqual([
      '--from=dependencies /opt/goodgate/node_modules ./node_modules',
    ]);
  });

  it('copies by name, and only what is there and let into the build', () => {
    const allowed = readFileSync(`${root}.dockerignore`, 'utf8')
      .split('\n')
      .flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []));
    const copied = [...stages.keys()]
      .flatMap((stage) => of(stage, 'COPY'))
      .filter((line) => !line.startsWith('--from='))
      .flatMap((line) => line.split(' ').slice(0, -1));
    expect(copied).not.toContain('.');
    const rooms = copied.map((file) => (file.startsWith('playground/') ? 'playground' : file));
    expect(new Set(rooms)).toEqual(new Set(allowed));
    for (const file of copied) expect(existsSync(root + file), file).toBe(true);
  });
});

describe('.dockerignore', () => {
  const lines = readFileSync(`${root}.dockerignore`, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));

  it('keeps everything out that it does not name', () => {
    expect(lines[0]).toBe('*');
    expect(lines.slice(1).filter((line) => !/^![\w.-]+$/u.test(line))).toEqual([]);
  });

  it('names no history, no tests, no installed packages and nothing private', () => {
    const secret = [
      '.git',
      '.env',
      'node_modules',
      'test',
      'secrets',
      'ssh',
      'goodgate.yaml',
      'dist',
      '.cache',
    ];
    expect(lines.filter((line) => secret.includes(line.slice(1)))).toEqual([]);
  });
});
