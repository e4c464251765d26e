/** The way of a request, station by station, and where it breaks. Pure. */
import type { Hop, HopState } from '../domain/diagnosis.js';
import type { Message } from './findings.js';
import { formatMessage, type Language } from './messages.js';
import type { Fact, Scene } from './scene-types.js';
import { message, statusName } from './symptom.js';
import { answersAsItsBackend, upstreamState } from './who-answers.js';

export function hopMap(scene: Scene, url: string, language: Language, inner?: Scene): Hop[] {
  const hop = (name: string, address: string, state: HopState, says: Message, depth = 0): Hop => ({
    hop: name,
    address,
    state,
    says: formatMessage(says, language),
    depth,
  });
  const client = hop('client', url, clientState(scene), clientSays(scene.request));
  const upstreams = upstreamHops(scene, hop);
  const innerHops = inner ? [proxyHop(inner.proxy, hop), ...upstreamHops(inner, hop)] : [];
  const balanced = scene.balanced.map((server) => balancedHop(server, hop));
  return dedupe([client, ...balanced, proxyHop(scene.proxy, hop), ...upstreams, ...innerHops]);
}

function upstreamHops(scene: Scene, hop: MakeHop): Hop[] {
  return scene.upstreams.flatMap((upstream) => [
    hop('upstream', upstream.address ?? '?', upstreamState(upstream, scene), upstreamSays(upstream)),
    ...backendHops(upstream, hop),
  ]);
}

function clientState(scene: Scene): HopState {
  if (scene.request.outcome === undefined) return 'unknown';
  return scene.request.well || answersAsItsBackend(scene) ? 'ok' : 'broken';
}

type MakeHop = (name: string, address: string, state: HopState, says: Message, depth?: number) => Hop;

function balancedHop(server: Fact<'BalancedServer'>, hop: MakeHop): Hop {
  const { name = '?', address = '?', state, checkText = '', checkCode = 0 } = server;
  const place = `${name} ${address}`;
  if (state === 'up') return hop('haproxy', place, 'ok', message('hopInUse'));
  const why =
    [checkText, checkCode === 0 ? '' : String(checkCode)].filter(Boolean).join(' ') || (state ?? '?');
  return hop('haproxy', place, state === 'down' ? 'broken' : 'unknown', message('hopSetAside', { why }));
}

function proxyHop(proxy: Fact<'Proxy'>, hop: MakeHop): Hop {
  const address = proxy.host ?? '?';
  if (proxy.installed === false) return hop('nginx', address, 'unknown', message('hopNotInstalled'));
  if (proxy.onOtherPorts) {
    return hop('nginx', address, 'broken', message('hopOtherPorts', { port: String(proxy.port ?? '?') }));
  }
  if (proxy.running === false) return hop('nginx', address, 'broken', message('hopNotRunning'));
  if (proxy.running === undefined) return hop('nginx', address, 'unknown', message('hopUnknown'));
  if (proxy.testOk === false) return hop('nginx', address, 'broken', message('hopConfigBad'));
  if (proxy.answersItself && proxy.passText !== '' && proxy.passText !== undefined) {
    return hop('nginx', address, 'ok', message('hopAnswersItself', { line: proxy.passText }));
  }
  return hop(
    'nginx',
    address,
    proxy.matched ? 'ok' : 'unknown',
    message(proxy.matched ? 'hopPasses' : 'hopRuns'),
  );
}

function upstreamSays(upstream: Fact<'Upstream'>): Message {
  const { direct } = upstream;
  if (!direct) return message('hopUnknown');
  if (direct.outcome === 'connected') return message('hopConnects');
  return direct.outcome === 'answered'
    ? message('hopAnswersStatus', { status: statusName(direct.status) })
    : outcomeSays(direct.outcome, direct.says);
}

/** The address stands beside it: what is said names it no more. */
function clientSays(request: Fact<'Answer'>): Message {
  if (request.outcome === undefined) return message('hopUnknown');
  if (request.outcome !== 'answered') return outcomeSays(request.outcome, request.says);
  const status = statusName(request.status);
  return request.well || (request.status ?? 0) >= 400
    ? message('hopStatus', { status })
    : message('hopSickBody', { status, body: (request.body ?? '').slice(0, 60) });
}

function outcomeSays(outcome: string | undefined, says: string | undefined): Message {
  switch (outcome) {
    case 'refused':
      return message('hopRefuses');
    case 'timeout-response':
      return message('hopSilent');
    case 'timeout-connect':
      return message('hopNoConnect');
    case 'reset':
    case 'closed-early':
      return message('hopCuts');
    case 'unreachable':
      return message('hopUnreachable');
    case 'socket-missing':
      return message('hopMissing');
    case 'permission-denied':
      return message('hopDenied');
    case 'invalid-http':
      return message('hopInvalid');
    case 'tls-error':
      return message('hopTls');
    case 'name-unresolved':
      return message('hopUnresolved');
    case 'wrong-service':
      return message('hopWrongService');
    case 'too-many':
      return message('hopTooMany');
    case 'loading':
      return message('hopLoading');
    case 'auth-required':
      return message('hopAuth');
    case undefined:
      return message('hopUnknown');
    default:
      return message('hopFails', { says: says ?? outcome });
  }
}

function backendHops({ backend, direct }: Fact<'Upstream'>, hop: MakeHop): Hop[] {
  if (!backend) return [];
  // A service that systemd starts on demand may rest until it is asked.
  const onDemand = ['stopped', 'exited'].includes(backend.state ?? '') && Boolean(backend.startedBy);
  const name = backend.name ?? '?';
  const running = backend.running;
  const state: HopState =
    running === undefined
      ? 'unknown'
      : running || (onDemand && !backend.masked)
        ? 'ok'
        : direct?.well
          ? 'unknown'
          : 'broken';
  const own = hop(
    backend.manager ?? 'process',
    name,
    state,
    onDemand && !backend.masked
      ? message('hopActivated', { unit: backend.startedBy ?? '?' })
      : message('hopState', { state: backend.rawState ?? backend.state ?? '?' }),
  );
  const needs = (backend.dependencies ?? []).map((dependency) =>
    hop(
      dependency.kind ?? 'tcp',
      dependency.address ?? '?',
      dependency.ok === undefined ? 'unknown' : dependency.ok ? 'ok' : 'broken',
      dependency.ok && dependency.outcome !== 'auth-required'
        ? message('hopAnswers')
        : outcomeSays(dependency.outcome, dependency.says),
      1,
    ),
  );
  return [own, ...needs];
}

/** `localhost:8000` is two addresses of one backend: its program and what it needs stand once. */
function dedupe(hops: readonly Hop[]): Hop[] {
  const seen = new Set<string>();
  return hops.filter((hop) => {
    const key = `${hop.hop} ${hop.address}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
