import { describe, expect, it } from 'vitest';
import { evidenceStore } from '../../src/diagnosis/looked.js';
import { storeFacts } from '../../src/diagnosis/scene/store-facts.js';
import type { DependencyPlace } from '../../src/diagnosis/walk/dependency-plans.js';
import type { ServiceReading } from '../../src/diagnosis/walk/service-reading.js';
import type { Walk } from '../../src/diagnosis/walk/walk.js';
import type { Evidence } from '../../src/domain/evidence.js';
import { fixture } from '../probes/fixture.js';
import { outputOf } from '../probes/output-of.js';

function evidence(id: string, stdout: string): Evidence {
  return {
    id,
    kind: id,
    host: 'docs-1',
    argv: [],
    at: '2026-11-21T10:00:00Z',
    durationMs: 1,
    output: outputOf(stdout),
  };
}

function reading(name: string, manager: ServiceReading['manager'] = 'systemd'): ServiceReading {
  return {
    host: 'docs-1',
    manager,
    name,
    state: 'running',
    rawState: 'active (running)',
    running: true,
    logs: [],
    config: { environment: {}, files: [] },
    cite: [],
  };
}

/** What is known of a dependency of `app` where the given services run, and each listens at its port. */
function told(
  place: Pick<DependencyPlace, 'kind' | 'host' | 'port'>,
  keepers: readonly (readonly [service: ServiceReading, port: number])[],
  looks: Evidence[],
) {
  const hosts = [
    {
      host: 'docs-1',
      services: keepers.map(([service]) => service),
      listeners: keepers.map(([service, port]) => ({ listener: { port }, service })),
    },
  ];
  const walk = { hosts } as unknown as Walk;
  return storeFacts(evidenceStore(looks), walk, reading('app.service'), { cite: [], ...place });
}

const alarm = evidence('rabbitmq.alarms', fixture('dependency', 'rabbitmq-alarm'));
const calm = evidence('rabbitmq.alarms', fixture('dependency', 'rabbitmq-calm'));
const broker = reading('rabbitmq-server.service');
const here = { kind: 'rabbitmq', host: '127.0.0.1', port: 5672 } as const;

describe('the alarms of a broker', () => {
  it('belong to the backend whose configuration names it, with the line that shows them', () => {
    expect(told(here, [[broker, 5672]], [alarm])).toEqual({
      alarms: ['Memory alarm on node ggtest@localhost'],
      alarmsCite: [expect.stringContaining('rabbitmq.alarms')],
    });
    expect(told(here, [[broker, 5672]], [calm])).toEqual({ alarms: [], alarmsCite: [] });
  });
  it('are not known of a broker elsewhere, in a container, or beside a second one', () => {
    expect(told({ ...here, host: '10.9.9.9' }, [[broker, 5672]], [alarm])).toEqual({});
    expect(told(here, [[reading('rabbit', 'docker'), 5672]], [alarm])).toEqual({});
    const second = reading('rabbitmq-other.service');
    expect(
      told(
        here,
        [
          [broker, 5672],
          [second, 5673],
        ],
        [alarm],
      ),
    ).toEqual({});
    expect(told(here, [[broker, 5672]], [])).toEqual({});
  });
});

it('a database tells how many of its connections are taken', () => {
  const place = { kind: 'postgres', host: '127.0.0.1', port: 5432 } as const;
  const activity = evidence('postgres.activity', 'F 1 0 psql\ncount=97 max=100 reserved=3\n');
  expect(told(place, [[reading('postgresql@15-main.service'), 5432]], [activity])).toEqual({
    connections: 97,
    maxConnections: 100,
    connectionsCite: [expect.stringContaining('postgres.activity')],
  });
});
