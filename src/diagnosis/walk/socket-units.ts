/** Sockets that systemd opens in a service's stead (systemd.socket(5)): the service starts when somebody connects. */
import type { Listener } from '../../probes/net/net-listeners.js';
import type { SystemdSocket, SystemdUnit } from '../../probes/service/systemd-units.js';
import type { Looked } from '../looked.js';
import { roleOf, type ServiceReading, type SocketUnit } from './service-reading.js';

export function socketUnitOf(
  unit: Pick<SystemdUnit, 'name'>,
  sockets: readonly SystemdSocket[],
  look: Looked<unknown> | undefined,
): SocketUnit | undefined {
  const own = sockets.filter((socket) => socket.triggers.includes(unit.name) && socket.listens.length > 0);
  const socket = own.find(({ active }) => active === 'active') ?? own[0];
  return socket && readSocket(socket, look);
}

function readSocket(socket: SystemdSocket, look: Looked<unknown> | undefined): SocketUnit {
  const cited = ['ActiveState', 'SubState', 'Result', 'UnitFileState']
    .slice(0, socket.active === 'active' ? 2 : 4)
    .flatMap((name) => look?.cite(socket.lines[name] ?? socket.line) ?? []);
  return {
    name: socket.name,
    active: socket.active === 'active',
    listens: socket.listens,
    cite: cited,
  };
}

/**
 * Socket units that are down and whose service does not run either: it is they that have to be started. One that gave
 * up because its service failed again and again only tells of the service.
 */
export function downSockets(
  sockets: readonly SystemdSocket[],
  services: readonly ServiceReading[],
  host: string,
  look: Looked<unknown> | undefined,
): ServiceReading[] {
  return sockets.flatMap((socket): ServiceReading[] => {
    const service = services.find(({ name }) => socket.triggers.includes(name));
    const down = ['inactive', 'failed'].includes(socket.active) && socket.listens.length > 0;
    if (!service || !down || service.running || roleOf(service) !== 'candidate') return [];
    if (/^(?:service-start-limit-hit|trigger-limit-hit)$/.test(socket.result)) return [];
    // A package may bring a socket that nobody uses.
    const enabled = /^enabled/.test(socket.unitFileState);
    if (!enabled && service.enabled) return [];
    const own = readSocket(socket, look);
    return [
      {
        host,
        manager: 'systemd',
        name: socket.name,
        state: socket.active === 'failed' ? 'failed' : 'stopped',
        rawState:
          socket.result === 'success' || socket.result === ''
            ? `${socket.active} (${socket.load === 'masked' ? 'masked' : socket.sub})`
            : `${socket.active} (${socket.sub}: ${socket.result})`,
        masked: socket.load === 'masked',
        running: false,
        enabled,
        result: socket.result,
        socketUnit: own,
        logs: [{ kind: 'journal', unit: socket.name }],
        config: { environment: {}, files: [] },
        cite: own.cite,
      },
    ];
  });
}

/** The service for which systemd itself has this listener open. */
export function activatedService(
  listener: Listener,
  services: readonly ServiceReading[],
): ServiceReading | undefined {
  return services.find(
    ({ socketUnit, name }) =>
      socketUnit?.active === true && name.endsWith('.service') && listensAt(socketUnit, listener),
  );
}

function listensAt({ listens }: SocketUnit, { path, port }: Listener): boolean {
  return path === undefined ? socketPorts(listens).some((one) => one === port) : listens.includes(path);
}

export function socketPorts(listens: readonly string[]): number[] {
  return listens.flatMap((place) => {
    const port = /(?:^|:)(\d{1,5})$/.exec(place)?.[1];
    return port === undefined ? [] : [Number(port)];
  });
}
