import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Composition } from '../../src/cli/composition.js';
import type { Io } from '../../src/cli/io.js';
import { runCli } from '../../src/cli/main.js';
import type { CheckRecord } from '../../src/domain/check-record.js';
import type { Diagnosis } from '../../src/domain/diagnosis.js';
import { diagnoses } from '../render/diagnoses.js';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export function freshFolder(): string {
  return mkdtempSync(join(tmpdir(), 'goodgate-cli-'));
}

/** Runs the command line in this process, in a world of its own. */
export async function run(
  argv: readonly string[],
  world: {
    cwd?: string;
    env?: Record<string, string>;
    composition?: Partial<Composition>;
    signal?: AbortSignal;
  } = {},
): Promise<Ran> {
  let out = '';
  let err = '';
  const cwd = world.cwd ?? '/';
  const io: Io = {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
    env: { LANG: 'C.UTF-8', ...world.env },
    cwd,
    home: join(cwd, 'home'),
    signal: world.signal ?? new AbortController().signal,
  };
  const code = await runCli(argv, io, { ...concluding(diagnoses('en').inconclusive), ...world.composition });
  return { code, out, err };
}

export const RECORD: CheckRecord = {
  schema: 1,
  goodgate: '0.1.0',
  target: { name: 'docs-server', url: 'http://docs.example.com/', variables: {} },
  startedAt: '2026-11-20T21:06:06.100Z',
  durationMs: 1,
  trace: 'abc',
  hosts: [{ alias: 'docs-1', roles: ['backend'], connections: 1, channels: 1, probes: 0 }],
  evidence: [],
};

/** A check that brings a fixed record home, and a judge that concludes a fixed diagnosis. */
export function concluding(diagnosis: Diagnosis): Composition {
  return {
    check: async ({ onProgress }) => {
      onProgress({ kind: 'connecting', host: 'docs-1' });
      onProgress({ kind: 'round', host: 'docs-1', round: 1, total: 40 });
      onProgress({ kind: 'probe', host: 'docs-1', round: 1, probe: 'net.listeners', done: 1, total: 40 });
      return RECORD;
    },
    judge: async () => diagnosis,
    hostRunner: () => Promise.reject(new Error('this test has no hosts')),
  };
}
