/**
 * What to look at, round by round. The first needs no answer; the second follows the request's way through nginx
 * to the backend; the third reads the logs that the second round's marked requests have left, and what the
 * backend depends on. Pure.
 */
import type { ProbeCommand } from '../../domain/evidence.js';
import type { Look } from '../../playbook/playbook-schema.js';
import type { EvidenceStore } from '../looked.js';
import { firstRound, placeRound } from './plan-first.js';
import { planLooks } from './plan-looks.js';
import { secondRound } from './plan-second.js';
import { thirdRound } from './plan-third.js';
import { type Walk, type WalkTarget, walk } from './walk.js';

/** The fourth is for containers alone, which are found by the first: each host and each container has three at most. */
export type Round = 1 | 2 | 3 | 4;

export interface Planned {
  /** A host, or a container on one: then it runs inside. */
  readonly host: string;
  readonly command: ProbeCommand;
  /** It is about the container, and runs on its host. */
  readonly outside?: boolean;
}

/** A host is not asked for more than this in one round. */
const PER_HOST_MAX = 80;

export function planRound(
  round: Round,
  store: EvidenceStore,
  target: WalkTarget,
  looks: readonly Look[],
): Planned[] {
  const way = walk(store, target);
  const own = ownLooks(round, store, target, way);
  const taken = new Set(store.all.map((one) => `${one.host}\n${one.id}`));
  const planned: Planned[] = [];
  const perHost = new Map<string, number>();
  for (const one of [...own, ...planLooks(round, store, way, looks)]) {
    const key = `${one.host}\n${one.command.id}`;
    const count = perHost.get(one.host) ?? 0;
    if (taken.has(key) || count >= PER_HOST_MAX) continue;
    taken.add(key);
    perHost.set(one.host, count + 1);
    planned.push(one);
  }
  return planned;
}

function ownLooks(round: Round, store: EvidenceStore, target: WalkTarget, way: Walk): Planned[] {
  if (round === 1) return firstRound(target);
  const ways = way.inner ? [way, way.inner] : [way];
  const proxies = ways.flatMap(({ proxy }) => (proxy?.container ? [proxy] : []));
  const places = proxies.filter(({ container }) => container?.running).map(({ host }) => host);
  // Nobody can look into a container that does not run.
  const shut = new Set(proxies.map(({ host }) => host).filter((host) => !places.includes(host)));
  const open = (looks: readonly Planned[]): Planned[] =>
    looks.filter(({ host, outside }) => outside || !shut.has(host));
  const second = open(ways.flatMap((one) => secondRound(store, one)));
  const third = open(ways.flatMap((one) => thirdRound(store, one)));
  // What a container's own round brings leads to looks that a host has had by then.
  if (round === 2) return [...second, ...places.flatMap(placeRound)];
  if (round === 3) return places.length > 0 ? [...second, ...third] : third;
  return places.length > 0 ? third : [];
}
