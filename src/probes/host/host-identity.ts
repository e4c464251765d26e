import type { Parsed, ProbeOutput } from '../../domain/evidence.js';
import { FRAME_SHELL, frameNamed, framesOf, frameText } from '../framed-output.js';
import { firstLine, unread, wholeNumber, withoutUndefined } from '../output-reading.js';
import type { ProbeKind } from '../probe-kind.js';

export interface HostIdentityFacts {
  readonly hostname: string;
  /** PRETTY_NAME of /etc/os-release; empty where there is none. */
  readonly os: string;
  /** ID of /etc/os-release, `debian`. */
  readonly osId: string;
  readonly kernel: string;
  /** By the host's own clock. */
  readonly epochSeconds: number;
  readonly uptimeSeconds?: number | undefined;
  readonly bootEpoch?: number | undefined;
  /** Absent where nothing tells. */
  readonly inContainer?: boolean | undefined;
  readonly pid1: 'systemd' | 'supervisord' | 'other';
  /** The command's name of process 1. */
  readonly pid1Name: string;
  readonly nproc?: number | undefined;
}

const SNIPPET = `${FRAME_SHELL}say uname -n
say uname -r
say date +%s
say cat /proc/uptime
say grep btime /proc/stat
say cat /proc/1/comm
say cat /etc/os-release
say nproc
say grep -c ^processor /proc/cpuinfo
if [ -e /.dockerenv ] || [ -e /run/.containerenv ] || [ -e /run/systemd/container ]; then frame container 0 yes
elif grep -q -s -E 'docker|libpod|kubepods|lxc|containerd' /proc/1/cgroup; then frame container 0 yes
elif [ "$(cat /proc/1/comm 2>/dev/null)" = systemd ]; then frame container 0 no
else frame container 0 unknown; fi
`;

/** What this host is, and its clock at the look. */
export const hostIdentity: ProbeKind<void, HostIdentityFacts> = {
  kind: 'host.identity',
  command: () => ({
    id: 'host.identity',
    kind: 'host.identity',
    argv: ['sh', '-c', SNIPPET, 'goodgate'],
    timeoutMs: 3000,
    capBytes: 64 * 1024,
  }),
  parse: parseHostIdentity,
};

/** Sample frames: `docs-1`, `6.1.0-28-amd64`, `1795224301`, `863000.12 1700000.00`, `btime 1794361301`, `systemd`. */
export function parseHostIdentity(output: ProbeOutput): Parsed<HostIdentityFacts> {
  const read = framesOf(output, 'host identity');
  if (!read.ok) return read;
  const text = (name: string): string => {
    const frame = frameNamed(read.frames, name);
    return frame === undefined || frame.exitCode !== 0 ? '' : frameText(frame).trim();
  };
  const epochSeconds = wholeNumber(text('date'));
  if (epochSeconds === undefined) return unread('unparseable', 'host identity: the host told no time');
  const uptime = Number.parseFloat(text('cat /proc/uptime'));
  const release = text('cat /etc/os-release');
  const pid1Name = text('cat /proc/1/comm');
  const container = text('container');
  const facts = withoutUndefined<HostIdentityFacts>({
    hostname: firstLine(text('uname -n')),
    os: releaseValue(release, 'PRETTY_NAME'),
    osId: releaseValue(release, 'ID'),
    kernel: firstLine(text('uname -r')),
    epochSeconds,
    uptimeSeconds: Number.isFinite(uptime) ? uptime : undefined,
    bootEpoch: wholeNumber(text('grep btime').replace(/^btime /, '')),
    inContainer: container === 'unknown' || container === '' ? undefined : container === 'yes',
    pid1: pid1Name === 'systemd' || pid1Name === 'supervisord' ? pid1Name : 'other',
    pid1Name,
    nproc: wholeNumber(text('nproc')) ?? wholeNumber(text('grep -c ^processor')),
  });
  return { ok: true, facts };
}

/** os-release(5): `NAME="value"`, quotes optional. */
function releaseValue(text: string, name: string): string {
  const row = text.split('\n').find((candidate) => candidate.startsWith(`${name}=`));
  return row === undefined ? '' : row.slice(name.length + 1).replace(/^["']|["']$/g, '');
}
