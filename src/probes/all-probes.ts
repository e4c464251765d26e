/** Every kind of probe, by name: what a recorded output is read with. */
import type { Evidence, Parsed, ProbeOutput } from '../domain/evidence.js';
import { dependencyProbes } from './dependency/dependency-probes.js';
import { serviceProbes } from './service-probes.js';
import { systemProbes } from './system-probes.js';

interface Reader {
  readonly kind: string;
  parse(output: ProbeOutput): Parsed<unknown>;
}

const readers: ReadonlyMap<string, Reader> = new Map(
  [...systemProbes, ...serviceProbes, ...dependencyProbes].map((reader) => [reader.kind, reader]),
);

/** Why an output brought nothing that can be judged, or not what was asked for; undefined where it did. */
export function parseProblem(kind: string, output: ProbeOutput): Evidence['missing'] {
  const parsed = readers.get(kind)?.parse(output);
  if (parsed === undefined || parsed.ok) return parsed?.missing;
  return { reason: parsed.reason, says: parsed.says };
}
