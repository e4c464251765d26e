/** Where within a probe's output a line stands: a probe may run several commands or read several files. Pure. */

export interface Place {
  readonly line: number;
  /** The command, file, unit or container that the line belongs to, where the output has several. */
  readonly within?: string;
}

/**
 * The place of a cited line, or undefined where it is one of our own marks and there is nothing below it to show.
 * A mark (a frame's header) that was cited stands for the first line of what it announces.
 */
export function placeWithin(kind: string, lines: readonly string[], line: number): Place | undefined {
  if (kind === 'nginx.dump') return withinDump(lines, line);
  return FRAME.test(lines[0] ?? '') ? withinFrames(kind, lines, line) : { line };
}

// As src/probes/framed-output.ts writes them. Lines are counted, so that no text of a host passes for a header.
const FRAME = /^F (\d{1,9}) \d{1,3} (.*)$/;

function withinFrames(kind: string, lines: readonly string[], line: number): Place | undefined {
  let at = 0;
  for (;;) {
    const header = FRAME.exec(lines[at] ?? '');
    if (header === null) return { line };
    const end = at + Number(header[1]);
    if (line <= end) {
      const shown = line === at ? firstTelling(lines, at + 1, end) : line;
      return shown === undefined
        ? undefined
        : { line: shown, within: subjectOf(kind, lines, shown) ?? header[2] ?? '' };
    }
    at = end + 1;
  }
}

function firstTelling(lines: readonly string[], from: number, to: number): number | undefined {
  const index = lines.slice(from, to + 1).findIndex((text) => /[\p{L}\p{N}]{2}/u.test(text));
  return index < 0 ? undefined : from + index;
}

function subjectOf(kind: string, lines: readonly string[], line: number): string | undefined {
  switch (kind) {
    case 'systemd.units':
      return unitOf(lines, line);
    case 'docker.containers':
      return containerOf(lines, line);
    default:
      return undefined;
  }
}

/** `systemctl show` parts units by an empty line; `Id=` stands in each. */
function unitOf(lines: readonly string[], line: number): string | undefined {
  const begin = lines.lastIndexOf('', line) + 1;
  const end = lines.indexOf('', line);
  const id = lines.slice(begin, end < 0 ? undefined : end).find((text) => text.startsWith('Id='));
  return id?.slice(3);
}

/** `docker inspect` prints an array of objects; `        "Name": "/docs",` stands in each. */
function containerOf(lines: readonly string[], line: number): string | undefined {
  const begin = lines.lastIndexOf('    {', line);
  const end = lines.findIndex((text, index) => index > line && /^ {4}\},?$/.test(text));
  const name = lines
    .slice(Math.max(begin, 0), end < 0 ? undefined : end)
    .map((text) => /^ {8}"Name": "\/?([\w.-]+)"/.exec(text)?.[1])
    .find((found) => found !== undefined);
  return name;
}

/**
 * `@goodgate dump PID STATUS WORDS LINES`, then the command's words, one a line, then its output; and
 * `@goodgate files PID UNREAD MORE LINES`, then the names of what could not be read, then the files.
 */
function withinDump(lines: readonly string[], line: number): Place | undefined {
  let at = 0;
  for (;;) {
    const header = /^@goodgate (dump|files) (?:-|\d{1,10}) (\d{1,4}) (\d{1,4}) {1,8}(\d{1,9})$/.exec(
      lines[at] ?? '',
    );
    if (header === null) return lines[line]?.startsWith('@goodgate ') ? undefined : { line };
    const words = Number(header[1] === 'dump' ? header[3] : header[2]);
    const end = at + words + Number(header[4]);
    if (line === at) return undefined;
    if (line <= end) {
      const command = lines.slice(at + 1, at + 1 + words).map((word) => word.trim());
      return { line, within: header[1] === 'dump' ? command.join(' ') : `cat ${fileAbove(lines, line)}` };
    }
    at = end + 1;
  }
}

function fileAbove(lines: readonly string[], line: number): string {
  const header = lines.slice(0, line + 1).findLast((text) => text.startsWith('# configuration file '));
  return header?.replace(/^# configuration file |:$/g, '') ?? '';
}
