import { chownSync, readFileSync } from 'node:fs';

interface Account {
  readonly uid: number;
  readonly gid: number;
}

// www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
function accountOf(name: string): Account | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
}

export function userExists(name: string): boolean {
  return accountOf(name) !== undefined;
}

/** Changes the owner of a file or folder; `undefined` leaves it as it is. */
export function giveTo(path: string, user: string | undefined): void {
  const account = user === undefined ? undefined : accountOf(user);
  if (account !== undefined) chownSync(path, account.uid, account.gid);
}

/**
 * The users that nginx's workers and the backend run as: two different ones under root, so that modes matter; as an
 * ordinary user everything runs as that user (undefined).
 */
export function serviceUsers(pick: (choices: readonly [string, ...string[]]) => string): {
  readonly nginx: string | undefined;
  readonly backend: string | undefined;
} {
  if (process.getuid?.() !== 0) return { nginx: undefined, backend: undefined };
  const nginx = userExists('www-data') ? 'www-data' : 'nobody';
  const others = ['daemon', 'nobody', 'games', 'backup'].filter((name) => userExists(name) && name !== nginx);
  const [first = 'nobody', ...rest] = others;
  return { nginx, backend: pick([first, ...rest]) };
}
