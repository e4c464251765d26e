import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Modules by which a test starts programs or servers. */
const STARTS_SOMETHING =
  /from 'node:(?:child_process|net|http|https|tls|dgram)'|from '(?:bullmq|ioredis|playwright-core|emulate)'|\/playground\/(?:world|demo|redis|slack)\//u;

export interface SortedTests {
  /** Pure: nothing is started, and each is over in a moment. */
  readonly unit: string[];
  /** Real programs and servers; and pure ones that take long, by their name: `.slow.test.ts`. */
  readonly integration: string[];
}

/** Sorts the test files by what they, and the helpers that they import from test/, can start. */
export function sortTests(root: string): SortedTests {
  const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => `test/${file}`)
    .sort();
  const starts = new Map<string, boolean>();
  return {
    unit: files.filter((file) => !startsSomething(join(root, file), starts)),
    integration: files.filter((file) => startsSomething(join(root, file), starts)),
  };
}

function startsSomething(file: string, known: Map<string, boolean>): boolean {
  const before = known.get(file);
  if (before !== undefined || !existsSync(file)) return before ?? false;
  // Set first, so that helpers which import one another end here.
  known.set(file, false);
  const text = readFileSync(file, 'utf8');
  const imported = [...text.matchAll(/ from '(\.[^']+)\.js'/gu)].map(([, path]) =>
    join(dirname(file), `${path}.ts`),
  );
  const answer =
    file.endsWith('.slow.test.ts') ||
    STARTS_SOMETHING.test(text) ||
    imported.some((path) => path.includes('/test/') && startsSomething(path, known));
  known.set(file, answer);
  return answer;
}
