import { existsSync } from 'node:fs';
import type { World } from '../world/world.js';
import { backendProcessFaults } from './backend-process.js';
import { dependencyFaults } from './dependency.js';
import type { Fault } from './fault.js';
import { libraryFaults } from './library.js';
import { linkFaults } from './link.js';
import { proxyConfigFaults } from './proxy-config.js';
import { proxyProcessFaults } from './proxy-process.js';
import { canLimitMemory, privilegedPortsExist, resourceFaults } from './resource.js';
import { tlsFaults } from './tls.js';
import { unixSocketFaults } from './unix-socket.js';

export type { Fault } from './fault.js';

/** Everything that can be broken, in the order of the way from client to dependency. */
export const faults: readonly Fault[] = [
  ...proxyProcessFaults,
  ...proxyConfigFaults,
  ...tlsFaults,
  ...unixSocketFaults,
  ...linkFaults,
  ...backendProcessFaults,
  ...libraryFaults,
  ...resourceFaults,
  ...dependencyFaults,
];

/** Why a fault cannot be brought about in this world; undefined where it can. */
export function whyNot(fault: Fault, world: World): string | undefined {
  if (!fault.layouts.includes(world.layout)) return `not in the layout ${world.layout}`;
  if (fault.needsRoot === true && process.getuid?.() !== 0) return 'needs root';
  const lacking = fault.needs?.find((need) => !isThere(need, world));
  return lacking === undefined ? undefined : `needs ${lacking}`;
}

function isThere(need: NonNullable<Fault['needs']>[number], world: World): boolean {
  if (need === 'database') return world.database !== undefined;
  if (need === 'nft') return existsSync('/usr/sbin/nft');
  if (need === 'memory-cgroup') return canLimitMemory();
  return privilegedPortsExist();
}
