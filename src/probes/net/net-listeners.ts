import type { Line, Parsed, ProbeOutput } from '../../domain/evidence.js';
import { FRAME_SHELL, type Frame, framesOf, frameText } from '../framed-output.js';
import { deniesPermission, failureOf, unread } from '../output-reading.js';
import type { ProbeKind } from '../probe-kind.js';
import type { Listener } from './listener.js';
import { readNetstat } from './read-netstat.js';
import { readProcNet } from './read-proc-net.js';
import { readSs } from './read-ss.js';

export type { Listener, ListenerProcess } from './listener.js';

export interface NetListenersFacts {
  readonly listeners: readonly Listener[];
  /** False where some owners are hidden from this account: an empty `processes` then says nothing. */
  readonly processesVisible: boolean;
  readonly source: 'ss' | 'netstat' | 'proc';
}

// Where ss hangs or is not what its name says, the kernel's own tables still tell who listens, though not whose it is.
const SNIPPET = `${FRAME_SHELL}say id -u
limit=; command -v timeout >/dev/null 2>&1 && limit='timeout 3'
if command -v ss >/dev/null 2>&1; then
  # In a container it complains of control groups that it cannot see, and answers all the same.
  take $limit ss -l -t -x -n -p -e 2>/dev/null
  case $r$o in 0Netid*) frame 'ss -l -t -x -n -p -e' 0 "$o"; exit 0;; esac
fi
if command -v netstat >/dev/null 2>&1; then
  o=$(netstat -l -t -x -n -p 2>/dev/null) && frame 'netstat -l -t -x -n -p' 0 "$o" && exit 0
  o=$(netstat -l -t -x -n 2>/dev/null) && frame 'netstat -l -t -x -n' 0 "$o" && exit 0
fi
say cat /proc/net/tcp
say cat /proc/net/tcp6
say cat /proc/net/unix
`;

/** Who listens on TCP and on unix sockets, and whose processes they are as far as this account may see. */
export const netListeners: ProbeKind<void, NetListenersFacts> = {
  kind: 'net.listeners',
  command: () => ({
    id: 'net.listeners',
    kind: 'net.listeners',
    argv: ['sh', '-c', SNIPPET, 'goodgate'],
    timeoutMs: 5000,
    capBytes: 2 * 1024 * 1024,
    privileged: true,
  }),
  parse: parseNetListeners,
};

/** Formats: see the readers. A tool that answered without one listener is facts, not a failure. */
export function parseNetListeners(output: ProbeOutput): Parsed<NetListenersFacts> {
  const read = framesOf(output, 'listeners');
  if (!read.ok) return read;
  const root = frameText(read.frames[0]).trim() === '0';
  for (const { name, exitCode, lines } of read.frames) {
    if (exitCode !== 0) continue;
    if (name.startsWith('ss ')) {
      if (!lines.some(({ text }) => /^Netid\s+State\s/.test(text)))
        return unread('unparseable', 'ss: no header');
      return listed(readSs(lines), root, 'ss');
    }
    if (name.startsWith('netstat ')) {
      if (!lines.some(({ text }) => /^Proto\s/.test(text)))
        return unread('unparseable', 'netstat: no header');
      return listed(readNetstat(lines), root, 'netstat');
    }
  }
  const proc = read.frames.filter(
    ({ name, exitCode }) => name.startsWith('cat /proc/net/') && exitCode === 0,
  );
  if (proc.some(({ name, lines }) => name === 'cat /proc/net/tcp' && isProcTable(lines))) {
    return listed(proc.flatMap(procListeners), root, 'proc');
  }
  const message = read.frames.slice(1).map(frameText).join('\n');
  return deniesPermission(message)
    ? unread('permission-denied', 'listeners: not allowed')
    : failureOf('listeners', message);
}

export function procListeners(frame: Frame): Listener[] {
  return readProcNet(frame.lines, frame.name.endsWith('/unix') ? 'unix' : 'tcp');
}

export function isProcTable(lines: readonly Line[]): boolean {
  return /^\s*sl\s+local_address\s/.test(lines[0]?.text ?? '');
}

function listed(
  listeners: readonly Listener[],
  root: boolean,
  source: NetListenersFacts['source'],
): Parsed<NetListenersFacts> {
  const tcp = listeners.filter(({ family }) => family === 'tcp');
  const owned = tcp.filter(({ processes }) => processes.length > 0).length;
  // The kernel's own listeners (NFS) have no process even for root, so for root one owner shown is enough. Root without
  // CAP_SYS_PTRACE, as in a container, sees its own alone; there the control group tells.
  const processesVisible =
    tcp.length === 0 ? root && source !== 'proc' : owned === tcp.length || (root && owned > 0);
  return { ok: true, facts: { listeners, processesVisible, source } };
}
