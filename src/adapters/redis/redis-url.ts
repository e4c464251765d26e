/** Where Redis is, as one URL says it. The URL holds a password: no message repeats any part of it. */

export interface RedisAddress {
  readonly host: string;
  readonly port: number;
}

interface Login {
  readonly username?: string;
  readonly password?: string;
}

/** Paths of PEM files; the system's authorities where `ca` is absent. */
export interface RedisTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export type RedisPlace = Login &
  (
    | {
        readonly kind: 'single';
        readonly address: RedisAddress;
        readonly db: number;
        readonly tls?: RedisTls;
      }
    | { readonly kind: 'unix'; readonly path: string; readonly db: number }
    | {
        readonly kind: 'sentinel';
        readonly sentinels: readonly RedisAddress[];
        /** The name by which the Sentinels know the master. */
        readonly master: string;
        readonly db: number;
        readonly tls?: RedisTls;
        /** The Sentinels' own login; `username` and `password` are those of Redis itself. */
        readonly sentinelLogin?: Login;
      }
    | { readonly kind: 'cluster'; readonly nodes: readonly RedisAddress[]; readonly tls?: RedisTls }
  );

export type ParsedRedisUrl =
  | { readonly ok: true; readonly place: RedisPlace }
  | { readonly ok: false; readonly says: string; readonly remedy: string };

const SHAPE = /^([a-z+]+):\/\/(?:([^@/?#\s]*)@)?([^@/?#\s]*)(\/[^?#\s]*)?(?:\?([^#\s]*))?$/u;
const ADDRESS = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?$/u;
const FORMS =
  'redis://[USER:PASSWORD@]HOST[:PORT][/DB], rediss:// for TLS, unix:///PATH/redis.sock, redis+sentinel://HOST:26379,HOST:26379/MASTER[/DB], redis+cluster://HOST:6379,HOST:6379';
const KINDS = new Map<string, { readonly kind: RedisPlace['kind']; readonly tls: boolean }>([
  ['redis', { kind: 'single', tls: false }],
  ['rediss', { kind: 'single', tls: true }],
  ['unix', { kind: 'unix', tls: false }],
  ['redis+unix', { kind: 'unix', tls: false }],
  ['redis+sentinel', { kind: 'sentinel', tls: false }],
  ['rediss+sentinel', { kind: 'sentinel', tls: true }],
  ['redis+cluster', { kind: 'cluster', tls: false }],
  ['rediss+cluster', { kind: 'cluster', tls: true }],
]);
const QUERY_WORDS = new Set(['db', 'ca', 'cert', 'key', 'sentinelUsername', 'sentinelPassword']);

interface Parts {
  readonly login: Login;
  readonly addresses: readonly RedisAddress[];
  /** Between the slashes, decoded. */
  readonly path: readonly string[];
  readonly rawPath: string;
  readonly query: ReadonlyMap<string, string>;
  readonly tls?: RedisTls;
}

class Wrong extends Error {}

/** Never throws. `name` is where the URL was written, for the messages: `REDIS_URL`. */
export function parseRedisUrl(text: string, name = 'REDIS_URL'): ParsedRedisUrl {
  try {
    return { ok: true, place: readUrl(text.trim()) };
  } catch (error) {
    const says = error instanceof Wrong ? error.message : 'is not a URL that can be read';
    return { ok: false, says: `${name} ${says}`, remedy: `Write it as one of: ${FORMS}` };
  }
}

/** For people and logs: where, and never the login. */
export function describeRedisPlace(place: RedisPlace): string {
  const list = (addresses: readonly RedisAddress[]) => addresses.map(writeAddress).join(',');
  switch (place.kind) {
    case 'single':
      return `${place.tls === undefined ? 'redis' : 'rediss'}://${writeAddress(place.address)}/${place.db}`;
    case 'unix':
      return `unix://${place.path}${place.db === 0 ? '' : `?db=${place.db}`}`;
    case 'sentinel':
      return `${place.tls === undefined ? 'redis' : 'rediss'}+sentinel://${list(place.sentinels)}/${place.master}/${place.db}`;
    case 'cluster':
      return `${place.tls === undefined ? 'redis' : 'rediss'}+cluster://${list(place.nodes)}`;
  }
}

function readUrl(text: string): RedisPlace {
  const scheme = /^([A-Za-z+]+):\/\//u.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) throw new Wrong('has no scheme such as redis://');
  const form = KINDS.get(scheme);
  if (form === undefined) throw new Wrong(`begins with ${scheme}://, which is not known`);
  const [, , userinfo, hosts, path, query] = SHAPE.exec(scheme + text.slice(scheme.length)) ?? [];
  // An @ after the host's place is a login with a sign in it that cuts it off.
  if (hosts === undefined || (form.kind !== 'unix' && (path ?? '').includes('@'))) {
    throw new Wrong(
      'cannot be read: in a password, @ is written %40, / is %2F, : is %3A, # is %23, ? is %3F',
    );
  }
  const words = readQuery(query ?? '');
  const parts: Parts = {
    login: readLogin(userinfo),
    addresses: form.kind === 'unix' ? [] : readAddresses(hosts, form.kind === 'sentinel' ? 26_379 : 6379),
    path: (path ?? '').split('/').filter(Boolean).map(decode),
    rawPath: decode(path ?? ''),
    query: words,
    ...(form.tls ? { tls: pick(words, ['ca', 'cert', 'key']) } : {}),
  };
  if (form.kind === 'unix' && hosts !== '')
    throw new Wrong('must have three slashes before a path: unix:///run/redis.sock');
  return buildPlace(form.kind, parts);
}

function buildPlace(kind: RedisPlace['kind'], parts: Parts): RedisPlace {
  const { login, addresses, path, query } = parts;
  const tls = parts.tls === undefined ? {} : { tls: parts.tls };
  const [first] = addresses;
  switch (kind) {
    case 'unix':
      if (path.length === 0) throw new Wrong('names no socket: unix:///run/redis.sock');
      return { ...login, kind, path: parts.rawPath, db: readDb(query.get('db')) };
    case 'single':
      if (first === undefined || addresses.length > 1) {
        throw new Wrong('names several hosts; that is redis+sentinel:// or redis+cluster://');
      }
      if (path.length > 1) throw new Wrong('has more after the host than the number of a database');
      return { ...login, kind, address: first, db: readDb(path[0] ?? query.get('db')), ...tls };
    case 'sentinel': {
      const [master, db, more] = path;
      if (master === undefined) throw new Wrong('does not name the master that the Sentinels watch');
      if (more !== undefined) throw new Wrong('has more after the master than the number of a database');
      const sentinel = {
        ...(query.has('sentinelUsername') ? { username: query.get('sentinelUsername') ?? '' } : {}),
        ...(query.has('sentinelPassword') ? { password: query.get('sentinelPassword') ?? '' } : {}),
      };
      const sentinelLogin = Object.keys(sentinel).length === 0 ? {} : { sentinelLogin: sentinel };
      return {
        ...login,
        kind,
        sentinels: addresses,
        master,
        db: readDb(db ?? query.get('db')),
        ...tls,
        ...sentinelLogin,
      };
    }
    case 'cluster':
      // https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/ : a cluster has database 0 only.
      if (readDb(path[0] ?? query.get('db')) !== 0) throw new Wrong('names a database; a cluster has only 0');
      return { ...login, kind, nodes: addresses, ...tls };
  }
}

function readLogin(userinfo: string | undefined): Login {
  if (userinfo === undefined || userinfo === '') return {};
  const colon = userinfo.indexOf(':');
  // A lone word is a user for redis-cli, and for ioredis; `:secret@` is the password alone.
  const username = decode(colon < 0 ? userinfo : userinfo.slice(0, colon));
  if (colon < 0) throw new Wrong('has a user without a password; a password alone is written :PASSWORD@');
  const password = decode(userinfo.slice(colon + 1));
  return { ...(username === '' ? {} : { username }), ...(password === '' ? {} : { password }) };
}

function readAddresses(hosts: string, port: number): readonly RedisAddress[] {
  if (hosts === '') throw new Wrong('names no host');
  return hosts.split(',').map((word) => {
    const [, host, given] = ADDRESS.exec(word) ?? [];
    const number = Number(given ?? port);
    if (host === undefined || number < 1 || number > 65_535) {
      throw new Wrong('has a host that cannot be read; expected HOST or HOST:PORT, several with commas');
    }
    return { host: host.replace(/^\[|\]$/gu, ''), port: number };
  });
}

function readDb(word: string | undefined): number {
  if (word === undefined) return 0;
  if (!/^\d{1,5}$/u.test(word)) throw new Wrong('has a database that is not a number');
  return Number(word);
}

function readQuery(query: string): ReadonlyMap<string, string> {
  const words = new Map(new URLSearchParams(query));
  for (const word of words.keys()) {
    if (!QUERY_WORDS.has(word))
      throw new Wrong(`has a setting after ? that is not known; there are ${[...QUERY_WORDS].join(', ')}`);
  }
  return words;
}

function pick(words: ReadonlyMap<string, string>, names: readonly ('ca' | 'cert' | 'key')[]): RedisTls {
  return Object.fromEntries(
    names.flatMap((name) => (words.has(name) ? [[name, words.get(name) ?? '']] : [])),
  );
}

function decode(word: string): string {
  try {
    return decodeURIComponent(word);
  } catch {
    throw new Wrong('has a % that is not followed by two hexadecimal digits; % itself is written %25');
  }
}

function writeAddress({ host, port }: RedisAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
