import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
let folder = '';

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'goodgate-imports-')));
  copyFileSync(join(root, 'biome.json'), join(folder, 'biome.json'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What the repository's own rules say about these files, in a folder with nothing else in it. */
function lint(files: Readonly<Record<string, string>>): {
  readonly status: number | null;
  readonly says: string;
} {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
  const argv = [biome, 'lint', '--error-on-warnings', '--colors=off', '--max-diagnostics=200', '.'];
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { cwd: folder, encoding: 'utf8' });
  return { status, says: `${stdout}${stderr}` };
}

/** Files that each import a type from another place. */
function importing(pairs: readonly (readonly [string, string])[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map(([file, from]) => [
      file,
      `import type { Something } from '${from}';\n\nexport type Made = Something;\n`,
    ]),
  );
}

describe('imports run one way', () => {
  it('no room may import from one that stands above it, not even a type', () => {
    const forbidden = [
      ['src/domain/a.ts', '../nginx/model.js'],
      ['src/domain/b.ts', '../ports.js'],
      ['src/nginx/a.ts', '../probes/probe-kind.js'],
      ['src/nginx/b.ts', '../../test/sort-tests.js'],
      ['src/probes/a.ts', '../diagnosis/diagnose.js'],
      ['src/probes/net/b.ts', '../../playbook/load-causes.js'],
      ['src/diagnosis/a.ts', '../flows/judge.js'],
      ['src/diagnosis/scene/b.ts', '../../adapters/host-runner.js'],
      ['src/playbook/a.ts', '../cli/io.js'],
      ['src/flows/a.ts', '../adapters/host-runner.js'],
      ['src/flows/b.ts', '../render/text.js'],
      ['src/adapters/ssh/a.ts', '../../flows/check-target.js'],
      ['src/render/a.ts', '../cli/io.js'],
      ['src/config/a.ts', '../adapters/ssh/connect.js'],
      ['src/ports.ts', './adapters/host-runner.js'],
      ['src/cli/a.ts', '../../playground/world/world.js'],
    ] as const;
    const { status, says } = lint(importing(forbidden));
    const named = forbidden.map(([file]) => file).filter((file) => says.includes(`${file}:1:`));
    expect(named).toEqual(forbidden.map(([file]) => file));
    expect(says).toContain('docs/contributing/layout.md');
    expect(status).toBe(1);
  });

  it('nor may it import one only when it runs', () => {
    const { status, says } = lint({
      'src/domain/a.ts': "export const model = await import('../nginx/model.js');\n",
    });
    expect(says).toContain('noRestrictedImports');
    expect(status).toBe(1);
  });

  it('what stands below may be imported', () => {
    const { status, says } = lint(
      importing([
        ['src/probes/net/a.ts', '../../domain/evidence.js'],
        ['src/diagnosis/scene/a.ts', '../../nginx/model.js'],
        ['src/diagnosis/a.ts', '../playbook/playbook-schema.js'],
        ['src/flows/a.ts', '../ports.js'],
        ['src/adapters/ssh/a.ts', '../../ports.js'],
        ['src/cli/a.ts', '../adapters/host-runner.js'],
        ['playground/a.ts', '../src/cli/main.js'],
      ]),
    );
    expect(says).not.toContain('━━');
    expect(status).toBe(0);
  });

  it('no file may import itself by way of others', () => {
    const { status, says } = lint({
      'src/domain/a.ts': "import { b } from './b.js';\n\nexport const a = (): number => b();\n",
      'src/domain/b.ts': "import { a } from './a.js';\n\nexport const b = (): number => a();\n",
    });
    expect(says).toContain('noImportCycles');
    expect(status).toBe(1);
  });
});

it('a promise that nobody waits for is an error', () => {
  const { status, says } = lint({
    'src/domain/a.ts': 'export async function look(): Promise<void> {}\n',
    'src/domain/b.ts': "import { look } from './a.js';\n\nexport function start(): void {\n  look();\n}\n",
  });
  expect(says).toContain('noFloatingPromises');
  expect(status).toBe(1);
});
