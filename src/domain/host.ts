/** A machine that a check looks at, and how it is reached. Built from goodgate.yaml or from the command line. */
export interface Host {
  /** The name people use; shown in every finding. */
  readonly alias: string;
  readonly transport: Transport;
  /** Ask for root with `sudo -n`; without it, what needs root is reported as not seen. */
  readonly sudo: boolean;
}

export type Transport =
  | { readonly kind: 'local' }
  | SshTransport
  | {
      readonly kind: 'docker';
      readonly container: string;
      readonly over: { readonly kind: 'local' } | SshTransport;
    };

export interface SshTransport {
  readonly kind: 'ssh';
  /** Address or name; may be an alias of `~/.ssh/config`. */
  readonly address: string;
  readonly port?: number;
  readonly user?: string;
  readonly keyFile?: string;
  /** Path of an agent's socket; `SSH_AUTH_SOCK` where absent. */
  readonly agent?: string;
  /** Pinned public host keys, `ssh-ed25519 AAAA…`; where absent, known_hosts decides. */
  readonly hostKeys?: readonly string[];
  readonly knownHostsFile?: string;
  readonly jump?: SshTransport;
}

/** Why a host could not be looked at. */
export type HostFailureReason =
  | 'dns'
  | 'refused'
  | 'timeout'
  | 'no-route'
  | 'host-key-unknown'
  | 'host-key-changed'
  | 'auth'
  | 'key-file'
  | 'passphrase'
  | 'no-shell'
  | 'container'
  | 'lost';

export interface HostFailure {
  readonly reason: HostFailureReason;
  /** One sentence: what failed, where, what was expected and got. */
  readonly says: string;
  /** What to do next, as a person would type or write it. */
  readonly remedy: string;
}
