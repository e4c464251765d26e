import { withoutUndefined } from '../output-reading.js';
import type { EnvironmentVariable } from './mask-secrets.js';
import { maskedEnvironment } from './mask-secrets.js';
import type { IniOption, IniText } from './read-ini.js';

export interface UnknownOption {
  readonly name: string;
  readonly value: string;
  readonly line: number;
}

/** One [program:x], [fcgi-program:x] or [eventlistener:x], with supervisor's defaults where nothing is said. */
export interface SupervisorProgram {
  readonly name: string;
  /** The [group:x] that lists it; absent where the program is a group by itself. */
  readonly group?: string | undefined;
  /** `program:docservice` */
  readonly section: string;
  readonly file: string;
  readonly line: number;
  readonly command: string;
  readonly commandLine?: number | undefined;
  readonly directory?: string | undefined;
  readonly user?: string | undefined;
  readonly environment: readonly EnvironmentVariable[];
  readonly autostart: boolean;
  /** `true`, `false` or `unexpected`. */
  readonly autorestart: string;
  readonly exitcodes: string;
  readonly startsecs: number;
  readonly startretries: number;
  readonly priority: number;
  readonly numprocs: number;
  readonly stdoutLogfile?: string | undefined;
  readonly stderrLogfile?: string | undefined;
  readonly redirectStderr: boolean;
  /** Options that supervisor 4 does not document; it ignores them without a word. */
  readonly unknownOptions: readonly UnknownOption[];
}

// supervisord.org/configuration.html, "[program:x] Section Values", "[fcgi-program:x]" and "[eventlistener:x]", 4.x.
const KNOWN = new Set([
  ...[
    'command',
    'process_name',
    'numprocs',
    'numprocs_start',
    'priority',
    'autostart',
    'startsecs',
    'startretries',
  ],
  ...[
    'autorestart',
    'exitcodes',
    'stopsignal',
    'stopwaitsecs',
    'stopasgroup',
    'killasgroup',
    'user',
    'redirect_stderr',
  ],
  ...['stdout_logfile', 'stdout_logfile_maxbytes', 'stdout_logfile_backups', 'stdout_capture_maxbytes'],
  ...[
    'stdout_events_enabled',
    'stdout_syslog',
    'stderr_logfile',
    'stderr_logfile_maxbytes',
    'stderr_logfile_backups',
  ],
  ...[
    'stderr_capture_maxbytes',
    'stderr_events_enabled',
    'stderr_syslog',
    'environment',
    'directory',
    'umask',
    'serverurl',
  ],
]);
const KNOWN_OF_KIND = new Map([
  ['program', new Set<string>()],
  ['fcgi-program', new Set(['socket', 'socket_owner', 'socket_mode', 'socket_backlog'])],
  ['eventlistener', new Set(['buffer_size', 'events', 'result_handler'])],
]);

/**
 * Sample:
 * [program:docservice]
 * command=/var/www/onlyoffice/documentserver/server/DocService/docservice
 * environment=NODE_ENV=production-linux,NODE_CONFIG_DIR=/etc/onlyoffice/documentserver
 * autostart=true                ; inline comment
 * depends_on=redis
 * [group:ds]
 * programs=docservice,converter
 */
export function programsOf(ini: IniText, variables: ReadonlyMap<string, string>): SupervisorProgram[] {
  const groups = new Map<string, string>();
  for (const { section, name, value } of ini.options) {
    if (!section.startsWith('group:') || name !== 'programs') continue;
    for (const program of value.split(/[,\s]+/)) groups.set(program, section.slice('group:'.length));
  }
  const programs = new Map<string, SupervisorProgram>();
  for (const { name: section, file, line } of ini.sections) {
    const [kind = '', ...rest] = section.split(':');
    const name = rest.join(':').trim();
    const extra = KNOWN_OF_KIND.get(kind);
    if (extra === undefined || name === '' || programs.has(section)) continue;
    const options = ini.options.filter((option) => option.section === section);
    // %(here)s is the folder of the file that defines the section, not of the main file.
    const own = [
      ['here', file.slice(0, Math.max(file.lastIndexOf('/'), 1))],
      ['program_name', name],
      ['group_name', groups.get(name) ?? name],
    ] as const;
    const reader = new OptionReader(options, new Map([...variables, ...own]));
    programs.set(
      section,
      withoutUndefined({
        name,
        group: groups.get(name),
        section,
        file,
        line,
        command: reader.text('command') ?? '',
        commandLine: options.findLast((option) => option.name === 'command')?.line,
        directory: reader.text('directory'),
        user: reader.text('user'),
        environment: maskedEnvironment(reader.text('environment') ?? '', ','),
        autostart: reader.flag('autostart', true),
        autorestart: autorestartOf(reader.text('autorestart')),
        exitcodes: reader.text('exitcodes') ?? '0',
        startsecs: reader.count('startsecs', 1),
        startretries: reader.count('startretries', 3),
        priority: reader.count('priority', 999),
        numprocs: reader.count('numprocs', 1),
        stdoutLogfile: reader.text('stdout_logfile'),
        stderrLogfile: reader.text('stderr_logfile'),
        redirectStderr: reader.flag('redirect_stderr', false),
        unknownOptions: options
          .filter((option) => !KNOWN.has(option.name) && !extra.has(option.name))
          .map((option) => ({ name: option.name, value: option.value, line: option.line })),
      }),
    );
  }
  return [...programs.values()];
}

class OptionReader {
  readonly #options: readonly IniOption[];
  readonly #variables: ReadonlyMap<string, string>;

  constructor(options: readonly IniOption[], variables: ReadonlyMap<string, string>) {
    this.#options = options;
    this.#variables = variables;
  }

  text(name: string): string | undefined {
    const value = this.#options.findLast((option) => option.name === name)?.value;
    return value === undefined ? undefined : expand(value, this.#variables);
  }

  /** supervisor/datatypes.py, boolean(). */
  flag(name: string, otherwise: boolean): boolean {
    const word = this.text(name)?.toLowerCase();
    if (word === undefined) return otherwise;
    return ['true', 'yes', 'on', '1'].includes(word);
  }

  count(name: string, otherwise: number): number {
    const word = this.text(name);
    return word !== undefined && /^-?\d{1,9}$/.test(word) ? Number(word) : otherwise;
  }
}

function autorestartOf(word: string | undefined): string {
  const lower = (word ?? 'unexpected').toLowerCase();
  if (['true', 'yes', 'on', '1'].includes(lower)) return 'true';
  return ['false', 'no', 'off', '0'].includes(lower) ? 'false' : lower;
}

/** Python's %-format as supervisor uses it. %(ENV_x)s is supervisord's own environment, which is not read: it stays as written. */
function expand(value: string, variables: ReadonlyMap<string, string>): string {
  return value.replace(
    /%(?:%|\(([A-Za-z0-9_]{1,64})\)(?:0?\d?)?[sd])/g,
    (whole, name: string | undefined) => {
      if (name === undefined) return '%';
      return variables.get(name) ?? whole;
    },
  );
}
