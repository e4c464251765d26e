import { describe, expect, it } from 'vitest';
import { firstRoundSystemProbes } from '../../src/probes/system-probes.js';
import { runProbe, SHELLS } from './run-probe.js';

// What may honestly be missing on a developer's machine or in a container; everything else must be readable everywhere.
const MAY_BE_MISSING: Readonly<Record<string, readonly string[]>> = {
  'net.filter': ['command-not-found', 'permission-denied', 'failed'],
  'kernel.log': ['permission-denied', 'command-not-found'],
  'docker.containers': ['permission-denied'],
};

describe.each(SHELLS)('the first round on this machine, by %s', (_, shell) => {
  it.each(firstRoundSystemProbes.map((probe) => [probe.kind, probe] as const))(
    '%s is read',
    (kind, probe) => {
      const output = runProbe(probe.command(undefined), shell);
      const parsed = probe.parse(output);
      if (parsed.ok) {
        expect(Object.keys(parsed.facts).length).toBeGreaterThan(0);
      } else {
        expect(
          MAY_BE_MISSING[kind] ?? [],
          `${parsed.reason}: ${parsed.says}\n${output.stdout.slice(0, 500)}`,
        ).toContain(parsed.reason);
      }
    },
  );
});
