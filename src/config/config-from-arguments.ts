import { hostname } from 'node:os';
import { resolve } from 'node:path';
import type { Host, SshTransport, Transport } from '../domain/host.js';
import type { Target } from '../domain/target.js';
import { type Checked, problem } from './config.js';
import { hasCredentials, isHostKey, isHttpUrl, NO_CREDENTIALS, whyNoHttpUrl } from './config-schema.js';
import { type HostAddress, parseHostAddress } from './parse-host-address.js';
import { resolvePath } from './resolve-path.js';

/** How to reach hosts, as options of the command line say it: `--identity`, `--known-hosts`, … */
export interface WayOptions {
  readonly identity?: string;
  readonly knownHosts?: string;
  readonly hostKeys?: readonly string[];
  readonly jump?: string;
  readonly sudo?: boolean;
}

export interface TargetArguments extends WayOptions {
  readonly url: string;
  /** `[USER@]HOST[:PORT]` each. */
  readonly hosts: readonly string[];
  readonly playbook?: string;
}

export interface Place {
  readonly cwd: string;
  readonly home: string;
}

/** `--url URL --host USER@HOST[:PORT] …`: a target without a file. */
export function configFromArguments(given: TargetArguments, place: Place): Checked<Target> {
  const parsed = given.hosts.map((text) => ({ text, result: parseHostAddress(text) }));
  const hosts: Host[] = [];
  for (const { result } of parsed) {
    if (!result.ok) {
      return {
        ok: false,
        problems: [{ ...result.problems[0], message: `--host: ${result.problems[0].message}` }],
      };
    }
    hosts.push({ alias: aliasOf(result.value), sudo: false, transport: { kind: 'ssh', ...result.value } });
  }
  const twice = hosts.find((host, index) => hosts.findIndex((other) => other.alias === host.alias) !== index);
  if (twice !== undefined) {
    return problem(`--host: ${twice.alias} stands twice`);
  }
  const target = targetOf(given, hosts);
  return target.ok ? withWayOptions(target.value, given, place) : target;
}

/** `--local` without a target: this machine, and the URL that was given. */
export function localTarget(given: { url: string; playbook?: string; sudo?: boolean }): Checked<Target> {
  return targetOf(given, [{ alias: hostname(), transport: { kind: 'local' }, sudo: given.sudo ?? false }]);
}

/**
 * `check TARGET --local`: the target's URL and playbook, looked at from this machine alone. It keeps the alias and
 * the roles of the host that it is, where that can be told.
 */
export function onThisMachine(target: Target, thisName: string = hostname()): Target {
  const short = thisName.split('.')[0];
  const mine =
    target.hosts.find(({ host }) => {
      const names = [host.alias, host.transport.kind === 'ssh' ? host.transport.address : ''];
      return names.some((name) => name === thisName || name.split('.')[0] === short);
    }) ?? (target.hosts.length === 1 ? target.hosts[0] : undefined);
  const host: Host = {
    alias: mine?.host.alias ?? thisName,
    transport: { kind: 'local' },
    sudo: mine?.host.sudo ?? false,
  };
  return { ...target, hosts: [{ host, roles: mine?.roles ?? ['proxy', 'backend'] }] };
}

/** What the options say stands above what the file says, for every host of the target. */
export function withWayOptions(target: Target, options: WayOptions, place: Place): Checked<Target> {
  const wrongKey = options.hostKeys?.find((key) => !isHostKey(key));
  if (wrongKey !== undefined) {
    return problem(`--host-key: "${wrongKey}" is not a public host key`, 'for example "ssh-ed25519 AAAA…"');
  }
  const jump = options.jump === undefined ? undefined : parseHostAddress(options.jump);
  if (jump?.ok === false) {
    return { ok: false, problems: [{ ...jump.problems[0], message: `--jump: ${jump.problems[0].message}` }] };
  }
  // A shell has already expanded ~ in most places, but not in `--identity=~/key`.
  const toPath = (path: string) => resolvePath(path, resolve(place.cwd), place.home);
  const files = {
    ...(options.identity === undefined ? {} : { keyFile: toPath(options.identity) }),
    ...(options.knownHosts === undefined ? {} : { knownHostsFile: toPath(options.knownHosts) }),
  };
  const over = {
    ...files,
    ...(options.hostKeys === undefined ? {} : { hostKeys: options.hostKeys }),
    ...(jump === undefined ? {} : { jump: { kind: 'ssh' as const, ...jump.value, ...files } }),
  };
  const hosts = target.hosts.map(({ host, roles }) => ({
    roles,
    host: { ...host, sudo: options.sudo ?? host.sudo, transport: overlay(host.transport, over) },
  }));
  return { ok: true, value: { ...target, hosts } };
}

function overlay(transport: Transport, over: Partial<SshTransport>): Transport {
  switch (transport.kind) {
    case 'local':
      return transport;
    case 'ssh':
      return { ...transport, ...over };
    case 'docker':
      return transport.over.kind === 'local'
        ? transport
        : { ...transport, over: { ...transport.over, ...over } };
  }
}

function targetOf(given: { url: string; playbook?: string }, hosts: readonly Host[]): Checked<Target> {
  const wrong = whyNoHttpUrl(given.url);
  if (wrong !== undefined) {
    const looksBare = isHttpUrl(`http://${given.url}`) && !given.url.includes('://');
    const suggestion = looksBare
      ? `did you mean "https://${given.url}"?`
      : 'for example https://docs.example.com/';
    return problem(`--url: ${wrong}, got "${given.url}"`, suggestion);
  }
  if (hasCredentials(given.url)) {
    return problem(`--url: ${NO_CREDENTIALS}`);
  }
  return {
    ok: true,
    value: {
      name: new URL(given.url).host,
      url: given.url,
      hosts: hosts.map((host) => ({ host, roles: ['proxy', 'backend'] as const })),
      ...(given.playbook === undefined ? {} : { playbook: given.playbook }),
      variables: {},
    },
  };
}

function aliasOf({ address, port }: HostAddress): string {
  if (port === undefined || port === 22) {
    return address;
  }
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
