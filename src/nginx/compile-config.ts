import type {
  Directive,
  DirectiveRef,
  Listen,
  ListenAddress,
  LocationBlock,
  LocationKind,
  MapBlock,
  ServerBlock,
  ServerName,
  UpstreamGroup,
  UpstreamServer,
} from './model.js';
import { parseTimeMs } from './units.js';

/** The `server` block with all that request matching asks of it. */
export function compileServer(directive: Directive): ServerBlock {
  const block = directive.block ?? [];
  const listens = block
    .filter((child) => child.name === 'listen')
    .map(parseListen)
    .filter((listen) => listen !== undefined);
  const names = block.filter((child) => child.name === 'server_name').flatMap(parseServerNames);
  return {
    directive,
    listens: listens.length > 0 ? listens : [implicitListen(directive)],
    names: names.length > 0 ? names : [{ kind: 'exact', text: '', directive }],
    locations: compileLocations(block, []),
  };
}

function implicitListen(directive: DirectiveRef): Listen {
  return {
    address: { kind: 'any4' },
    port: 80,
    portEnd: 80,
    ssl: false,
    http2: false,
    quic: false,
    proxyProtocol: false,
    reuseport: false,
    defaultServer: false,
    implicit: true,
    directive,
  };
}

/** `listen 8080`, `listen 10.0.0.1`, `listen [::]:80 ipv6only=off`, `listen unix:/run/x.sock`, `listen localhost:81`, … */
function parseListen(directive: Directive): Listen | undefined {
  const [where, ...flags] = directive.args;
  if (where === undefined) return undefined;
  const found = parseListenAddress(where, flags.includes('ipv6only=off'));
  if (found === undefined) return undefined;
  return {
    ...found,
    ssl: flags.includes('ssl'),
    http2: flags.includes('http2'),
    quic: flags.includes('quic') || flags.includes('http3'),
    proxyProtocol: flags.includes('proxy_protocol'),
    reuseport: flags.includes('reuseport'),
    defaultServer: flags.includes('default_server') || flags.includes('default'),
    implicit: false,
    directive,
  };
}

function parseListenAddress(
  where: string,
  alsoIpv4: boolean,
): { address: ListenAddress; port: number; portEnd: number } | undefined {
  if (where.startsWith('unix:')) {
    return { address: { kind: 'unix', path: where.slice(5) }, port: 0, portEnd: 0 };
  }
  const match = /^(?:(\[[^\]]*\]|[^:[\]]*):)?(\d{1,5})(?:-(\d{1,5}))?$/.exec(where);
  const host = match === null ? where : (match[1] ?? '*');
  const port = match === null ? 80 : Number(match[2]);
  const portEnd = match?.[3] === undefined ? port : Number(match[3]);
  if (port > 65_535 || portEnd > 65_535 || portEnd < port) return undefined;
  const v6 = /^\[([0-9A-Fa-f:.]*)\]$/.exec(host)?.[1];
  if (v6 !== undefined) {
    const ip = normalIp(v6);
    return { address: ip === '::' ? { kind: 'any6', alsoIpv4 } : { kind: 'ip', ip }, port, portEnd };
  }
  if (host === '*' || host === '0.0.0.0') return { address: { kind: 'any4' }, port, portEnd };
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(host)) return { address: { kind: 'ip', ip: host }, port, portEnd };
  if (!/^[\w.-]+$/.test(host)) return undefined;
  return { address: { kind: 'name', name: host.toLowerCase() }, port, portEnd };
}

/** One spelling for each IP address: lower case, brackets off, IPv6 in its shortest form. */
export function normalIp(ip: string): string {
  const bare = ip.replace(/^\[|\]$/g, '').toLowerCase();
  if (!bare.includes(':') || !/^[0-9a-f:.]{2,45}$/.test(bare)) return bare;
  const url = `http://[${bare}]/`;
  return URL.canParse(url) ? new URL(url).hostname.slice(1, -1) : bare;
}

function parseServerNames(directive: Directive): ServerName[] {
  return directive.args.map((text) => {
    if (text.startsWith('~')) return { kind: 'regex', text, directive };
    if (text === '$hostname') return { kind: 'hostname', text, directive };
    const name = text.toLowerCase();
    if (name.startsWith('*.') || (name.startsWith('.') && name.length > 1)) {
      return { kind: 'leading-wildcard', text: name, directive };
    }
    if (name.endsWith('.*')) return { kind: 'trailing-wildcard', text: name, directive };
    return { kind: 'exact', text: name, directive };
  });
}

const MODIFIERS: Readonly<Record<string, LocationKind>> = {
  '=': 'exact',
  '^~': 'prefix-no-regex',
  '~': 'regex',
  '~*': 'regex',
};

function compileLocations(block: readonly Directive[], parents: readonly Directive[]): LocationBlock[] {
  return block
    .filter((child) => child.name === 'location' && child.block !== undefined && child.args.length > 0)
    .map((directive) => {
      const { modifier, pattern } = splitModifier(directive.args);
      const kind = MODIFIERS[modifier] ?? (pattern.startsWith('@') ? 'named' : 'prefix');
      return {
        directive,
        kind,
        ignoreCase: modifier === '~*',
        pattern,
        label: `location ${modifier === '' ? '' : `${modifier} `}${pattern}`,
        parents,
        nested: compileLocations(directive.block ?? [], [...parents, directive]),
      };
    });
}

/** `location =/x` and `location ~*\.php$` are read like `= /x` and `~* \.php$`. */
function splitModifier(args: readonly string[]): { modifier: string; pattern: string } {
  const [first = '', second] = args;
  if (second !== undefined) return { modifier: first, pattern: second };
  const glued = /^(=|\^~|~\*|~)(?=.)/.exec(first)?.[1] ?? '';
  return { modifier: glued, pattern: first.slice(glued.length) };
}

const BALANCERS = new Set(['least_conn', 'ip_hash', 'hash', 'random', 'fair', 'least_time', 'sticky']);

/** `upstream x { server a:1 max_fails=3 fail_timeout=10s backup; keepalive 16; }` */
export function compileUpstream(directive: Directive): UpstreamGroup {
  const block = directive.block ?? [];
  const keepalive = Number(block.findLast((child) => child.name === 'keepalive')?.args[0] ?? Number.NaN);
  const zone = block.findLast((child) => child.name === 'zone')?.args[0];
  return {
    name: directive.args[0] ?? '',
    servers: block
      .filter((child) => child.name === 'server' && child.args.length > 0)
      .map(compileUpstreamServer),
    balancing: block.find((child) => BALANCERS.has(child.name))?.name ?? 'round-robin',
    ...(Number.isFinite(keepalive) ? { keepalive } : {}),
    ...(zone === undefined ? {} : { zone }),
    directive,
  };
}

function compileUpstreamServer(directive: Directive): UpstreamServer {
  const [address = '', ...flags] = directive.args;
  const value = (key: string): string | undefined =>
    flags.findLast((flag) => flag.startsWith(`${key}=`))?.slice(key.length + 1);
  const whole = (key: string, fallback: number): number => {
    const text = value(key);
    return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : fallback;
  };
  return {
    address,
    weight: whole('weight', 1),
    maxFails: whole('max_fails', 1),
    failTimeoutS: (parseTimeMs(value('fail_timeout') ?? '10s') ?? 10_000) / 1000,
    maxConns: whole('max_conns', 0),
    backup: flags.includes('backup'),
    down: flags.includes('down'),
    resolve: flags.includes('resolve'),
    directive,
  };
}

/** `map $http_upgrade $connection { default upgrade; '' close; }` */
export function compileMap(directive: Directive): MapBlock | undefined {
  const [source, variable] = directive.args;
  if (source === undefined || variable === undefined || !variable.startsWith('$')) return undefined;
  const block = directive.block ?? [];
  return {
    variable: variable.slice(1),
    source,
    hostnames: block.some((entry) => entry.name === 'hostnames' && entry.args.length === 0),
    entries: block.filter((entry) => entry.args.length > 0),
    directive,
  };
}
