import type { Line, Parsed, ProbeOutput } from '../../domain/evidence.js';
import { deniesPermission, failureOf, linesOf, unread } from '../output-reading.js';
import type { ProbeKind } from '../probe-kind.js';
import { countParam, pathParam } from '../probe-params.js';

export interface FileTextFacts {
  readonly lines: readonly Line[];
  /** The file is longer than what was read: for file.read the beginning is here, for file.tail its first line may be a part. */
  readonly truncated: boolean;
  /** There are NUL bytes in it, or bytes that are not UTF-8. */
  readonly binary: boolean;
}

/** A file's beginning, at most `maxBytes`. */
export const fileRead: ProbeKind<{ readonly path: string; readonly maxBytes: number }, FileTextFacts> = {
  kind: 'file.read',
  command: (params) => {
    const path = pathParam('file.read', 'path', params.path);
    countParam('file.read', 'maxBytes', params.maxBytes, 8 * 1024 * 1024);
    return {
      id: `file.read:${path}`,
      kind: 'file.read',
      argv: ['cat', '--', path],
      timeoutMs: 3000,
      capBytes: params.maxBytes,
      privileged: true,
    };
  },
  parse: (output) => parseFileText(output),
};

/** A file's last `bytes`. */
export const fileTail: ProbeKind<{ readonly path: string; readonly bytes: number }, FileTextFacts> = {
  kind: 'file.tail',
  command: (params) => {
    const path = pathParam('file.tail', 'path', params.path);
    const bytes = countParam('file.tail', 'bytes', params.bytes, 8 * 1024 * 1024);
    return {
      id: `file.tail:${path}`,
      kind: 'file.tail',
      argv: ['tail', '-c', bytes, '--', path],
      timeoutMs: 3000,
      capBytes: params.bytes + 1024,
      privileged: true,
    };
  },
  parse: (output) => parseFileText(output),
};

/** The text as it is; what was cut at the cap is marked, not refused. An empty file is facts with no line. */
export function parseFileText(output: ProbeOutput): Parsed<FileTextFacts> {
  const { exitCode, stderr, stdout, truncated } = output;
  if (output.timedOut) return unread('timeout', 'the file could not be read in time');
  if (!truncated) {
    if (exitCode === null) return unread('failed', 'reading was ended before it finished');
    if (exitCode === 127) return unread('command-not-found', 'cat or tail: no such command');
    if (exitCode !== 0)
      return deniesPermission(stderr)
        ? unread('permission-denied', stderr.trim().slice(0, 300))
        : failureOf('file', stderr);
  }
  const binary = stdout.includes('\0') || stdout.includes('\ufffd');
  return { ok: true, facts: { lines: linesOf(stdout), truncated, binary } };
}
