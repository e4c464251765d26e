import { createHash } from 'node:crypto';
import { accessSync, chmodSync, constants, lstatSync, mkdirSync, statSync } from 'node:fs';
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
    const sockets = socketFolder(path, env);
    if (sockets !== path) makePrivate(sockets);
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

function socketFolder(path: string, env: NodeJS.ProcessEnv): string {
  if (fits(path)) return path;
  const name = `goodgate-${createHash('sha256').update(path).digest('hex').slice(0, 16)}`;
  const runtime = env['XDG_RUNTIME_DIR'];
  const inRuntime = runtime !== undefined && isAbsolute(runtime) ? join(runtime, name) : undefined;
  return inRuntime !== undefined && fits(inRuntime) ? inRuntime : join(tmpdir(), name);
}

function fits(folder: string): boolean {
  return Buffer.byteLength(join(folder, OWNER_SOCKET)) <= LONGEST_SOCKET_PATH;
}

/** In a folder that all may write to, somebody else could have made it, or laid a link there. */
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
