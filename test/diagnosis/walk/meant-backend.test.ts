import { describe, expect, it } from 'vitest';
import type { HostServices } from '../../../src/diagnosis/walk/host-services.js';
import { matchedBackend } from '../../../src/diagnosis/walk/meant-backend.js';
import type { ServiceReading } from '../../../src/diagnosis/walk/service-reading.js';

function program(name: string, running = true): ServiceReading {
  return {
    host: 'docs-1',
    manager: 'supervisor',
    name,
    state: running ? 'running' : 'stopped',
    rawState: running ? 'RUNNING' : 'STOPPED',
    running,
    enabled: true,
    startedSecondsAgo: 60,
    logs: [],
    config: { environment: {}, files: [] },
    cite: [],
  };
}

/** Nothing listens where nginx passes to, and no program says that the port is its own. */
function meant(group: string, variables: Readonly<Record<string, string>>) {
  const hosts: HostServices[] = [
    {
      host: 'docs-1',
      services: ['ds:converter', 'ds:docservice2', 'ds:example'].map((name) => program(name)),
      listeners: [],
      processes: new Map(),
      listenersKnown: true,
      ownersVisible: true,
      serviceOf: () => undefined,
    },
  ];
  const silent = () => ({ ports: [], configured: [], sockets: [], former: [], wanted: [] });
  const server = { host: 'localhost', port: 20_401, groupName: group, isName: false };
  return matchedBackend(
    server as unknown as Parameters<typeof matchedBackend>[0],
    hosts,
    hosts,
    ['docs-1'],
    silent,
    { name: 'edit', variables },
    undefined,
  );
}

describe('the backend at which nothing points', () => {
  it('is the one that is called as such backends usually are, whatever nginx calls its group', () => {
    expect(meant('ds_pool', { usualBackend: 'docservice' })).toMatchObject({
      service: { name: 'ds:docservice2' },
      by: 'name',
    });
  });

  it('is the one that nginx names, although others are usual', () => {
    expect(meant('example', { usualBackend: 'docservice' })).toMatchObject({
      service: { name: 'ds:example' },
    });
  });

  it('is none of several where nobody says anything', () => {
    expect(meant('ds_pool', {})).toBeUndefined();
  });
});
