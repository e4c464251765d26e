import type { World } from '../world/world.js';
import type { Fault } from './fault.js';
import { faults } from './registry.js';

/**
 * Two faults at once that do not depend on each other, in the order in which they are brought about: the one whose symptom
 * the other would hide comes first.
 */
const combinations: readonly (readonly [string, string])[] = [
  ['redis-down', 'upstream-port-wrong'],
  ['body-too-large', 'redis-down'],
  ['body-too-large', 'backend-stopped'],
  ['websocket-headers-missing', 'storage-denied'],
  ['error-log-off', 'backend-stopped'],
  ['token-secret-differs', 'rabbitmq-lost'],
  ['redis-lost-500', 'nginx-stopped'],
  ['redis-lost', 'nginx-stopped'],
  ['database-wrong-password', 'upstream-port-wrong'],
  ['redis-down', 'firewall-rejects'],
  ['hosts-line-wrong', 'redis-down'],
  ['backend-stopped', 'config-invalid-stopped'],
];

export const pairs: readonly Fault[] = combinations.flatMap(([first, second]) => {
  const one = faults.find(({ name }) => name === first);
  const other = faults.find(({ name }) => name === second);
  return one === undefined || other === undefined ? [] : [bothOf(one, other)];
});

function bothOf(one: Fault, other: Fault): Fault {
  const undo = async (world: World): Promise<void> => {
    await other.undo(world);
    await one.undo(world);
  };
  const mend = async (world: World): Promise<void> => {
    await undo(world);
    await world.heal();
  };
  return {
    name: `${one.name}+${other.name}`,
    cause: one.cause,
    alsoCauses: [other.cause],
    layouts: one.layouts.filter((layout) => other.layouts.includes(layout)),
    title: { en: `${one.title.en}; ${other.title.en}`, zh: `${one.title.zh};${other.title.zh}` },
    needsRoot: one.needsRoot === true || other.needsRoot === true,
    needs: [...(one.needs ?? []), ...(other.needs ?? [])],
    expect: other.expect,
    undo,
    mend,
    async break(world) {
      await one.break(world);
      try {
        await other.break(world);
      } catch (error) {
        await mend(world);
        throw error;
      }
    },
  };
}
