import { describe, expect, it } from 'vitest';
import { likelyProvider } from '../../src/diagnosis/scene/dependencies.js';

type Services = Parameters<typeof likelyProvider>[0];

const REDIS = { kind: 'redis', port: 6379 } as const;

interface Given {
  manager: string;
  name: string;
  running: boolean;
  command?: string;
  publishedPorts?: number[];
  networks?: string[];
}

function services(...all: readonly Given[]) {
  return all as unknown as Services;
}

describe('who would serve an address of this machine at which nobody listens', () => {
  it('is the unit or program of that name, one that does not run first', () => {
    const all = services(
      { manager: 'systemd', name: 'redis-exporter', running: true },
      { manager: 'systemd', name: 'redis-server', running: false },
    );
    expect(likelyProvider(all, REDIS)?.name).toBe('redis-server');
  });

  it('is the one with the port in its command before all others', () => {
    const all = services(
      { manager: 'supervisor', name: 'redis-a', running: false, command: 'redis-server --port 6380' },
      { manager: 'supervisor', name: 'redis-b', running: true, command: 'redis-server --port 6379' },
    );
    expect(likelyProvider(all, REDIS)?.name).toBe('redis-b');
  });

  it('is a container that has stopped, and never one that runs: it would listen', () => {
    const runs = { manager: 'docker', name: 'other_redis_1', running: true };
    expect(likelyProvider(services(runs), REDIS)).toBeUndefined();
    const stopped = { manager: 'docker', name: 'docs_redis_1', running: false, publishedPorts: [6379] };
    expect(likelyProvider(services(runs, stopped), REDIS)?.name).toBe('docs_redis_1');
    const onHost = { manager: 'docker', name: 'host_redis_1', running: false, networks: ['host'] };
    expect(likelyProvider(services(runs, onHost), REDIS)?.name).toBe('host_redis_1');
  });

  it('is no container of another port: it serves somebody else', () => {
    const other = { manager: 'docker', name: 'redis-of-others', running: false, publishedPorts: [6380] };
    const unpublished = { manager: 'docker', name: 'redis-within', running: false, publishedPorts: [] };
    expect(likelyProvider(services(other, unpublished), REDIS)).toBeUndefined();
  });

  it('is nobody where nothing bears such a name', () => {
    expect(
      likelyProvider(services({ manager: 'systemd', name: 'nginx', running: true }), REDIS),
    ).toBeUndefined();
  });
});
