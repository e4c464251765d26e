import type { Line } from '../../domain/evidence.js';

/** A `frontend`, `backend` or `listen` section: https://docs.haproxy.org/2.8/configuration.html#4 */
export interface HaproxySection {
  readonly kind: 'frontend' | 'backend' | 'listen';
  readonly name: string;
  /** Ports of its `bind` lines. */
  readonly ports: readonly number[];
  /** Backends that it may use. */
  readonly uses: readonly string[];
  /** What its health check asks for, where it asks by HTTP. */
  readonly checkUri?: string;
  readonly checkMethod?: string;
  /** The Host that the check names; none by default. */
  readonly checkHost?: string;
  /** The check is more than one request whose status counts: it sends several, or looks into the body. */
  readonly checkComplex?: boolean;
  readonly checkLine?: number;
  readonly servers: readonly HaproxyServerLine[];
}

export interface HaproxyServerLine {
  readonly name: string;
  readonly address: string;
  /** Another port or address than the service's, where the check goes to one. */
  readonly checkPort?: number;
  readonly checkAddress?: string;
  readonly checkTls: boolean;
  readonly tls: boolean;
  readonly line: number;
}

interface CheckRequest {
  readonly uri?: string | undefined;
  readonly method?: string | undefined;
  readonly host?: string | undefined;
  readonly line: number;
}

/** What a section inherits from the `defaults` before it. */
interface Settings {
  /** `option httpchk`; another kind of check takes its place. */
  option: CheckRequest | undefined;
  sends: CheckRequest[];
  readsBody: boolean;
  serverWords: readonly string[];
}

interface Draft extends Settings {
  readonly kind: HaproxySection['kind'] | 'defaults';
  readonly name: string;
  readonly ports: number[];
  readonly uses: string[];
  readonly servers: { readonly words: readonly string[]; readonly line: number }[];
  /** A section's own `option httpchk` or `http-check` takes the place of all that it inherits. */
  ownRules: boolean;
  ownOption: boolean;
}

const NOTHING: Settings = { option: undefined, sends: [], readsBody: false, serverWords: [] };

/**
 * What a balancer's checks need of its configuration. Quotes do not matter for the words that are looked for.
 *
 *     backend shops
 *         option httpchk GET /health
 *         http-check send meth GET uri /health
 *         server s1 127.0.0.1:8080 check port 8081
 */
export function readHaproxyConfig(lines: readonly Line[]): HaproxySection[] {
  const drafts: Draft[] = [];
  let current: Draft | undefined;
  for (const { text, line } of lines) {
    const words = text
      .replace(/(?:^|\s)#.*$/, '')
      .trim()
      .split(/\s+/);
    const [first = ''] = words;
    if (first === 'defaults' || first === 'frontend' || first === 'backend' || first === 'listen') {
      current = draftOf(first, words, drafts);
      drafts.push(current);
    } else if (SECTIONS.has(first)) current = undefined;
    else if (current !== undefined) readLine(current, words, line);
  }
  return drafts.flatMap((draft) => sectionOf(draft));
}

/** It begins with what the `defaults` that it names, or the last ones before it, say; `defaults` themselves with nothing. */
function draftOf(kind: Draft['kind'], words: readonly string[], before: readonly Draft[]): Draft {
  const from = words[2] === 'from' ? words[3] : undefined;
  const defaults = before.findLast((one) => one.kind === 'defaults' && (!from || one.name === from));
  const inherited = kind !== 'defaults' || from ? defaults : undefined;
  const { option, sends, readsBody, serverWords } = inherited ?? NOTHING;
  return {
    kind,
    name: words[1] ?? '',
    ports: [],
    uses: [],
    servers: [],
    ownRules: false,
    ownOption: false,
    option,
    sends: [...sends],
    readsBody,
    serverWords,
  };
}

/** Sections that say nothing of a check of ours. */
const SECTIONS = new Set([
  'global',
  'userlist',
  'peers',
  'resolvers',
  'mailers',
  'cache',
  'program',
  'ring',
  'http-errors',
  'fcgi-app',
  'crt-store',
]);

const OTHER_CHECKS =
  /^(?:tcp-check|ssl-hello-chk|smtpchk|ldap-check|mysql-check|pgsql-check|redis-check|spop-check|external-check)$/;

function readLine(section: Draft, words: readonly string[], line: number): void {
  const [first, second = ''] = words;
  switch (first) {
    case 'bind':
      section.ports.push(...portsOf(second));
      return;
    case 'default_backend':
    case 'use_backend':
      section.uses.push(second);
      return;
    case 'no':
      if (second === 'option' && words[2] === 'httpchk') section.option = undefined;
      return;
    case 'option':
      if (second === 'httpchk') {
        forgetInherited(section);
        section.option = requestOf(words.slice(2), line);
        section.ownOption = true;
      } else if (OTHER_CHECKS.test(second)) section.option = undefined;
      return;
    case 'http-check':
      readRule(section, words, line);
      return;
    case 'default-server':
      section.serverWords = [...section.serverWords, ...words.slice(1)];
      return;
    case 'server':
      section.servers.push({ words, line });
      return;
  }
}

/** `option httpchk`, `option httpchk /uri`, `option httpchk METHOD /uri [VERSION]`. */
function requestOf(words: readonly string[], line: number): CheckRequest {
  const at = words.findIndex((word) => word.startsWith('/'));
  return { uri: words[at] ?? '/', method: at > 0 ? words[0] : 'OPTIONS', line };
}

function forgetInherited(section: Draft): void {
  if (section.ownRules) return;
  section.ownRules = true;
  section.sends = [];
  section.readsBody = false;
}

function readRule(section: Draft, words: readonly string[], line: number): void {
  const [, second = ''] = words;
  forgetInherited(section);
  const after = (word: string): string | undefined => {
    const at = words.indexOf(word);
    return at > 0 ? words[at + 1] : undefined;
  };
  if (second === 'send') {
    const host = words.findIndex((word, at) => word === 'hdr' && words[at + 1]?.toLowerCase() === 'host');
    section.sends.push({
      uri: after('uri'),
      method: after('meth'),
      host: host > 0 ? words[host + 2] : undefined,
      line,
    });
    if (words.includes('uri-lf') || words.includes('body')) section.readsBody = true;
  } else if (second === 'connect' || words.some((word) => /^r?string$/.test(word))) section.readsBody = true;
}

function sectionOf(draft: Draft): HaproxySection[] {
  const { kind, name, ports, uses, option, sends, readsBody } = draft;
  if (kind === 'defaults') return [];
  const servers = draft.servers.map(({ words, line }) => serverOf(words, draft.serverWords, line));
  if (option === undefined || kind === 'frontend') return [{ kind, name, ports, uses, servers }];
  const [send] = sends;
  // HAProxy (2.6) then sends nothing at all, and waits.
  const sendsNothing = draft.ownRules && !draft.ownOption && !send;
  const host = send?.host;
  return [
    {
      kind,
      name,
      ports,
      uses,
      checkUri: send?.uri ?? option.uri ?? '/',
      checkMethod: send?.method ?? option.method ?? 'OPTIONS',
      ...(host === undefined ? {} : { checkHost: host }),
      checkComplex: readsBody || sendsNothing || sends.length > 1,
      checkLine: send?.line ?? option.line,
      servers,
    },
  ];
}

function serverOf(words: readonly string[], common: readonly string[], line: number): HaproxyServerLine {
  const own = words.slice(3);
  const valueAfter = (word: string): string | undefined => {
    const from = own.includes(word) ? own : common;
    const at = from.indexOf(word);
    return at < 0 ? undefined : from[at + 1];
  };
  const has = (word: string): boolean =>
    own.includes(word) || (common.includes(word) && !own.includes(`no-${word}`));
  const checkPort = Number(valueAfter('port') ?? Number.NaN);
  const checkAddress = valueAfter('addr');
  const elsewhere = Number.isInteger(checkPort) || checkAddress !== undefined;
  return {
    name: words[1] ?? '',
    address: words[2] ?? '',
    ...(Number.isInteger(checkPort) ? { checkPort } : {}),
    ...(checkAddress === undefined ? {} : { checkAddress }),
    // A check that goes elsewhere does not take over the service's TLS.
    checkTls: has('check-ssl') || (has('ssl') && !elsewhere && !own.includes('no-check-ssl')),
    tls: has('ssl'),
    line,
  };
}

/** `*:80`, `:80,:443`, `10.0.0.1:8000-8010`: of a range its first. */
function portsOf(bind: string): number[] {
  return bind.split(',').flatMap((one) => {
    const port = /:(\d{1,5})(?:-\d{1,5})?$/.exec(one)?.[1];
    return port === undefined ? [] : [Number(port)];
  });
}
