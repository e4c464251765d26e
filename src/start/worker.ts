/** The side of the service that looks: takes runs from the queue, checks, judges, writes down. */
import { hostname } from 'node:os';
import { createHostRunner } from '../adapters/host-runner.js';
import type { ServiceLog } from '../adapters/log/logger.js';
import { outsideRequester } from '../adapters/outside/outside-requester.js';
import { causesFolder, packageVersion } from '../cli/package-root.js';
import type { Config } from '../config/config.js';
import { checkTarget } from '../flows/check-target.js';
import { judge } from '../flows/judge.js';
import { type PerformDeps, performRun } from '../flows/service/perform-run.js';
import { giveUpRun, reconcileRuns } from '../flows/service/reconcile-runs.js';
import { loadCauseHeads } from '../playbook/load-causes.js';
import type { Playbook } from '../playbook/playbook-schema.js';
import type { HostSlots, JobQueue } from '../ports-state.js';
import type { State } from './open-state.js';

export interface WorkerOptions {
  readonly config: Config;
  readonly playbooks: ReadonlyMap<string, Playbook>;
  readonly state: State;
  readonly queue: JobQueue;
  readonly hostSlots: HostSlots;
  readonly log: ServiceLog;
}

const SET_RIGHT_MS = 15_000;

/** `perform` is what the queue calls for each run. */
export function createWork({ config, playbooks, state, queue, hostSlots, log }: WorkerOptions) {
  const clock = { now: () => new Date() };
  const causes = loadCauseHeads(causesFolder());
  const hostRunner = createHostRunner();
  const name = `${hostname()}-${process.pid}`;
  const deps: PerformDeps = {
    ...state,
    clock,
    hostSlots,
    worker: name,
    timeLimitMs: config.service.runs.timeLimitMs,
    targetNamed: (name) => config.targets.get(name)?.target,
    check: (target, { signal, onProgress }) =>
      checkTarget(target, {
        hostRunner,
        outside: outsideRequester,
        clock,
        playbooks,
        version: packageVersion(),
        connectTimeoutMs: config.connectTimeoutMs,
        onProgress,
        signal,
      }),
    judge: async (record) => {
      const judged = (lang: 'en' | 'zh') => judge(record, { playbooks, causes }, { lang });
      return { en: judged('en'), zh: judged('zh') };
    },
  };
  const setRight = (): void => {
    reconcileRuns({ ...state, clock, queue }).catch((error: unknown) =>
      state.tellUnlessAway(error, () => log.warn({ err: error }, 'runs could not be set right now')),
    );
  };
  const timer = setInterval(setRight, SET_RIGHT_MS);
  setRight();
  return {
    name,
    giveUp: (runId: string, says: string): void => {
      log.error({ run: runId, says }, 'the queue has given a run up');
      giveUpRun(runId, says, { ...state, clock, queue }).catch((error: unknown) =>
        log.warn(
          { run: runId, err: error },
          'a run that was given up could not be ended; it is set right later',
        ),
      );
    },
    perform: async (runId: string, stopping: AbortSignal) => {
      log.debug({ run: runId }, 'run: taken');
      const result = await performRun(runId, stopping, deps).catch((error: unknown) => {
        log.error({ run: runId, err: error }, 'run: failed, and is tried again');
        throw error;
      });
      if (result === 'done') log.info({ run: runId }, 'run: done');
      else log.debug({ run: runId, laterMs: result.later }, 'run: waits for its hosts');
      return result;
    },
    stop: () => clearInterval(timer),
  };
}
