import type { Line, Parsed, ProbeOutput } from '../../domain/evidence.js';
import { framesOf, frameText } from '../framed-output.js';
import { deniesPermission, firstLine, unread, wholeNumber, withoutUndefined } from '../output-reading.js';
import type { ProbeKind } from '../probe-kind.js';
import { pathParam } from '../probe-params.js';
import {
  SUPERVISOR_DISCOVERY_SHELL,
  type SupervisorElsewhere,
  type SupervisorInstanceFrames,
  supervisorsFound,
} from './supervisor-discovery.js';

/** supervisord.org/subprocess.html, "Process States". */
export type SupervisorState =
  | 'STOPPED'
  | 'STARTING'
  | 'RUNNING'
  | 'BACKOFF'
  | 'STOPPING'
  | 'EXITED'
  | 'FATAL'
  | 'UNKNOWN';

export interface SupervisorProgramStatus {
  readonly group?: string | undefined;
  readonly name: string;
  readonly state: SupervisorState;
  readonly pid?: number | undefined;
  readonly uptimeSeconds?: number | undefined;
  /** The words after the state, as they stand. */
  readonly description: string;
  /** Why it is down, for BACKOFF, FATAL, EXITED and UNKNOWN. */
  readonly exitText?: string | undefined;
  readonly line: number;
}

export type SupervisorProblem =
  | 'socket-missing'
  | 'refused'
  | 'permission-denied'
  | 'auth'
  | 'timeout'
  | 'command-not-found'
  | 'config-invalid'
  | 'other';

export interface SupervisorInstance {
  readonly configFile: string;
  /** Absent where a default configuration exists and no supervisord runs with it. */
  readonly supervisordPid?: number | undefined;
  readonly reachable: boolean;
  readonly problem?: SupervisorProblem | undefined;
  /** supervisorctl's own first line where it could not ask; else empty. */
  readonly says: string;
  readonly programs: readonly SupervisorProgramStatus[];
  readonly line: number;
}

export interface SupervisorStatusFacts {
  readonly installed: boolean;
  readonly instances: readonly SupervisorInstance[];
  /** Supervisords seen from here that live in containers; ask inside. */
  readonly elsewhere: readonly SupervisorElsewhere[];
}

// A stopped (frozen) supervisord accepts and never answers: without the limit it would cost all other instances' answers.
const SNIPPET = `${SUPERVISOR_DISCOVERY_SHELL}
limit=; command -v timeout >/dev/null 2>&1 && limit='timeout 6'
each() {
  uid=0; [ "$1" = 0 ] || uid=$(uid_of "$1")
  ctl=supervisorctl
  if ! command -v supervisorctl >/dev/null 2>&1 && [ "$1" != 0 ]; then
    exe=$(tr '\\000' '\\n' <"/proc/$1/cmdline" 2>/dev/null | grep '^/.*/supervisord$' | head -n 1)
    # Of another user's program an ordinary account runs nothing.
    if [ "$me" != 0 ] && [ "$uid" != 0 ] && [ "$uid" != "$me" ]; then exe=; fi
    [ -x "\${exe%/*}/supervisorctl" ] && ctl=\${exe%/*}/supervisorctl
  fi
  # It loads what its configuration names: as whom is decided in trust-shell.ts.
  case $ctl in /*) program=$ctl;; *) program=;; esac
  if who_may "$uid" "$2" "$program"; then say_as $limit "$ctl" -c "$2" status
  else frame "$ctl -c $2 status" 126 "$(refusal run)"; fi
}
instances "$1"
`;

/** What every supervisord says of its programs. Not installed is a fact (`installed: false`), not a failure. */
export const supervisorStatus: ProbeKind<string | undefined, SupervisorStatusFacts> = {
  kind: 'supervisor.status',
  // A supervisord that does not run cannot be asked where its configuration is: the target may say.
  command: (configFile) => ({
    id: 'supervisor.status',
    kind: 'supervisor.status',
    argv: [
      'sh',
      '-c',
      SNIPPET,
      'goodgate',
      ...(configFile === undefined ? [] : [pathParam('supervisor.status', 'configFile', configFile)]),
    ],
    timeoutMs: 9000,
    capBytes: 512 * 1024,
    privileged: true,
  }),
  parse: parseSupervisorStatus,
};

/**
 * Sample of one instance's `supervisorctl status` (its exit status is 3 when some are not running, 4 when it could not ask):
 * ds:docservice                    RUNNING   pid 4711, uptime 1 day, 0:01:02
 * ds:converter                     FATAL     Exited too quickly (process log may have details)
 * metrics                          STOPPED   Nov 21 01:30 AM
 * unix:///var/run/supervisor.sock no such file
 */
export function parseSupervisorStatus(output: ProbeOutput): Parsed<SupervisorStatusFacts> {
  const read = framesOf(output, 'supervisorctl status');
  if (!read.ok) return read;
  const found = supervisorsFound(read.frames);
  if (found === undefined) return unread('unparseable', 'supervisorctl status: not what the probe writes');
  const { installed, elsewhere } = found;
  return { ok: true, facts: { installed, instances: found.instances.map(instanceOf), elsewhere } };
}

function instanceOf({
  configFile,
  supervisordPid,
  frames,
  line,
}: SupervisorInstanceFrames): SupervisorInstance {
  const status = frames[0];
  const programs = (status?.lines ?? []).flatMap(programOf);
  const text = frameText(status);
  const reachable = programs.length > 0 || (status?.exitCode === 0 && text.trim() === '');
  const problem = reachable ? undefined : problemOf(text, status?.exitCode ?? 1);
  const says = reachable ? '' : lastWords(text);
  return withoutUndefined({ configFile, supervisordPid, reachable, problem, says, programs, line });
}

function programOf({ text, line }: Line): SupervisorProgramStatus[] {
  const shape = /^(\S+) +(STOPPED|STARTING|RUNNING|BACKOFF|STOPPING|EXITED|FATAL|UNKNOWN)(?: +(.*))?$/.exec(
    text,
  );
  const state = shape === null ? undefined : stateOf(shape[2] ?? '');
  if (shape === null || state === undefined) return [];
  const [first = '', ...rest] = (shape[1] ?? '').split(':');
  const description = (shape[3] ?? '').trim();
  const running = /^pid (\d{1,9}), uptime (?:(\d{1,6}) days?, )?(\d{1,3}):(\d{2}):(\d{2})$/.exec(description);
  const [days, hours, minutes, seconds] = [2, 3, 4, 5].map((at) => Number(running?.[at] ?? 0));
  const uptime = (days ?? 0) * 86_400 + (hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0);
  const isDown = state === 'BACKOFF' || state === 'FATAL' || state === 'EXITED' || state === 'UNKNOWN';
  return [
    withoutUndefined({
      group: rest.length === 0 ? undefined : first,
      name: rest.length === 0 ? first : rest.join(':'),
      state,
      pid: wholeNumber(running?.[1]),
      uptimeSeconds: running === null ? undefined : uptime,
      description,
      exitText: isDown && description !== '' ? description : undefined,
      line,
    }),
  ];
}

function stateOf(word: string): SupervisorState | undefined {
  switch (word) {
    case 'STOPPED':
    case 'STARTING':
    case 'RUNNING':
    case 'BACKOFF':
    case 'STOPPING':
    case 'EXITED':
    case 'FATAL':
    case 'UNKNOWN':
      return word;
    default:
      return undefined;
  }
}

/** supervisorctl has one exit status (4, or 1 and 2) for all of these; its words are the only thing that differs. */
function problemOf(text: string, exitCode: number): SupervisorProblem {
  if (exitCode === 124 || exitCode === 143) return 'timeout';
  if (/requires authentication|unauthorized|\b401\b/i.test(text)) return 'auth';
  if (deniesPermission(text) || /PermissionError/.test(text)) return 'permission-denied';
  if (/refused connection|ConnectionRefusedError|connection refused/i.test(text)) return 'refused';
  if (/could not find config file|does not include supervisorctl section|invalid value|Error: /.test(text)) {
    return 'config-invalid';
  }
  if (/no such file/i.test(text) && !/supervisorctl: /.test(text)) return 'socket-missing';
  if (exitCode === 127 || /supervisorctl: (?:command )?not found/.test(text)) return 'command-not-found';
  return 'other';
}

/** A Python traceback says what happened in its last line; everything else in its first. */
function lastWords(text: string): string {
  if (!text.includes('Traceback ')) return firstLine(text);
  return (text.trim().split('\n').at(-1) ?? '').trim().slice(0, 300);
}
