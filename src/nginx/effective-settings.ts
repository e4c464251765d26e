import { inherited, inheritedAll, type Levels, levelsOf } from './inherit.js';
import {
  type AccessLog,
  accessLogsAt,
  type ErrorLog,
  errorLogsAt,
  type LogFormat,
  logFormatsOf,
} from './log-settings.js';
import type { MatchResult } from './match-result.js';
import type { Directive, NginxConfig } from './model.js';
import type { RequestContext } from './request-context.js';
import { parseSizeBytes, parseTimeMs } from './units.js';
import { evaluateTemplate } from './variables.js';

/** A setting in force and the directive that makes it so, or nginx's own default. */
export type Setting<T> =
  | { readonly value: T; readonly default: false; readonly directive: Directive }
  | { readonly value: T; readonly default: true };

/** A header that nginx sends to the backend. */
export interface SentHeader {
  readonly name: string;
  /** As written. */
  readonly template: string;
  /** What the request makes of it; absent where a variable is not known. "" means: not sent. */
  readonly value?: string;
  readonly undecided: readonly string[];
  /** Absent for what nginx sends by itself (Host $proxy_host, Connection close). */
  readonly directive?: Directive;
}

export interface EffectiveSettings {
  readonly proxyConnectTimeoutMs: Setting<number>;
  readonly proxyReadTimeoutMs: Setting<number>;
  readonly proxySendTimeoutMs: Setting<number>;
  readonly proxyHttpVersion: Setting<string>;
  /** What nginx sends, its own defaults included. */
  readonly proxyHeaders: readonly SentHeader[];
  readonly proxyBufferSizeBytes: Setting<number>;
  readonly proxyBuffers: Setting<{ readonly number: number; readonly sizeBytes: number }>;
  readonly proxyBuffering: Setting<boolean>;
  readonly proxyRequestBuffering: Setting<boolean>;
  /** 0 is unlimited. */
  readonly clientMaxBodySizeBytes: Setting<number>;
  readonly proxyInterceptErrors: Setting<boolean>;
  readonly proxyNextUpstream: Setting<readonly string[]>;
  readonly proxyBind: Setting<string | undefined>;
  readonly proxySsl: {
    readonly verify: Setting<boolean>;
    readonly serverName: Setting<boolean>;
    readonly name: Setting<string | undefined>;
    readonly protocols: Setting<readonly string[] | undefined>;
    readonly ciphers: Setting<string | undefined>;
    readonly trustedCertificate: Setting<string | undefined>;
    readonly certificate: Setting<string | undefined>;
    readonly verifyDepth: Setting<number>;
  };
  readonly errorLogs: readonly ErrorLog[];
  readonly accessLogs: readonly AccessLog[];
  readonly logFormats: ReadonlyMap<string, LogFormat>;
  readonly errorPages: readonly Directive[];
  readonly limitReq: readonly LimitInForce[];
  readonly limitConn: readonly LimitInForce[];
  readonly resolver: Setting<readonly string[]>;
  /** `valid=` of the resolver; absent where the name's own TTL counts. */
  readonly resolverValidMs?: number;
  readonly root: Setting<string | undefined>;
  readonly accessRules: readonly Directive[];
  readonly satisfy: Setting<string>;
  readonly modsecurity: Setting<boolean>;
  readonly sslCertificate: Setting<string | undefined>;
  /** Of the group that is passed to lies in `UpstreamGroup.keepalive`; this is the client's side. */
  readonly keepaliveTimeoutMs: Setting<number>;
}

/** `limit_req zone=one burst=5` with the zone's own line. */
export interface LimitInForce {
  readonly zone: string;
  readonly directive: Directive;
  readonly zoneDirective?: Directive;
}

/** Settings of the whole nginx. */
export interface MainSettings {
  readonly workerConnections: Setting<number>;
  readonly workerRlimitNofile: Setting<number | undefined>;
  /** `auto` or a number, as written; "1" by default. */
  readonly workerProcesses: Setting<string>;
  readonly user: Setting<string | undefined>;
  readonly pid: Setting<string | undefined>;
  readonly errorLogs: readonly ErrorLog[];
}

/** What is in force where the request was matched, by nginx's rules of inheritance, each with its directive. */
export function effectiveSettings(config: NginxConfig, match: MatchResult): EffectiveSettings {
  return settingsAt(config, match.levels, match.context);
}

/** The same for a server's own level, e.g. where a request never reaches a location. */
export function serverSettings(config: NginxConfig, server: Directive): EffectiveSettings {
  return settingsAt(config, levelsOf(config, server, []), undefined);
}

function settingsAt(
  config: NginxConfig,
  levels: Levels,
  context: RequestContext | undefined,
): EffectiveSettings {
  const time = (name: string, fallback: number): Setting<number> =>
    read(levels, name, fallback, (d) => parseTimeMs(d.args[0] ?? ''));
  const size = (name: string, fallback: number): Setting<number> =>
    read(levels, name, fallback, (d) => parseSizeBytes(d.args[0] ?? ''));
  const flag = (name: string, fallback: boolean): Setting<boolean> => read(levels, name, fallback, readFlag);
  const text = (name: string): Setting<string | undefined> => read(levels, name, undefined, (d) => d.args[0]);
  const resolver = read<readonly string[]>(levels, 'resolver', [], (d) =>
    d.args.filter((arg) => !arg.includes('=')),
  );
  const valid = inherited(levels, 'resolver')?.args.find((arg) => arg.startsWith('valid='));
  const validMs = valid === undefined ? undefined : parseTimeMs(valid.slice(6));
  return {
    proxyConnectTimeoutMs: time('proxy_connect_timeout', 60_000),
    proxyReadTimeoutMs: time('proxy_read_timeout', 60_000),
    proxySendTimeoutMs: time('proxy_send_timeout', 60_000),
    proxyHttpVersion: read(levels, 'proxy_http_version', '1.0', (d) => d.args[0]),
    proxyHeaders: sentHeaders(levels, context),
    // A page of memory, which is 4k on most machines.
    proxyBufferSizeBytes: size('proxy_buffer_size', 4096),
    proxyBuffers: read(levels, 'proxy_buffers', { number: 8, sizeBytes: 4096 }, (d) => {
      const sizeBytes = parseSizeBytes(d.args[1] ?? '');
      return sizeBytes === undefined ? undefined : { number: Number(d.args[0]), sizeBytes };
    }),
    proxyBuffering: flag('proxy_buffering', true),
    proxyRequestBuffering: flag('proxy_request_buffering', true),
    clientMaxBodySizeBytes: size('client_max_body_size', 1024 * 1024),
    proxyInterceptErrors: flag('proxy_intercept_errors', false),
    proxyNextUpstream: read<readonly string[]>(
      levels,
      'proxy_next_upstream',
      ['error', 'timeout'],
      (d) => d.args,
    ),
    proxyBind: text('proxy_bind'),
    proxySsl: {
      verify: flag('proxy_ssl_verify', false),
      serverName: flag('proxy_ssl_server_name', false),
      name: text('proxy_ssl_name'),
      protocols: read<readonly string[] | undefined>(levels, 'proxy_ssl_protocols', undefined, (d) => d.args),
      ciphers: text('proxy_ssl_ciphers'),
      trustedCertificate: text('proxy_ssl_trusted_certificate'),
      certificate: text('proxy_ssl_certificate'),
      verifyDepth: read(levels, 'proxy_ssl_verify_depth', 1, (d) => readWhole(d.args[0])),
    },
    errorLogs: errorLogsAt(levels),
    accessLogs: accessLogsAt(levels),
    logFormats: logFormatsOf(config),
    errorPages: inheritedAll(levels, 'error_page'),
    limitReq: limitsAt(config, levels, 'limit_req'),
    limitConn: limitsAt(config, levels, 'limit_conn'),
    resolver,
    ...(validMs === undefined ? {} : { resolverValidMs: validMs }),
    root: text('root'),
    accessRules: inheritedAll(levels, 'allow', 'deny'),
    satisfy: read(levels, 'satisfy', 'all', (d) => d.args[0]),
    modsecurity: flag('modsecurity', false),
    sslCertificate: text('ssl_certificate'),
    keepaliveTimeoutMs: time('keepalive_timeout', 75_000),
  };
}

export function mainSettings(config: NginxConfig): MainSettings {
  const main: Levels = [config.directives];
  const events: Levels = [config.directives.filter((d) => d.name === 'events').flatMap((d) => d.block ?? [])];
  const text = (name: string): Setting<string | undefined> => read(main, name, undefined, (d) => d.args[0]);
  return {
    workerConnections: read(events, 'worker_connections', 512, (d) => readWhole(d.args[0])),
    workerRlimitNofile: read<number | undefined>(main, 'worker_rlimit_nofile', undefined, (d) =>
      readWhole(d.args[0]),
    ),
    workerProcesses: read(main, 'worker_processes', '1', (d) => d.args[0]),
    user: text('user'),
    pid: text('pid'),
    errorLogs: errorLogsAt(main),
  };
}

/** Settings whose value nginx would refuse count as default: nginx would not run with them. */
function read<T>(
  levels: Levels,
  name: string,
  fallback: T,
  parse: (d: Directive) => T | undefined,
): Setting<T> {
  const directive = inherited(levels, name);
  const value = directive === undefined ? undefined : parse(directive);
  if (directive === undefined || value === undefined) return { value: fallback, default: true };
  return { value, default: false, directive };
}

function readFlag(directive: Directive): boolean | undefined {
  const word = directive.args[0]?.toLowerCase();
  return word === 'on' ? true : word === 'off' ? false : undefined;
}

function readWhole(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) : undefined;
}

/** nginx's own: Host, Connection; both give way to a proxy_set_header of the same name. */
function sentHeaders(levels: Levels, context: RequestContext | undefined): SentHeader[] {
  const set = inheritedAll(levels, 'proxy_set_header');
  const own: ReadonlyArray<readonly [string, string, Directive | undefined]> = [
    ['Host', '$proxy_host', undefined],
    ['Connection', 'close', undefined],
  ];
  const names = new Set(set.map((directive) => (directive.args[0] ?? '').toLowerCase()));
  return [
    ...own.filter(([name]) => !names.has(name.toLowerCase())),
    ...set.map((d) => [d.args[0] ?? '', d.args[1] ?? '', d] as const),
  ].map(([name, template, directive]) => {
    const value = context === undefined ? undefined : evaluateTemplate(template, context);
    return {
      name,
      template,
      ...(value?.known === true ? { value: value.value } : {}),
      undecided: value?.known === false ? value.variables : [],
      ...(directive === undefined ? {} : { directive }),
    };
  });
}

function limitsAt(config: NginxConfig, levels: Levels, name: 'limit_req' | 'limit_conn'): LimitInForce[] {
  return inheritedAll(levels, name).map((directive) => {
    const zone = name === 'limit_conn' ? (directive.args[0] ?? '') : zoneName(directive);
    const zoneDirective = config.http.find((d) => d.name === `${name}_zone` && zoneName(d) === zone);
    return { zone, directive, ...(zoneDirective === undefined ? {} : { zoneDirective }) };
  });
}

function zoneName(directive: Directive): string {
  const zone = directive.args.find((arg) => arg.startsWith('zone='))?.slice(5) ?? '';
  return zone.replace(/:.*$/, '');
}
