import type { ConfigProblem, Directive } from './model.js';
import type { DumpSection } from './split-dump.js';
import { type Cursor, readToken, skipLuaBlock } from './tokenize.js';

/** nginx's own configurations nest a handful of levels; beyond this nothing sensible is read. */
const MAX_DEPTH = 64;

interface OpenBlock {
  readonly head: Omit<Directive, 'block'> | undefined;
  readonly children: Directive[];
}

/*
 * server {                    -> { name: 'server', args: [], block: [
 *     listen 80;              ->   { name: 'listen', args: ['80'], line: 2 },
 *     location / { … }        ->   { name: 'location', args: ['/'], block: […] } ] }
 * }
 */
/** Reads one file of a dump into a tree; includes are left as directives. What cannot be read becomes a problem. */
export function parseDirectives(
  section: DumpSection,
  dumpLines: readonly string[],
): { directives: Directive[]; problems: ConfigProblem[] } {
  const cursor: Cursor = { offset: 0, line: 0 };
  const problems: ConfigProblem[] = [];
  const root: OpenBlock = { head: undefined, children: [] };
  const open: OpenBlock[] = [root];
  let words: string[] = [];
  let wordsLine = 0;

  const problem = (code: ConfigProblem['code'], says: string, line: number): void => {
    if (problems.length < 100) {
      problems.push({
        code,
        says,
        file: section.file,
        line: line + 1,
        dumpLine: section.firstDumpLine + line,
      });
    }
  };
  const top = (): OpenBlock => open.at(-1) ?? root;
  const take = (): Omit<Directive, 'block'> => {
    const dumpLine = section.firstDumpLine + wordsLine;
    const head = {
      name: words[0] ?? '',
      args: words.slice(1),
      file: section.file,
      line: wordsLine + 1,
      dumpLine,
      text: (dumpLines[dumpLine] ?? '').replace(/\r$/, ''),
    };
    words = [];
    return head;
  };
  const closeTop = (): void => {
    const done = open.pop();
    if (done?.head === undefined) return;
    // A block deeper than the limit hands its place, not its content, to its parent.
    const block = open.length > MAX_DEPTH ? [] : done.children;
    top().children.push({ ...done.head, block });
  };

  for (;;) {
    const token = readToken(section.text, cursor);
    if (token.kind === 'word') {
      if (words.length === 0) wordsLine = token.line;
      if (token.glued)
        problem('unexpected-token', 'expected a space, ";" or "{" after a quoted word', token.line);
      words.push(token.value);
    } else if (token.kind === ';') {
      if (words.length === 0) problem('unexpected-token', 'unexpected ";"', token.line);
      else top().children.push(take());
    } else if (token.kind === '{') {
      if (words.length === 0) {
        problem('unexpected-token', 'unexpected "{"', token.line);
        wordsLine = token.line;
      }
      if (words[0]?.endsWith('_by_lua_block') === true) {
        const head = take();
        if (!skipLuaBlock(section.text, cursor))
          problem('unexpected-end', 'a Lua block has no end', head.line - 1);
        top().children.push({ ...head, block: [] });
      } else {
        if (open.length === MAX_DEPTH)
          problem('too-deep', `blocks nest deeper than ${MAX_DEPTH}`, token.line);
        open.push({ head: take(), children: [] });
      }
    } else if (token.kind === '}') {
      if (words.length > 0) {
        problem('unexpected-close', `"${words[0] ?? ''}" is not ended by ";" before "}"`, wordsLine);
        top().children.push(take());
      }
      if (open.length > 1) closeTop();
      else problem('unexpected-close', 'unexpected "}"', token.line);
    } else {
      if (token.insideQuotes) problem('unexpected-end', 'a quoted word has no end', token.line);
      else if (words.length > 0)
        problem('unexpected-end', `"${words[0] ?? ''}" is not ended by ";"`, wordsLine);
      if (open.length > 1) {
        problem(
          'unexpected-end',
          `expected "}" for "${top().head?.name ?? ''}"`,
          (top().head?.line ?? 1) - 1,
        );
      }
      while (open.length > 1) closeTop();
      return { directives: root.children, problems };
    }
  }
}
