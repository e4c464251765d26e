import type { SupervisorConfiguration } from '../../probes/service/supervisor-config.js';
import { supervisorConfig } from '../../probes/service/supervisor-config.js';
import type { SupervisorProgram } from '../../probes/service/supervisor-programs.js';
import { type SupervisorEvent, supervisorStarts } from '../../probes/service/supervisor-starts.js';
import {
  type SupervisorInstance,
  type SupervisorProgramStatus,
  supervisorStatus,
} from '../../probes/service/supervisor-status.js';
import type { EvidenceStore, Looked } from '../looked.js';
import type { LogSource, ServiceReading, ServiceState } from './service-reading.js';

/** Starts within this many seconds count as the present trouble. */
export const START_WINDOW_SECONDS = 600;

const STATES: Readonly<Record<string, ServiceState>> = {
  RUNNING: 'running',
  STARTING: 'starting',
  STOPPED: 'stopped',
  STOPPING: 'stopped',
  BACKOFF: 'backoff',
  EXITED: 'exited',
  FATAL: 'failed',
  UNKNOWN: 'unknown',
};

/** Every program that a supervisord runs, or that a file defines for it. */
export function supervisorServices(store: EvidenceStore, host: string): ServiceReading[] {
  const status = store.look(supervisorStatus, host, undefined);
  const config = store.look(supervisorConfig, host, undefined);
  const instances = new Map(status?.facts.instances.map((one) => [one.configFile, one]));
  const known = (status?.facts.instances ?? []).flatMap((instance) => {
    const configuration = config?.facts.instances.find((one) => one.configFile === instance.configFile);
    return instance.programs.map((program) =>
      loadedProgram(store, host, program, configuration, status, config),
    );
  });
  const merelyDefined = (config?.facts.instances ?? []).flatMap((configuration) => {
    const instance = instances.get(configuration.configFile);
    // Without an answer from supervisorctl nobody knows what is loaded; only a daemon that does not run is certain.
    if (!instance || (!instance.reachable && instance.supervisordPid !== undefined)) return [];
    return configuration.programs
      .filter((program) => !instance?.programs.some((loaded) => sameProgram(loaded, program)))
      .map((program) => definedProgram(host, configuration.configFile, instance, program, config));
  });
  return [
    ...known,
    ...merelyDefined,
    ...formerPrograms(store, host, [...known, ...merelyDefined], config?.facts.instances ?? []),
  ];
}

/** Programs that supervisord's own log knows and that neither it nor a file names any more: somebody took them away. */
function formerPrograms(
  store: EvidenceStore,
  host: string,
  present: readonly ServiceReading[],
  configurations: readonly SupervisorConfiguration[],
): ServiceReading[] {
  return configurations.flatMap((configuration) => {
    const logFile = configuration.supervisord.logfile;
    const look =
      logFile && configuration.supervisordPid !== undefined
        ? store.look(supervisorStarts, host, { logFile })
        : undefined;
    if (!look) return [];
    const names = new Set(
      look.facts.events.filter((event) => event.event === 'spawned').map((event) => event.program),
    );
    for (const service of present) names.delete(service.name.replace(/^.*:/, ''));
    return [...names].map((name): ServiceReading => {
      const last = look.facts.events.findLast((event) => event.program === name);
      return {
        host,
        manager: 'supervisor',
        name,
        keeper: configuration.configFile,
        state: 'missing',
        rawState: 'in no configuration',
        running: false,
        logs: [],
        config: { environment: {}, files: [] },
        stoppedSecondsAgo: agoSeconds(last, look.facts.nowEpochMs),
        cite: last ? look.cite(last.line) : [],
      };
    });
  });
}

function sameProgram(loaded: SupervisorProgramStatus, program: SupervisorProgram): boolean {
  return loaded.name === program.name || (loaded.group === program.name && program.numprocs > 1);
}

function loadedProgram(
  store: EvidenceStore,
  host: string,
  status: SupervisorProgramStatus,
  configuration: SupervisorConfiguration | undefined,
  statusLook: Looked<unknown> | undefined,
  configLook: Looked<unknown> | undefined,
): ServiceReading {
  const program = configuration?.programs.find((one) => sameProgram(status, one));
  const state = STATES[status.state] ?? 'unknown';
  const { events, now } = eventsOf(store, host, configuration, status.name);
  const episode = presentEpisode(events);
  const spawns = episode.filter((event) => event.event === 'spawned' || event.event === 'spawnerr');
  const recent = spawns.filter(
    (event) => event.epochMs !== undefined && now - event.epochMs < START_WINDOW_SECONDS * 1000,
  );
  const died = events.findLast(
    (event) => event.event === 'exited' || event.event === 'stopped' || event.event === 'gave up',
  );
  const started = status.uptimeSeconds ?? agoSeconds(spawns.at(-1), now);
  return {
    host,
    manager: 'supervisor',
    name: status.group ? `${status.group}:${status.name}` : status.name,
    groupOrId: status.group,
    state,
    rawState: status.state,
    running: state === 'running' || state === 'starting',
    enabled: program?.autostart,
    pid: status.pid,
    user: program?.user,
    command: program?.command,
    startedSecondsAgo: started,
    lifeSecondsAgo: recent.length > 2 ? agoSeconds(spawns.at(-2), now) : started,
    keeper: configuration?.configFile,
    stoppedSecondsAgo: agoSeconds(died, now),
    killedSecondsAgo: agoSeconds(
      episode.findLast((event) => event.event === 'exited' && event.signal === 'SIGKILL'),
      now,
    ),
    neverStarted: state === 'stopped' && /not started/i.test(status.description),
    exitStatus: died?.exitStatus,
    // The first start of an episode is somebody's act; those after it are the manager's.
    recentStarts: recent.length,
    ...optionsOf(program, configLook),
    logs: logsOf(program),
    config: configOf(program, status.pid),
    cite: [
      ...(statusLook?.cite(status.line) ?? []),
      ...(died && recent.length > 1 ? startsCite(store, host, configuration, died.line) : []),
    ],
  };
}

/** What happened since somebody last stopped or started it, or supervisord itself came up: before that was another trouble. */
function presentEpisode(events: readonly SupervisorEvent[]): readonly SupervisorEvent[] {
  const start = events.findLastIndex((event) => event.event === 'spawned' || event.event === 'spawnerr');
  const ends = ['stopped', 'gave up', 'supervisord-started'];
  const last = events.slice(0, Math.max(start, 0)).findLastIndex((event) => ends.includes(event.event));
  return events.slice(last + 1);
}

function startsCite(
  store: EvidenceStore,
  host: string,
  configuration: SupervisorConfiguration | undefined,
  line: number,
): string[] {
  const logFile = configuration?.supervisord.logfile;
  return logFile ? (store.look(supervisorStarts, host, { logFile })?.cite(line) ?? []) : [];
}

function eventsOf(
  store: EvidenceStore,
  host: string,
  configuration: SupervisorConfiguration | undefined,
  name: string,
): { events: readonly SupervisorEvent[]; now: number } {
  const logFile = configuration?.supervisord.logfile;
  const looked = logFile ? store.look(supervisorStarts, host, { logFile }) : undefined;
  return {
    events: looked?.facts.events.filter((event) => event.program === name || event.program === '') ?? [],
    now: looked?.facts.nowEpochMs ?? 0,
  };
}

function agoSeconds(event: SupervisorEvent | undefined, nowMs: number): number | undefined {
  return event?.epochMs === undefined ? undefined : Math.max(0, Math.round((nowMs - event.epochMs) / 1000));
}

function definedProgram(
  host: string,
  keeper: string,
  instance: SupervisorInstance | undefined,
  program: SupervisorProgram,
  config: Looked<unknown> | undefined,
): ServiceReading {
  const down = instance?.supervisordPid === undefined;
  return {
    host,
    manager: 'supervisor',
    name: program.group ? `${program.group}:${program.name}` : program.name,
    keeper,
    groupOrId: program.group,
    state: down ? 'stopped' : 'missing',
    rawState: down ? 'without supervisord' : 'a file defines it, reread and update were not run',
    running: false,
    enabled: program.autostart,
    user: program.user,
    command: program.command,
    ...optionsOf(program, config),
    logs: logsOf(program),
    config: configOf(program, undefined),
    cite: config?.cite(program.line) ?? [],
  };
}

function optionsOf(
  program: SupervisorProgram | undefined,
  config: Looked<unknown> | undefined,
): Pick<ServiceReading, 'unknownOptions' | 'unknownOptionsCite'> {
  if (!program) return {};
  return {
    unknownOptions: program.unknownOptions.map((option) => option.name),
    unknownOptionsCite: program.unknownOptions.flatMap((option) => config?.cite(option.line) ?? []),
  };
}

function logsOf(program: SupervisorProgram | undefined): LogSource[] {
  const paths = [
    program?.stderrLogfile,
    program?.redirectStderr ? undefined : program?.stdoutLogfile,
    program?.stdoutLogfile,
  ];
  const files = paths.filter(
    (path): path is string => path?.startsWith('/') === true && !path.startsWith('/dev/'),
  );
  return [...new Set(files)].map((path) => ({ kind: 'file', path }));
}

function configOf(program: SupervisorProgram | undefined, pid: number | undefined): ServiceReading['config'] {
  return {
    pid,
    command: program?.command,
    directory: program?.directory,
    user: program?.user,
    environment: Object.fromEntries((program?.environment ?? []).map(({ name, value }) => [name, value])),
    files: [],
  };
}
