import { hostIdentity } from '../../probes/host/host-identity.js';
import { type KernelLogFacts, kernelLog, type OomKill } from '../../probes/host/kernel-log.js';
import { groupOwner, processCgroups } from '../../probes/process/process-cgroups.js';
import { type SystemdUnit, systemdUnits } from '../../probes/service/systemd-units.js';
import type { EvidenceStore, Looked } from '../looked.js';
import { roleOf, type ServiceReading, type ServiceState } from './service-reading.js';
import { downSockets, socketUnitOf } from './socket-units.js';
import { START_WINDOW_SECONDS } from './supervisor-services.js';
import { type UnitLife, unitLife } from './unit-life.js';

/** A unit that is started again every half minute (OnlyOffice's RestartSec) is never older than this. */
const YOUNG_SECONDS = 45;

/** Every service unit that is not part of the system itself. */
export function systemdServices(store: EvidenceStore, host: string): ServiceReading[] {
  const units = store.look(systemdUnits, host, undefined);
  const identity = store.look(hostIdentity, host, undefined);
  const now = identity?.facts.epochSeconds;
  const kills = store.look(kernelLog, host, undefined);
  const inContainer = store
    .look(processCgroups, host, undefined)
    ?.facts.owners.find(({ pid }) => pid === 1)?.containerId;
  const alive = new Set(
    store.look(processCgroups, host, undefined)?.facts.owners.flatMap((owner) => owner.unit ?? []),
  );
  const sockets = units?.facts.sockets ?? [];
  const services = (units?.facts.units ?? [])
    .filter((unit) => (unit.load === 'loaded' && serves(unit, alive)) || maskedByHand(unit))
    .filter(
      (unit) =>
        roleOf({ name: unit.name, manager: 'systemd', command: unit.execStart[0] }) !== 'infrastructure',
    )
    .map((unit) => {
      const life = unitLife(store, host, unit, units?.facts.managerStartedAt);
      const reading = readUnit(unit, host, units, now, life, kills, inContainer, alive.has(unit.name));
      const socketUnit = socketUnitOf(unit, sockets, units);
      return socketUnit ? { ...reading, socketUnit } : reading;
    });
  return [...services, ...downSockets(sockets, services, host, units)];
}

/** A unit of Type=oneshot is no service, unless what it started lives on, or ought to (RemainAfterExit). */
function serves(unit: SystemdUnit, alive: ReadonlySet<string>): boolean {
  if (unit.type !== 'oneshot' || alive.has(unit.name)) return true;
  const ended = unit.active === 'failed' || unit.active === 'inactive';
  return unit.remainAfterExit === true && ended && enabledOf(unit.unitFileState) === true;
}

/** A package masks by a link beside its own units; an administrator's lies in /etc or /run. */
function maskedByHand(unit: SystemdUnit): boolean {
  return unit.load === 'masked' && /^\/(?:etc|run)\//.test(unit.fragmentPath ?? '');
}

function readUnit(
  unit: SystemdUnit,
  host: string,
  look: Looked<unknown> | undefined,
  nowSeconds: number | undefined,
  life: UnitLife,
  kills: Looked<KernelLogFacts> | undefined,
  inContainer: string | undefined,
  lives: boolean,
): ServiceReading {
  const state = stateOf(unit, life, lives);
  const started = ago(unit.startedAt ?? life.startedAt, nowSeconds);
  const ended = ago(unit.exitedAt ?? life.endedAt ?? unit.enteredInactiveAt, nowSeconds);
  // What somebody stopped afterwards is down for that.
  const kill =
    life.stoppedFromOutside === true && state === 'stopped'
      ? undefined
      : memoryKill(unit, started, ended, kills?.facts.oomKills ?? [], inContainer);
  const restarts = unit.nRestarts;
  const command = unit.execStart[0];
  return {
    host,
    manager: 'systemd',
    name: unit.name,
    state,
    rawState:
      unit.result === 'success' || unit.result === ''
        ? `${unit.active} (${unit.load === 'masked' ? 'masked' : unit.sub})`
        : `${unit.active} (${unit.sub}: ${unit.result})`,
    running: state === 'running' || state === 'starting',
    enabled: enabledOf(unit.unitFileState),
    masked: unit.load === 'masked',
    onDemand:
      unit.type === 'dbus' ||
      /^(?:static|indirect)/.test(unit.unitFileState) ||
      unit.conditionResult === false,
    pid: unit.mainPid === 0 ? undefined : unit.mainPid,
    user: unit.user === undefined || unit.user === '' ? 'root' : unit.user,
    command,
    startedSecondsAgo: started,
    stoppedSecondsAgo: ago(unit.enteredInactiveAt ?? life.endedAt, nowSeconds),
    killedSecondsAgo:
      kill?.secondsAgo ??
      (unit.execMainCode === 'killed' && unit.execMainStatus === 9
        ? ago(unit.exitedAt, nowSeconds)
        : undefined),
    neverStarted: state === 'stopped' ? neverStarted(unit, life) : false,
    exitStatus: unit.execMainStatus,
    restarts,
    recentStarts: recentStarts(state, restarts, started, life, nowSeconds),
    result: unit.result,
    oomKilled: state !== 'running' && (unit.memoryOom || kill !== undefined),
    tasks: unit.limits.tasksCurrent,
    tasksLimit: unit.limits.tasksMax,
    tasksCite: ['TasksCurrent', 'TasksMax'].flatMap(
      (name) => look?.cite(unit.lines[name] ?? unit.line) ?? [],
    ),
    logs: [{ kind: 'journal', unit: unit.name }, ...teeLogs(unit.execStart.join(' '))],
    config: {
      pid: unit.mainPid === 0 ? undefined : unit.mainPid,
      command,
      directory: unit.workingDirectory,
      user: unit.user,
      environment: Object.fromEntries(unit.environment.map(({ name, value }) => [name, value])),
      files: unit.environmentFiles,
    },
    cite: [
      ...stateLines(unit).flatMap((line) => look?.cite(line) ?? []),
      ...(kill && kills ? kills.cite(kill.line) : []),
      ...(['stopped', 'exited'].includes(state) ? life.cite : []),
    ],
    lastWordsCite: life.lastWordsCite,
  };
}

/**
 * By the journal, which has their times. Without it by systemd's count, which is of a unit's whole life: only those of a
 * process that is very young are of now.
 */
function recentStarts(
  state: ServiceState,
  restarts: number | undefined,
  startedAgo: number | undefined,
  { restartedAt }: UnitLife,
  nowSeconds: number | undefined,
): number {
  if (restartedAt !== undefined && nowSeconds !== undefined)
    return 1 + restartedAt.filter((at) => nowSeconds - at / 1000 < START_WINDOW_SECONDS).length;
  return state === 'restarting' || (startedAgo !== undefined && startedAgo < YOUNG_SECONDS)
    ? Math.min((restarts ?? 0) + 1, 50)
    : 1;
}

/** The lines that tell its state: ActiveState first, then why. */
function stateLines(unit: SystemdUnit): number[] {
  const names = ['ActiveState', 'SubState', 'Result', 'ExecMainStatus', 'NRestarts', 'UnitFileState'];
  const wanted = unit.active === 'active' ? names.slice(0, 2) : names.slice(0, 4);
  return wanted.map((name) => unit.lines[name] ?? unit.line);
}

/**
 * The kill for lack of memory that belongs to the present trouble: in its last life where it is down, in one that systemd
 * itself replaced where it runs. The main process may be a shell that only saw its child die, and systemd then says `success`.
 */
function memoryKill(
  unit: SystemdUnit,
  startedAgo: number | undefined,
  endedAgo: number | undefined,
  kills: readonly OomKill[],
  inContainer: string | undefined,
): OomKill | undefined {
  // Containers share the kernel's log, and two of them may have units of the same name.
  const own = kills.filter(
    ({ cgroup }) =>
      cgroup?.split('/').includes(unit.name) &&
      (inContainer === undefined || groupOwner(cgroup).containerId === inContainer),
  );
  if (unit.active === 'active')
    return (unit.nRestarts ?? 0) > 0
      ? own.findLast(({ secondsAgo }) => secondsAgo !== undefined && secondsAgo < START_WINDOW_SECONDS)
      : undefined;
  return own.findLast(
    ({ secondsAgo }) =>
      secondsAgo !== undefined &&
      startedAgo !== undefined &&
      secondsAgo <= startedAgo + CLOCK_SECONDS &&
      secondsAgo >= (endedAgo ?? 0) - CLOCK_SECONDS,
  );
}

/** systemd's times are cut to seconds, and the kernel's clock runs apart from the host's. */
const CLOCK_SECONDS = 3;

function stateOf(unit: SystemdUnit, life: UnitLife, lives: boolean): ServiceState {
  switch (unit.active) {
    case 'active':
    case 'reloading':
      return unit.sub === 'exited' && !lives ? 'exited' : 'running';
    case 'activating':
      // The journal is read later: a start that a request brought about may have failed since.
      if (unit.sub.startsWith('start') && life.stoppedFromOutside === false) return 'failed';
      return unit.sub.startsWith('auto-restart') ? 'restarting' : 'starting';
    case 'failed':
      return 'failed';
    case 'inactive':
      return life.stoppedFromOutside === false ? 'exited' : 'stopped';
    case 'deactivating':
      return 'stopped';
    default:
      return 'unknown';
  }
}

function enabledOf(state: string): boolean | undefined {
  if (state === '') return undefined;
  return !/^(?:disabled|masked)/.test(state);
}

/** Without a time of a start: systemd has unloaded it since, or it never ran. Only the journal tells which. */
function neverStarted(unit: SystemdUnit, life: UnitLife): boolean | undefined {
  if (unit.startedAt !== undefined) return false;
  return life.knownSinceBoot === undefined ? undefined : !life.knownSinceBoot;
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
