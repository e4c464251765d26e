/**
 * What to look at, round by round. The first needs no answer; the second follows the request's way through nginx
 * to the backend; the third reads the logs that the second round's marked requests have left, and what the
 * backend depends on. Pure.
 */
import type { ProbeCommand } from '../../domain/evidence.js';
import type { Look } from '../../playbook/playbook-schema.js';
import type { EvidenceStore } from '../looked.js';
import { firstRound } from './plan-first.js';
import { planLooks } from './plan-looks.js';
import { secondRound } from './plan-second.js';
import { thirdRound } from './plan-third.js';
import { type WalkTarget, walk } from './walk.js';

export type Round = 1 | 2 | 3;

export interface Planned {
  readonly host: string;
  readonly command: ProbeCommand;
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
  const own =
    round === 1 ? firstRound(target) : round === 2 ? secondRound(store, way) : thirdRound(store, way);
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
