import type { Fact, Scene } from './scene-types.js';

/** A 4xx that the backend itself gives to the same request is its answer, not a failure of the way to it. */
export function answersAsItsBackend({ request, upstreams }: Scene): boolean {
  const { status } = request;
  if (status === undefined || status >= 500 || status < 400) return false;
  return upstreams.some((upstream) => upstream.direct?.status === status);
}

/** No connection came about at all: whatever the request asked for, nobody can serve it there. */
const NO_CONNECTION: readonly string[] = ['refused', 'timeout-connect', 'unreachable', 'socket-missing'];

/** Asked directly, it serves the request: well, or with a word of its own below 500. */
function serves({ direct }: Fact<'Upstream'>): boolean {
  return direct?.well === true || (direct?.outcome === 'answered' && (direct.status ?? 500) < 500);
}

/**
 * How an upstream is, beside what the client sees. Where the client is served well, an address that takes no
 * connection is broken, and so is one that fails while another of the group serves the same request. But one that
 * fails for a request of ours alone (it wants PROXY protocol, or a client's certificate) is not known to be.
 */
export function upstreamState(upstream: Fact<'Upstream'>, scene: Scene): 'ok' | 'broken' | 'unknown' {
  const { direct } = upstream;
  if (direct?.well === undefined) return 'unknown';
  if (serves(upstream)) return 'ok';
  if (!scene.request.well) return 'broken';
  // nginx -T shows the files on disk: what is not in force says nothing of the servers that are.
  if (scene.proxy.configNewerThanWorkers) return 'unknown';
  if (NO_CONNECTION.includes(direct.outcome ?? '')) return 'broken';
  return scene.upstreams.some(serves) ? 'broken' : 'unknown';
}

/** A server of the group that fails while clients are served by the rest. A backup waits for its turn. */
export function ailingServer(scene: Scene): Fact<'Upstream'> | undefined {
  return scene.upstreams.find((upstream) => !upstream.backup && upstreamState(upstream, scene) === 'broken');
}
