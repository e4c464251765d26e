import { randomBytes } from 'node:crypto';
import type { ProbeOutput } from '../domain/evidence.js';
import { maskSecrets } from '../probes/mask-secrets.js';

/** One key a process: equal secrets stay recognisable within it, and nowhere else. */
const key = randomBytes(16).toString('hex');

/** Secrets never get further than this: not into a record, a message or a log. */
export function maskOutput(output: ProbeOutput): ProbeOutput {
  return { ...output, stdout: maskSecrets(output.stdout, key), stderr: maskSecrets(output.stderr, key) };
}

/** Longer words are our own snippets. */
const VALUE_MAX = 800;

/** Values that came from a host (an environment, a header) may hold secrets, too. */
export function maskArguments(argv: readonly string[]): string[] {
  return argv.map((word) => (word.length > VALUE_MAX ? word : maskSecrets(word, key)));
}
