import { randomBytes } from 'node:crypto';
import type { ProbeOutput } from '../domain/evidence.js';
import { maskSecrets } from '../probes/mask-secrets.js';

/** One key a process: equal secrets stay recognisable within it, and nowhere else. */
const key = randomBytes(16).toString('hex');

/** Secrets never get further than this: not into a record, a message or a log. */
export function maskOutput(output: ProbeOutput): ProbeOutput {
  return { ...output, stdout: maskSecrets(output.stdout, key), stderr: maskSecrets(output.stderr, key) };
}
