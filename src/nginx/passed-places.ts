/** Every place that some location of the configuration passes to, whoever asks for it. */
import { PASS_DIRECTIVES } from './match-location.js';
import type { Directive, NginxConfig } from './model.js';

export interface PassedPlaces {
  readonly ports: ReadonlySet<number>;
  readonly sockets: ReadonlySet<string>;
  /** False where a variable decides where some location passes to. */
  readonly complete: boolean;
}

export function passedPlaces(config: NginxConfig): PassedPlaces {
  const targets = [
    ...passTargets(config.http),
    ...[...config.upstreams.values()].flatMap((group) => group.servers.map(({ address }) => address)),
  ];
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

function passTargets(block: readonly Directive[]): string[] {
  return block.flatMap((directive) =>
    PASS_DIRECTIVES.has(directive.name) ? directive.args.slice(0, 1) : passTargets(directive.block ?? []),
  );
}
