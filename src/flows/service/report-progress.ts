import { type HostProgress, progressRun, type Run, type RunProgress } from '../../domain/run.js';
import type { RunStore } from '../../ports-state.js';
import type { ProgressEvent } from '../check-target.js';
import { type AnnounceDeps, announce } from './announce.js';

export interface ReportDeps extends AnnounceDeps {
  readonly runs: RunStore;
  readonly worker: string;
}

/** Slack shows about one state a second; more often there is nothing to gain. */
const EVERY_MS = 700;

/** Writes down how a run goes on: the newest state, not every one. What cannot be written is not missed. */
export function reportProgress(run: Run, deps: ReportDeps) {
  const hosts = new Map<string, HostProgress>();
  let step: RunProgress['step'] = 'connecting';
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  let stopped = false;

  const write = async (): Promise<void> => {
    const progress: RunProgress = { step, hosts: [...hosts.values()] };
    const told = await deps.runs.change(run.id, (one) => progressRun(one, deps.worker, progress));
    if (told?.changed) await announce(run.id, deps);
  };
  const schedule = (): void => {
    if (timer !== undefined || stopped) return;
    timer = setTimeout(() => {
      timer = undefined;
      writing = writing.then(write).catch(() => undefined);
    }, EVERY_MS);
  };
  return {
    tell: (event: ProgressEvent): void => {
      if (event.kind === 'outside') return;
      if (event.kind !== 'connecting') step = 'looking';
      hosts.set(event.host, hostAfter(hosts.get(event.host), event));
      schedule();
    },
    judging: (): void => {
      step = 'judging';
      schedule();
    },
    /** Resolves when nothing more will be written. */
    stop: async (): Promise<void> => {
      stopped = true;
      clearTimeout(timer);
      await writing;
    },
  };
}

/** Rounds follow one another: what was asked and answered in earlier ones stays counted. */
function hostAfter(
  before: HostProgress | undefined,
  event: Exclude<ProgressEvent, { kind: 'outside' }>,
): HostProgress {
  const { host, done, asked } = before ?? { host: event.host, done: 0, asked: 0 };
  switch (event.kind) {
    case 'connecting':
      return { host, state: 'connecting', done, asked };
    case 'connected':
      return { host, state: 'looking', done, asked };
    case 'unreachable':
      return { host, state: 'unreachable', done, asked };
    case 'round':
      return { host, state: 'looking', done, asked: asked + event.total };
    case 'probe':
      return { host, state: 'looking', done: Math.min(done + 1, asked), asked };
  }
}
