/** Evidence becomes the scene that rules are judged on. Pure. */

import { HEALTH_VIEW, OUTSIDE } from '../../domain/check-record.js';
import { httpRequest } from '../../probes/http/http-request.js';
import type { EvidenceStore } from '../looked.js';
import type { Fact, Scene } from '../scene-types.js';
import { roleOf } from '../walk/service-reading.js';
import type { Walk } from '../walk/walk.js';
import { answerOf } from './answers.js';
import { balancedOf } from './balanced.js';
import { filesystemsOf, kernelEventsOf } from './host-facts.js';
import { looksOf } from './looks.js';
import { machinesOf } from './machines.js';
import { pathsOf } from './paths.js';
import { proxyOf } from './proxy.js';
import { serviceFact } from './services.js';
import { supervisorsOf } from './supervisors.js';
import { upstreamsOf } from './upstreams.js';

export function buildScene(store: EvidenceStore, walk: Walk): Scene {
  const { variables } = walk.target;
  const { outsideId } = walk.target;
  const view =
    outsideId === undefined
      ? store.looks(httpRequest, OUTSIDE)[0]
      : store.lookById(httpRequest, OUTSIDE, outsideId);
  const request = answerOf(view, variables) ?? { cite: [] };
  const proxy = proxyOf(store, walk);
  const upstreams = upstreamsOf(store, walk);
  const services = walk.hosts.flatMap((host) =>
    host.services
      .filter((service) => roleOf(service) !== 'infrastructure')
      .map((service) => serviceFact(store, walk, service)),
  );
  return {
    request,
    front: frontOf(store, walk),
    sick: isSick(request, proxy, upstreams),
    proxy,
    balanced: balancedOf(store, walk),
    upstreams,
    services,
    dependencies: upstreams.flatMap((upstream) => upstream.backend?.dependencies ?? []),
    machines: machinesOf(store, walk.target),
    supervisors: supervisorsOf(
      store,
      walk.hosts.map((host) => host.host),
    ),
    paths: pathsOf(store, walk),
    kernelEvents: kernelEventsOf(store, walk),
    filesystems: filesystemsOf(store, walk),
    looks: looksOf(store, walk),
    variables,
  };
}

/** The last of the bot's own requests before the one that is followed: where the target's own URL led. */
function frontOf(store: EvidenceStore, walk: Walk): Fact<'Answer'> | undefined {
  const { outsideId, variables } = walk.target;
  if (outsideId !== `http.request:${HEALTH_VIEW}`) return undefined;
  const front = store.looks(httpRequest, OUTSIDE).filter(({ evidence }) => evidence.id !== outsideId);
  return answerOf(front.at(-1), variables);
}

/** It fails now: for the client, for nginx on its own host, or for one of the addresses behind it. */
function isSick(
  request: Fact<'Answer'>,
  proxy: Fact<'Proxy'>,
  upstreams: readonly Fact<'Upstream'>[],
): boolean | undefined {
  const asked = [request, proxy.self, ...upstreams.map((upstream) => upstream.direct)].filter(
    (one) => one?.outcome !== undefined,
  );
  if (asked.length === 0) return undefined;
  // A 4xx that the backend gives to the same request is its answer: an API has no page at its root.
  const own = upstreams.map((upstream) => upstream.direct?.status);
  const itsOwn = (status: number | undefined): boolean =>
    status !== undefined &&
    status >= 400 &&
    status < 500 &&
    request.status === status &&
    own.includes(status);
  return asked.some((one) => one?.well === false && !itsOwn(one.status));
}
