/**
 * Everything that a check brought home, before anybody judged it: what `--record` writes and `replay` reads.
 * The same record always gives the same diagnosis.
 */
import type { Evidence } from './evidence.js';
import type { HostFailure } from './host.js';
import type { Role } from './target.js';

export interface CheckRecord {
  readonly schema: 1;
  readonly goodgate: string;
  readonly target: {
    readonly name: string;
    readonly url: string;
    /** The URL whose way was followed, where it is another than the target's own: a redirect led there, or its playbook says so. */
    readonly asked?: AskedUrl;
    readonly playbook?: string;
    readonly variables: Readonly<Record<string, string>>;
  };
  readonly startedAt: string;
  readonly durationMs: number;
  /** The marker that this check's own requests carried. */
  readonly trace: string;
  readonly hosts: readonly RecordedHost[];
  /** All hosts' evidence and, under the host name `outside`, the bot's own requests. */
  readonly evidence: readonly Evidence[];
}

export interface AskedUrl {
  readonly url: string;
  /** Id of the bot's own request to it, among the evidence. */
  readonly evidence: string;
}

export interface RecordedHost {
  readonly alias: string;
  readonly roles: readonly Role[];
  readonly failure?: HostFailure;
  readonly user?: string;
  readonly root?: boolean;
  /** What `sudo -n` said, where the host is configured with sudo. */
  readonly sudo?: 'yes' | 'refused' | 'not-asked';
  readonly connections: number;
  readonly channels: number;
  readonly probes: number;
}

/** The bot's own request for a playbook's health check, where the URL itself leads to no backend. */
export const HEALTH_VIEW = 'outside health';

/** The host name under which the bot's own requests are recorded. */
export const OUTSIDE = 'outside';
