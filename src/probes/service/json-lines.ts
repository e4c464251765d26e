/** Where in a pretty-printed JSON text each member stands, so that a value read with JSON.parse can be cited by its line. */
import type { Line } from '../../domain/evidence.js';

/**
 * Line numbers by path, `0.State.ExitCode` (array elements by their index); only for text of one member a line, as
 * docker and podman indent it. A newline within a string is escaped in JSON, so no value can pass for a member.
 */
export function jsonMemberLines(lines: readonly Line[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  const stack: { readonly indent: number; readonly path: string; next: number }[] = [
    { indent: -1, path: '', next: 0 },
  ];
  for (const { text, line } of lines) {
    const indent = text.length - text.trimStart().length;
    const bare = text.trim();
    while (stack.length > 1 && (stack.at(-1)?.indent ?? 0) >= indent) stack.pop();
    if (/^[\]}],?$/.test(bare) || bare === '') continue;
    const parent = stack.at(-1);
    if (parent === undefined) continue;
    const member = /^"((?:[^"\\]|\\.){0,512})": /.exec(bare);
    const isOpening = /[[{]$/.test(bare);
    if (member === null && parent.path === '' && indent === 0) continue;
    const step = member === null ? String(parent.next++) : (member[1] ?? '');
    const path = parent.path === '' ? step : `${parent.path}.${step}`;
    if (!found.has(path)) found.set(path, line);
    if (isOpening) stack.push({ indent, path, next: 0 });
  }
  return found;
}
