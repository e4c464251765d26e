import type { Fault } from '../../../playground/faults/fault.js';
import { pairs } from '../../../playground/faults/pairs.js';
import { faults, whyNot } from '../../../playground/faults/registry.js';
import { postgresqlPrograms } from '../../../playground/world/database.js';
import { canMakeMachines } from '../../../playground/world/machine.js';
import { type Layout, layouts, type World } from '../../../playground/world/world.js';

export interface Choice {
  readonly faults: readonly Fault[];
  readonly pairs: readonly Fault[];
  /** What this machine cannot bring about in this layout, with the reason. */
  readonly impossible: readonly string[];
}

/** Faults that every layout is tried with, for their way through the diagnosis differs most between layouts. */
const EVERYWHERE = [
  'nginx-stopped',
  'upstream-port-wrong',
  'config-not-reloaded',
  'backend-stopped',
  'redis-down',
  'config-not-json',
];

/**
 * Which faults a layout's tests bring about: each fault in one layout at least and each cause in the first layout
 * that has it, so that all files together end in minutes. GOODGATE_ALL_FAULTS=1 tries everything everywhere.
 */
export function chooseFaults(layout: Layout): Choice {
  const own = faults.filter((fault) => fault.layouts.includes(layout));
  return {
    faults: everything() ? possible(own, layout) : (spread(faults).get(layout) ?? []),
    pairs: everything() ? possible(pairs, layout) : (evenly(pairs).get(layout) ?? []),
    impossible: own.flatMap((fault) => {
      const reason = whyNotHere(fault, layout);
      return reason === undefined ? [] : [`${fault.name} (${reason})`];
    }),
  };
}

function everything(): boolean {
  return process.env['GOODGATE_ALL_FAULTS'] === '1';
}

/** A cause's first fault goes to the first layout that has it, its further ones to whichever has fewest. */
function spread(all: readonly Fault[]): Map<Layout, Fault[]> {
  const plan = new Map<Layout, Fault[]>(layouts.map((layout) => [layout, []]));
  const seen = new Set<string>();
  for (const fault of all) {
    const homes = homesOf(fault);
    const home = seen.has(fault.cause) ? emptiest(homes, plan) : homes[0];
    if (home === undefined) continue;
    seen.add(fault.cause);
    const everyHome = EVERYWHERE.includes(fault.name) ? homes : [home];
    for (const one of everyHome) plan.get(one)?.push(fault);
  }
  return plan;
}

function evenly(all: readonly Fault[]): Map<Layout, Fault[]> {
  const plan = new Map<Layout, Fault[]>(layouts.map((layout) => [layout, []]));
  for (const fault of all) {
    const home = emptiest(homesOf(fault), plan);
    if (home !== undefined) plan.get(home)?.push(fault);
  }
  return plan;
}

function emptiest(homes: readonly Layout[], plan: ReadonlyMap<Layout, readonly Fault[]>): Layout | undefined {
  const size = (layout: Layout): number => plan.get(layout)?.length ?? 0;
  return [...homes].sort((one, other) => size(one) - size(other))[0];
}

function homesOf(fault: Fault): Layout[] {
  return layouts.filter((layout) => whyNotHere(fault, layout) === undefined);
}

function possible(all: readonly Fault[], layout: Layout): Fault[] {
  return all.filter((fault) => whyNotHere(fault, layout) === undefined);
}

/** Tests are named before a world exists: what is asked of it is known from the layout and this machine. */
function whyNotHere(fault: Fault, layout: Layout): string | undefined {
  const hasMachines = layout === 'machine' || layout === 'two-hosts';
  if (hasMachines && !canMakeMachines()) return 'needs root';
  const database = layout === 'onlyoffice' ? postgresqlPrograms() : undefined;
  return whyNot(fault, { layout, database } as unknown as World);
}
