import { compileMap, compileServer, compileUpstream } from './compile-config.js';
import type { ConfigProblem, NginxConfig } from './model.js';
import { parseDirectives } from './parse-directives.js';
import { type ParsedFile, resolveIncludes } from './resolve-includes.js';
import { splitDump } from './split-dump.js';

/**
 * Reads the output of `nginx -T` as nginx reads its files. Never throws: what is broken, cut off or missing is listed in
 * `problems`, and the rest of the tree stands. `unread` are included files that the text does not hold because they may
 * not be read.
 */
export function parseNginxDump(text: string, unread: readonly string[] = []): NginxConfig {
  const { sections, lines, headerless } = splitDump(text);
  const problems: ConfigProblem[] = [];
  const files = new Map<string, ParsedFile>();
  for (const section of sections) {
    const parsed = parseDirectives(section, lines);
    problems.push(...parsed.problems);
    if (!files.has(section.file)) files.set(section.file, parsed);
  }
  const mainFile = sections[0]?.file ?? 'nginx.conf';
  const main = files.get(mainFile) ?? { directives: [] };
  const report = (code: ConfigProblem['code'], says: string): void => {
    problems.unshift({ code, says, file: mainFile, line: 1, dumpLine: 0 });
  };
  if (text.trim() === '') report('empty', 'the output of nginx -T is empty');
  else if (headerless)
    report('no-sections', 'no "# configuration file …:" line: this is not a whole nginx -T');

  const configDir = mainFile.slice(0, Math.max(0, mainFile.lastIndexOf('/')));
  const tree = resolveIncludes(main, files, configDir, new Set(unread));
  problems.push(...tree.problems);

  const http = tree.directives.filter((d) => d.name === 'http').flatMap((d) => d.block ?? []);
  const upstreams = http.filter((d) => d.name === 'upstream' && d.block).map(compileUpstream);
  const maps = http.filter((d) => d.name === 'map' && d.block).map(compileMap);
  return {
    files: [...files.keys()].filter((file) => file === mainFile || tree.reached.has(file)),
    configDir,
    directives: tree.directives,
    http,
    servers: http.filter((d) => d.name === 'server' && d.block).map(compileServer),
    upstreams: new Map(upstreams.map((group) => [group.name.toLowerCase(), group])),
    maps: new Map(maps.filter((map) => map !== undefined).map((map) => [map.variable, map])),
    problems,
  };
}
