import type { Directive, NginxConfig } from './model.js';

/** The levels whose directives are in force for a request: main, http, server, locations from outside in, `if`. */
export type Levels = ReadonlyArray<readonly Directive[]>;

export function levelsOf(config: NginxConfig, server: Directive, blocks: readonly Directive[]): Levels {
  return [config.directives, config.http, server.block ?? [], ...blocks.map((block) => block.block ?? [])];
}

/** A plain directive: the innermost level that has it; there, the last one. */
export function inherited(levels: Levels, name: string): Directive | undefined {
  for (const level of levels.toReversed()) {
    const found = level.findLast((directive) => directive.name === name && directive.block === undefined);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A directive that adds up (`proxy_set_header`, `allow`, …): all of the innermost level that has any, and no other. */
export function inheritedAll(levels: Levels, ...names: readonly string[]): readonly Directive[] {
  for (const level of levels.toReversed()) {
    const found = level.filter(
      (directive) => names.includes(directive.name) && directive.block === undefined,
    );
    if (found.length > 0) return found;
  }
  return [];
}
