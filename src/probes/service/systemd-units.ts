import type { Line, Parsed, ProbeOutput } from '../../domain/evidence.js';
import { FRAME_SHELL, frameNamed, framesOf, frameText } from '../framed-output.js';
import { failureOf, unread, wholeNumber, withoutUndefined } from '../output-reading.js';
import type { ProbeKind } from '../probe-kind.js';
import { type EnvironmentVariable, maskedEnvironment } from './mask-secrets.js';

/** One service unit, in systemd's own words (systemctl(1) show, org.freedesktop.systemd1(5)). */
export interface SystemdUnit {
  readonly name: string;
  readonly names: readonly string[];
  readonly description: string;
  /** LoadState: loaded, not-found, masked, error, bad-setting. */
  readonly load: string;
  /** ActiveState: active, reloading, inactive, failed, activating, deactivating. */
  readonly active: string;
  /** SubState: running, dead, exited, failed, auto-restart, start-pre … */
  readonly sub: string;
  /** success, exit-code, signal, core-dump, oom-kill, timeout, start-limit-hit, resources, watchdog, protocol. */
  readonly result: string;
  /** enabled, disabled, static, masked, alias, indirect, generated; empty where there is no file. */
  readonly unitFileState: string;
  readonly mainPid?: number | undefined;
  readonly execMainPid?: number | undefined;
  readonly execMainCode?: 'exited' | 'killed' | 'dumped' | undefined;
  /** Exit status, or the signal's number where `execMainCode` is killed or dumped. */
  readonly execMainStatus?: number | undefined;
  readonly nRestarts?: number | undefined;
  /** Restart=: no, on-failure, always … */
  readonly restart: string;
  readonly restartSec?: string | undefined;
  /** Milliseconds since 1970 by the host's clock. */
  readonly startedAt?: number | undefined;
  readonly enteredActiveAt?: number | undefined;
  readonly enteredInactiveAt?: number | undefined;
  readonly exitedAt?: number | undefined;
  readonly stateChangedAt?: number | undefined;
  readonly conditionResult?: boolean | undefined;
  readonly needDaemonReload?: boolean | undefined;
  readonly type: string;
  readonly remainAfterExit?: boolean | undefined;
  readonly fragmentPath?: string | undefined;
  readonly dropInPaths: readonly string[];
  /** The argument vectors of ExecStart as systemctl prints them, blanks between the arguments. */
  readonly execStart: readonly string[];
  readonly user?: string | undefined;
  readonly group?: string | undefined;
  readonly workingDirectory?: string | undefined;
  readonly environmentFiles: readonly string[];
  readonly environment: readonly EnvironmentVariable[];
  readonly after: readonly string[];
  readonly requires: readonly string[];
  readonly wants: readonly string[];
  readonly controlGroup?: string | undefined;
  readonly limits: {
    /** Absent for infinity. */
    readonly nofile?: number | undefined;
    readonly nproc?: number | undefined;
    readonly tasksMax?: number | undefined;
    readonly tasksCurrent?: number | undefined;
    /** Bytes. */
    readonly memoryMax?: number | undefined;
    readonly memoryCurrent?: number | undefined;
  };
  /** True where systemd says that memory ended it (Result=oom-kill). */
  readonly memoryOom: boolean;
  /** The line of `Id=`; `lines` has those of the properties that findings cite. */
  readonly line: number;
  readonly lines: Readonly<Record<string, number>>;
}

/** A socket that systemd opens in a service's stead, and starts the service when somebody connects (systemd.socket(5)). */
export interface SystemdSocket {
  readonly name: string;
  readonly load: string;
  readonly active: string;
  readonly sub: string;
  readonly result: string;
  readonly unitFileState: string;
  readonly fragmentPath?: string | undefined;
  /** `/run/app.sock`, `127.0.0.1:8000`, `[::]:22`: streams only. */
  readonly listens: readonly string[];
  readonly triggers: readonly string[];
  readonly line: number;
  readonly lines: Readonly<Record<string, number>>;
}

export interface SystemdUnitsFacts {
  /** False where systemd is not PID 1: there are then no units at all, healthy or sick. */
  readonly present: boolean;
  readonly units: readonly SystemdUnit[];
  readonly sockets: readonly SystemdSocket[];
  /** When this systemd came up, in milliseconds since 1970: in a container that is not when the kernel did. */
  readonly managerStartedAt?: number | undefined;
}

const PROPERTIES = [
  ...[
    'Id',
    'Names',
    'Description',
    'LoadState',
    'ActiveState',
    'SubState',
    'Result',
    'UnitFileState',
    'Type',
    'MainPID',
  ],
  ...[
    'ExecMainPID',
    'ExecMainCode',
    'ExecMainStatus',
    'NRestarts',
    'Restart',
    'RestartUSec',
    'ExecMainStartTimestamp',
  ],
  ...[
    'ExecMainExitTimestamp',
    'ActiveEnterTimestamp',
    'InactiveEnterTimestamp',
    'StateChangeTimestamp',
    'ConditionResult',
  ],
  ...[
    'NeedDaemonReload',
    'FragmentPath',
    'DropInPaths',
    'ExecStart',
    'User',
    'Group',
    'WorkingDirectory',
    'EnvironmentFiles',
  ],
  ...[
    'Environment',
    'After',
    'Requires',
    'Wants',
    'ControlGroup',
    'LimitNOFILE',
    'LimitNPROC',
    'TasksMax',
    'TasksCurrent',
  ],
  ...['MemoryMax', 'MemoryCurrent', 'RemainAfterExit'],
].join(',');

const SOCKET_PROPERTIES =
  'Id,LoadState,ActiveState,SubState,Result,UnitFileState,FragmentPath,Listen,Triggers';

// TZ=UTC: systemctl prints timestamps in its own zone, and a zone's abbreviation cannot be read back.
const SNIPPET = `${FRAME_SHELL}
if [ ! -d /run/systemd/system ] || ! command -v systemctl >/dev/null 2>&1; then frame absent 0 "$(cat /proc/1/comm)"; exit 0; fi
names=$({ systemctl --no-pager --plain --no-legend --all --type=service list-units
  systemctl --no-pager --plain --no-legend --type=service list-unit-files; } 2>&1) || { frame systemctl 1 "$names"; exit 0; }
names=$(printf '%s\\n' "$names" | awk '$1 ~ /\\.service$/ && $1 !~ /@\\.service$/ { print $1 }' | sort -u)
set -f
o=$(TZ=UTC systemctl --no-pager show -p ${PROPERTIES} -- $names 2>&1)
frame 'systemctl show' "$?" "$o"
names=$({ systemctl --no-pager --plain --no-legend --all --type=socket list-units
  systemctl --no-pager --plain --no-legend --type=socket list-unit-files; } 2>/dev/null | awk '$1 ~ /\\.socket$/ && $1 !~ /@\\.socket$/ && $1 !~ /^systemd-/ { print $1 }' | sort -u)
[ -z "$names" ] || frame 'systemctl show sockets' 0 "$(systemctl --no-pager show -p ${SOCKET_PROPERTIES} -- $names 2>/dev/null)"
frame 'systemctl show manager' 0 "$(TZ=UTC systemctl --no-pager show -p UserspaceTimestamp 2>&1)"
`;

/** Every service unit, loaded or merely installed; templates are left out. `present` is false without systemd. */
export const systemdUnits: ProbeKind<void, SystemdUnitsFacts> = {
  kind: 'systemd.units',
  command: () => ({
    id: 'systemd.units',
    kind: 'systemd.units',
    argv: ['sh', '-c', SNIPPET, 'goodgate'],
    timeoutMs: 8000,
    capBytes: 4 * 1024 * 1024,
  }),
  parse: parseSystemdUnits,
};

/**
 * Sample (units are parted by an empty line):
 * Id=ds-docservice.service
 * ActiveState=activating
 * SubState=auto-restart
 * Result=exit-code
 * ExecMainCode=1
 * ExecMainStatus=1
 * ExecStart={ path=/bin/sh ; argv[]=/bin/sh -c exec docservice ; ignore_errors=no ; start_time=[n/a] ; … ; status=1/FAILURE }
 * ActiveEnterTimestamp=Sat 2026-11-21 01:25:01 UTC
 */
export function parseSystemdUnits(output: ProbeOutput): Parsed<SystemdUnitsFacts> {
  const read = framesOf(output, 'systemctl');
  if (!read.ok) return read;
  if (read.frames[0]?.name === 'absent') return { ok: true, facts: ABSENT };
  const show = frameNamed(read.frames, 'systemctl show');
  if (show === undefined || show.exitCode !== 0) {
    const text = frameText(show ?? read.frames[0]);
    if (/not been booted with systemd/.test(text)) return { ok: true, facts: ABSENT };
    return failureOf('systemctl', text);
  }
  const units = new Map<string, SystemdUnit>();
  for (const block of blocksOf(show.lines)) {
    const unit = unitOf(block);
    if (unit !== undefined && !units.has(unit.name)) units.set(unit.name, unit);
  }
  if (units.size === 0) return unread('unparseable', 'systemctl show: no unit');
  const [started = ''] = frameText(frameNamed(read.frames, 'systemctl show manager')).split('\n');
  const managerStartedAt = timeOf(started.replace(/^UserspaceTimestamp=/, ''));
  return {
    ok: true,
    facts: withoutUndefined({
      present: true,
      units: [...units.values()],
      sockets: blocksOf(frameNamed(read.frames, 'systemctl show sockets')?.lines ?? []).flatMap(socketOf),
      managerStartedAt,
    }),
  };
}

const ABSENT: SystemdUnitsFacts = { present: false, units: [], sockets: [] };

/**
 * Sample:
 * Listen=/run/app/app.sock (Stream)
 * Triggers=app.service
 * Id=app.socket
 */
function socketOf(block: readonly Line[]): SystemdSocket[] {
  const { values, lines, one } = propertiesOf(block);
  const name = one('Id');
  if (!name.endsWith('.socket')) return [];
  const fragmentPath = one('FragmentPath');
  return [
    {
      name,
      load: one('LoadState'),
      active: one('ActiveState'),
      sub: one('SubState'),
      result: one('Result'),
      unitFileState: one('UnitFileState'),
      ...(fragmentPath === '' ? {} : { fragmentPath }),
      listens: (values.get('Listen') ?? []).flatMap((text) => /^(\S+) \(Stream\)$/.exec(text)?.[1] ?? []),
      triggers: one('Triggers')
        .split(' ')
        .filter((unit) => unit !== ''),
      line: lines['Id'] ?? block[0]?.line ?? 0,
      lines,
    },
  ];
}

function propertiesOf(block: readonly Line[]) {
  const values = new Map<string, string[]>();
  const lines: Record<string, number> = {};
  for (const { text, line } of block) {
    const at = text.indexOf('=');
    const name = text.slice(0, at);
    if (at < 1 || !/^[A-Za-z]+$/.test(name)) continue;
    values.set(name, [...(values.get(name) ?? []), text.slice(at + 1)]);
    lines[name] ??= line;
  }
  return { values, lines, one: (name: string): string => values.get(name)?.[0] ?? '' };
}

function blocksOf(lines: readonly Line[]): Line[][] {
  const blocks: Line[][] = [[]];
  for (const line of lines) {
    if (line.text === '') blocks.push([]);
    else blocks.at(-1)?.push(line);
  }
  return blocks.filter((block) => block.length > 0);
}

function unitOf(block: readonly Line[]): SystemdUnit | undefined {
  const { values, lines, one } = propertiesOf(block);
  const some = (name: string): string | undefined => one(name) || undefined;
  const list = (name: string): string[] =>
    one(name)
      .split(' ')
      .filter((word) => word !== '');
  const pid = (name: string): number | undefined => wholeNumber(one(name)) || undefined;
  const name = one('Id');
  if (name === '' || one('ActiveState') === '') return undefined;
  return withoutUndefined<SystemdUnit>({
    name,
    names: list('Names'),
    description: one('Description'),
    load: one('LoadState'),
    active: one('ActiveState'),
    sub: one('SubState'),
    result: one('Result'),
    unitFileState: one('UnitFileState'),
    mainPid: pid('MainPID'),
    execMainPid: pid('ExecMainPID'),
    execMainCode: exitCodeOf(one('ExecMainCode')),
    execMainStatus: wholeNumber(one('ExecMainStatus')),
    nRestarts: wholeNumber(one('NRestarts')),
    restart: one('Restart'),
    restartSec: some('RestartUSec'),
    startedAt: timeOf(one('ExecMainStartTimestamp')),
    enteredActiveAt: timeOf(one('ActiveEnterTimestamp')),
    enteredInactiveAt: timeOf(one('InactiveEnterTimestamp')),
    exitedAt: timeOf(one('ExecMainExitTimestamp')),
    stateChangedAt: timeOf(one('StateChangeTimestamp')),
    conditionResult: yesOrNo(one('ConditionResult')),
    needDaemonReload: yesOrNo(one('NeedDaemonReload')),
    type: one('Type'),
    remainAfterExit: yesOrNo(one('RemainAfterExit')),
    fragmentPath: some('FragmentPath'),
    dropInPaths: list('DropInPaths'),
    execStart: (values.get('ExecStart') ?? []).flatMap(argumentsOf),
    user: some('User'),
    group: some('Group'),
    workingDirectory: some('WorkingDirectory'),
    environmentFiles: (values.get('EnvironmentFiles') ?? []).map((text) =>
      text.replace(/ \(ignore_errors=\w+\)$/, ''),
    ),
    environment: maskedEnvironment(one('Environment'), ' '),
    after: list('After'),
    requires: list('Requires'),
    wants: list('Wants'),
    controlGroup: some('ControlGroup'),
    limits: withoutUndefined({
      nofile: wholeNumber(one('LimitNOFILE')),
      nproc: wholeNumber(one('LimitNPROC')),
      tasksMax: wholeNumber(one('TasksMax')),
      tasksCurrent: wholeNumber(one('TasksCurrent')),
      memoryMax: wholeNumber(one('MemoryMax')),
      memoryCurrent: wholeNumber(one('MemoryCurrent')),
    }),
    memoryOom: one('Result') === 'oom-kill',
    line: lines['Id'] ?? block[0]?.line ?? 0,
    lines,
  });
}

/** CLD_EXITED, CLD_KILLED and CLD_DUMPED of waitid(2); 0 while it runs or where it never ran. */
function exitCodeOf(text: string): SystemdUnit['execMainCode'] {
  if (text === '1') return 'exited';
  if (text === '2') return 'killed';
  return text === '3' ? 'dumped' : undefined;
}

/** `Sat 2026-11-21 01:25:01 UTC`; empty or `n/a` for never. */
function timeOf(text: string): number | undefined {
  const shape = /^(?:[A-Z][a-z]{2} )?(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d{1,6})? UTC$/.exec(text);
  if (shape === null) return undefined;
  const time = Date.parse(`${shape[1]}T${shape[2]}${(shape[3] ?? '').slice(0, 4)}Z`);
  return Number.isNaN(time) ? undefined : time;
}

function yesOrNo(text: string): boolean | undefined {
  if (text === 'yes') return true;
  return text === 'no' ? false : undefined;
}

function argumentsOf(text: string): string[] {
  const start = text.indexOf('argv[]=');
  const end = text.indexOf(' ; ignore_errors=');
  return start === -1 ? [] : [text.slice(start + 'argv[]='.length, end === -1 ? undefined : end)];
}
