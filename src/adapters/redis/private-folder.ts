import { createHash } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  constants,
  lstatSync,
  mkdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';

/** Where the private Redis keeps its data, and where it is reached. Absolute paths. */
export interface PrivateFolder {
  readonly path: string;
  readonly log: string;
  /** Holds the number of the redis-server's process. */
  readonly pidFile: string;
  readonly socket: string;
  /** Whoever listens there owns the folder. */
  readonly ownerSocket: string;
}

export type PreparedFolder =
  | { readonly ok: true; readonly folder: PrivateFolder }
  | { readonly ok: false; readonly says: string };

/** sun_path has 108 bytes on Linux and 104 on macOS, the closing 0 included: unix(7). */
const LONGEST_SOCKET_PATH = 103;
const OWNER_SOCKET = 'owner.sock';

/** Makes what is missing, for nobody else's eyes. */
export function preparePrivateFolder(dataFolder: string, env: NodeJS.ProcessEnv): PreparedFolder {
  try {
    const path = join(dataFolder, 'redis');
    mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
    makePrivate(path);
    const sockets = fits(path) ? path : linkTo(path, env);
    const folder: PrivateFolder = {
      path,
      log: join(path, 'redis.log'),
      pidFile: join(path, 'redis.pid'),
      socket: join(sockets, 'redis.sock'),
      ownerSocket: join(sockets, OWNER_SOCKET),
    };
    if (!fits(sockets)) return { ok: false, says: `no folder is short enough for a socket: ${sockets}` };
    return { ok: true, folder };
  } catch (error) {
    return { ok: false, says: error instanceof Error ? error.message : String(error) };
  }
}

/** The first of that name in PATH that may be run. */
export function findProgram(name: string, path: string): string | undefined {
  // An empty or relative entry would run what lies in the working folder.
  const places = path.split(delimiter).filter(isAbsolute);
  return places.map((place) => join(place, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/**
 * A short way to a folder whose own path is too long for a socket. The sockets themselves still lie in the folder, so
 * that whoever comes by another way meets the same ones.
 */
function linkTo(path: string, env: NodeJS.ProcessEnv): string {
  const name = `goodgate-${createHash('sha256').update(path).digest('hex').slice(0, 16)}`;
  const runtime = env['XDG_RUNTIME_DIR'];
  const inRuntime = runtime !== undefined && isAbsolute(runtime) ? join(runtime, name) : undefined;
  const link = inRuntime !== undefined && fits(inRuntime) ? inRuntime : join(tmpdir(), name);
  try {
    symlinkSync(path, link);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  const state = lstatSync(link);
  if (!state.isSymbolicLink() || state.uid !== process.getuid?.() || readlinkSync(link) !== path) {
    throw new Error(`${link} is not the link to ${path} that it should be: remove it`);
  }
  return link;
}

function fits(folder: string): boolean {
  return Buffer.byteLength(join(folder, OWNER_SOCKET)) <= LONGEST_SOCKET_PATH;
}

/** Somebody else could have made it, or laid a link there. */
function makePrivate(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  const state = lstatSync(folder);
  if (!state.isDirectory()) throw new Error(`${folder} is not a folder`);
  if (state.uid !== process.getuid?.()) throw new Error(`${folder} belongs to another user`);
  if ((state.mode & 0o077) !== 0) chmodSync(folder, 0o700);
}
