/**
 * supervisor's INI dialect, with the line of every option.
 *
 * The npm package `ini` is not used here: it keeps no line numbers, which findings cite, and it reads another dialect (no
 * continuation lines, no inline comments, no `:`). The rules are those of Python's configparser as supervisor sets it
 * up in supervisor/options.py: inline comments by `;` or `#` after a blank, duplicate sections merge, last value wins.
 */
import type { Line } from '../../domain/evidence.js';

export interface IniOption {
  readonly section: string;
  /** In lower case, as configparser compares them. */
  readonly name: string;
  readonly value: string;
  readonly file: string;
  readonly line: number;
}

export interface IniSection {
  readonly name: string;
  readonly file: string;
  readonly line: number;
}

export interface IniProblem {
  readonly file: string;
  readonly line: number;
  readonly says: string;
}

export interface IniText {
  readonly sections: readonly IniSection[];
  readonly options: readonly IniOption[];
  readonly problems: readonly IniProblem[];
}

/** Reads one file's lines; never throws. A line that is neither section, option nor continuation is a problem. */
export function readIni(lines: readonly Line[], file: string): IniText {
  const sections: IniSection[] = [];
  const options: IniOption[] = [];
  const problems: IniProblem[] = [];
  let section: string | undefined;
  let indent = 0;
  let isOpen = false;
  for (const { text, line } of lines) {
    const bare = withoutComment(text);
    if (bare.trim() === '') continue;
    const depth = bare.length - bare.trimStart().length;
    const last = options.at(-1);
    if (isOpen && depth > indent && last !== undefined) {
      options[options.length - 1] = { ...last, value: `${last.value}\n${bare.trim()}` };
      continue;
    }
    indent = depth;
    const header = /^\[([^\]]+)\]/.exec(bare.trim());
    if (header !== null) {
      section = header[1] ?? '';
      isOpen = false;
      sections.push({ name: section, file, line });
      continue;
    }
    const delimiter = bare.search(/[=:]/);
    if (section === undefined || delimiter < 1) {
      problems.push({
        file,
        line,
        says: section === undefined ? 'an option before any section' : 'neither option nor section',
      });
      continue;
    }
    const name = bare.slice(0, delimiter).trim().toLowerCase();
    options.push({ section, name, value: bare.slice(delimiter + 1).trim(), file, line });
    isOpen = true;
  }
  return { sections, options, problems };
}

function withoutComment(text: string): string {
  if (/^\s*[;#]/.test(text)) return '';
  const at = text.search(/\s[;#]/);
  return (at === -1 ? text : text.slice(0, at)).trimEnd();
}
