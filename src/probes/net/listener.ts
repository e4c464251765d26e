export interface ListenerProcess {
  readonly pid: number;
  /** The command's name, at most 15 characters (comm). */
  readonly name: string;
}

export interface Listener {
  readonly family: 'tcp' | 'unix';
  /** `*` (both families), `0.0.0.0`, `::`, or an address without brackets; for unix the path once more. */
  readonly address: string;
  readonly port?: number | undefined;
  /** A unix socket's path; an abstract one begins with `@`. */
  readonly path?: string | undefined;
  /** The device that the socket is bound to (`%lo`). */
  readonly device?: string | undefined;
  /** Connections that wait to be accepted. */
  readonly recvQ?: number | undefined;
  /** The backlog's limit; only ss tells it. */
  readonly sendQ?: number | undefined;
  /** Empty where the owner was not shown; see `processesVisible`. */
  readonly processes: readonly ListenerProcess[];
  /** Number of the account that opened it; 0 is not shown by ss. */
  readonly uid?: number | undefined;
  /** Control group of the process that opened it: ss shows it even where the process itself is hidden. */
  readonly cgroup?: string | undefined;
  readonly line: number;
}
