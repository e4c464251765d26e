import type { Parsed, ProbeOutput } from '../../domain/evidence.js';
import { FRAME_SHELL, framesOf, frameText } from '../framed-output.js';
import type { Listener } from '../net/listener.js';
import { isProcTable, procListeners } from '../net/net-listeners.js';
import { failureOf } from '../output-reading.js';
import type { ProbeKind } from '../probe-kind.js';
import { pidParam } from '../probe-params.js';

export interface DockerListenersFacts {
  /** What listens in the network namespace of the process; whose it is cannot be seen this way. */
  readonly listeners: readonly Listener[];
}

const SNIPPET = `${FRAME_SHELL}
say cat "/proc/$1/net/tcp"
say cat "/proc/$1/net/tcp6"
say cat "/proc/$1/net/unix"
`;

/** Listeners inside a container, by its main process; needs no tool in the container. Fails with `not-found` when the process has ended. */
export const dockerListeners: ProbeKind<{ readonly pid: number }, DockerListenersFacts> = {
  kind: 'docker.listeners',
  command: (params) => {
    const pid = pidParam('docker.listeners', params.pid);
    return {
      id: `docker.listeners:${pid}`,
      kind: 'docker.listeners',
      argv: ['sh', '-c', SNIPPET, 'goodgate', pid],
      timeoutMs: 3000,
      capBytes: 2 * 1024 * 1024,
      privileged: true,
    };
  },
  parse: parseDockerListeners,
};

/** Sample: see `readProcNet`. */
export function parseDockerListeners(output: ProbeOutput): Parsed<DockerListenersFacts> {
  const read = framesOf(output, '/proc/PID/net');
  if (!read.ok) return read;
  const tcp = read.frames[0];
  if (tcp === undefined || tcp.exitCode !== 0 || !isProcTable(tcp.lines))
    return failureOf('/proc/PID/net/tcp', frameText(tcp));
  const listeners = read.frames.filter(({ exitCode }) => exitCode === 0).flatMap(procListeners);
  return { ok: true, facts: { listeners } };
}
