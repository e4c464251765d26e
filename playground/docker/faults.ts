import type { Stage } from './stage.js';

export interface ContainerFault {
  readonly name: string;
  readonly cause: string;
  /** Brings it about on an empty stage. */
  arrange(stage: Stage): Promise<void>;
}

/** What an untouched service looks like, in the ways in which containers stand behind nginx. */
export const healthyWays: readonly Omit<ContainerFault, 'cause'>[] = [
  { name: 'nginx on the host, a published port', arrange: (stage) => behindHost(stage) },
  { name: 'nginx in a container, a name on a network', arrange: (stage) => behindContainer(stage) },
];

/** nginx on the host, in front of a port that the backend's container publishes. */
async function behindHost(stage: Stage, inner = stage.ports.inner, address = '0.0.0.0'): Promise<void> {
  const publish = ['--publish', `127.0.0.1:${stage.ports.published}:${stage.ports.inner}`];
  await stage.backend(publish, String(inner), address);
  await stage.hostProxy(`proxy_pass http://127.0.0.1:${stage.ports.published};`);
}

/** nginx in a container, in front of another container that it knows by name. */
async function behindContainer(
  stage: Stage,
  options: readonly string[] = [],
  ...words: string[]
): Promise<void> {
  const [port = String(stage.ports.inner), ...rest] = words;
  await stage.backend([...onNetwork(stage), ...options], port, ...rest);
  await stage.proxy(`proxy_pass http://${stage.alias}:${stage.ports.inner};`);
}

function onNetwork({ names, alias }: Stage, network = names.network): string[] {
  return ['--network', network, '--network-alias', alias];
}

/** nginx asks the engine's name server for each request. */
function byRequest(stage: Stage, name: string): readonly [string, readonly string[], string] {
  const server = `resolver 127.0.0.11 valid=1s; set $backend ${name};`;
  return [`proxy_pass http://$backend:${stage.ports.inner};`, [], server];
}

export const containerFaults: readonly ContainerFault[] = [
  {
    name: 'the container behind a published port was stopped',
    cause: 'container-not-running',
    async arrange(stage) {
      await behindHost(stage);
      await stage.docker('stop', '--time', '1', stage.names.backend);
    },
  },
  {
    name: 'the container is paused',
    cause: 'container-not-running',
    async arrange(stage) {
      await behindContainer(stage);
      await stage.docker('pause', stage.names.backend);
    },
  },
  {
    name: 'the program ends again and again',
    cause: 'container-restarting',
    async arrange(stage) {
      const publish = ['--publish', `127.0.0.1:${stage.ports.published}:${stage.ports.inner}`];
      await stage.backend(
        ['--restart', 'always', ...publish],
        String(stage.ports.inner),
        '0.0.0.0',
        'breaks',
      );
      await stage.hostProxy(`proxy_pass http://127.0.0.1:${stage.ports.published};`);
      await stage.until(stage.names.backend, '{{ge .RestartCount 3}}', 'true');
    },
  },
  {
    name: 'the program needs more memory than the container may have',
    cause: 'memory-oom-killed',
    async arrange(stage) {
      await behindContainer(stage, ['--memory', '80m'], String(stage.ports.inner), '0.0.0.0', 'grows');
      await stage.until(stage.names.backend, '{{.State.Status}}', 'exited');
    },
  },
  {
    name: 'the port is not published',
    cause: 'docker-port-unpublished',
    async arrange(stage) {
      await stage.backend(['--expose', String(stage.ports.inner)], String(stage.ports.inner));
      await stage.hostProxy(`proxy_pass http://127.0.0.1:${stage.ports.inner};`);
    },
  },
  {
    name: 'the published port leads to one on which the program does not listen',
    cause: 'upstream-port-mismatch',
    arrange: (stage) => behindHost(stage, stage.ports.spare),
  },
  {
    name: "the program listens on the container's own loopback address",
    cause: 'backend-bound-to-loopback',
    arrange: (stage) => behindHost(stage, stage.ports.inner, '127.0.0.1'),
  },
  {
    name: 'proxy and backend are on different networks',
    cause: 'docker-network-isolated',
    async arrange(stage) {
      await stage.backend(onNetwork(stage, stage.names.otherNetwork), String(stage.ports.inner));
      await stage.proxy(...byRequest(stage, stage.alias));
    },
  },
  {
    name: 'nginx does not start for a name that no container has',
    cause: 'upstream-host-unresolvable',
    async arrange(stage) {
      await stage.backend(onNetwork(stage), String(stage.ports.inner));
      await stage.proxy(`proxy_pass http://${stage.alias}-old:${stage.ports.inner};`, [
        '--restart',
        'always',
      ]);
      await stage.until(stage.names.proxy, '{{ge .RestartCount 1}}', 'true');
    },
  },
  {
    name: 'host.docker.internal is not known in the container',
    cause: 'docker-host-alias-missing',
    async arrange(stage) {
      const publish = ['--publish', `${stage.ports.published}:${stage.ports.inner}`];
      await stage.backend([...onNetwork(stage), ...publish], String(stage.ports.inner));
      await stage.proxy(...byRequest(stage, 'host.docker.internal'));
    },
  },
  {
    name: 'the backend has another address since it was made anew',
    cause: 'upstream-stale-dns',
    async arrange(stage) {
      await behindContainer(stage);
      await stage.docker('rm', '--force', stage.names.backend);
      await stage.cache();
      await stage.backend(onNetwork(stage), String(stage.ports.inner));
    },
  },
  {
    name: "the container's own health check fails",
    cause: 'container-unhealthy',
    async arrange(stage) {
      const check = ['--health-cmd', `wget -q -T 1 -O - http://127.0.0.1:${stage.ports.inner}/`];
      const often = ['--health-interval', '1s', '--health-retries', '1', '--health-timeout', '2s'];
      await behindContainer(stage, [...check, ...often], String(stage.ports.inner), '0.0.0.0', 'hangs');
      await stage.until(stage.names.backend, '{{.State.Health.Status}}', 'unhealthy');
    },
  },
  {
    name: 'the Redis container that the backend needs was stopped',
    cause: 'redis-down',
    async arrange(stage) {
      await stage.cache();
      await behindContainer(
        stage,
        ['--restart', 'always'],
        String(stage.ports.inner),
        '0.0.0.0',
        'redis=cache:6379',
      );
      await stage.docker('stop', '--time', '1', stage.names.cache);
      await stage.docker('restart', '--time', '1', stage.names.backend);
      await stage.until(stage.names.backend, '{{ge .RestartCount 2}}', 'true');
    },
  },
];
