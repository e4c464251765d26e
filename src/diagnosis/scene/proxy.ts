/** nginx, as rules see it. */
import { isIP } from 'node:net';
import type { SentHeader, Setting } from '../../nginx/effective-settings.js';
import { citeDirective, formatPlace } from '../../nginx/format.js';
import type { Alternative, HandlerKind } from '../../nginx/match-result.js';
import type { Directive } from '../../nginx/model.js';
import { passesUpgrade } from '../../nginx/passes-upgrade.js';
import { hostName } from '../../nginx/request-context.js';
import type { UpstreamAddress } from '../../nginx/resolve-upstream.js';
import { fileStat } from '../../probes/file/file-stat.js';
import { httpRequest } from '../../probes/http/http-request.js';
import { nginxDump } from '../../probes/nginx/nginx-dump.js';
import { nginxProcesses } from '../../probes/nginx/nginx-processes.js';
import type { EvidenceStore } from '../looked.js';
import type { Fact } from '../scene-types.js';
import { lookupAddresses } from '../walk/lookups.js';
import { errorLogPaths } from '../walk/proxy-files.js';
import type { ProxyReading, ReadConfig } from '../walk/read-proxy.js';
import { selfRequest, shadowedRequest, upgradeRead, upgradeSelfRequest } from '../walk/requests.js';
import { blockLabel, isByDefault, mayBeByDesign, shadowOf } from '../walk/shadow.js';
import { addressOf } from '../walk/upstream-servers.js';
import type { Walk } from '../walk/walk.js';
import { answerOf } from './answers.js';
import { proxyErrors } from './proxy-errors.js';
import { presenceOf } from './proxy-presence.js';
import { workersOf } from './proxy-workers.js';

export function proxyOf(store: EvidenceStore, walk: Walk): Fact<'Proxy'> {
  const { proxy } = walk;
  const host =
    proxy?.host ?? walk.proxyHosts.find((alias) => store.look(nginxDump, alias, {})) ?? walk.proxyHosts[0];
  if (host === undefined) return { cite: [] };
  return {
    host,
    behind: walk.behind,
    inContainer: proxy?.container !== undefined,
    ...presenceOf(store, walk, host),
    ...(proxy ? configurationOf(store, walk, proxy) : {}),
    errors: proxyErrors(store, walk, host),
    self: answer(store, walk, host, selfRequest(walk)),
    upgrade: answer(store, walk, host, upgradeSelfRequest(walk)),
    cite: citeOf(store, proxy, host),
  };
}

function answer(
  store: EvidenceStore,
  walk: Walk,
  host: string,
  params: ReturnType<typeof selfRequest>,
): Fact<'Answer'> | undefined {
  return params && answerOf(store.look(httpRequest, host, params), walk.target.variables);
}

function configurationOf(store: EvidenceStore, walk: Walk, proxy: ProxyReading): Partial<Fact<'Proxy'>> {
  const { test, denied } = proxy.dump;
  const firstError = test.errors.find((error) => error.level === 'emerg') ?? test.errors[0];
  const judged = denied ? undefined : test.ok;
  return {
    testOk: judged,
    testError:
      firstError &&
      `${firstError.message}${firstError.file ? ` in ${firstError.file}:${firstError.lineNumber ?? '?'}` : ''}`,
    testErrorCite: firstError ? proxy.citeOutput(firstError.line) : [],
    ...(proxy.read ? matchedOf(store, walk, proxy, proxy.read) : {}),
    ...workersOf(store, walk, proxy),
  };
}

/** A directive and where it stands. Its line may hold more than it. */
function written(directive: Directive): string {
  return `${[directive.name, ...directive.args].join(' ')}; (${formatPlace(directive)})`;
}

const ANSWERS_ITSELF: readonly HandlerKind[] = ['static', 'return', 'redirect', 'none'];

function matchedOf(
  store: EvidenceStore,
  walk: Walk,
  proxy: ProxyReading,
  read: ReadConfig,
): Partial<Fact<'Proxy'>> {
  const { match, settings, main, pass } = read;
  const upgrade = upgradeRead(walk)?.settings ?? settings;
  const setting = settingsReader(proxy);
  const upgradeHeader = (name: string): Fact<'Setting'> =>
    headerSetting(
      upgrade.proxyHeaders.find((one) => one.name.toLowerCase() === name),
      proxy,
    );
  const shadow = shadowOf(read);
  const shadowRequest = shadow && shadowedRequest(walk, shadow);
  const shadowAnswer = shadowRequest && answer(store, walk, proxy.host, shadowRequest);
  return {
    matched: match.server !== undefined && match.handler.kind !== 'none',
    serverName: match.serverMatch?.name?.text ?? '',
    handler: match.handler.kind,
    passText: match.handler.directive ? written(match.handler.directive) : '',
    answersItself: match.certain ? ANSWERS_ITSELF.includes(match.handler.kind) : undefined,
    undecided: !match.certain,
    doubtful: read.doubtful,
    limitZones: [...settings.limitReq, ...settings.limitConn].map((limit) => limit.zone),
    shadowed: shadow !== undefined,
    ...shadowTexts(read, shadow),
    shadowedByDesign: shadow && mayBeByDesign(shadow, read),
    takenByDefault: match.serverMatch && isByDefault(match.serverMatch) && !isIP(hostName(walk.url.host)),
    sites: match.serverMatch?.sharing.length,
    shadowedCite: [match.location?.directive, shadow?.location.directive, shadow?.pass].flatMap(
      (directive) => (directive ? proxy.citeDump(directive.dumpLine) : []),
    ),
    shadowedAnswersWell: shadowAnswer?.well,
    ...errorLogOf(store, proxy, read),
    configuredAddresses: pass.servers.flatMap((server) => configuredAddresses(store, proxy.host, server)),
    connectTimeout: setting(settings.proxyConnectTimeoutMs, (ms) => ({ ms })),
    readTimeout: setting(settings.proxyReadTimeoutMs, (ms) => ({ ms })),
    bodyLimit: setting(settings.clientMaxBodySizeBytes, (bytes) => ({ bytes })),
    bufferSize: setting(settings.proxyBufferSizeBytes, (bytes) => ({ bytes })),
    httpVersion: setting(upgrade.proxyHttpVersion, (value) => ({ value })),
    tlsVerify: setting(settings.proxySsl.verify, (on) => ({ value: on ? 'on' : 'off' })),
    workerConnections: setting(main.workerConnections, (value) => ({ value: String(value) })),
    upgradeHeader: upgradeHeader('upgrade'),
    connectionHeader: upgradeHeader('connection'),
    upgradePassed: passesUpgrade(match.server?.directive.block ?? []),
    hostHeader: headerSetting(
      settings.proxyHeaders.find((one) => one.name.toLowerCase() === 'host'),
      proxy,
    ),
  };
}

function shadowTexts(read: ReadConfig, shadow: Alternative | undefined): Partial<Fact<'Proxy'>> {
  const { location, server, handler } = read.match;
  const taker = location?.label ?? (handler.directive ? written(handler.directive) : '');
  const otherServer = shadow !== undefined && shadow.server !== server;
  return {
    locationText: otherServer ? blockLabel(location?.label, server) : taker,
    shadowedText: otherServer ? blockLabel(shadow.location.label, shadow.server) : shadow?.location.label,
    shadowedServer: otherServer,
  };
}

/** As nginx writes them into its log: a name by what it resolves to, IPv6 in brackets. */
function configuredAddresses(store: EvidenceStore, host: string, server: UpstreamAddress): string[] {
  if (server.socket !== undefined) return [`unix:${server.socket}`];
  if (!server.isName) return [addressOf(server)];
  const known =
    server.host === 'localhost' ? ['127.0.0.1', '::1'] : lookupAddresses(store, host, server.host);
  return known.map((one) => addressOf({ ...server, host: one }));
}

function settingsReader(proxy: ProxyReading) {
  return <T>(setting: Setting<T>, read: (value: T) => Partial<Fact<'Setting'>>): Fact<'Setting'> => ({
    ...read(setting.value),
    isDefault: setting.default,
    text: setting.default ? '' : citeDirective(setting.directive).text.trim(),
    cite: setting.default ? [] : proxy.citeDump(setting.directive.dumpLine),
  });
}

function headerSetting(header: SentHeader | undefined, proxy: ProxyReading): Fact<'Setting'> {
  if (!header) return { value: '', text: '', isDefault: true, cite: [] };
  return {
    value: header.value ?? header.template,
    text: header.template,
    isDefault: header.directive === undefined,
    cite: header.directive ? proxy.citeDump(header.directive.dumpLine) : [],
  };
}

function errorLogOf(store: EvidenceStore, proxy: ProxyReading, read: ReadConfig): Partial<Fact<'Proxy'>> {
  const logs = read.settings.errorLogs;
  const [first] = logs;
  const off = logs.length > 0 && logs.every((log) => log.target.kind === 'nowhere');
  const paths = errorLogPaths(proxy);
  const refused = proxy.dump.test.errors.find(
    (error) => error.level === 'alert' && error.message.includes('could not open error log'),
  );
  const missing =
    paths.length > 0 && !off && paths.every((path) => stateOf(store, proxy.host, path) === 'missing');
  return {
    errorLogPath: off ? '/dev/null' : (paths[0] ?? ''),
    errorLogOff: off,
    errorLogUnwritable: missing && first?.target.kind === 'file',
    errorLogCite: [
      ...(first?.directive ? proxy.citeDump(first.directive.dumpLine) : []),
      ...(refused ? proxy.citeOutput(refused.line) : []),
    ],
  };
}

function stateOf(store: EvidenceStore, host: string, path: string): string | undefined {
  return store
    .looks(fileStat, host)
    .flatMap((look) => look.facts.entries)
    .find((entry) => entry.path === path)?.state;
}

/** The line that says most about where the request goes. */
function citeOf(store: EvidenceStore, proxy: ProxyReading | undefined, host: string): string[] {
  const pass = proxy?.read?.match.handler.directive;
  const location = proxy?.read?.match.location?.directive;
  const lines = [pass, location].flatMap((directive) =>
    directive && proxy ? proxy.citeDump(directive.dumpLine) : [],
  );
  const processes = store.look(nginxProcesses, proxy?.machine ?? host, {});
  const master = proxy?.master;
  if (lines.length > 0 && master) return lines;
  if (proxy?.container) return [...lines, ...proxy.container.cite];
  return [...lines, ...(processes ? processes.cite(master?.line ?? 0) : [])];
}
