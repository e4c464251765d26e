import type { Host } from './host.js';

export type Role = 'proxy' | 'backend';

/** What people name: a URL, the hosts behind it and what each of them does. */
export interface Target {
  readonly name: string;
  readonly url: string;
  readonly hosts: readonly TargetHost[];
  /** The playbook's name, e.g. `onlyoffice`; where absent, the playbook that matches what is found. */
  readonly playbook?: string;
  readonly variables: Readonly<Record<string, string>>;
}

export interface TargetHost {
  readonly host: Host;
  /** Both where nobody said. */
  readonly roles: readonly Role[];
}
