import type { Parsed, ProbeOutput } from '../../domain/evidence.js';
import { FRAME_SHELL, framesOf, frameText } from '../framed-output.js';
import type { Listener } from '../net/listener.js';
import { isProcTable, procListeners } from '../net/net-listeners.js';
import { readSs } from '../net/read-ss.js';
import { failureOf } from '../output-reading.js';
import type { ProbeKind } from '../probe-kind.js';
import { pidParam } from '../probe-params.js';

export interface DockerListenersFacts {
  /** What listens in the network namespace of the process; whose it is only root's ss tells. */
  readonly listeners: readonly Listener[];
}

// The host's own ss, in the container's network: it needs root, and its lines can be read by a person.
const SNIPPET = `${FRAME_SHELL}
if command -v nsenter >/dev/null 2>&1 && command -v ss >/dev/null 2>&1; then
  take nsenter -t "$1" -n ss -l -t -x -n -p 2>/dev/null
  case $r$o in 0Netid*) frame "nsenter -t $1 -n ss -l -t -x -n -p" 0 "$o"; exit 0;; esac
fi
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

/** Sample: see `readSs` and `readProcNet`. */
export function parseDockerListeners(output: ProbeOutput): Parsed<DockerListenersFacts> {
  const read = framesOf(output, '/proc/PID/net');
  if (!read.ok) return read;
  const ss = read.frames.find(({ name }) => name.startsWith('nsenter '));
  if (ss !== undefined) return { ok: true, facts: { listeners: readSs(ss.lines) } };
  const tcp = read.frames[0];
  if (tcp === undefined || tcp.exitCode !== 0 || !isProcTable(tcp.lines))
    return failureOf('/proc/PID/net/tcp', frameText(tcp));
  const listeners = read.frames.filter(({ exitCode }) => exitCode === 0).flatMap(procListeners);
  return { ok: true, facts: { listeners } };
}
