/** What `~/.ssh/config` knows about an address, joined with what goodgate.yaml says; the latter wins. */
import { existsSync, readFileSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';
import SSHConfig from 'ssh-config';
import type { SshTransport } from '../../domain/host.js';
import { filesNamedBy } from './include-paths.js';

export interface SshSettings {
  /** As people typed it; what known_hosts is asked for where HostName says nothing else. */
  readonly typed: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** The key that goodgate.yaml names: it must be readable. */
  readonly keyFile?: string;
  /** Keys to try where they exist. */
  readonly identityFiles: readonly string[];
  readonly agent?: string;
  /** The agent is for the identity files only. */
  readonly identitiesOnly: boolean;
  readonly hostKeys: readonly string[];
  readonly knownHostsFiles: readonly string[];
  readonly hostKeyAlias?: string;
  readonly jump?: SshSettings;
  /** What ssh would do beside this, and goodgate does not, in words; told where the connection fails. */
  readonly leftOut: readonly string[];
}

export interface SshEnvironment {
  readonly home: string;
  readonly configFile: string;
  readonly agent?: string;
}

/** The environment of the account that goodgate runs under. */
export function readSshEnvironment(env: NodeJS.ProcessEnv = process.env): SshEnvironment {
  const home = env['HOME'] ?? homedir();
  const agent = env['SSH_AUTH_SOCK'];
  return { home, configFile: join(home, '.ssh', 'config'), ...(agent ? { agent } : {}) };
}

const DEFAULT_KEYS = ['id_ed25519', 'id_ecdsa', 'id_rsa'];
const DEFAULT_KNOWN_HOSTS = ['.ssh/known_hosts', '.ssh/known_hosts2'];
const GLOBAL_KNOWN_HOSTS = '/etc/ssh/ssh_known_hosts';
const MAX_JUMPS = 8;
const MAX_INCLUDE_DEPTH = 16;

/**
 * `StrictHostKeyChecking` is not read: no setting weakens the check of host keys. `Match exec` and
 * CanonicalizeHostname, which run programs, never apply.
 */
export function resolveSshSettings(
  transport: SshTransport,
  environment: SshEnvironment,
  depth = 0,
): SshSettings {
  const config = computeConfig(transport.address, transport.user, environment);
  const typed = transport.address;
  const user = transport.user ?? first(config['user']) ?? ownName();
  const address = (first(config['hostname']) ?? typed).replaceAll('%h', typed);
  const port = transport.port ?? portOf(first(config['port'])) ?? 22;
  const path = (text: string): string =>
    expandPath(text, { home: environment.home, address, user, port, typed });

  const configured = all(config['identityfile']).filter((file) => file !== 'none');
  const identityFiles =
    configured.length > 0
      ? configured.map(path)
      : DEFAULT_KEYS.map((name) => join(environment.home, '.ssh', name));
  const agent = transport.agent ?? agentOf(first(config['identityagent']), environment, path);
  const knownHosts = all(config['userknownhostsfile']).filter((file) => file !== 'none');
  const knownHostsFiles =
    transport.knownHostsFile !== undefined
      ? [path(transport.knownHostsFile)]
      : [
          ...(knownHosts.length > 0 ? knownHosts : DEFAULT_KNOWN_HOSTS.map((file) => `~/${file}`)).map(path),
          GLOBAL_KNOWN_HOSTS,
        ];
  const hostKeyAlias = first(config['hostkeyalias']);
  const proxyCommand = first(config['proxycommand']);
  const named = first(config['proxyjump']) ?? jumpOfCommand(proxyCommand);
  const jump = transport.jump ?? (depth < MAX_JUMPS ? jumpOf(named) : undefined);
  const certificates = [
    ...all(config['certificatefile']).map(path),
    ...[...(transport.keyFile === undefined ? identityFiles : [path(transport.keyFile)])].map(
      (file) => `${file}-cert.pub`,
    ),
  ];
  return {
    typed,
    address,
    port,
    user,
    identityFiles,
    identitiesOnly: first(config['identitiesonly'])?.toLowerCase() === 'yes',
    hostKeys: transport.hostKeys ?? [],
    knownHostsFiles,
    ...(transport.keyFile === undefined ? {} : { keyFile: path(transport.keyFile) }),
    ...(agent === undefined ? {} : { agent }),
    ...(hostKeyAlias === undefined ? {} : { hostKeyAlias }),
    leftOut: [
      ...(jump === undefined && proxyCommand !== undefined && proxyCommand.toLowerCase() !== 'none'
        ? [
            `${environment.configFile} has a ProxyCommand for ${typed}, which goodgate does not run: give it a ProxyJump, or the host a \`jump\` in goodgate.yaml`,
          ]
        : []),
      ...certificates
        .filter((file) => existsSync(file))
        .slice(0, 1)
        .map((file) => `the certificate ${file} is not used, for goodgate does not support SSH certificates`),
    ],
    ...(jump === undefined || depth >= MAX_JUMPS
      ? {}
      : { jump: resolveSshSettings(jump, environment, depth + 1) }),
  };
}

type Computed = Record<string, string | string[]>;

function computeConfig(host: string, user: string | undefined, environment: SshEnvironment): Computed {
  const config = readConfig(environment.configFile, environment, 0);
  return config.compute(
    { Host: host, ...(user === undefined ? {} : { User: user }) },
    { ignoreCase: true, matchExec: false },
  );
}

/** A file that cannot be read or parsed is passed over, as ssh passes over one that is not there. */
function readConfig(file: string, environment: SshEnvironment, depth: number): SSHConfig {
  const parsed = parseConfig(file);
  const result = new SSHConfig();
  for (const line of parsed) {
    if ('config' in line) {
      const section = new SSHConfig();
      for (const inner of line.config) {
        // Sections of a file that a section includes are left out: they would apply without their outer condition.
        section.push(
          ...expandInclude(inner, environment, depth).filter((included) => !('config' in included)),
        );
      }
      line.config = section;
      result.push(line);
    } else {
      result.push(...expandInclude(line, environment, depth));
    }
  }
  return result;
}

type ConfigLine = SSHConfig[number];

function expandInclude(line: ConfigLine, environment: SshEnvironment, depth: number): ConfigLine[] {
  if (!('param' in line)) return [line];
  const param = line.param.toLowerCase();
  if (param.startsWith('canonicalize')) return [];
  if (param !== 'include') return [line];
  if (depth >= MAX_INCLUDE_DEPTH) return [];
  const patterns = typeof line.value === 'string' ? [line.value] : line.value.map(({ val }) => val);
  return patterns
    .map((pattern) => expandHome(pattern, environment.home))
    .map((pattern) => (isAbsolute(pattern) ? pattern : join(environment.home, '.ssh', pattern)))
    .flatMap((pattern) => filesNamedBy(pattern))
    .flatMap((file) => [...readConfig(file, environment, depth + 1)]);
}

function parseConfig(file: string): SSHConfig {
  try {
    return SSHConfig.parse(readFileSync(file, 'utf8'));
  } catch {
    return new SSHConfig();
  }
}

/** `ssh -W %h:%p gate`, the older way to write `ProxyJump gate`. */
function jumpOfCommand(command: string | undefined): string | undefined {
  const words = /^(?:exec\s+)?(?:\S*\/)?ssh\s+(.*)$/.exec(command?.trim() ?? '')?.[1]?.split(/\s+/);
  const rest = words?.filter(
    (word, place) => !/^-[qaxT]+$/.test(word) && word !== '-W' && words[place - 1] !== '-W',
  );
  const [gate, ...more] = rest ?? [];
  const forwards = words?.some(
    (word, place) => word === '-W' && /^\[?%h\]?:%p$/.test(words[place + 1] ?? ''),
  );
  return forwards && gate !== undefined && !gate.startsWith('-') && more.length === 0 ? gate : undefined;
}

/** `user@host:port,second` is the way from here: first `user@host`, through it `second`. */
function jumpOf(text: string | undefined): SshTransport | undefined {
  if (text === undefined || text.toLowerCase() === 'none') return undefined;
  let way: SshTransport | undefined;
  for (const hop of text.split(',')) {
    const match = /^(?:ssh:\/\/)?(?:([^@]+)@)?(\[[^\]]+\]|[^:]+)(?::(\d{1,5}))?$/.exec(hop.trim());
    const address = match?.[2]?.replace(/^\[|\]$/g, '');
    if (address === undefined) return undefined;
    const user = match?.[1];
    const port = portOf(match?.[3]);
    way = {
      kind: 'ssh',
      address,
      ...(user === undefined ? {} : { user }),
      ...(port === undefined ? {} : { port }),
      ...(way === undefined ? {} : { jump: way }),
    };
  }
  return way;
}

function agentOf(
  configured: string | undefined,
  environment: SshEnvironment,
  path: (text: string) => string,
): string | undefined {
  if (configured === undefined || configured === 'SSH_AUTH_SOCK') return environment.agent;
  if (configured === 'none') return undefined;
  if (configured.startsWith('$')) return process.env[configured.replace(/^\$\{?|\}$/g, '')];
  return path(configured);
}

interface Tokens {
  readonly home: string;
  readonly address: string;
  readonly typed: string;
  readonly user: string;
  readonly port: number;
}

/** Who we are here. A container may run under a number that no account has: userInfo() throws then. */
export function ownName(ask = () => userInfo().username, env: NodeJS.ProcessEnv = process.env): string {
  try {
    return ask();
  } catch {
    return env['USER'] || String(process.getuid?.() ?? '');
  }
}

/** The tokens of ssh_config(5) that may stand in paths. */
function expandPath(text: string, tokens: Tokens): string {
  const values: Readonly<Record<string, string>> = {
    '%%': '%',
    '%d': tokens.home,
    '%h': tokens.address,
    '%n': tokens.typed,
    '%p': String(tokens.port),
    '%r': tokens.user,
    '%u': ownName(),
  };
  return expandHome(text, tokens.home).replace(/%[%dhnpru]/g, (token) => values[token] ?? token);
}

function expandHome(text: string, home: string): string {
  return text === '~' || text.startsWith('~/') ? join(home, text.slice(1)) : text;
}

function portOf(text: string | undefined): number | undefined {
  const port = Number(text);
  return Number.isInteger(port) && port > 0 && port < 65536 ? port : undefined;
}

function first(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

function all(value: string | string[] | undefined): string[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : value.split(/\s+/).filter((part) => part !== '');
}
