/** Every place that some location of the configuration passes to, whoever asks for it; `except` is left out. */
import { PASS_DIRECTIVES } from './match-location.js';
import type { Directive, NginxConfig, ServerBlock } from './model.js';

export interface PassedPlaces {
  readonly ports: ReadonlySet<number>;
  readonly sockets: ReadonlySet<string>;
  /** False where a variable decides where some location passes to. */
  readonly complete: boolean;
}

export function passedPlaces(config: NginxConfig, except?: ServerBlock): PassedPlaces {
  const targets = config.servers
    .filter((server) => server !== except)
    .flatMap((server) => passTargets(server.directive.block ?? []))
    .flatMap((target) => groupServers(config, target) ?? [target]);
  const ports = targets.flatMap((target) => {
    const port = /:(\d{1,5})(?:\/.*)?$/.exec(target.replace(/^[a-z]+:\/\//, ''))?.[1];
    return port === undefined ? [] : [Number(port)];
  });
  const sockets = targets.flatMap((target) => {
    const path = /unix:([^:]+)/.exec(target)?.[1];
    return path === undefined ? [] : [path];
  });
  return {
    ports: new Set(ports),
    sockets: new Set(sockets),
    complete: !targets.some((target) => target.includes('$')),
  };
}

/** `http://docs/path` where `upstream docs { … }` is there. */
function groupServers(config: NginxConfig, target: string): string[] | undefined {
  const name = /^(?:[a-z]+:\/\/)?([^/:]+)(?:\/|$)/.exec(target)?.[1]?.toLowerCase();
  return name === undefined ? undefined : config.upstreams.get(name)?.servers.map(({ address }) => address);
}

function passTargets(block: readonly Directive[]): string[] {
  return block.flatMap((directive) =>
    PASS_DIRECTIVES.has(directive.name) ? directive.args.slice(0, 1) : passTargets(directive.block ?? []),
  );
}
