/** How every parser of this folder reads a command's output: lines with their numbers, and failures with a reason. */
import type { Line, MissingReason, ProbeOutput } from '../domain/evidence.js';

export interface Unread {
  readonly ok: false;
  readonly reason: MissingReason;
  readonly says: string;
}

/** The text's lines, numbered from 0; a final newline makes no further line, and CR at a line's end is dropped. */
export function linesOf(text: string): Line[] {
  if (text === '') return [];
  const rows = text.split('\n');
  if (rows.at(-1) === '') rows.pop();
  return rows.map((row, line) => ({ text: row.endsWith('\r') ? row.slice(0, -1) : row, line }));
}

export function unread(reason: MissingReason, says: string): Unread {
  return { ok: false, reason, says };
}

/** Why this output must not be judged at all, or undefined when its text may be read. Exit statuses are not looked at
 * beyond 126 and 127, which POSIX gives to the shell alone (XCU 2.8.2). */
export function cutShort(output: ProbeOutput, what: string): Unread | undefined {
  if (output.timedOut) return unread('timeout', `${what} did not finish in its time`);
  if (output.truncated) return unread('truncated', `${what} wrote more than its limit, and was ended`);
  if (output.exitCode === null) return unread('failed', `${what} was ended before it finished`);
  if (output.exitCode === 127)
    return unread('command-not-found', `${what}: ${firstLine(output.stderr) || 'no such command'}`);
  if (output.exitCode === 126)
    return unread('permission-denied', `${what}: ${firstLine(output.stderr) || 'may not be run'}`);
  return undefined;
}

/** What a command that failed meant by its message. The C locale is in force, so that strerror(3)'s words are fixed. */
export function failureOf(what: string, message: string): Unread {
  const says = `${what}: ${firstLine(message) || 'failed without a message'}`;
  if (deniesPermission(message)) return unread('permission-denied', says);
  if (
    /no such file or directory|no such process|no such container|no such object|does not exist/i.test(message)
  ) {
    return unread('not-found', says);
  }
  if (/: not found|command not found|applet not found/i.test(message))
    return unread('command-not-found', says);
  return unread('failed', says);
}

/** EACCES and EPERM, in the words of strerror(3) and of the tools that ask for root. */
export function deniesPermission(message: string): boolean {
  return /permission denied|operation not permitted|must be root|insufficient permissions|access denied/i.test(
    message,
  );
}

export function firstLine(text: string): string {
  const row = text.split('\n').find((candidate) => candidate.trim() !== '');
  return row === undefined ? '' : row.trim().slice(0, 300);
}

/** A whole decimal number, or undefined. */
export function wholeNumber(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,16}$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** The text's words, parted by blanks. */
export function wordsOf(text: string): string[] {
  return text.split(/[ \t]+/).filter((word) => word !== '');
}

/** Takes the members that are undefined out of a new object: a rule's has() must not see a key that says nothing. */
export function withoutUndefined<Shape extends object>(shape: Shape): Shape {
  for (const key of Object.keys(shape)) {
    if (Reflect.get(shape, key) === undefined) Reflect.deleteProperty(shape, key);
  }
  return shape;
}
