/** nginx as it takes this request: which of a host's nginx, which server, location and upstream. */
import {
  type EffectiveSettings,
  effectiveSettings,
  type MainSettings,
  mainSettings,
} from '../../nginx/effective-settings.js';
import { matchRequest } from '../../nginx/match-request.js';
import type { MatchResult } from '../../nginx/match-result.js';
import type { Directive, NginxConfig } from '../../nginx/model.js';
import { parseNginxDump } from '../../nginx/parse-nginx-dump.js';
import type { NginxRequest } from '../../nginx/request-context.js';
import { UNREAD } from '../../nginx/resolve-includes.js';
import { type PassResolution, resolvePass } from '../../nginx/resolve-upstream.js';
import { type NginxDump, nginxDump } from '../../probes/nginx/nginx-dump.js';
import { type NginxMaster, type NginxWorker, nginxProcesses } from '../../probes/nginx/nginx-processes.js';
import type { EvidenceStore } from '../looked.js';
import { placeOfContainer } from './container-places.js';
import type { HostServices } from './host-services.js';
import type { ServiceReading } from './service-reading.js';

export interface ReadConfig {
  readonly config: NginxConfig;
  readonly match: MatchResult;
  readonly pass: PassResolution;
  readonly settings: EffectiveSettings;
  readonly main: MainSettings;
  /** The port at which this nginx itself takes the request: another than the URL's behind a balancer. */
  readonly port: number;
  readonly scheme: 'http' | 'https';
  /** There may be more files of the configuration than were read. */
  readonly partial: boolean;
  /** A part of the configuration that could not be read may decide otherwise. */
  readonly doubtful: boolean;
}

export interface ProxyReading {
  /** Where it runs: a host, or a container on one. */
  readonly host: string;
  /** The host that numbers its processes. */
  readonly machine: string;
  /** The container that it runs in, where the engine tells of it. */
  readonly container: ServiceReading | undefined;
  readonly dump: NginxDump;
  readonly master: NginxMaster | undefined;
  readonly workers: readonly NginxWorker[];
  /** Absent where nginx -T gave no configuration: it fails its own test, or it may not be read. */
  readonly read: ReadConfig | undefined;
  /** This nginx itself listens on the URL's port. */
  readonly ownsPort: boolean;
  /** References to lines of the dump. */
  readonly citeDump: (dumpLine: number) => string[];
  /** References to lines of the whole output, e.g. of its test. */
  readonly citeOutput: (line: number) => string[];
}

/** The nginx that takes the request, of all that the proxies' hosts have; undefined where none was found. */
export function readProxy(
  store: EvidenceStore,
  url: URL,
  hosts: readonly HostServices[],
  configFile: string | undefined,
): ProxyReading | undefined {
  const readings = readProxies(store, url, hosts);
  // Of several nginx on a machine only one that takes this URL says anything of it.
  const fitting =
    readings.length > 1
      ? readings.filter((reading) => takesUrl(reading, url) || isNamed(reading, configFile))
      : readings;
  return fitting.sort((a, b) => worth(b) - worth(a))[0];
}

/** Every nginx of the hosts and their containers, as it would take this URL. */
export function readProxies(store: EvidenceStore, url: URL, hosts: readonly HostServices[]): ProxyReading[] {
  return hosts.flatMap((services) => readHost(store, url, services));
}

/** The configuration that the target itself names. */
function isNamed(reading: ProxyReading, configFile: string | undefined): boolean {
  return configFile !== undefined && reading.dump.argv.includes(configFile);
}

function takesUrl(reading: ProxyReading, url: URL): boolean {
  const { read } = reading;
  if (reading.ownsPort) return true;
  if (!read?.match.server) return false;
  return (
    read.port === portOf(url) ||
    !['default-server', 'first-server'].includes(read.match.serverMatch?.reason ?? 'default-server')
  );
}

function worth(reading: ProxyReading): number {
  const passes = (reading.read?.pass.servers.length ?? 0) > 0;
  return (
    (reading.ownsPort ? 8 : 0) +
    (reading.read?.match.server ? 4 : 0) +
    (passes ? 2 : 0) +
    (reading.master ? 2 : 0) +
    (reading.dump.test.ok ? 1 : 0)
  );
}

function readHost(store: EvidenceStore, url: URL, services: HostServices): ProxyReading[] {
  const { host } = services;
  const look = store.look(nginxDump, host, {});
  if (!look) return [];
  const processes = store.look(nginxProcesses, host, {})?.facts;
  const port = portOf(url);
  return look.facts.dumps.map((dump): ProxyReading => {
    const master = processes?.masters.find((one) => one.pid === dump.masterPid);
    const workers = processes?.workers.filter((worker) => worker.ppid === dump.masterPid) ?? [];
    const pids = new Set([dump.masterPid, ...workers.map((worker) => worker.pid)]);
    const container = services.services.find((one) => one.container && one.container.id === dump.container);
    const place = container && placeOfContainer(container);
    return {
      host: place ?? host,
      machine: host,
      container: place === undefined ? undefined : container,
      dump,
      master,
      workers,
      read: readDump(dump, url),
      ownsPort:
        services.listeners.some(
          ({ listener }) =>
            listener.port === port && listener.processes.some((process) => pids.has(process.pid)),
        ) ||
        (container?.container?.publishedPorts.some((one) => one.hostPort === port) ?? false),
      citeDump: (line) => look.cite(dump.dumpFirstLine + line),
      citeOutput: (line) => look.cite(line),
    };
  });
}

const configs = new WeakMap<NginxDump, NginxConfig>();

function readDump(dump: NginxDump, url: URL): ReadConfig | undefined {
  if (dump.dump.trim() === '') return undefined;
  const config = configs.get(dump) ?? parseNginxDump(dump.dump, dump.files?.unread);
  configs.set(dump, config);
  const request = requestOf(url);
  const partial = dump.files?.more ?? false;
  const asked = takeAt(config, request, partial);
  if (asked.match.server) return asked;
  // Behind a balancer or a published port nginx listens elsewhere: the server that has the name, and passes on, is meant.
  const elsewhere = portsOf(config)
    .map(({ port, scheme }) => takeAt(config, { ...request, port, scheme }, partial))
    .filter((one) => one.match.server);
  return elsewhere.sort((a, b) => nameWorth(b) - nameWorth(a))[0] ?? asked;
}

function nameWorth(one: ReadConfig): number {
  const byName =
    one.match.serverMatch?.reason !== 'default-server' && one.match.serverMatch?.reason !== 'first-server';
  return (byName ? 2 : 0) + (one.pass.servers.length > 0 ? 1 : 0);
}

/** The same nginx, asked for another path of the same URL; undefined where its configuration is not known. */
export function readFor(read: ReadConfig | undefined, url: URL, uri: string): ReadConfig | undefined {
  if (!read) return undefined;
  return takeAt(read.config, { ...requestOf(url), port: read.port, scheme: read.scheme, uri }, read.partial);
}

function takeAt(config: NginxConfig, request: NginxRequest, partial: boolean): ReadConfig {
  const match = matchRequest(config, request);
  return {
    config,
    match,
    pass: resolvePass(config, match),
    settings: effectiveSettings(config, match),
    main: mainSettings(config),
    port: request.port,
    scheme: request.scheme,
    partial,
    doubtful: partial || hidesChoice(match),
  };
}

/** A server, an upstream or a location in a file that may not be read; within the location that was found, settings at most. */
function hidesChoice({ levels, handler, server }: MatchResult): boolean {
  const [main = [], ...inner] = levels;
  const passes = !['none', 'static', 'return', 'redirect'].includes(handler.kind);
  const chosen = passes ? inner.slice(0, 2) : inner;
  const isUnread = (directive: Directive): boolean => directive.name === UNREAD;
  return (server === undefined && main.some(isUnread)) || chosen.some((level) => level.some(isUnread));
}

function portsOf(config: NginxConfig): { port: number; scheme: 'http' | 'https' }[] {
  const seen = new Map<number, 'http' | 'https'>();
  for (const listen of config.servers.flatMap((server) => server.listens)) {
    if (listen.port > 0 && !seen.has(listen.port)) seen.set(listen.port, listen.ssl ? 'https' : 'http');
  }
  return [...seen].map(([port, scheme]) => ({ port, scheme }));
}

export function requestOf(url: URL): NginxRequest {
  return {
    scheme: url.protocol === 'https:' ? 'https' : 'http',
    port: portOf(url),
    host: url.host,
    uri: `${url.pathname}${url.search}`,
  };
}

export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}
