import type { Line, Parsed, ProbeOutput } from '../../domain/evidence.js';
import { FRAME_SHELL, framesOf, frameText } from '../framed-output.js';
import { failureOf, unread, wholeNumber, withoutUndefined } from '../output-reading.js';
import type { ProbeKind } from '../probe-kind.js';

export interface FileSystemUse {
  readonly device: string;
  readonly type: string;
  readonly mount: string;
  readonly sizeKb: number;
  readonly usedPercent: number;
  readonly availKb: number;
  /** Absent where the file system has no fixed number of inodes (btrfs, vfat). */
  readonly inodes?: number | undefined;
  readonly inodesUsedPercent?: number | undefined;
  readonly inodesFree?: number | undefined;
  readonly line: number;
  readonly inodesLine?: number | undefined;
}

export interface HostDiskFacts {
  readonly filesystems: readonly FileSystemUse[];
  /** True where df hung (a dead NFS server) and only local file systems were asked. */
  readonly remoteHung: boolean;
}

const SNIPPET = `${FRAME_SHELL}
limit=; command -v timeout >/dev/null 2>&1 && limit='timeout 3'
take $limit df -PkT 2>/dev/null
local=
if [ "$r" = 124 ] || [ "$r" = 143 ]; then local=-l; take $limit df -PkT -l 2>/dev/null; fi
frame "df -PkT $local" "$r" "$o"
take $limit df -PiT $local 2>/dev/null; frame "df -PiT $local" "$r" "$o"
`;

/** Room and inodes of every real file system. df's exit status is not decisive: one unreadable mount makes it 1. */
export const hostDisk: ProbeKind<void, HostDiskFacts> = {
  kind: 'host.disk',
  command: () => ({
    id: 'host.disk',
    kind: 'host.disk',
    argv: ['sh', '-c', SNIPPET, 'goodgate'],
    timeoutMs: 10_000,
    capBytes: 512 * 1024,
  }),
  parse: parseHostDisk,
};

// They have no room of their own to fill. overlay and tmpfs do.
const PSEUDO = new Set([
  ...[
    'proc',
    'sysfs',
    'devtmpfs',
    'devpts',
    'cgroup',
    'cgroup2',
    'securityfs',
    'debugfs',
    'tracefs',
    'pstore',
    'bpf',
  ],
  ...[
    'mqueue',
    'hugetlbfs',
    'configfs',
    'fusectl',
    'efivarfs',
    'binfmt_misc',
    'autofs',
    'rpc_pipefs',
    'nsfs',
    'ramfs',
  ],
  ...['squashfs', 'iso9660', 'fuse.snapfuse', 'fuse.lxcfs', 'fuse.gvfsd-fuse', 'fuse.portal'],
]);

/**
 * Sample:
 * Filesystem     Type  1024-blocks     Used Available Capacity Mounted on
 * /dev/vda1      ext4     41152736 12034856  27211904      31% /
 * tmpfs          tmpfs        1024     1024         0     100% /var/lib/onlyoffice
 * Filesystem     Type     Inodes  IUsed   IFree IUse% Mounted on
 * /dev/vda1      ext4    2621440 181202 2440238    7% /
 */
export function parseHostDisk(output: ProbeOutput): Parsed<HostDiskFacts> {
  const read = framesOf(output, 'df');
  if (!read.ok) return read;
  const [room, inodes] = read.frames;
  if (room === undefined || room.lines.length < 2) return failureOf('df -PkT', frameText(room));
  const counted = new Map((inodes?.lines ?? []).flatMap(rowOf).map((row) => [row.mount, row]));
  const filesystems: FileSystemUse[] = [];
  for (const row of room.lines.flatMap(rowOf)) {
    if (PSEUDO.has(row.type) || row.total === 0) continue;
    const nodes = counted.get(row.mount);
    const hasInodes = nodes !== undefined && nodes.total > 0;
    filesystems.push(
      withoutUndefined<FileSystemUse>({
        device: row.device,
        type: row.type,
        mount: row.mount,
        sizeKb: row.total,
        usedPercent: row.percent ?? 0,
        availKb: row.free,
        inodes: hasInodes ? nodes.total : undefined,
        inodesUsedPercent: hasInodes ? nodes.percent : undefined,
        inodesFree: hasInodes ? nodes.free : undefined,
        line: row.line,
        inodesLine: hasInodes ? nodes.line : undefined,
      }),
    );
  }
  if (filesystems.length === 0) return unread('unparseable', 'df: no file system');
  return { ok: true, facts: { filesystems, remoteHung: room.name.includes(' -l') } };
}

interface Row {
  readonly device: string;
  readonly type: string;
  readonly mount: string;
  readonly total: number;
  readonly free: number;
  readonly percent: number | undefined;
  readonly line: number;
}

function rowOf({ text, line }: Line): Row[] {
  const shape = /^(\S.*?)\s+(\S+)\s+(\d{1,15})\s+(\d{1,15}|-)\s+(-?\d{1,15})\s+(\d{1,3}%|-)\s+(\/.*)$/.exec(
    text.slice(0, 4096),
  );
  const total = wholeNumber(shape?.[3]);
  if (shape === null || total === undefined) return [];
  const percent = wholeNumber((shape[6] ?? '').replace('%', ''));
  const free = Math.max(Number(shape[5]), 0);
  return [
    { device: shape[1] ?? '', type: shape[2] ?? '', mount: shape[7] ?? '', total, free, percent, line },
  ];
}
