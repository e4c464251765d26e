/** Whether an account may use a file, by its mode; unknown where a group or an access control list may say otherwise. Pure. */
import type { FileEntry } from '../../probes/file/file-stat.js';

export interface Account {
  readonly name: string;
  readonly uid?: number | undefined;
  /** All of its groups, as its process has them; absent where no process of it was seen. */
  readonly gids?: readonly number[] | undefined;
}

export type Right = 'read' | 'write' | 'search';

const BITS = { read: 4, write: 2, search: 1 } as const;

/** The rights of one process, or of an account of which no process was seen. */
export function accountOf(
  name: string,
  detail:
    | {
        readonly uid?: number | undefined;
        readonly gid?: number | undefined;
        readonly groups: readonly number[];
      }
    | undefined,
): Account {
  if (detail?.uid === undefined || detail.gid === undefined) return { name };
  return { name, uid: detail.uid, gids: [detail.gid, ...detail.groups] };
}

/**
 * As the kernel decides (path_resolution(7), acl(5)): the owner by the first digit, a member of the group by the second,
 * others by the third. With an access control list the second digit is the mask: where it denies, no list allows.
 */
export function allows(entry: FileEntry, account: Account, right: Right): boolean | undefined {
  const mode = Number.parseInt(entry.mode ?? '', 8);
  if (Number.isNaN(mode)) return undefined;
  if (account.name === 'root') return true;
  const bit = BITS[right];
  const has = (shift: number): boolean => ((mode >> shift) & bit) !== 0;
  if (isOwner(entry, account)) return has(6);
  const member = isMember(entry, account);
  if (!has(3)) return member === undefined && has(0) ? undefined : member !== true && has(0);
  if (member === true) return entry.acl === true ? undefined : true;
  if (has(0)) return entry.acl === true ? undefined : true;
  return member === false && entry.acl === false ? false : undefined;
}

function isOwner(entry: FileEntry, { name, uid }: Account): boolean {
  return uid !== undefined && entry.uid !== undefined ? entry.uid === uid : entry.owner === name;
}

/** Without a process to ask: a group of the account's own name is its own, and nobody else is in root's. */
function isMember(entry: FileEntry, { name, gids }: Account): boolean | undefined {
  if (gids !== undefined && entry.gid !== undefined) return gids.includes(entry.gid);
  if (entry.group === name) return true;
  return entry.group === 'root' ? false : undefined;
}
