import type { CheckRecord } from '../domain/check-record.js';
import type { Diagnosis } from '../domain/diagnosis.js';
import type { Target } from '../domain/target.js';
import type { Playbook } from '../playbook/playbook-schema.js';
import type { HostRunner } from '../ports.js';
import type { ProgressEvent } from '../render/progress.js';
import { causesFolder } from './package-root.js';

export interface CheckCall {
  readonly target: Target;
  readonly connectTimeoutMs: number;
  readonly playbooks: ReadonlyMap<string, Playbook>;
  readonly onProgress: (event: ProgressEvent) => void;
  readonly signal: AbortSignal;
}

/** What the commands need of the rest of the program. Loaded when asked for; a test gives its own. */
export interface Composition {
  check(call: CheckCall): Promise<CheckRecord>;
  judge(
    record: CheckRecord,
    options: { readonly lang: 'en' | 'zh'; readonly playbooks: ReadonlyMap<string, Playbook> },
  ): Promise<Diagnosis>;
  hostRunner(): Promise<HostRunner>;
}

export const composition: Composition = {
  check: () => Promise.reject(new Error('checking is not wired yet')),
  judge: async (record, { lang, playbooks }) => {
    const [{ judge }, { loadCauseHeads }] = await Promise.all([
      import('../flows/judge.js'),
      import('../playbook/load-causes.js'),
    ]);
    return judge(record, { playbooks, causes: loadCauseHeads(causesFolder()) }, { lang });
  },
  hostRunner: async () => {
    const { createHostRunner } = await import('../adapters/host-runner.js');
    return createHostRunner();
  },
};
