import type { Parsed, ProbeOutput } from '../../domain/evidence.js';
import { FRAME_SHELL, frameNamed, framesOf, frameText } from '../framed-output.js';
import { failureOf, unread, withoutUndefined } from '../output-reading.js';
import type { ProbeKind } from '../probe-kind.js';
import {
  blocksOf,
  type SystemdSocket,
  type SystemdUnit,
  socketOf,
  timeOf,
  unitOf,
} from './read-systemd-units.js';

export type { SystemdSocket, SystemdUnit } from './read-systemd-units.js';

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
