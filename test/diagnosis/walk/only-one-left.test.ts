import { describe, expect, it } from 'vitest';
import type { FreeListener } from '../../../src/diagnosis/walk/free-listeners.js';
import type { HostServices, OwnedListener } from '../../../src/diagnosis/walk/host-services.js';
import { downServices, onlyOneLeft } from '../../../src/diagnosis/walk/only-one-left.js';
import type { ServiceReading } from '../../../src/diagnosis/walk/service-reading.js';

function service(name: string, more: Partial<ServiceReading> = {}): ServiceReading {
  return {
    host: 'web-1',
    manager: 'systemd',
    name,
    state: 'running',
    rawState: 'active (running)',
    running: true,
    enabled: true,
    logs: [],
    config: { environment: {}, files: [] },
    cite: [],
    ...more,
  };
}

const down = (name: string, more: Partial<ServiceReading> = {}): ServiceReading =>
  service(name, { state: 'stopped', running: false, stoppedSecondsAgo: 60, ...more });

function listener(of: ServiceReading, port: number): OwnedListener {
  return {
    listener: { family: 'tcp', address: '127.0.0.1', port, processes: [], line: 1 },
    service: of,
    program: 'python3',
    pid: port,
    cite: [],
  };
}

function machine(services: ServiceReading[], listeners: OwnedListener[] = []): HostServices[] {
  const processes = new Map();
  const serviceOf = () => undefined;
  return [
    { host: 'web-1', services, listeners, processes, listenersKnown: true, ownersVisible: true, serviceOf },
  ];
}

const free = (...listeners: OwnedListener[]): FreeListener[] =>
  listeners.flatMap((owned) => (owned.service ? [{ host: 'web-1', owned, service: owned.service }] : []));

describe('what is down', () => {
  it('is what failed, what ran since the machine came up, and what starts at boot', () => {
    const all = [
      down('ran.service'),
      down('boot.service', { stoppedSecondsAgo: undefined }),
      down('failed.service', { state: 'failed', onDemand: true }),
    ];
    expect(downServices(machine([...all, service('runs.service')]))).toEqual(all);
  });

  it('is not what nobody starts, what rests until it is asked, and what is part of the system', () => {
    const rest = [
      down('never.service', { stoppedSecondsAgo: undefined, enabled: false }),
      down('called.service', { onDemand: true }),
      down('asked.service', {
        socketUnit: { name: 'asked.socket', active: true, listens: ['/run/a.sock'], cite: [] },
      }),
      down('redis-server.service'),
    ];
    expect(downServices(machine(rest))).toEqual([]);
  });
});

describe('the one that is left', () => {
  const first = service('vega.service');
  const second = service('lyra.service');

  it('is the only one that is down, whatever else runs', () => {
    const stopped = down('forky.service');
    const listening = free(listener(first, 9101), listener(second, 9102));
    expect(onlyOneLeft(undefined, listening, machine([first, second, stopped]))).toMatchObject({
      service: stopped,
      by: 'only-one',
    });
  });

  it('is the only one that listens and has no location', () => {
    expect(onlyOneLeft(undefined, free(listener(first, 9101)), machine([first]))?.service).toBe(first);
  });

  it('is nobody where several could be meant', () => {
    const listening = free(listener(first, 9101), listener(second, 9102));
    expect(onlyOneLeft(undefined, listening, machine([first, second]))).toBeUndefined();
    expect(onlyOneLeft(undefined, [], machine([down('a.service'), down('b.service')]))).toBeUndefined();
  });

  it("is no other location's service", () => {
    const taken = { service: first, by: 'only-one', intruder: undefined } as const;
    const hosts = machine([first], [listener(first, 9101)]);
    expect(onlyOneLeft(taken, [], hosts)).toBeUndefined();
    expect(onlyOneLeft(taken, free(listener(first, 9101)), hosts)).toEqual(taken);
  });
});
