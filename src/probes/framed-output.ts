/**
 * Several commands' or files' text in one probe's output, so framed that no text can pass for another frame.
 *
 * A frame is a header, `F <lines> <exit status> <name>`, and then exactly that many lines. Lines are counted, not bytes:
 * the count survives redaction and bytes that are not UTF-8, so that a recorded check can be read again.
 */
import type { Line, ProbeOutput } from '../domain/evidence.js';
import { cutShort, linesOf, type Unread, unread, wholeNumber } from './output-reading.js';

/** Programs of administration lie outside an ordinary user's PATH on many systems. */
export const ADMIN_PATH = 'PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin';

/** What a shell keeps of one command's output: more than any probe's cap, so that the probe is seen to be truncated. */
const KEPT_BYTES = 4 * 1024 * 1024;

/**
 * POSIX sh: `frame NAME STATUS TEXT` writes one frame; `take COMMAND…` runs a command without input and leaves its
 * output in $o and its status in $r; `say COMMAND…` does so, standard error included, and writes the frame under the
 * command's own words. Output without end fills no host's memory: the command is ended at KEPT_BYTES, with status 141.
 */
export const FRAME_SHELL = `${ADMIN_PATH}
both() { "$@" 2>&1; }
take() {
  o=$({ "$@" </dev/null; printf '\\n@%s' "$?"; } | head -c ${KEPT_BYTES})
  r=$(printf '%s' "$o" | tail -c 4)
  case $r in *@?|*@??|*@???) r=\${r##*@}; o=\${o%?@*}; o=$(printf '%s' "$o");; *) r=141;; esac
}
frame() { n=$(printf '%s\\n' "$3" | wc -l); printf 'F %s %s %s\\n%s\\n' "$((n))" "$2" "$1" "$3"; }
say() { take both "$@"; frame "$*" "$r" "$o"; }
`;

export interface Frame {
  /** The command's words, or the name that the snippet gave. */
  readonly name: string;
  readonly exitCode: number;
  /** Numbered within the whole output. */
  readonly lines: readonly Line[];
  /** The header's line. */
  readonly line: number;
}

export type Frames = { readonly ok: true; readonly frames: readonly Frame[] } | Unread;

/** Reads all frames; output that ends within a frame is truncated, and output with anything else is unparseable. */
export function framesOf(output: ProbeOutput, what: string): Frames {
  const cut = cutShort(output, what);
  if (cut !== undefined) return cut;
  const rows = linesOf(output.stdout);
  const frames: Frame[] = [];
  let at = 0;
  while (at < rows.length) {
    const header = /^F (\d{1,9}) (\d{1,3}) (.*)$/.exec(rows[at]?.text ?? '');
    const count = wholeNumber(header?.[1]);
    if (header === null || count === undefined)
      return unread('unparseable', `${what}: no frame at line ${at}`);
    if (at + 1 + count > rows.length)
      return unread('truncated', `${what}: the output ends within ${header[3]}`);
    frames.push({
      name: header[3] ?? '',
      exitCode: Number(header[2]),
      lines: rows.slice(at + 1, at + 1 + count),
      line: at,
    });
    at += 1 + count;
  }
  if (frames.length === 0) return unread('unparseable', `${what}: no output`);
  return { ok: true, frames };
}

/** The first frame whose name is, or begins with, these words. */
export function frameNamed(frames: readonly Frame[], name: string): Frame | undefined {
  return frames.find((frame) => frame.name === name || frame.name.startsWith(`${name} `));
}

export function frameText(frame: Frame | undefined): string {
  return frame === undefined ? '' : frame.lines.map(({ text }) => text).join('\n');
}
