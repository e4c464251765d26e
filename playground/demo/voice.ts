import { type Ink, inkFor, wrapped } from '../../src/render/ink.js';
import { terminalOf } from '../../src/render/terminal.js';

/** How the demo speaks: a few calm lines on standard output, told apart from what programs print. */
export interface Voice {
  readonly ink: Ink;
  /** A step of the tour, with a line of air above. */
  step(text: string): void;
  say(text: string): void;
  remark(text: string): void;
  /** A command that runs, as it would be typed. */
  command(text: string): void;
  /** What a command printed. */
  printed(lines: readonly string[]): void;
  verdict(good: boolean, text: string): void;
  /** Where to look, as something to click on. */
  address(url: string): void;
  air(): void;
}

export function createVoice(): Voice {
  const ink = inkFor(terminalOf(process.stdout, process.env));
  const { paint, marks } = ink;
  const put = (lines: readonly string[]): void => void process.stdout.write(`${lines.join('\n')}\n`);
  return {
    ink,
    step: (text) => put(['', ...wrapped(paint.bold(text), ink, `${paint.magenta('#')} `)]),
    say: (text) => put(wrapped(text, ink, '  ')),
    remark: (text) => put(wrapped(paint.dim(text), ink, '  ')),
    command: (text) => put(['', `${paint.dim('$')} ${paint.bold(text)}`]),
    printed: (lines) => put(lines.flatMap((line) => wrapped(line, ink, '  '))),
    verdict(good, text) {
      const colour = good ? paint.green : paint.red;
      put(['', ...wrapped(colour(text), ink, `${colour(marks.state[good ? 'ok' : 'broken'])} `)]);
    },
    address: (url) => put([`  ${paint.bold(paint.cyan(url))}`]),
    air: () => put(['']),
  };
}
