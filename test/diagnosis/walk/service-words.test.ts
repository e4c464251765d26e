import { expect, it } from 'vitest';
import { evidenceStore } from '../../../src/diagnosis/looked.js';
import { currentSignals } from '../../../src/diagnosis/scene/current-signals.js';
import type { ServiceReading } from '../../../src/diagnosis/walk/service-reading.js';
import { wordsOf } from '../../../src/diagnosis/walk/service-words.js';
import type { Evidence } from '../../../src/domain/evidence.js';
import { outputOf } from '../../probes/output-of.js';

const PATH = '/var/log/app/out.log';

function evidence(id: string, at: string, stdout: string): Evidence {
  const kind = id.split(':')[0] ?? id;
  return { id, kind, host: 'docs-1', argv: [], at, durationMs: 1, output: outputOf(stdout) };
}

const service: ServiceReading = {
  host: 'docs-1',
  manager: 'systemd',
  name: 'app.service',
  state: 'running',
  rawState: 'active (running)',
  running: true,
  startedSecondsAgo: 10,
  logs: [{ kind: 'file', path: PATH }],
  config: { environment: {}, files: [] },
  cite: [],
};

it('a life and its first words are told from one moment, however much later the log was read', () => {
  const began = Date.parse('2026-11-21T10:00:00Z') / 1000;
  const log = [
    `clock ${began + 9} +0000`,
    `size 200 mtime ${began - 9}`,
    '[2026-11-21T09:58:00.000] [ERROR] app - Error: connect ECONNREFUSED 127.0.0.1:6379',
    '[2026-11-21T09:59:51.000] [ERROR] app - Error: connect ECONNREFUSED 127.0.0.1:5432',
    '',
  ].join('\n');
  const store = evidenceStore([
    evidence('host.clock', '2026-11-21T10:00:00Z', `${began}.000000000 +0000\n`),
    evidence(`backend.log:${PATH}`, '2026-11-21T10:00:09Z', log),
  ]);
  const words = wordsOf(store, service);
  expect(words.signals.map(({ secondsAgo }) => secondsAgo)).toEqual([120, 9]);
  expect(currentSignals(service, words).map(({ port }) => port)).toEqual([5432]);
});
