import type { Fact, Scene } from './scene-types.js';

/** A 4xx that the backend itself gives to the same request is its answer, not a failure of the way to it. */
export function answersAsItsBackend({ request, upstreams }: Scene): boolean {
  const { status } = request;
  if (status === undefined || status >= 500 || status < 400) return false;
  return upstreams.some((upstream) => upstream.direct?.status === status);
}

/** No connection came about at all: whatever the request asked for, nobody can serve it there. */
const NO_CONNECTION: readonly string[] = ['refused', 'timeout-connect', 'unreachable', 'socket-missing'];

/** A server of the group that takes no connection, while clients are served by the rest. A backup waits for its turn. */
export function idleServer({ proxy, upstreams }: Scene): Fact<'Upstream'> | undefined {
  // nginx -T shows the files on disk: what is not in force says nothing of the servers that are.
  if (proxy.configNewerThanWorkers) return undefined;
  return upstreams.find(
    ({ backup, direct }) => !backup && direct !== undefined && NO_CONNECTION.includes(direct.outcome ?? ''),
  );
}
