import type { ProbeOutput } from '../../src/domain/evidence.js';

/** An output as a fixture or a test's own text makes it. */
export function outputOf(stdout: string, more: Partial<ProbeOutput> = {}): ProbeOutput {
  return { exitCode: 0, stdout, stderr: '', truncated: false, timedOut: false, ...more };
}
