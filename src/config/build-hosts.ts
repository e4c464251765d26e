import type { Host, SshTransport, Transport } from '../domain/host.js';
import type { ConfigFile, HostEntry } from './config-schema.js';
import { nearestNames } from './nearest-name.js';
import { parseHostAddress } from './parse-host-address.js';

type Path = readonly PropertyKey[];

export interface HostsContext {
  readonly entries: ReadonlyMap<string, HostEntry>;
  readonly defaults: NonNullable<ConfigFile['defaults']>;
  /** Makes a path of the file absolute. */
  readonly toPath: (path: string) => string;
  /** Told of what cannot be used, with the place in the file. */
  readonly complain: (path: Path, message: string, suggestion?: string) => void;
}

/** Hosts with their ways resolved: who is behind which jump host, and in whose docker. */
export function buildHosts(context: HostsContext): Map<string, Host> {
  const hosts = new Map<string, Host>();
  for (const [alias, entry] of context.entries) {
    const transport = transportOf(alias, entry, context);
    if (transport !== undefined) {
      hosts.set(alias, { alias, transport, sudo: entry.sudo ?? false });
    }
  }
  return hosts;
}

const SSH_KEYS = [
  'address',
  'port',
  'user',
  'keyFile',
  'agent',
  'hostKey',
  'knownHostsFile',
  'jump',
] as const;

function transportOf(alias: string, entry: HostEntry, context: HostsContext): Transport | undefined {
  const at = ['hosts', alias];
  switch (entry.transport ?? 'ssh') {
    case 'ssh':
      for (const key of ['container', 'over'] as const) {
        if (entry[key] !== undefined) {
          context.complain(
            [...at, key],
            `hosts.${alias}: "${key}" is for docker only`,
            'add "transport: docker"',
          );
        }
      }
      return sshTransport(alias, entry, context, []);
    case 'local':
      refuseKeys(
        alias,
        entry,
        [...SSH_KEYS, 'container', 'over'],
        'transport local is this machine',
        context,
      );
      return { kind: 'local' };
    case 'docker':
      return dockerTransport(alias, entry, context);
  }
}

function dockerTransport(alias: string, entry: HostEntry, context: HostsContext): Transport | undefined {
  refuseKeys(alias, entry, SSH_KEYS, 'a container is reached by its docker', context);
  if (entry.container === undefined) {
    const message = `hosts.${alias}: the key "container" is missing, which transport docker needs`;
    context.complain(['hosts', alias], message, 'write the name that "docker ps" shows');
    return undefined;
  }
  if (entry.over === undefined) {
    return { kind: 'docker', container: entry.container, over: { kind: 'local' } };
  }
  const at = ['hosts', alias, 'over'];
  const under = context.entries.get(entry.over);
  if (under === undefined) {
    unknownAlias(at, entry.over, context);
    return undefined;
  }
  if (under.transport === 'docker') {
    context.complain(
      at,
      `hosts.${alias}.over: "${entry.over}" is itself a container`,
      'name the machine below it',
    );
    return undefined;
  }
  const over =
    under.transport === 'local' ? { kind: 'local' as const } : sshTransport(entry.over, under, context, []);
  return over === undefined ? undefined : { kind: 'docker', container: entry.container, over };
}

function refuseKeys(
  alias: string,
  entry: HostEntry,
  keys: readonly (keyof HostEntry)[],
  because: string,
  context: HostsContext,
): void {
  for (const key of keys) {
    if (entry[key] !== undefined) {
      context.complain(['hosts', alias, key], `hosts.${alias}: "${key}" has no meaning here, ${because}`);
    }
  }
}

/** `behind` are the hosts whose jump led here: a circle of jump hosts leads nowhere. */
function sshTransport(
  alias: string,
  entry: HostEntry,
  context: HostsContext,
  behind: readonly string[],
): SshTransport | undefined {
  if (entry.address === undefined) {
    const message = `hosts.${alias}: the key "address" is missing`;
    context.complain(['hosts', alias], message, 'or "transport: local" for this machine');
    return undefined;
  }
  const { defaults, toPath } = context;
  const keyFile = entry.keyFile ?? defaults.keyFile;
  const knownHostsFile = entry.knownHostsFile ?? defaults.knownHostsFile;
  const user = entry.user ?? defaults.user;
  const jump = entry.jump === undefined ? undefined : jumpOf(alias, entry.jump, context, [...behind, alias]);
  return {
    kind: 'ssh',
    address: entry.address,
    ...(entry.port === undefined ? {} : { port: entry.port }),
    ...(user === undefined ? {} : { user }),
    ...(keyFile === undefined ? {} : { keyFile: toPath(keyFile) }),
    ...(entry.agent === undefined ? {} : { agent: toPath(entry.agent) }),
    ...(entry.hostKey === undefined ? {} : { hostKeys: [entry.hostKey].flat() }),
    ...(knownHostsFile === undefined ? {} : { knownHostsFile: toPath(knownHostsFile) }),
    ...(jump === undefined ? {} : { jump }),
  };
}

function jumpOf(
  alias: string,
  jump: string,
  context: HostsContext,
  behind: readonly string[],
): SshTransport | undefined {
  const at = ['hosts', alias, 'jump'];
  const entry = context.entries.get(jump);
  if (entry === undefined) {
    // A bare word is meant as an alias; what has a user, a port or a domain is an address.
    const parsed = /[@:.]/u.test(jump) ? parseHostAddress(jump) : undefined;
    if (parsed?.ok !== true) {
      const near = nearestNames(jump, context.entries.keys(), 1)[0];
      const suggestion = near === undefined ? 'or write USER@HOST:PORT' : `did you mean "${near}"?`;
      context.complain(at, `hosts.${alias}.jump: there is no host "${jump}"`, suggestion);
      return undefined;
    }
    const asEntry: HostEntry = parsed.value;
    return sshTransport(jump, asEntry, context, behind);
  }
  if (behind.includes(jump)) {
    context.complain(at, `hosts.${alias}.jump: goes in a circle, ${[...behind, jump].join(' -> ')}`);
    return undefined;
  }
  if ((entry.transport ?? 'ssh') !== 'ssh') {
    context.complain(at, `hosts.${alias}.jump: "${jump}" is not reached over ssh`);
    return undefined;
  }
  return sshTransport(jump, entry, context, behind);
}

export function unknownAlias(at: Path, wrong: string, context: HostsContext): void {
  const near = nearestNames(wrong, context.entries.keys(), 2).map((name) => `"${name}"`);
  const suggestion = near.length > 0 ? `did you mean ${near.join(' or ')}?` : `add "${wrong}" under hosts`;
  context.complain(at, `there is no host "${wrong}"`, suggestion);
}
