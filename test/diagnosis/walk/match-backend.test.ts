import { describe, expect, it } from 'vitest';
import type { HostServices, OwnedListener } from '../../../src/diagnosis/walk/host-services.js';
import { type Claims, matchBackend } from '../../../src/diagnosis/walk/match-backend.js';
import type { ServiceReading } from '../../../src/diagnosis/walk/service-reading.js';

const PLACE = { host: '127.0.0.1', port: 9100, hints: [] };

function service(name: string, more: Partial<ServiceReading>): ServiceReading {
  return {
    host: 'web-1',
    manager: 'systemd',
    name,
    state: 'running',
    rawState: 'active (running)',
    running: true,
    enabled: true,
    startedSecondsAgo: 60,
    logs: [],
    config: { environment: {}, files: [] },
    cite: [],
    ...more,
  };
}

function match(
  services: ServiceReading[],
  ports: Record<string, number[]>,
  owner?: ServiceReading,
  former: Record<string, number[]> = {},
) {
  const listener = { family: 'tcp', address: '127.0.0.1', port: 9100, processes: [], line: 1 } as const;
  const listeners: OwnedListener[] = owner
    ? [{ listener, service: owner, program: 'python3', pid: 7, cite: [] }]
    : [];
  const host: HostServices = {
    host: 'web-1',
    services,
    listeners,
    processes: new Map(),
    listenersKnown: true,
    ownersVisible: true,
    serviceOf: () => undefined,
  };
  const claims = ({ name }: ServiceReading): Claims => ({
    ports: ports[name] ?? [],
    configured: [],
    sockets: [],
    former: former[name] ?? [],
    wanted: [],
  });
  return matchBackend(PLACE, [host], claims, undefined);
}

const stopped = { state: 'stopped', running: false, rawState: 'inactive (dead)' } as const;
const former = service('shop-v1.service', { ...stopped, enabled: false, startedSecondsAgo: 9000 });

describe('a service that was replaced by one that says nothing of its ports', () => {
  it('is not the backend while the other has the port', () => {
    const present = service('shop-v2.service', {});
    const matched = match([former, present], { 'shop-v1.service': [9100] }, present);
    expect(matched).toMatchObject({ service: present, by: 'owns-port', intruder: undefined });
  });

  it('is not proven to be meant while both are down', () => {
    const present = service('shop-v2.service', stopped);
    const matched = match([former, present], { 'shop-v1.service': [9100] });
    expect(matched).toMatchObject({ service: present, by: 'only-one' });
  });

  it('is meant beside a worker, who is silent, too, and is called otherwise', () => {
    const web = service('docs:docservice', { ...stopped, manager: 'supervisor', enabled: false });
    const worker = service('docs:example-main', {
      manager: 'supervisor',
      enabled: true,
      startedSecondsAgo: 2,
    });
    expect(match([worker, web], { 'docs:docservice': [9100] })).toMatchObject({
      service: web,
      by: 'claims-port',
    });
  });

  it('is meant where it still starts at boot, or the other names ports of its own', () => {
    const enabled = { ...former, enabled: true };
    const present = service('shop-v2.service', stopped);
    expect(match([enabled, present], { 'shop-v1.service': [9100] })).toMatchObject({
      service: enabled,
      by: 'claims-port',
    });
    const ports = { 'shop-v1.service': [9100], 'shop-v2.service': [9200] };
    expect(match([former, present], ports)).toMatchObject({ service: former, by: 'claims-port' });
  });
});

it('a program that nobody manages, on the port of a service that is down, is an intruder', () => {
  const thief = service('python3', { manager: 'process' });
  const down = service('shop.service', { ...stopped, enabled: true });
  expect(match([down, thief], { 'shop.service': [9100] }, thief)).toMatchObject({
    service: down,
    intruder: thief,
  });
});

it('a service that runs was moved from the port that its log names for an earlier life; one that is down may be anybody', () => {
  const moved = service('shop.service', {});
  const other = service('blog.service', {});
  const before = { 'shop.service': [9100] };
  expect(match([other, moved], {}, undefined, before)).toMatchObject({ service: moved, by: 'only-one' });
  expect(match([other, service('shop.service', stopped)], {}, undefined, before)).toBeUndefined();
});
