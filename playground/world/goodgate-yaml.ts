import { stringify } from 'yaml';
import type { WorldHost } from './world-types.js';

/** The configuration with which goodgate looks at this world. */
export function renderGoodgateYaml(
  target: string,
  url: string,
  playbook: string,
  hosts: readonly WorldHost[],
  variables: Readonly<Record<string, string>>,
): string {
  const described = hosts.map(({ alias, ssh }) => [
    alias,
    { address: ssh.host, port: ssh.port, user: ssh.user, keyFile: ssh.keyFile, hostKey: ssh.hostKey },
  ]);
  const used = hosts.map(({ alias, roles }) => ({ host: alias, roles }));
  return stringify({
    // All of it shares one machine, which may be busy.
    defaults: { connectTimeout: '15s' },
    hosts: Object.fromEntries(described),
    targets: { [target]: { url, hosts: used, playbook, variables } },
  });
}
