/**
 * What containers are called by their neighbours. The engine's name server knows them on networks of its users' alone,
 * by name, by alias and by short id: https://docs.docker.com/engine/network/#dns-services
 */
import type { ContainerFacts } from '../../probes/service/docker-containers.js';

/** Networks of the engine's own, on which no names are served. */
const NAMELESS = new Set(['bridge', 'host', 'none', 'podman']);

export function sharesNetwork(one: ContainerFacts, other: ContainerFacts): boolean {
  return one.networks.some(({ name }) => other.networks.some((network) => network.name === name));
}

/** By one of its addresses, or by a name: where `asker` is given, by one that is served to it. */
export function isCalled(container: ContainerFacts, name: string, asker?: ContainerFacts): boolean {
  const joined = container.networks.filter(
    (network) => asker === undefined || asker.networks.some((one) => one.name === network.name),
  );
  if (joined.some(({ ip }) => ip === name)) return true;
  const served = joined.filter((network) => !NAMELESS.has(network.name));
  const low = name.toLowerCase().replace(/\.$/, '');
  return (asker === undefined || served.length > 0) && namesOf(container, served).includes(low);
}

function namesOf(
  container: ContainerFacts,
  networks: readonly { readonly aliases: readonly string[] }[],
): string[] {
  const aliases = networks.flatMap((network) => network.aliases);
  const service = container.composeService === undefined ? [] : [container.composeService];
  return [container.name, container.id.slice(0, 12), ...aliases, ...service].map((one) => one.toLowerCase());
}
