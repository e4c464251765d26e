import type { Database } from './database.js';
import type { Host } from './host.js';
import type { Keeper } from './keeper.js';
import type { Names } from './names.js';
import type { Daemon, Nginx } from './nginx.js';
import type { Paths } from './paths.js';
import type { Redis } from './redis.js';
import type { SshAccess } from './ssh-server.js';
import type { Supervisor } from './supervisor.js';

/**
 * - onlyoffice: the container layout: nginx, supervisord, docservice and its like, Redis, AMQP, PostgreSQL if installed
 * - plain: nginx, supervisord and an ordinary web service with Redis
 * - socket: the same over a unix socket
 * - machine: plain, on a machine of its own with its own name server (root only)
 * - two-hosts: plain, proxy and backend on two machines (root only)
 */
export type Layout = 'onlyoffice' | 'plain' | 'socket' | 'machine' | 'two-hosts';

export const layouts: readonly Layout[] = ['onlyoffice', 'plain', 'socket', 'machine', 'two-hosts'];

export interface WorldOptions {
  readonly layout?: Layout;
  /** Names, ports and paths follow from it (as far as the ports are free). */
  readonly seed: number;
  readonly log?: (line: string) => void;
  /** PostgreSQL in the onlyoffice layout: true where it is installed, unless said otherwise. */
  readonly database?: boolean;
}

export interface WorldHost {
  readonly alias: string;
  readonly roles: readonly ('proxy' | 'backend')[];
  readonly ssh: SshAccess;
  readonly host: Host;
}

/** What a client saw; status 0 where it got no answer, with the reason as the body. */
export interface Seen {
  readonly status: number;
  readonly body: string;
}

export interface Ports {
  readonly nginx: number;
  readonly backend: number;
  readonly redis: number;
  readonly broker: number;
  readonly database: number;
  readonly ssh: number;
  /** Drawn and free; nothing ever listens there unless a fault says so. */
  readonly spare: number;
}

export interface World {
  readonly layout: Layout;
  readonly seed: number;
  readonly folder: string;
  /** The service's health URL through nginx. */
  readonly url: string;
  readonly healthPath: string;
  readonly ssh: SshAccess;
  readonly hosts: readonly WorldHost[];
  /** Where nginx runs, and where the backend does. */
  readonly proxy: Host;
  readonly backend: Host;
  /** The address at which nginx asks for the backend. */
  readonly backendAddress: string;
  readonly users: { readonly nginx: string | undefined; readonly backend: string | undefined };
  readonly paths: Paths;
  readonly names: Names;
  readonly ports: Ports;
  /** A goodgate.yaml with the target `names.target`. */
  readonly configFile: string;
  readonly keeper: Keeper;
  readonly nginx: Nginx;
  readonly supervisor: Supervisor;
  readonly redis: Redis;
  readonly broker: Daemon | undefined;
  readonly database: Database | undefined;
  readonly nameServer: Daemon | undefined;
  /** One request through nginx: GET of the health path unless said otherwise. */
  request(options?: RequestOptions): Promise<Seen>;
  /** `ok`, or what is wrong as a client sees it. */
  health(): Promise<string>;
  /** Starts whatever does not run, restarts backend and nginx, and waits until the service is healthy. */
  heal(): Promise<void>;
  /** Ends every process and removes the folder. */
  stop(): Promise<void>;
}

export interface RequestOptions {
  readonly path?: string;
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}
