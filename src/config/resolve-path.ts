import { isAbsolute, join, resolve } from 'node:path';

/** `~` and `~/…` are the home folder; a relative path begins at `from`. `~other` is left to mean a file of that name. */
export function resolvePath(path: string, from: string, home: string): string {
  if (path === '~' || path.startsWith('~/')) {
    return join(home, path.slice(1));
  }
  return isAbsolute(path) ? path : resolve(from, path);
}
