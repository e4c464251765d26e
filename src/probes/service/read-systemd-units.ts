/** What `systemctl show` says of units and sockets, block by block. */
import type { Line } from '../../domain/evidence.js';
import { wholeNumber, withoutUndefined } from '../output-reading.js';
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

/**
 * Sample:
 * Listen=/run/app/app.sock (Stream)
 * Triggers=app.service
 * Id=app.socket
 */
export function socketOf(block: readonly Line[]): SystemdSocket[] {
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

export function blocksOf(lines: readonly Line[]): Line[][] {
  const blocks: Line[][] = [[]];
  for (const line of lines) {
    if (line.text === '') blocks.push([]);
    else blocks.at(-1)?.push(line);
  }
  return blocks.filter((block) => block.length > 0);
}

export function unitOf(block: readonly Line[]): SystemdUnit | undefined {
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
export function timeOf(text: string): number | undefined {
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
