/** Which unit, program or container keeps the nginx up that takes the request. Pure. */
import type { HostServices } from './host-services.js';
import type { ProxyReading } from './read-proxy.js';
import { roleOf, type ServiceReading } from './service-reading.js';

export function proxyService(
  services: HostServices,
  proxy: ProxyReading | undefined,
): ServiceReading | undefined {
  const keepers = services.services.filter((one) => roleOf(one) === 'proxy' && one.manager !== 'process');
  const owner = proxy?.master && services.serviceOf(proxy.master.pid);
  if (owner && keepers.includes(owner)) return owner;
  return keepers.toSorted((a, b) => worth(b, proxy) - worth(a, proxy))[0];
}

/** One that starts this very program with this very configuration; then one that was meant to run. */
function worth({ command, state, enabled }: ServiceReading, proxy: ProxyReading | undefined): number {
  const words = new Set((command ?? '').split(/[\s'"=]+/));
  const [program = '', ...options] = proxy?.dump.argv ?? [];
  const paths = options.filter((word) => word.startsWith('/'));
  return (
    (program !== '' && words.has(program) ? 4 : 0) +
    (paths.length > 0 && paths.every((path) => words.has(path)) ? 4 : 0) +
    (state === 'failed' ? 2 : 0) +
    (enabled ? 1 : 0)
  );
}
