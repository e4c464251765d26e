import type { RunView } from '../../../src/domain/answer.js';
import type { Diagnosis } from '../../../src/domain/diagnosis.js';
import type { Incident } from '../../../src/domain/incident.js';
import type { Run } from '../../../src/domain/run.js';
import { diagnoses } from '../diagnoses.js';

const ADA = { kind: 'person', id: 'U024BE7LH' } as const;
const BOB = { kind: 'person', id: 'W0BOB1234' } as const;
const ALERT = { kind: 'alert', source: 'alertmanager' } as const;
export const NOW = new Date('2026-11-20T21:06:10Z');

export const RUN: Run = {
  id: 'run-142',
  target: 'docs-server',
  priority: 'person',
  requestedBy: ADA,
  joinedBy: [],
  conversation: { channel: 'C024BE91L' },
  createdAt: '2026-11-20T21:06:05Z',
  state: 'queued',
  attempts: 0,
  revision: 0,
};

export const INCIDENT: Incident = {
  id: 'inc-17',
  target: 'docs-server',
  state: 'open',
  openedAt: '2026-11-20T21:04:00Z',
  openedBy: ALERT,
  conversation: { channel: 'C024BE91L' },
  runs: ['run-142'],
  cause: 'redis-down',
  revision: 1,
};

export const ACKNOWLEDGED: Incident = { ...INCIDENT, acknowledged: { by: BOB, at: '2026-11-20T21:05:00Z' } };

const running: Run = {
  ...RUN,
  state: 'running',
  attempts: 1,
  worker: 'w1',
  startedAt: '2026-11-20T21:06:06Z',
};
const ended = { endedAt: '2026-11-20T21:06:09Z', durationMs: 3000 };

export function finished(diagnosis: Diagnosis): Run {
  const [root] = diagnosis.causes;
  const named = diagnosis.verdict === 'root-cause' ? root : undefined;
  return {
    ...running,
    ...ended,
    state: 'finished',
    result: {
      verdict: diagnosis.verdict,
      httpStatus: diagnosis.httpStatus,
      probes: diagnosis.hosts.reduce((sum, host) => sum + host.probes, 0),
      ...(named === undefined
        ? {}
        : { cause: { id: named.id, certainty: named.certainty, host: named.host } }),
    },
  };
}

/** One view of each state that a run's message knows. */
export function runViews(lang: 'en' | 'zh'): Record<string, RunView> {
  const view = (run: Run, more: Partial<RunView> = {}): RunView => ({
    run,
    now: NOW,
    hasEvidence: true,
    ...more,
  });
  const hosts = [
    { host: 'web-1', state: 'looking', done: 24, asked: 24 },
    { host: 'docs-1', state: 'looking', done: 10, asked: 41 },
    { host: 'docs-2', state: 'connecting', done: 0, asked: 0 },
    { host: 'docs-3', state: 'unreachable', done: 0, asked: 0 },
  ] as const;
  const many = Array.from({ length: 23 }, (_, index) => ({
    host: `edge-${index + 1}`,
    state: 'looking' as const,
    done: index,
    asked: 40,
  }));
  const judged = diagnoses(lang);
  return {
    queued: view(RUN),
    'waiting-for-hosts': view({
      ...RUN,
      waitingFor: ['web-1', 'docs-1'],
      requestedBy: ALERT,
      joinedBy: [ADA, BOB],
    }),
    connecting: view(running),
    running: view({ ...running, progress: { step: 'looking', hosts } }, { incident: INCIDENT }),
    'running-on-many-hosts': view({ ...running, progress: { step: 'looking', hosts: many } }),
    'taken-over': view({ ...running, attempts: 2, progress: { step: 'connecting', hosts } }),
    stopping: view({ ...running, cancelRequestedBy: BOB, progress: { step: 'looking', hosts } }),
    cancelled: view({ ...running, ...ended, state: 'cancelled', cancelRequestedBy: BOB }),
    'time-limit': view({
      ...running,
      ...ended,
      state: 'interrupted',
      interrupted: {
        reason: 'time-limit',
        says: 'the run took longer than 120 s',
      },
    }),
    'worker-lost': view(
      {
        ...running,
        ...ended,
        state: 'interrupted',
        interrupted: { reason: 'worker-lost', says: 'the worker was lost 3 times' },
      },
      { incident: INCIDENT },
    ),
    'root-cause': view(finished(judged['proven-cause']), {
      diagnosis: judged['proven-cause'],
      incident: INCIDENT,
    }),
    'two-faults': view(finished(judged['double-fault']), {
      diagnosis: judged['double-fault'],
      incident: ACKNOWLEDGED,
    }),
    healthy: view(finished(judged['healthy-with-recent-failures']), {
      diagnosis: judged['healthy-with-recent-failures'],
      incident: { ...ACKNOWLEDGED, state: 'mitigated', mitigatedAt: ended.endedAt },
    }),
    inconclusive: view(finished(judged.inconclusive), { diagnosis: judged.inconclusive }),
    unreachable: view(finished(judged.unreachable), { diagnosis: judged.unreachable }),
    'evidence-gone': view(finished(judged['proven-cause']), {
      hasEvidence: false,
      incident: {
        ...ACKNOWLEDGED,
        state: 'resolved',
        resolved: { by: ADA, at: '2026-11-20T22:00:00Z' },
      },
    }),
  };
}
