import type { ConfigProblem } from '../config/config.js';
import { visibleText } from '../render/visible-text.js';
import { EXIT, type ExitCode } from './exit-code.js';
import type { Io } from './io.js';

const SHOWN = 10;

/** Says what cannot be used, one sentence each, on standard error; the exit status is that of wrong usage. */
export function refuse(io: Io, problems: readonly Pick<ConfigProblem, keyof ConfigProblem>[]): ExitCode {
  for (const problem of problems.slice(0, SHOWN)) {
    io.stderr.write(`goodgate: ${sentence(problem)}\n`);
  }
  if (problems.length > SHOWN) {
    io.stderr.write(`goodgate: and ${problems.length - SHOWN} more\n`);
  }
  return EXIT.usage;
}

/** `goodgate.yaml:3:5: unknown key "adress" in hosts.a (did you mean "address"?)` */
export function sentence({ file, line, column, message, suggestion }: ConfigProblem): string {
  const place = [file, line, column].filter((part) => part !== undefined).join(':');
  const text = `${place === '' ? '' : `${place}: `}${message}${suggestion === undefined ? '' : ` (${suggestion})`}`;
  return clippedInside(visibleText(text));
}

const LONGEST = 600;

/** A name of a thousand letters must not bury the sentence that it stands in: what begins and ends it is kept. */
function clippedInside(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, 300)} … ${text.slice(-280)}`;
}
