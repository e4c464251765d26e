import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../src/cli/package-root.js';
import type { Fault } from '../faults/registry.js';
import type { World } from '../world/world.js';

/** What a check concluded, as far as the demo compares it with what it broke. */
export interface Conclusion {
  readonly verdict: string;
  /** Causes held to be proven or likely, the root cause first. */
  readonly causes: readonly string[];
}

const schema = z.object({
  verdict: z.string(),
  causes: z.array(z.object({ id: z.string(), certainty: z.string() })),
});

/**
 * Runs `goodgate check` as a user does: a process of its own, in the folder with goodgate.yaml, on this very terminal.
 * What it saw is recorded beside, and judged once more as JSON: so the demo knows what the screen says.
 */
export async function runCheck(world: World, words: readonly string[]): Promise<Conclusion> {
  const record = join(world.folder, 'last-check.json');
  await goodgate(world, ['check', world.names.target, ...words, '--record', record], 'inherit');
  const { verdict, causes } = schema.parse(
    JSON.parse(await goodgate(world, ['replay', record, '--format', 'json'], 'read')),
  );
  return { verdict, causes: causes.filter((one) => one.certainty !== 'possible').map((one) => one.id) };
}

/** True where the check says of the broken world what its breaker knows. */
export function isNamed(fault: Fault, { verdict, causes }: Conclusion): boolean {
  if (fault.expect.verdict === 'healthy') return verdict === 'healthy';
  const wanted = [fault.cause, ...(fault.alsoCauses ?? [])];
  return wanted.includes(causes[0] ?? '') && wanted.every((cause) => causes.includes(cause));
}

/** Gives what it printed, where that is read; whatever its exit status: 1 is a cause found. */
function goodgate(world: World, argv: readonly string[], how: 'inherit' | 'read'): Promise<string> {
  const program = join(packageRoot(), 'bin', 'goodgate.js');
  // Whoever has a goodgate.yaml of their own must not get it looked at here.
  const { GOODGATE_CONFIG: _theirs, ...env } = process.env;
  const stdio = how === 'inherit' ? 'inherit' : (['ignore', 'pipe', 'inherit'] as const);
  const child = spawn(process.execPath, [program, ...argv], {
    cwd: world.folder,
    env,
    stdio: stdio === 'inherit' ? 'inherit' : [...stdio],
  });
  return new Promise((resolve, reject) => {
    let printed = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
    child.on('error', reject);
    child.on('close', () => resolve(printed));
  });
}
