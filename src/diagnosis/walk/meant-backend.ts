/** Which service an upstream means: by its address, by the container behind that, or by a container's name. Pure. */
import type { UpstreamAddress } from '../../nginx/resolve-upstream.js';
import type { Claims } from './claims.js';
import type { ContainerEnd } from './container-end.js';
import { isCalled, sharesNetwork } from './container-names.js';
import type { HostServices } from './host-services.js';
import { type MatchedBackend, matchBackend } from './match-backend.js';
import type { ServiceReading } from './service-reading.js';

/** The service that ought to answer at the address, or in the container to which it leads. */
export function matchedBackend(
  server: UpstreamAddress,
  among: readonly HostServices[],
  hosts: readonly HostServices[],
  backendHosts: readonly string[],
  claims: (service: ServiceReading) => Claims,
  target: { readonly name: string; readonly variables: Readonly<Record<string, string>> },
  end: ContainerEnd | undefined,
): MatchedBackend | undefined {
  const meant = hosts.filter((host) => backendHosts.includes(host.host));
  const hints = [
    server.groupName,
    server.isName ? server.host : undefined,
    target.name,
    target.variables['usualBackend'],
    ...socketHints(server.socket),
  ].filter((hint) => hint !== undefined);
  const place = { host: server.host, port: server.port, socket: server.socket, hints };
  const here = matchBackend(place, among, claims, target.variables['backend']);
  // A backend on another host of the target explains an address that is wrong.
  const elsewhere = here ?? matchBackend(place, meant, claims, target.variables['backend']);
  return end && elsewhere?.service !== end.service && !elsewhere?.intruder ? endOf(end) : elsewhere;
}

/** The container that an nginx in a container means by a name, whether or not it is reached by it. */
export function calledBackend(
  name: string,
  proxy: ServiceReading | undefined,
  machine: HostServices | undefined,
): MatchedBackend | undefined {
  const own = proxy?.container;
  if (!own || !machine) return undefined;
  const called = machine.services.filter(
    ({ container }) => container && container.id !== own.id && isCalled(container, name),
  );
  const worth = ({ container, running }: ServiceReading): number =>
    (container && container.composeProject === own.composeProject ? 4 : 0) +
    (container && sharesNetwork(container, own) ? 2 : 0) +
    (running ? 1 : 0);
  const [service] = called.toSorted((a, b) => worth(b) - worth(a));
  return service && { service, by: 'name', intruder: undefined };
}

/** What has the address is the backend: a container has none but its own. */
function endOf({ service }: ContainerEnd): MatchedBackend {
  return { service, by: 'owns-port', intruder: undefined };
}

/** `/run/php/php8.2-fpm.sock`, `/run/shop/gunicorn.sock`: the file or its folder often has the service's name. */
function socketHints(socket: string | undefined): string[] {
  const parts = socket?.split('/').filter((part) => part !== '') ?? [];
  const file = parts.at(-1)?.replace(/\.(?:sock|socket)$/, '');
  const folder = parts.at(-2);
  const telling = folder !== undefined && !/^(?:var|run|tmp|srv|opt|shared|sockets?)$/.test(folder);
  return [...(file === undefined ? [] : [file]), ...(telling ? [folder] : [])];
}
