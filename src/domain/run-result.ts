import type { Diagnosis } from './diagnosis.js';
import type { RunResult } from './run.js';

/** A diagnosis in few words. */
export function resultOf(diagnosis: Diagnosis): RunResult {
  const [root] = diagnosis.verdict === 'root-cause' ? diagnosis.causes : [];
  return {
    verdict: diagnosis.verdict,
    httpStatus: diagnosis.httpStatus,
    ...(root === undefined ? {} : { cause: { id: root.id, certainty: root.certainty, host: root.host } }),
    probes: diagnosis.hosts.reduce((sum, { probes }) => sum + probes, 0),
  };
}
