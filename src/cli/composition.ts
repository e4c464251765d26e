import type { CheckRecord } from '../domain/check-record.js';
import type { Diagnosis } from '../domain/diagnosis.js';
import type { Target } from '../domain/target.js';
import type { Playbook } from '../playbook/playbook-schema.js';
import type { HostRunner } from '../ports.js';
import type { ProgressEvent } from '../render/progress.js';
import { causesFolder, packageVersion } from './package-root.js';

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
  check: async (call) => {
    const [{ checkTarget }, { createHostRunner }, { outsideRequester }] = await Promise.all([
      import('../flows/check-target.js'),
      import('../adapters/host-runner.js'),
      import('../adapters/outside/outside-requester.js'),
    ]);
    return checkTarget(call.target, {
      hostRunner: createHostRunner(),
      outside: outsideRequester,
      clock: { now: () => new Date() },
      playbooks: call.playbooks,
      version: packageVersion(),
      connectTimeoutMs: call.connectTimeoutMs,
      onProgress: call.onProgress,
      signal: call.signal,
    });
  },
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
