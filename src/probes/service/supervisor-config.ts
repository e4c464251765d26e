import type { Parsed, ProbeOutput } from '../../domain/evidence.js';
import { framesOf, frameText } from '../framed-output.js';
import { firstLine, unread, withoutUndefined } from '../output-reading.js';
import type { ProbeKind } from '../probe-kind.js';
import { pathParam } from '../probe-params.js';
import { type IniProblem, type IniText, readIni } from './read-ini.js';
import {
  SUPERVISOR_DISCOVERY_SHELL,
  type SupervisorElsewhere,
  type SupervisorInstanceFrames,
  supervisorsFound,
} from './supervisor-discovery.js';
import { programsOf, type SupervisorProgram } from './supervisor-programs.js';

export interface SupervisorFile {
  readonly path: string;
  readonly readable: boolean;
  /** Why it could not be read. */
  readonly says?: string | undefined;
  readonly line: number;
}

/** The [supervisord] section and the sockets it is asked by, with supervisor's defaults where nothing is said. */
export interface SupervisordOptions {
  readonly logfile?: string | undefined;
  readonly childlogdir?: string | undefined;
  readonly pidfile?: string | undefined;
  readonly identifier?: string | undefined;
  readonly user?: string | undefined;
  readonly minfds?: number | undefined;
  readonly minprocs?: number | undefined;
  /** [unix_http_server] file. */
  readonly socket?: string | undefined;
  readonly socketMode?: string | undefined;
  /** [inet_http_server] port, `127.0.0.1:9001`. */
  readonly inetPort?: string | undefined;
  /** [supervisorctl] serverurl. */
  readonly serverUrl?: string | undefined;
}

export interface SupervisorConfiguration {
  readonly configFile: string;
  readonly supervisordPid?: number | undefined;
  /** In the order of reading; the first is the main file. */
  readonly files: readonly SupervisorFile[];
  readonly complete: boolean;
  readonly supervisord: SupervisordOptions;
  readonly programs: readonly SupervisorProgram[];
  readonly problems: readonly IniProblem[];
  readonly line: number;
}

export interface SupervisorConfigFacts {
  readonly installed: boolean;
  readonly instances: readonly SupervisorConfiguration[];
  readonly elsewhere: readonly SupervisorElsewhere[];
}

// [include] files: patterns parted by blanks, relative to the main file (supervisor/options.py, read_include_config).
const SNIPPET = `${SUPERVISOR_DISCOVERY_SHELL}
frame hostname 0 "$(uname -n)"
# Read as whoever decides what is there: see trust-shell.ts.
show_file() {
  if who_may "$uid" "$1"; then say_as cat "$1"; else r=126; frame "cat $1" "$r" "$(refusal read)"; fi
}
each() {
  uid=0; [ "$1" = 0 ] || uid=$(uid_of "$1")
  show_file "$2"; main=$o; [ "$r" = 0 ] || main=
  here=\${2%/*}
  patterns=$(printf '%s\\n' "$main" | awk '
    /^[ \\t]*[;#]/ { next }
    /^\\[/ { inside = ($0 ~ /^\\[include\\]/); more = 0; next }
    inside && /^files[ \\t]*[=:]/ { sub(/^files[ \\t]*[=:]/, ""); more = 1; sub(/[ \\t][;#].*/, ""); print; next }
    inside && more && /^[ \\t]/ { sub(/[ \\t][;#].*/, ""); print; next }
    { more = 0 }' 2>/dev/null | tr -s ' \\t' '\\n\\n')
  IFS='
'; set -f
  for pattern in $patterns; do
    case $pattern in
      '%(here)s'*) pattern=$here\${pattern#'%(here)s'} ;;
      /*) ;;
      *) pattern=$here/$pattern ;;
    esac
    folder=\${pattern%/*}
    if [ -d "$folder" ] && [ ! -r "$folder" ]; then frame "cat $pattern" 1 "cat: $pattern: Permission denied"; continue; fi
    set +f
    for part in $pattern; do
      if [ -f "$part" ] || [ -L "$part" ]; then IFS=' 	
'; show_file "$part"; IFS='
'; fi
    done
    set -f
  done
  set +f; IFS=' 	
'
}
instances "$1"
`;

/** Every file that supervisord reads, and the programs they define: what is on disk, not what is loaded. */
export const supervisorConfig: ProbeKind<string | undefined, SupervisorConfigFacts> = {
  kind: 'supervisor.config',
  // A supervisord that does not run cannot be asked where its configuration is: the target may say.
  command: (configFile) => ({
    id: 'supervisor.config',
    kind: 'supervisor.config',
    argv: [
      'sh',
      '-c',
      SNIPPET,
      'goodgate',
      ...(configFile === undefined ? [] : [pathParam('supervisor.config', 'configFile', configFile)]),
    ],
    timeoutMs: 6000,
    capBytes: 1024 * 1024,
    privileged: true,
  }),
  parse: parseSupervisorConfig,
};

/** Sample of one file: see `programsOf`. */
export function parseSupervisorConfig(output: ProbeOutput): Parsed<SupervisorConfigFacts> {
  const read = framesOf(output, 'supervisor configuration');
  if (!read.ok) return read;
  const hostname = frameText(read.frames.find(({ name }) => name === 'hostname')).trim();
  const found = supervisorsFound(read.frames.filter(({ name }) => name !== 'hostname'));
  if (found === undefined)
    return unread('unparseable', 'supervisor configuration: not what the probe writes');
  const instances = found.instances.map((instance) => configurationOf(instance, hostname));
  return { ok: true, facts: { installed: found.installed, instances, elsewhere: found.elsewhere } };
}

function configurationOf(instance: SupervisorInstanceFrames, hostname: string): SupervisorConfiguration {
  const { configFile, supervisordPid, line } = instance;
  const files: SupervisorFile[] = [];
  const texts: IniText[] = [];
  for (const frame of instance.frames) {
    const path = frame.name.replace(/^cat /, '');
    const readable = frame.exitCode === 0;
    const says = readable ? undefined : firstLine(frameText(frame));
    files.push(withoutUndefined({ path, readable, says, line: frame.line }));
    if (readable) texts.push(readIni(frame.lines, path));
  }
  const ini: IniText = {
    sections: texts.flatMap(({ sections }) => sections),
    options: texts.flatMap(({ options }) => options),
    problems: texts.flatMap(({ problems }) => problems),
  };
  const here = configFile.slice(0, Math.max(configFile.lastIndexOf('/'), 1));
  const variables = new Map([['host_node_name', hostname]]);
  return withoutUndefined({
    configFile,
    supervisordPid,
    files,
    complete: files.length > 0 && files.every(({ readable }) => readable),
    supervisord: supervisordOf(ini, here),
    programs: programsOf(ini, variables),
    problems: ini.problems,
    line,
  });
}

function supervisordOf(ini: IniText, here: string): SupervisordOptions {
  const option = (section: string, name: string): string | undefined =>
    ini.options
      .findLast((one) => one.section === section && one.name === name)
      ?.value.replaceAll('%(here)s', here);
  const count = (name: string): number | undefined => {
    const value = option('supervisord', name);
    return value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : undefined;
  };
  return withoutUndefined({
    logfile: option('supervisord', 'logfile'),
    childlogdir: option('supervisord', 'childlogdir'),
    pidfile: option('supervisord', 'pidfile'),
    identifier: option('supervisord', 'identifier'),
    user: option('supervisord', 'user'),
    minfds: count('minfds'),
    minprocs: count('minprocs'),
    socket: option('unix_http_server', 'file'),
    socketMode: option('unix_http_server', 'chmod'),
    inetPort: option('inet_http_server', 'port'),
    serverUrl: option('supervisorctl', 'serverurl'),
  });
}
