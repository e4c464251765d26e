/** The way of a request, station by station, and where it breaks. Pure. */
import type { Hop, HopState } from '../domain/diagnosis.js';
import type { CauseGraph } from './cause-graph.js';
import type { Message } from './findings.js';
import { formatMessage, type Language } from './messages.js';
import type { Fact, Scene } from './scene-types.js';
import { answerMessage, message, requestLink } from './symptom.js';

export function hopMap(scene: Scene, url: string, _graph: CauseGraph, language: Language): Hop[] {
  const hop = (name: string, address: string, state: HopState, says: Message, depth = 0): Hop => ({
    hop: name,
    address,
    state,
    says: formatMessage(says, language),
    depth,
  });
  const client = hop(
    'client',
    url,
    scene.request.outcome === undefined ? 'unknown' : scene.request.well ? 'ok' : 'broken',
    requestLink(scene, url).says,
  );
  const upstreams = scene.upstreams.flatMap((upstream) => [
    hop('upstream', upstream.address ?? '?', upstreamState(upstream), upstreamSays(upstream)),
    ...backendHops(upstream.backend, hop),
  ]);
  return dedupe([client, proxyHop(scene.proxy, hop), ...upstreams]);
}

type MakeHop = (name: string, address: string, state: HopState, says: Message, depth?: number) => Hop;

function proxyHop(proxy: Fact<'Proxy'>, hop: MakeHop): Hop {
  const address = proxy.host ?? '?';
  if (proxy.running === false) return hop('nginx', address, 'broken', message('hopNotRunning'));
  if (proxy.running === undefined) return hop('nginx', address, 'unknown', message('hopUnknown'));
  if (proxy.testOk === false) return hop('nginx', address, 'broken', message('hopConfigBad'));
  return hop(
    'nginx',
    address,
    proxy.matched ? 'ok' : 'unknown',
    message(proxy.matched ? 'hopPasses' : 'hopRuns'),
  );
}

function upstreamState(upstream: Fact<'Upstream'>): HopState {
  if (!upstream.direct) return 'unknown';
  return upstream.direct.well ||
    (upstream.direct.outcome === 'answered' && (upstream.direct.status ?? 500) < 500)
    ? 'ok'
    : 'broken';
}

function upstreamSays(upstream: Fact<'Upstream'>): Message {
  return upstream.direct ? answerMessage(upstream.address ?? '?', upstream.direct) : message('hopUnknown');
}

function backendHops(backend: Fact<'Service'> | undefined, hop: MakeHop): Hop[] {
  if (!backend) return [];
  const name = backend.name ?? '?';
  const running = backend.running;
  const state: HopState = running === undefined ? 'unknown' : running ? 'ok' : 'broken';
  const own = hop(
    backend.manager ?? 'process',
    name,
    state,
    message('hopRunning', { name, state: backend.rawState ?? backend.state ?? '?' }),
  );
  const needs = (backend.dependencies ?? []).map((dependency) =>
    hop(
      dependency.kind ?? 'tcp',
      dependency.address ?? '?',
      dependency.ok === undefined ? 'unknown' : dependency.ok ? 'ok' : 'broken',
      dependency.ok === undefined
        ? message('hopUnknown')
        : dependency.ok
          ? message('hopAnswers')
          : message('hopFails', { says: dependency.says ?? dependency.outcome ?? '?' }),
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
