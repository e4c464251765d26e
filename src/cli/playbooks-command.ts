import { inkFor, padded, wrapped } from '../render/ink.js';
import { jsonText } from '../render/json.js';
import { terminalOf } from '../render/terminal.js';
import { EXIT, type ExitCode } from './exit-code.js';
import type { Io } from './io.js';
import { foldersInUse, readAllPlaybooks } from './known-playbooks.js';
import { languageOf } from './language.js';
import type { PlaybookOptions } from './options.js';
import { refuse } from './refuse.js';

/** `goodgate playbooks`: which there are, and what they are for. */
export function runPlaybooks(options: PlaybookOptions, io: Io): ExitCode {
  const folders = foldersInUse(options.config, io);
  const read = folders.ok ? readAllPlaybooks(folders.value) : folders;
  if (!read.ok) {
    return refuse(io, read.problems);
  }
  const playbooks = [...read.value.values()];
  if (options.format === 'json') {
    const list = playbooks.map(({ name, title, variables, rules }) => ({
      name,
      title,
      causes: [...new Set(rules.map((rule) => rule.cause))].sort(),
      variables: Object.keys(variables),
    }));
    io.stdout.write(jsonText({ schema: 1, playbooks: list }));
    return EXIT.ok;
  }
  const lang = languageOf([options.lang], io.env);
  const ink = inkFor(terminalOf(io.stdout, io.env));
  const columns = Math.max(0, ...playbooks.map(({ name }) => name.length));
  const rows = playbooks.flatMap(({ name, title }) =>
    wrapped(title[lang], ink, `${padded(name, columns)}  `),
  );
  io.stdout.write(rows.map((row) => `${row}\n`).join(''));
  return EXIT.ok;
}
