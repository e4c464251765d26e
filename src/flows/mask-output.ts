import { randomBytes } from 'node:crypto';
import type { ProbeOutput } from '../domain/evidence.js';
import { maskSecrets } from '../probes/mask-secrets.js';

/** One key a process: equal secrets stay recognisable within it, and nowhere else. */
const key = randomBytes(16).toString('hex');

/** Secrets never get further than this: not into a record, a message or a log. */
export function maskOutput(output: ProbeOutput): ProbeOutput {
  return { ...output, stdout: maskSecrets(output.stdout, key), stderr: maskSecrets(output.stderr, key) };
}

/** A sentence that may quote a host, e.g. what its shell printed instead of an answer. */
export function maskSentence(text: string): string {
  return maskSecrets(text, key);
}

/** Values that came from a host (an environment, a header) may hold secrets, too; a snippet (`sh -c TEXT`) is our own. */
export function maskArguments(argv: readonly string[]): string[] {
  const isSnippet = argv[0] === 'sh' && argv[1] === '-c';
  return argv.map((word, index) => (isSnippet && index === 2 ? word : maskSecrets(word, key)));
}
