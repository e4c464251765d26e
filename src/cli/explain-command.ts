import { suggestName } from '../config/nearest-name.js';
import { loadCause, loadCauseHeads } from '../playbook/load-causes.js';
import { renderExplanation } from '../render/explain.js';
import { jsonText } from '../render/json.js';
import { terminalOf } from '../render/terminal.js';
import { EXIT, type ExitCode } from './exit-code.js';
import type { Io } from './io.js';
import { languageOf } from './language.js';
import type { FormatOptions } from './options.js';
import { causesFolder } from './package-root.js';
import { refuse } from './refuse.js';

/** `goodgate explain`: teaches one cause. */
export function runExplain(id: string, options: FormatOptions, io: Io): ExitCode {
  const heads = loadCauseHeads(causesFolder());
  const asked = id.trim().toLowerCase();
  const cause = heads.some((head) => head.id === asked) ? loadCause(causesFolder(), asked) : undefined;
  if (cause === undefined) {
    const ids = heads.map((head) => head.id);
    const near = suggestName(asked, ids);
    const suggestion = near?.startsWith('did') ? near : 'see: goodgate causes';
    return refuse(io, [{ message: `there is no cause "${id}"`, suggestion }]);
  }
  const lang = languageOf([options.lang], io.env);
  io.stdout.write(
    options.format === 'json'
      ? jsonText(cause)
      : renderExplanation(cause, heads, { lang, terminal: terminalOf(io.stdout, io.env) }),
  );
  return EXIT.ok;
}
