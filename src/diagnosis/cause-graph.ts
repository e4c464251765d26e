/** Which cause brings about which: roots, and the way from a root to the symptom. Pure. */
import type { CauseHead } from '../playbook/cause-schema.js';

export interface CauseGraph {
  readonly causes: ReadonlyMap<string, CauseHead>;
  /** True where `deeper` may bring about `shallower`, directly or through one other. */
  leadsTo(deeper: string, shallower: string): boolean;
  /** The same without a third between them. */
  leadsStraightTo(deeper: string, shallower: string): boolean;
}

export function causeGraph(causes: readonly CauseHead[]): CauseGraph {
  const byId = new Map(causes.map((cause) => [cause.id, cause]));
  const next = (id: string): readonly string[] => byId.get(id)?.leadsTo ?? [];
  // One cause that nobody saw may lie between two that were seen; two in a row would be a story.
  return {
    causes: byId,
    leadsStraightTo: (deeper, shallower) => next(deeper).includes(shallower),
    leadsTo: (deeper, shallower) =>
      next(deeper).some((id) => id === shallower || next(id).includes(shallower)),
  };
}

/**
 * The causes among `ids` that no other of them brings about. Through a third that nobody saw, what is less sure does
 * not explain what is more so. `doubt` grows as a cause is less sure.
 */
export function rootsOf(ids: readonly string[], graph: CauseGraph, doubt: (id: string) => number): string[] {
  const all = [...new Set(ids)];
  const explains = (deeper: string, shallower: string): boolean =>
    graph.leadsStraightTo(deeper, shallower) ||
    (graph.leadsTo(deeper, shallower) && doubt(deeper) <= doubt(shallower));
  return all.filter((id) => !all.some((other) => other !== id && explains(other, id)));
}

/** What `root` brought about among `ids`, deepest first. */
export function effectsOf(root: string, ids: readonly string[], graph: CauseGraph): string[] {
  const all = [...new Set(ids)].filter((id) => id !== root);
  const effects: string[] = [];
  for (let more = [root]; more.length > 0; ) {
    const found = all.filter(
      (id) => !effects.includes(id) && more.some((deeper) => graph.leadsTo(deeper, id)),
    );
    effects.push(...found);
    more = found;
  }
  const depth = (id: string): number => effects.filter((other) => graph.leadsTo(other, id)).length;
  return effects.sort((a, b) => depth(a) - depth(b));
}

/** Outermost first: what stands nearer to the client hides what is behind it. */
const LAYER_ORDER = ['edge', 'proxy', 'link', 'access', 'process', 'resource', 'dependency'];

export function layerRank(id: string, graph: CauseGraph): number {
  const cause = graph.causes.get(id);
  return cause ? LAYER_ORDER.indexOf(cause.layer) : LAYER_ORDER.length;
}

/** A cause that shows no error of the server's (none at all, or a 413) is not what blocks a request that fails. */
export function blocks(id: string, graph: CauseGraph): boolean {
  return /5\d\d|5xx|refused|reset|slow/.test(graph.causes.get(id)?.http ?? '');
}
