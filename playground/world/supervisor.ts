import { join } from 'node:path';
import type { Host, RunResult } from './host.js';
import type { Names } from './names.js';
import { type Daemon, pidIn } from './nginx.js';
import type { Paths } from './paths.js';
import { waitUntil } from './wait-until.js';

export interface Supervisor extends Daemon {
  /** `supervisorctl` with these words. */
  ctl(...words: string[]): Promise<RunResult>;
  /** Several commands, one after the other, by one `supervisorctl`. */
  ctlAll(commands: readonly string[]): Promise<RunResult>;
  /** RUNNING, STOPPED, FATAL, …, or `unknown` where supervisor does not know the program. */
  state(program: string): Promise<string>;
  programPid(program: string): Promise<number | undefined>;
}

export function renderSupervisorConf(paths: Paths, isRoot: boolean): string {
  return `[unix_http_server]
file=${paths.supervisorSocket}
chmod=0700

[supervisord]
logfile=${paths.supervisorLog}
pidfile=${paths.supervisorPid}
childlogdir=${join(paths.supervisorLog, '..')}
${isRoot ? 'user=root\n' : ''}
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface

[supervisorctl]
serverurl=unix://${paths.supervisorSocket}

[include]
files = ${join(paths.programConf, '../*.conf')}
`;
}

/** One `[program:…]` section. */
export interface ProgramPlan {
  readonly name: string;
  readonly command: string;
  readonly directory: string;
  readonly environment: string;
  readonly outLog: string;
  readonly errLog: string;
  readonly user: string | undefined;
}

export function renderProgram(plan: ProgramPlan): string {
  return `[program:${plan.name}]
command=${plan.command}
directory=${plan.directory}
${plan.user === undefined ? '' : `user=${plan.user}\n`}environment=${plan.environment}
stdout_logfile=${plan.outLog}
stdout_logfile_backups=0
stdout_logfile_maxbytes=0
stderr_logfile=${plan.errLog}
stderr_logfile_backups=0
stderr_logfile_maxbytes=0
autostart=true
autorestart=true
startsecs=1
startretries=2
stopwaitsecs=3
`;
}

export function renderGroup(names: Names, programs: readonly string[]): string {
  return `[group:${names.group}]\nprograms=${programs.join(',')}\n`;
}

export function createSupervisor(host: Host, paths: Paths, names: Names): Supervisor {
  const supervisor: Supervisor = {
    ctl: (...words) => host.run(['supervisorctl', '-c', paths.supervisorConf, ...words]),
    ctlAll: (commands) =>
      host.run(['supervisorctl', '-c', paths.supervisorConf], { input: `${commands.join('\n')}\n` }),
    // docs:docservice                  RUNNING   pid 4711, uptime 0:00:04
    async state(program) {
      const { stdout } = await supervisor.ctl('status', `${names.group}:${program}`);
      return /^\S+\s+([A-Z]+)/.exec(stdout)?.[1] ?? 'unknown';
    },
    async programPid(program) {
      const { stdout } = await supervisor.ctl('pid', `${names.group}:${program}`);
      const pid = Number(stdout.trim());
      return Number.isInteger(pid) && pid > 0 ? pid : undefined;
    },
    async start() {
      const result = await host.run(['supervisord', '-c', paths.supervisorConf]);
      if (result.code !== 0) throw new Error(`supervisord did not start: ${result.stderr}${result.stdout}`);
      await waitUntil('supervisord answers', async () => (await supervisor.ctl('pid')).code === 0);
    },
    async stop() {
      const pid = pidIn(paths.supervisorPid);
      if (pid === undefined) return;
      await host.signal(pid, 'TERM');
      await waitUntil('supervisord has ended', async () => !(await supervisor.isRunning()));
    },
    async isRunning() {
      const pid = pidIn(paths.supervisorPid);
      return pid !== undefined && (await host.run(['kill', '-0', String(pid)])).code === 0;
    },
  };
  return supervisor;
}
