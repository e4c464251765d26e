/** What an nginx master's title says of the command line it was started with. */
export interface MasterTitle {
  readonly program: string;
  /** The options as `-c`, `-p`, `-g`, `-e`, each with its value. */
  readonly args: readonly string[];
  readonly configFile?: string;
  readonly prefix?: string;
}

const OPTIONS = new Set(['-c', '-p', '-g', '-e']);

/**
 * nginx joins its arguments with blanks when it writes its title, so quoting is lost: a value goes on until the
 * next option.
 *
 *     nginx: master process /usr/sbin/nginx -c /etc/nginx/a b.conf -g daemon on; master_process on;
 */
export function parseMasterTitle(title: string): MasterTitle | null {
  const match = /^nginx: master process (\S.*)$/s.exec(title.replaceAll('\0', ' ').trimEnd());
  if (match === null) return null;
  const [program = '', ...words] = (match[1] ?? '').split(' ');
  const values = new Map<string, string>();
  let open: string | undefined;
  for (const word of words) {
    const option = word.slice(0, 2);
    if (OPTIONS.has(option)) {
      open = option;
      values.set(option, word.slice(2));
    } else if (/^-[tTqvVh?s]$/.test(word)) open = undefined;
    else if (open !== undefined) {
      const before = values.get(open) ?? '';
      values.set(open, before === '' ? word : `${before} ${word}`);
    }
  }
  const args = [...values].filter(([, value]) => value !== '').flat();
  const configFile = values.get('-c');
  const prefix = values.get('-p');
  return {
    program,
    args,
    ...(configFile === undefined || configFile === '' ? {} : { configFile }),
    ...(prefix === undefined || prefix === '' ? {} : { prefix }),
  };
}
