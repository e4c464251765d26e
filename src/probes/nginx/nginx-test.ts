/** What nginx says of a configuration when it tests it. */
export interface NginxTestMessage {
  readonly level: 'emerg' | 'alert' | 'crit' | 'error' | 'warn' | 'notice';
  readonly message: string;
  /** The file and line that nginx names with `in FILE:LINE`. */
  readonly file?: string;
  readonly lineNumber?: number;
  readonly text: string;
  readonly line: number;
}

export interface NginxTest {
  readonly ok: boolean;
  /** Errors and warnings in the order in which nginx printed them. */
  readonly errors: readonly NginxTestMessage[];
  /**
   * Paths that this user may not open although nginx's master may: the test then tells nothing about the
   * configuration. Empty where the test failed for another reason.
   */
  readonly deniedPaths: readonly string[];
  /** Line of the verdict, or of the decisive error. */
  readonly line: number;
}

/**
 *     nginx: [emerg] unknown directive "prox_pass" in /etc/nginx/conf.d/docs.conf:7
 *     nginx: configuration file /etc/nginx/nginx.conf test failed
 *
 * As an ordinary user these two come first, and only the second fails the test:
 *
 *     nginx: [alert] could not open error log file: open() "/var/log/nginx/error.log" failed (13: Permission denied)
 *     2026/11/20 21:06:07 [emerg] 99#99: open() "/run/nginx.pid" failed (13: Permission denied)
 */
export function parseNginxTest(lines: readonly string[], exitCode: number, firstLine: number): NginxTest {
  const verdict = lines.findLastIndex((text) =>
    /^nginx: configuration file .* test (?:is successful|failed)$/.test(text),
  );
  const errors = readTestMessages(lines, firstLine);
  const fatal = errors.filter((error) => error.level === 'emerg' || error.level === 'crit');
  const denied = fatal.filter((error) => /Permission denied/.test(error.text));
  const deniedPaths = fatal.length === denied.length ? denied.map((error) => pathIn(error.text)) : [];
  const decisive = fatal[0]?.line;
  return {
    ok: exitCode === 0,
    errors,
    deniedPaths,
    line: (exitCode === 0 ? undefined : decisive) ?? firstLine + Math.max(verdict, 0),
  };
}

/** What nginx complains of while it reads its configuration, in a test or at its start. */
export function readTestMessages(lines: readonly string[], firstLine: number): NginxTestMessage[] {
  const errors: NginxTestMessage[] = [];
  for (const [index, text] of lines.entries()) {
    const match =
      /^(?:nginx: |\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d )\[(emerg|alert|crit|error|warn|notice)\] (?:\d+#\d+: )?(.*)$/.exec(
        text,
      );
    const level = readLevel(match?.[1]);
    if (match === null || level === undefined) continue;
    const said = match[2] ?? '';
    // The last " in ": `host not found in upstream "app" in /etc/nginx/nginx.conf:3`.
    const inAt = said.lastIndexOf(' in ');
    const place = inAt < 0 ? null : /^([^\n]+):(\d{1,9})$/.exec(said.slice(inAt + ' in '.length));
    errors.push({
      level,
      message: place === null ? said : said.slice(0, inAt),
      ...(place === null ? {} : { file: place[1] ?? '', lineNumber: Number(place[2]) }),
      text,
      line: firstLine + index,
    });
  }
  return errors;
}

function readLevel(word: string | undefined): NginxTestMessage['level'] | undefined {
  switch (word) {
    case 'emerg':
    case 'alert':
    case 'crit':
    case 'error':
    case 'warn':
    case 'notice':
      return word;
    default:
      return undefined;
  }
}

function pathIn(text: string): string {
  return /"([^"]{1,4096})"/.exec(text)?.[1] ?? '';
}
