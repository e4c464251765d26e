import type { Parsed, ProbeOutput } from '../../domain/evidence.js';
import { cutShort, failureOf, linesOf, withoutUndefined } from '../output-reading.js';
import type { ProbeKind } from '../probe-kind.js';
import { containerParam, countParam } from '../probe-params.js';

export interface ContainerLogLine {
  /** ISO 8601, UTC, by the engine; absent where a line bears no time. */
  readonly at?: string | undefined;
  readonly text: string;
  readonly line: number;
}

export interface DockerLogsFacts {
  /** Standard output and standard error together; which of them is not told. */
  readonly lines: readonly ContainerLogLine[];
}

// Both streams of the container, since the reason of a death is mostly on standard error.
const SNIPPET = `engine=docker
command -v docker >/dev/null 2>&1 || engine=podman
exec "$engine" logs --timestamps --tail "$2" "$1" 2>&1 </dev/null`;

/** A container's last lines. */
export const dockerLogs: ProbeKind<{ readonly container: string; readonly lines: number }, DockerLogsFacts> =
  {
    kind: 'docker.logs',
    command: (params) => {
      const container = containerParam('docker.logs', params.container);
      const lines = countParam('docker.logs', 'lines', params.lines, 10_000);
      return {
        id: `docker.logs:${container}`,
        kind: 'docker.logs',
        argv: ['sh', '-c', SNIPPET, 'goodgate', container, lines],
        timeoutMs: 6000,
        capBytes: 2 * 1024 * 1024,
        privileged: true,
      };
    },
    parse: parseDockerLogs,
  };

/** Sample: `2026-11-21T01:25:01.123456789Z Error: connect ECONNREFUSED 127.0.0.1:6379` */
export function parseDockerLogs(output: ProbeOutput): Parsed<DockerLogsFacts> {
  const cut = cutShort(output, 'docker logs');
  if (cut !== undefined) return cut;
  if (output.exitCode !== 0) return failureOf('docker logs', output.stdout || output.stderr);
  const lines = linesOf(output.stdout).map(({ text, line }) => {
    const shape = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)) ?(.*)$/.exec(text);
    return withoutUndefined({ at: shape?.[1], text: shape === null ? text : (shape[2] ?? ''), line });
  });
  return { ok: true, facts: { lines } };
}
