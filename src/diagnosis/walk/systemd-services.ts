import { hostIdentity } from '../../probes/host/host-identity.js';
import { type SystemdUnit, systemdUnits } from '../../probes/service/systemd-units.js';
import type { EvidenceStore, Looked } from '../looked.js';
import { roleOf, type ServiceReading, type ServiceState } from './service-reading.js';
import { START_WINDOW_SECONDS } from './supervisor-services.js';

/** Every service unit that is not part of the system itself. */
export function systemdServices(store: EvidenceStore, host: string): ServiceReading[] {
  const units = store.look(systemdUnits, host, undefined);
  const identity = store.look(hostIdentity, host, undefined);
  const now = identity?.facts.epochSeconds;
  return (units?.facts.units ?? [])
    .filter((unit) => unit.load === 'loaded' && unit.type !== 'oneshot')
    .map((unit) => readUnit(unit, host, units, now, identity?.facts.bootEpoch))
    .filter((service) => roleOf(service) !== 'infrastructure');
}

function readUnit(
  unit: SystemdUnit,
  host: string,
  look: Looked<unknown> | undefined,
  nowSeconds: number | undefined,
  bootSeconds: number | undefined,
): ServiceReading {
  const state = stateOf(unit);
  const started = ago(unit.startedAt, nowSeconds);
  const restarts = unit.nRestarts;
  const command = unit.execStart[0];
  return {
    host,
    manager: 'systemd',
    name: unit.name,
    state,
    rawState:
      unit.result === 'success'
        ? `${unit.active} (${unit.sub})`
        : `${unit.active} (${unit.sub}: ${unit.result})`,
    running: state === 'running' || state === 'starting',
    enabled: enabledOf(unit.unitFileState),
    pid: unit.mainPid === 0 ? undefined : unit.mainPid,
    user: unit.user === undefined || unit.user === '' ? 'root' : unit.user,
    command,
    startedSecondsAgo: started,
    stoppedSecondsAgo: ago(unit.enteredInactiveAt, nowSeconds),
    killedSecondsAgo:
      unit.execMainCode === 'killed' && unit.execMainStatus === 9
        ? ago(unit.exitedAt, nowSeconds)
        : undefined,
    neverStarted: state === 'stopped' && neverStarted(unit, bootSeconds),
    exitStatus: unit.execMainStatus,
    restarts,
    // systemd counts restarts since the unit was last started by hand; only a young process makes them recent.
    recentStarts:
      started !== undefined && started < START_WINDOW_SECONDS ? Math.min((restarts ?? 0) + 1, 50) : 0,
    result: unit.result,
    oomKilled: unit.memoryOom,
    tasks: unit.limits.tasksCurrent,
    tasksLimit: unit.limits.tasksMax,
    logs: [{ kind: 'journal', unit: unit.name }, ...teeLogs(unit.execStart.join(' '))],
    config: {
      pid: unit.mainPid === 0 ? undefined : unit.mainPid,
      command,
      directory: unit.workingDirectory,
      user: unit.user,
      environment: Object.fromEntries(unit.environment.map(({ name, value }) => [name, value])),
      files: unit.environmentFiles,
    },
    cite: stateLines(unit).flatMap((line) => look?.cite(line) ?? []),
  };
}

/** The lines that tell its state: ActiveState first, then why. */
function stateLines(unit: SystemdUnit): number[] {
  const names = ['ActiveState', 'SubState', 'Result', 'ExecMainStatus', 'NRestarts', 'UnitFileState'];
  const wanted = unit.active === 'active' ? names.slice(0, 2) : names.slice(0, 4);
  return wanted.map((name) => unit.lines[name] ?? unit.line);
}

function stateOf(unit: SystemdUnit): ServiceState {
  switch (unit.active) {
    case 'active':
    case 'reloading':
      return unit.sub === 'exited' ? 'exited' : 'running';
    case 'activating':
      return unit.sub.startsWith('auto-restart') ? 'restarting' : 'starting';
    case 'failed':
      return 'failed';
    case 'inactive':
    case 'deactivating':
      return 'stopped';
    default:
      return 'unknown';
  }
}

function enabledOf(state: string): boolean | undefined {
  if (state === '') return undefined;
  return !['disabled', 'masked'].includes(state);
}

function neverStarted(unit: SystemdUnit, bootSeconds: number | undefined): boolean {
  if (unit.startedAt === undefined || unit.startedAt === 0) return true;
  return bootSeconds !== undefined && unit.startedAt / 1000 < bootSeconds;
}

function ago(atMs: number | undefined, nowSeconds: number | undefined): number | undefined {
  if (atMs === undefined || atMs === 0 || nowSeconds === undefined) return undefined;
  return Math.max(0, Math.round(nowSeconds - atMs / 1000));
}

/** `… | tee -a /var/log/onlyoffice/documentserver/docservice/out.log`: OnlyOffice's units log so. */
function teeLogs(command: string): ServiceReading['logs'] {
  const path =
    /\btee\s+(?:-a\s+)?(\/[^\s'";|]+)/.exec(command)?.[1] ?? />>?\s*(\/[^\s'";|&]+)/.exec(command)?.[1];
  return path && !path.startsWith('/dev/') ? [{ kind: 'file', path }] : [];
}
