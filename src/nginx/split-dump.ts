/** One configuration file of a dump. */
export interface DumpSection {
  readonly file: string;
  readonly text: string;
  /** The dump's line, from 0, that is the file's first. */
  readonly firstDumpLine: number;
}

const HEADER = /^# configuration file (\/.{0,4096}):\r?$/;
const NGINX_SAYS =
  /^(?:nginx: (?:the configuration file |configuration file |\[[a-z]+\] )|\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \[[a-z]+\] \d)/;

/*
 * nginx: the configuration file /etc/nginx/nginx.conf syntax is ok      (standard error, sometimes mixed in)
 * # configuration file /etc/nginx/nginx.conf:
 * user www-data;
 * …
 *
 * # configuration file /etc/nginx/mime.types:
 * …
 */
/**
 * Cuts the output of `nginx -T` into its files, each once. What nginx said about itself is blanked, so that line
 * numbers stay. Text without any header is taken as one file named `nginx.conf`.
 */
export function splitDump(text: string): { sections: DumpSection[]; lines: string[]; headerless: boolean } {
  const lines = text.split('\n');
  const sections: DumpSection[] = [];
  let file: string | undefined;
  let first = 0;
  const close = (end: number): void => {
    if (file !== undefined) {
      const body = lines.slice(first, end).map((line) => (NGINX_SAYS.test(line) ? '' : line));
      sections.push({ file, text: body.join('\n'), firstDumpLine: first });
    }
  };
  for (const [number, line] of lines.entries()) {
    const header = line.startsWith('# configuration file ') ? HEADER.exec(line) : null;
    if (header?.[1] !== undefined) {
      close(number);
      file = header[1];
      first = number + 1;
    }
  }
  close(lines.length);
  if (sections.length > 0) return { sections, lines, headerless: false };
  file = 'nginx.conf';
  close(lines.length);
  return { sections, lines, headerless: true };
}
