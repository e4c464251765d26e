import type { Parsed, ProbeOutput } from '../../domain/evidence.js';
import { FRAME_SHELL, type Frame, framesOf, frameText } from '../framed-output.js';
import { deniesPermission, firstLine, unread, wholeNumber, withoutUndefined } from '../output-reading.js';
import type { ProbeKind } from '../probe-kind.js';
import { ProbeParamError } from '../probe-param-error.js';
import { pathParam } from '../probe-params.js';

export type FileKind =
  | 'file'
  | 'directory'
  | 'symlink'
  | 'socket'
  | 'fifo'
  | 'character-device'
  | 'block-device'
  | 'other';

export interface FileEntry {
  readonly path: string;
  /** `not-visible`: a directory above may not be searched by this account, so that nothing is known. */
  readonly state: 'exists' | 'missing' | 'not-visible' | 'unknown';
  readonly type?: FileKind | undefined;
  /** Octal with set-id and sticky bits, `0755`. */
  readonly mode?: string | undefined;
  readonly owner?: string | undefined;
  readonly group?: string | undefined;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  /** It has an access control list; absent where that was not asked, or cannot be seen here. */
  readonly acl?: boolean | undefined;
  /** Bytes. */
  readonly size?: number | undefined;
  readonly mtimeEpoch?: number | undefined;
  /** For a symlink: where it ends when followed, and what is there; absent where it leads nowhere. */
  readonly target?: string | undefined;
  readonly targetType?: FileKind | undefined;
  readonly targetMode?: string | undefined;
  readonly targetOwner?: string | undefined;
  readonly targetMtimeEpoch?: number | undefined;
  /** The line that tells of what is there. */
  readonly targetLine?: number | undefined;
  /** stat's own words where it failed. */
  readonly says?: string | undefined;
  readonly line: number;
}

export interface FileStatFacts {
  /** The paths asked for and every directory above them, each once, from the root downwards. */
  readonly entries: readonly FileEntry[];
}

// Only GNU's ls marks an access control list ("+"); it is asked where the group may do what others may not.
const SNIPPET = `${FRAME_SHELL}
marks=; case $(ls --version 2>/dev/null) in *coreutils*) marks=1;; esac
for path in "$@"; do
  o=$(stat -c '%a %u %g %s %Y %U %G %F' -- "$path" 2>&1); r=$?
  m=\${o%% *}; t=\${m#"\${m%?}"}; m=\${m%?}; g=\${m#"\${m%?}"}
  if [ "$marks" ] && [ "$r" = 0 ] && [ $((\${g:-0} & ~t)) != 0 ]; then
    a=$(ls -ld -- "$path" 2>/dev/null); a=\${a%% *}
    case $a in *+) o="$o
acl +";; ?*) o="$o
acl -";; esac
  fi
  if [ -L "$path" ]; then
    o="$o
$(readlink -f -- "$path" 2>/dev/null)
$(stat -L -c '%a %u %g %s %Y %U %G %F' -- "$path" 2>/dev/null)"
  fi
  frame "$path" "$r" "$o"
done
`;

/** What stands at these paths, and at every directory above them. At most 200 paths. */
export const fileStat: ProbeKind<{ readonly paths: readonly string[] }, FileStatFacts> = {
  kind: 'file.stat',
  command: ({ paths }) => {
    if (paths.length < 1 || paths.length > 200) {
      throw new ProbeParamError('file.stat', 'paths', '1 to 200 paths', paths.length);
    }
    const all = new Set<string>();
    for (const path of paths)
      for (const step of withParents(pathParam('file.stat', 'paths', path))) all.add(step);
    return {
      id: `file.stat:${paths.join(',')}`,
      kind: 'file.stat',
      argv: ['sh', '-c', SNIPPET, 'goodgate', ...[...all].sort()],
      timeoutMs: 5000,
      capBytes: 1024 * 1024,
      privileged: true,
    };
  },
  parse: parseFileStat,
};

/** `/`, `/a`, `/a/b`; `.` and `..` are kept as they are, since a symlink may stand before them. */
function withParents(path: string): string[] {
  const steps = ['/'];
  const parts = path.split('/').filter((part) => part !== '');
  for (const [at] of parts.entries()) steps.push(`/${parts.slice(0, at + 1).join('/')}`);
  return steps;
}

/**
 * Sample (mode, uid, gid, bytes, mtime, owner, group, type; for a symlink then its end and what is there):
 * 644 0 0 221 1795224301 root root regular file
 * 660 0 33 0 1795224301 root www-data socket         with its mark where the group may more than others:
 * acl -
 * stat: cannot statx '/var/lib/x': No such file or directory
 */
export function parseFileStat(output: ProbeOutput): Parsed<FileStatFacts> {
  const read = framesOf(output, 'stat');
  if (!read.ok) return read;
  if (read.frames.every((frame) => /stat: not found|stat: command not found/.test(frameText(frame)))) {
    return unread('command-not-found', 'stat: no such command');
  }
  return { ok: true, facts: { entries: read.frames.map(entryOf) } };
}

function entryOf(frame: Frame): FileEntry {
  const path = frame.name;
  const line = frame.lines[0]?.line ?? frame.line;
  const [own, target, followed] = frame.lines.map(({ text }) => text);
  const shape = frame.exitCode === 0 ? statOf(own ?? '') : undefined;
  if (shape === undefined) {
    const says = firstLine(frameText(frame));
    if (frame.exitCode === 0) return { path, state: 'unknown', says, line };
    if (deniesPermission(says)) return { path, state: 'not-visible', says, line };
    return { path, state: /no such file|not a directory/i.test(says) ? 'missing' : 'unknown', says, line };
  }
  const end = statOf(followed ?? '');
  return withoutUndefined<FileEntry>({
    path,
    state: 'exists',
    ...shape,
    acl: /^acl [+-]$/.test(target ?? '') ? target === 'acl +' : undefined,
    target: end === undefined ? undefined : target || undefined,
    targetType: end?.type,
    targetMode: end?.mode,
    targetOwner: end?.owner,
    targetMtimeEpoch: end?.mtimeEpoch,
    targetLine: end && frame.lines[2]?.line,
    line,
  });
}

type Stat = Required<
  Pick<FileEntry, 'type' | 'mode' | 'owner' | 'group' | 'uid' | 'gid' | 'size' | 'mtimeEpoch'>
>;

function statOf(text: string): Stat | undefined {
  const shape =
    /^([0-7]{1,5}) (\d{1,10}) (\d{1,10}) (\d{1,16}) (-?\d{1,12}) (\S{1,64}) (\S{1,64}) ([a-z -]{1,40})$/.exec(
      text,
    );
  if (shape === null) return undefined;
  return {
    mode: (shape[1] ?? '').padStart(4, '0'),
    uid: wholeNumber(shape[2]),
    gid: wholeNumber(shape[3]),
    size: wholeNumber(shape[4]),
    mtimeEpoch: Number(shape[5]),
    owner: shape[6],
    group: shape[7],
    type: kindOf(shape[8] ?? ''),
  };
}

function kindOf(words: string): FileKind {
  if (words.startsWith('regular')) return 'file';
  if (words === 'directory' || words === 'socket' || words === 'fifo') return words;
  if (words === 'symbolic link') return 'symlink';
  if (words === 'character special file') return 'character-device';
  return words === 'block special file' ? 'block-device' : 'other';
}
