import { normalIp } from './compile-config.js';
import { leadingWildcardMatches, trailingWildcardMatches } from './look-up-map.js';
import type { Listen, NginxConfig, ServerBlock, ServerName } from './model.js';
import { runPcre } from './pcre-regex.js';
import { hostName, type NginxRequest, type Undecided } from './request-context.js';

/** Why a server takes the request: by one of its names, or because no name of any server fits. */
export type ServerReason =
  | 'exact-name'
  | 'leading-wildcard'
  | 'trailing-wildcard'
  | 'regex-name'
  | 'default-server'
  | 'first-server';

export interface ServerMatch {
  readonly server: ServerBlock;
  readonly reason: ServerReason;
  /** The listening socket that takes the connection. */
  readonly listen: Listen;
  /** The name that fitted, where one did. */
  readonly name?: ServerName;
  /** All servers that share the socket, in order. */
  readonly sharing: readonly ServerBlock[];
  readonly defaultServer: ServerBlock;
  readonly captures: readonly string[];
  readonly groups: Readonly<Record<string, string>>;
  readonly undecided: readonly Undecided[];
  /** Names that nginx ignores on this socket because an earlier server has them. */
  readonly ignoredNames: readonly IgnoredName[];
}

export interface IgnoredName {
  readonly server: ServerBlock;
  readonly name: ServerName;
  /** The server that keeps the name. */
  readonly keptBy: ServerBlock;
}

interface Seat {
  readonly server: ServerBlock;
  readonly listen: Listen;
}

/**
 * Chooses the server as nginx does: the most specific listening address, then the name (exact, longest leading
 * wildcard, longest trailing wildcard, first regex), then the socket's default server. Undefined where nothing listens.
 */
export function matchServer(config: NginxConfig, request: NginxRequest): ServerMatch | undefined {
  const { seats, undecided } = seatsFor(config, request);
  const first = seats[0];
  if (first === undefined) return undefined;
  const explicit = seats.find((seat) => seat.listen.defaultServer);
  const fallback = explicit ?? first;
  const { table, ignored } = nameTable(seats, request.hostname);
  const host = hostName(request.host);
  const found = findName(table, host);
  const notes = [...undecided, ...found.undecided];
  const common = {
    sharing: [...new Set(seats.map((seat) => seat.server))],
    defaultServer: fallback.server,
    undecided: notes,
    ignoredNames: ignored,
  };
  if (found.hit === undefined) {
    const reason = explicit === undefined ? 'first-server' : 'default-server';
    return { ...common, server: fallback.server, listen: fallback.listen, reason, captures: [], groups: {} };
  }
  const { seat, name, reason, captures, groups } = found.hit;
  return { ...common, server: seat.server, listen: seat.listen, name, reason, captures, groups };
}

/** The servers on the socket that takes a connection to this address and port. */
function seatsFor(config: NginxConfig, request: NginxRequest): { seats: Seat[]; undecided: Undecided[] } {
  const all = config.servers.flatMap((server) => server.listens.map((listen) => ({ server, listen })));
  const { address } = request;
  if (address?.startsWith('unix:') === true) {
    const path = address.slice(5);
    const seats = all.filter(({ listen }) => listen.address.kind === 'unix' && listen.address.path === path);
    return { seats, undecided: [] };
  }
  const onPort = all.filter(
    ({ listen }) =>
      listen.address.kind !== 'unix' &&
      ((listen.port <= request.port && request.port <= listen.portEnd) ||
        (listen.implicit && request.port === 8000)),
  );
  const by = (keep: (listen: Listen) => boolean): Seat[] => onPort.filter(({ listen }) => keep(listen));
  const any4 = by(({ address: a }) => a.kind === 'any4');
  const any6 = by(({ address: a }) => a.kind === 'any6');
  const dual = by(({ address: a }) => a.kind === 'any6' && a.alsoIpv4);
  if (address !== undefined) {
    const ip = normalIp(address);
    const exact = by(({ address: a }) => a.kind === 'ip' && a.ip === ip);
    const named = by(({ address: a }) => a.kind === 'name' && a.name === 'localhost' && isLoopback(ip));
    const own = onPort.filter((seat) => exact.includes(seat) || named.includes(seat));
    if (own.length > 0) return { seats: own, undecided: [] };
    const wild = ip.includes(':') ? any6 : any4.length > 0 ? any4 : dual;
    if (wild.length > 0) return { seats: wild, undecided: [] };
    const hosts = by(({ address: a }) => a.kind === 'name' && a.name !== 'localhost');
    return { seats: hosts, undecided: hosts.length > 0 ? [unsure('listens on a host name')] : [] };
  }
  const groups = new Map<string, Seat[]>();
  for (const seat of [...any4, ...any6, ...onPort]) {
    const key = JSON.stringify(seat.listen.address);
    const group = groups.get(key) ?? [];
    if (!group.includes(seat)) group.push(seat);
    groups.set(key, group);
  }
  const seats = [...groups.values()][0] ?? [];
  const same = [...groups.values()].every((group) => sameServers(group, seats));
  const doubt = unsure(
    `several addresses listen on port ${request.port}, and it is not known which one was asked`,
  );
  return { seats, undecided: same ? [] : [doubt] };
}

function sameServers(a: readonly Seat[], b: readonly Seat[]): boolean {
  const other = new Set(b.map((seat) => seat.server));
  return a.length === b.length && a.every((seat) => other.has(seat.server));
}

function unsure(says: string): Undecided {
  return { says, variables: [] };
}

function isLoopback(ip: string): boolean {
  return ip === '::1' || ip.startsWith('127.');
}

interface NameEntry {
  readonly seat: Seat;
  readonly name: ServerName;
}

interface NameTable {
  readonly exact: ReadonlyMap<string, NameEntry>;
  readonly leading: readonly NameEntry[];
  readonly trailing: readonly NameEntry[];
  readonly regex: readonly NameEntry[];
}

/** The first server keeps a name; nginx warns "conflicting server name … ignored" about the others. */
function nameTable(
  seats: readonly Seat[],
  hostname: string | undefined,
): { table: NameTable; ignored: IgnoredName[] } {
  const taken = new Map<string, Seat>();
  const exact = new Map<string, NameEntry>();
  const leading: NameEntry[] = [];
  const trailing: NameEntry[] = [];
  const regex: NameEntry[] = [];
  const ignored: IgnoredName[] = [];
  for (const seat of seats) {
    for (const name of seat.server.names) {
      const entry = { seat, name };
      if (name.kind === 'regex') {
        regex.push(entry);
        continue;
      }
      const text = name.kind === 'hostname' ? (hostname ?? '').toLowerCase() : name.text;
      if (name.kind === 'hostname' && text === '') continue;
      // `.example.com` occupies both the wildcard and the plain name.
      const bare = text.replace(/^\*?\./, '');
      const keys =
        name.kind !== 'leading-wildcard'
          ? [text]
          : text.startsWith('.')
            ? [`*.${bare}`, bare]
            : [`*.${bare}`];
      const holder = keys.map((key) => taken.get(key)).find((other) => other !== undefined);
      if (holder !== undefined) {
        if (holder.server !== seat.server) ignored.push({ server: seat.server, name, keptBy: holder.server });
        continue;
      }
      for (const key of keys) taken.set(key, seat);
      if (name.kind === 'leading-wildcard') leading.push(entry);
      else if (name.kind === 'trailing-wildcard') trailing.push(entry);
      else exact.set(text, entry);
    }
  }
  return { table: { exact, leading, trailing, regex }, ignored };
}

interface NameHit {
  readonly seat: Seat;
  readonly name: ServerName;
  readonly reason: ServerReason;
  readonly captures: readonly string[];
  readonly groups: Readonly<Record<string, string>>;
}

function findName(table: NameTable, host: string): { hit?: NameHit; undecided: Undecided[] } {
  const plain = (entry: NameEntry, reason: ServerReason): { hit: NameHit; undecided: Undecided[] } => ({
    hit: { ...entry, reason, captures: [], groups: {} },
    undecided: [],
  });
  const exact = table.exact.get(host);
  if (exact !== undefined) return plain(exact, 'exact-name');
  if (host === '') return { undecided: [] };
  const bareLength = ({ name }: NameEntry): number => name.text.replace(/^\*/, '').length;
  const leading = table.leading
    .filter(({ name }) => leadingWildcardMatches(name.text, host))
    .sort((a, b) => bareLength(b) - bareLength(a))[0];
  if (leading !== undefined) return plain(leading, 'leading-wildcard');
  const trailing = table.trailing
    .filter(({ name }) => trailingWildcardMatches(name.text, host))
    .sort((a, b) => b.name.text.length - a.name.text.length)[0];
  if (trailing !== undefined) return plain(trailing, 'trailing-wildcard');
  const undecided: Undecided[] = [];
  for (const entry of table.regex) {
    // Server names are matched without regard to case.
    const match = runPcre(entry.name.text.slice(1), true, host);
    if (match.kind === 'match') {
      return {
        hit: { ...entry, reason: 'regex-name', captures: match.captures, groups: match.groups },
        undecided,
      };
    }
    if (match.kind === 'undecided') {
      undecided.push({
        says: `server_name: ${match.because}`,
        variables: [],
        directive: entry.name.directive,
      });
    }
  }
  return { undecided };
}
