import type { Parsed, ProbeOutput } from '../../domain/evidence.js';
import { cutShort, failureOf, linesOf, unread } from '../output-reading.js';
import type { ProbeKind } from '../probe-kind.js';

export interface Mount {
  readonly device: string;
  readonly mount: string;
  readonly type: string;
  readonly options: readonly string[];
  readonly readOnly: boolean;
  readonly line: number;
}

export interface HostMountsFacts {
  /** In the order of mounting: of two on one path, the later one is in force. */
  readonly mounts: readonly Mount[];
}

/** What is mounted where, and how. Source: proc(5), /proc/mounts, and fstab(5) for its escapes. */
export const hostMounts: ProbeKind<void, HostMountsFacts> = {
  kind: 'host.mounts',
  command: () => ({
    id: 'host.mounts',
    kind: 'host.mounts',
    argv: ['cat', '/proc/mounts'],
    timeoutMs: 3000,
    capBytes: 1024 * 1024,
  }),
  parse: parseHostMounts,
};

/** Sample: `/dev/vda1 / ext4 rw,relatime 0 0`; a blank within a path is `\040`. */
export function parseHostMounts(output: ProbeOutput): Parsed<HostMountsFacts> {
  const cut = cutShort(output, 'cat /proc/mounts');
  if (cut !== undefined) return cut;
  if (output.exitCode !== 0) return failureOf('/proc/mounts', output.stderr);
  const mounts = linesOf(output.stdout).flatMap(({ text, line }): Mount[] => {
    const words = text.split(' ');
    const [device = '', mount = '', type = '', listed = ''] = words;
    if (words.length !== 6 || !mount.startsWith('/')) return [];
    const options = listed.split(',');
    return [
      {
        device: unescaped(device),
        mount: unescaped(mount),
        type,
        options,
        readOnly: options.includes('ro'),
        line,
      },
    ];
  });
  if (mounts.length === 0) return unread('unparseable', '/proc/mounts: no mount');
  return { ok: true, facts: { mounts } };
}

function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
