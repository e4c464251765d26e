/** What the place that text goes to can show. Decided once, from the stream and the environment. */
export interface Terminal {
  readonly colours: boolean;
  /** ✓ and lines of boxes; else only what ASCII has. */
  readonly unicode: boolean;
  /** Columns to wrap at. */
  readonly width: number;
  /** A person is watching: text may be overwritten. */
  readonly live: boolean;
}

type Env = Readonly<Record<string, string | undefined>>;

export function terminalOf(
  stream: { readonly isTTY?: boolean | undefined; readonly columns?: number | undefined },
  env: Env,
): Terminal {
  const isTty = stream.isTTY === true;
  const dumb = env['TERM'] === 'dumb';
  return {
    colours: coloursWanted(isTty && !dumb, env),
    unicode: speaksUnicode(env),
    width: widthOf(stream.columns, env),
    live: isTty && !dumb && !isSet(env['CI']),
  };
}

/** https://no-color.org and FORCE_COLOR as Node.js reads it; NO_COLOR wins. */
function coloursWanted(able: boolean, env: Env): boolean {
  if (isSet(env['NO_COLOR'])) {
    return false;
  }
  const force = env['FORCE_COLOR'];
  return force === undefined ? able : force !== '0' && force !== 'false';
}

/** The locale as POSIX finds it: LC_ALL, then LC_CTYPE, then LANG. The Linux console has no glyphs for our marks. */
function speaksUnicode(env: Env): boolean {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find(isSet) ?? '';
  return /utf-?8/iu.test(locale) && env['TERM'] !== 'linux';
}

/** Lines longer than 110 columns are hard to read, however wide the screen is. */
function widthOf(columns: number | undefined, env: Env): number {
  const wide = columns ?? Number(env['COLUMNS']);
  return Number.isInteger(wide) && wide > 0 ? Math.min(Math.max(wide, 40), 110) : 100;
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}
