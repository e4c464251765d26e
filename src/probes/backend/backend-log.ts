import type { Parsed, ProbeOutput } from '../../domain/evidence.js';
import { readTail, tailCommand } from '../nginx/tail-log.js';
import type { ProbeKind } from '../probe-kind.js';
import { pathParam } from '../probe-params.js';
import { type ReadLog, readLogSignals } from './log-signals.js';

export interface BackendLogFacts extends ReadLog {
  readonly nowEpoch: number;
  /** When the file was last written, by its host's clock. */
  readonly modifiedEpoch: number | null;
}

/** The end of a program's log file, read for what it complains of. */
export const backendLog: ProbeKind<{ readonly path: string; readonly bytes: number }, BackendLogFacts> = {
  kind: 'backend.log',
  command({ path, bytes }) {
    return {
      id: `backend.log:${path}`,
      kind: 'backend.log',
      argv: tailCommand(pathParam('backend.log', 'path', path), bytes),
      timeoutMs: 8000,
      capBytes: 2 * 1024 * 1024 + 4096,
      privileged: true,
    };
  },
  parse: parseBackendLog,
};

/** Sample: see tail-log.ts for the head, signal-patterns.ts for the lines. */
export function parseBackendLog(output: ProbeOutput): Parsed<BackendLogFacts> {
  const read = readTail(output);
  if (!read.ok) return read;
  const { log } = read;
  const lines = log.lines.map((text, index) => ({ text, line: log.firstLine + index }));
  const signals = readLogSignals(lines, { nowEpoch: log.nowEpoch, offsetSeconds: log.offsetSeconds });
  return { ok: true, facts: { ...signals, nowEpoch: log.nowEpoch, modifiedEpoch: log.modifiedEpoch } };
}
