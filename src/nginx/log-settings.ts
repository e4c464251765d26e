import { inheritedAll, type Levels } from './inherit.js';
import type { Directive, NginxConfig } from './model.js';

export type LogTarget =
  /** A path as written: a relative one starts from nginx's prefix. */
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'syslog' | 'memory'; readonly address: string }
  | { readonly kind: 'stderr' }
  /** /dev/null, or `access_log off`. */
  | { readonly kind: 'nowhere' }
  /** The path holds variables. */
  | { readonly kind: 'variable'; readonly template: string }
  /** Compiled in; `nginx -V` shows it. */
  | { readonly kind: 'compiled-in' };

export interface ErrorLog {
  readonly target: LogTarget;
  /** `error` by default. */
  readonly level: string;
  readonly directive?: Directive;
}

export interface AccessLog {
  readonly target: LogTarget;
  readonly format: string;
  /** `if=` condition. */
  readonly condition?: string;
  /** Lines may reach the file late. */
  readonly buffered: boolean;
  readonly directive?: Directive;
}

export interface LogFormat {
  readonly name: string;
  readonly escape: 'default' | 'json' | 'none';
  /** The parts joined, as nginx joins them. */
  readonly template: string;
  readonly directive?: Directive;
}

/** All error logs of the innermost level that names any. */
export function errorLogsAt(levels: Levels): ErrorLog[] {
  const logs = inheritedAll(levels, 'error_log');
  if (logs.length === 0) return [{ target: { kind: 'compiled-in' }, level: 'error' }];
  return logs.map((directive) => ({
    target: logTarget(directive.args[0] ?? ''),
    level: directive.args[1] ?? 'error',
    directive,
  }));
}

/** All access logs of the innermost level that names any. */
export function accessLogsAt(levels: Levels): AccessLog[] {
  const logs = inheritedAll(levels, 'access_log');
  if (logs.length === 0) return [{ target: { kind: 'compiled-in' }, format: 'combined', buffered: false }];
  const off = logs.find((directive) => directive.args[0] === 'off');
  if (off !== undefined)
    return [{ target: { kind: 'nowhere' }, format: 'combined', buffered: false, directive: off }];
  return logs.map((directive) => {
    const [path = '', ...rest] = directive.args;
    const condition = rest.find((arg) => arg.startsWith('if='))?.slice(3);
    return {
      target: logTarget(path),
      format:
        rest[0] === undefined || /^(?:if|buffer|gzip|flush)(?:=|$)/.test(rest[0]) ? 'combined' : rest[0],
      ...(condition === undefined ? {} : { condition }),
      buffered: rest.some((arg) => /^(?:buffer=|gzip)/.test(arg)),
      directive,
    };
  });
}

function logTarget(path: string): LogTarget {
  if (path === '/dev/null') return { kind: 'nowhere' };
  if (path === 'stderr' || path === '/dev/stderr') return { kind: 'stderr' };
  if (path.startsWith('syslog:')) return { kind: 'syslog', address: path.slice(7) };
  if (path.startsWith('memory:')) return { kind: 'memory', address: path.slice(7) };
  return path.includes('$') ? { kind: 'variable', template: path } : { kind: 'file', path };
}

const COMBINED =
  '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"';

/** The log formats by name, nginx's own `combined` included. */
export function logFormatsOf(config: NginxConfig): ReadonlyMap<string, LogFormat> {
  const formats = new Map<string, LogFormat>([
    ['combined', { name: 'combined', escape: 'default', template: COMBINED }],
  ]);
  for (const directive of config.http.filter((d) => d.name === 'log_format')) {
    const [name = '', ...parts] = directive.args;
    const escaping = parts[0]?.startsWith('escape=') === true ? parts.shift()?.slice(7) : 'default';
    const known = escaping === 'json' || escaping === 'none' ? escaping : 'default';
    formats.set(name, { name, escape: known, template: parts.join(''), directive });
  }
  return formats;
}
