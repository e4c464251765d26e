import { LAYERS } from '../playbook/cause-schema.js';
import { loadCauseHeads } from '../playbook/load-causes.js';
import { renderCauseList } from '../render/explain.js';
import { jsonText } from '../render/json.js';
import { terminalOf } from '../render/terminal.js';
import { EXIT, type ExitCode } from './exit-code.js';
import type { Io } from './io.js';
import { languageOf } from './language.js';
import type { FormatOptions } from './options.js';
import { causesFolder } from './package-root.js';

/** `goodgate causes`: all that can be named, by layer. */
export function runCauses(options: FormatOptions, io: Io): ExitCode {
  const causes = loadCauseHeads(causesFolder());
  const lang = languageOf([options.lang], io.env);
  io.stdout.write(
    options.format === 'json'
      ? jsonText({ schema: 1, causes })
      : renderCauseList(causes, LAYERS, { lang, terminal: terminalOf(io.stdout, io.env) }),
  );
  return EXIT.ok;
}
