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
  readonly checkLine?: number;
  readonly servers: readonly HaproxyServerLine[];
}

export interface HaproxyServerLine {
  readonly name: string;
  readonly address: string;
  /** Another port than the service's, where the check goes to one. */
  readonly checkPort?: number;
  readonly tls: boolean;
  readonly line: number;
}

interface Draft {
  kind: HaproxySection['kind'];
  name: string;
  ports: number[];
  uses: string[];
  checkUri?: string;
  checkLine?: number;
  servers: HaproxyServerLine[];
}

/**
 * What a balancer's checks need of its configuration. Quotes do not matter for the words that are looked for.
 *
 *     backend shops
 *         option httpchk GET /health
 *         http-check send meth GET uri /health
 *         server s1 127.0.0.1:8080 check port 8081
 */
export function readHaproxyConfig(lines: readonly Line[]): HaproxySection[] {
  const sections: Draft[] = [];
  let current: Draft | undefined;
  for (const { text, line } of lines) {
    const words = text
      .replace(/(?:^|\s)#.*$/, '')
      .trim()
      .split(/\s+/);
    const [first = ''] = words;
    if (first === 'frontend' || first === 'backend' || first === 'listen') {
      current = { kind: first, name: words[1] ?? '', ports: [], uses: [], servers: [] };
      sections.push(current);
    } else if (SECTIONS.has(first)) current = undefined;
    else if (current !== undefined) readLine(current, words, line);
  }
  return sections;
}

/** Sections that say nothing of a check of ours. */
const SECTIONS = new Set([
  'global',
  'defaults',
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

function readLine(section: Draft, words: readonly string[], line: number): void {
  const [first, second = '', third = ''] = words;
  switch (first) {
    case 'bind':
      section.ports.push(...portsOf(second));
      return;
    case 'default_backend':
    case 'use_backend':
      section.uses.push(second);
      return;
    case 'option':
      if (second === 'httpchk') {
        section.checkLine = line;
        section.checkUri = words.slice(2).find((word) => word.startsWith('/')) ?? '/';
      }
      return;
    case 'http-check': {
      const uri = words.indexOf('uri');
      if (second === 'send' && uri > 0) {
        section.checkLine = line;
        section.checkUri = words[uri + 1] ?? '/';
      }
      return;
    }
    case 'server': {
      const port = words.indexOf('port');
      const checkPort = port > 2 ? Number(words[port + 1]) : Number.NaN;
      section.servers.push({
        name: second,
        address: third,
        ...(Number.isInteger(checkPort) ? { checkPort } : {}),
        tls: words.includes('ssl'),
        line,
      });
      return;
    }
  }
}

/** `*:80`, `:80,:443`, `10.0.0.1:8000-8010`: of a range its first. */
function portsOf(bind: string): number[] {
  return bind.split(',').flatMap((one) => {
    const port = /:(\d{1,5})(?:-\d{1,5})?$/.exec(one)?.[1];
    return port === undefined ? [] : [Number(port)];
  });
}
