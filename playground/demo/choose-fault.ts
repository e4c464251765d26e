import { suggestName } from '../../src/config/nearest-name.js';
import type { Fault } from '../faults/registry.js';
import type { Layout } from '../world/world.js';

/** The fault of that name, or one clause that says what is wrong with the name. */
export function findFault(
  name: string,
  faults: readonly Fault[],
): { readonly fault: Fault } | { readonly problem: string } {
  const fault = faults.find((one) => one.name === name);
  if (fault !== undefined) return { fault };
  const bringing = faults.filter((one) => one.cause === name).map((one) => `"${one.name}"`);
  if (bringing.length > 0) {
    return { problem: `"${name}" is a cause, not a fault; it is brought about by ${bringing.join(' or ')}` };
  }
  const names = faults.map((one) => one.name);
  return { problem: `there is no fault "${name}"; ${suggestName(name, names) ?? 'see --list'}` };
}

/** The layout that was asked for, or the first that knows the fault; the demo's own is the document server's. */
export function chooseLayout(
  fault: Fault,
  asked: Layout | undefined,
): { readonly layout: Layout } | { readonly problem: string } {
  if (asked !== undefined && !fault.layouts.includes(asked)) {
    return {
      problem: `"${fault.name}" is not in the layout ${asked}; it is in: ${fault.layouts.join(', ')}`,
    };
  }
  const layout = asked ?? fault.layouts.find((one) => one === 'onlyoffice') ?? fault.layouts[0] ?? 'plain';
  const needsRoot = fault.needsRoot === true || ownMachine.has(layout);
  if (needsRoot && process.getuid?.() !== 0) {
    return { problem: `"${fault.name}" needs root; others need none (npm run demo -- --list tells which)` };
  }
  return { layout };
}

/** Layouts made of namespaces, which only root may make. */
export const ownMachine: ReadonlySet<Layout> = new Set<Layout>(['machine', 'two-hosts']);
