/** What a worker does with a run: wait for a place on its hosts, look, judge, write down, tell. */
import { randomBytes } from 'node:crypto';
import type { CheckRecord } from '../../domain/check-record.js';
import type { Diagnosis } from '../../domain/diagnosis.js';
import {
  cancelRun,
  finishRun,
  interruptRun,
  isOver,
  type Run,
  startRun,
  waitForHosts,
} from '../../domain/run.js';
import { resultOf } from '../../domain/run-result.js';
import type { Target } from '../../domain/target.js';
import type { EvidenceArchive, HostSlots, IncidentStore, RunStore } from '../../ports-state.js';
import type { ProgressEvent } from '../check-target.js';
import { type AnnounceDeps, announce, type NoteDeps, tellTimeline } from './announce.js';
import { followIncident } from './follow-incident.js';
import { reportProgress } from './report-progress.js';
import { type EndReason, endOf, watchForEnd } from './run-end.js';

export interface PerformDeps extends AnnounceDeps, NoteDeps {
  readonly runs: RunStore;
  readonly incidents: IncidentStore;
  readonly archive: EvidenceArchive;
  readonly hostSlots: HostSlots;
  /** Name of this worker, unlike that of every other. */
  readonly worker: string;
  readonly timeLimitMs: number;
  /** By its name in goodgate.yaml; undefined where it is not there any more. */
  readonly targetNamed: (name: string) => Target | undefined;
  readonly check: (
    target: Target,
    options: { readonly signal: AbortSignal; readonly onProgress: (event: ProgressEvent) => void },
  ) => Promise<CheckRecord>;
  /** In both languages: people read in theirs. */
  readonly judge: (record: CheckRecord) => Promise<Readonly<Record<'en' | 'zh', Diagnosis>>>;
}

const ASK_AGAIN_MS = 500;

/**
 * `later`: the hosts are busy, or this worker stops; the job goes back to the queue. Rejects where something of our own
 * is broken; the queue tries again, on another worker perhaps.
 */
export async function performRun(
  runId: string,
  stopping: AbortSignal,
  deps: PerformDeps,
): Promise<'done' | { readonly later: number }> {
  const asked = await deps.runs.get(runId);
  if (asked === undefined) return 'done';
  if (isOver(asked)) {
    // Whoever ended it may have died before it told.
    await announce(runId, deps);
    return 'done';
  }
  if (asked.cancelRequestedBy !== undefined) return endWithout(asked, { kind: 'cancelled' }, deps);
  const target = deps.targetNamed(asked.target);
  if (target === undefined) {
    const says = `goodgate.yaml has no target "${asked.target}" any more`;
    return endWithout(asked, { kind: 'interrupted', reason: 'configuration', says }, deps);
  }
  const hosts = target.hosts.map(({ host }) => host.alias);
  const place = await deps.hostSlots.take(hosts, runId);
  if (!place.taken) {
    const waiting = await deps.runs.change(runId, (run) => waitForHosts(run, place.full));
    if (waiting?.changed) {
      await announce(runId, deps);
      await tellTimeline(runId, 'run-waiting', { kind: 'goodgate' }, { hosts: place.full.join(', ') }, deps);
    }
    return { later: ASK_AGAIN_MS };
  }
  try {
    const wanted = asked.playbook === undefined ? target : { ...target, playbook: asked.playbook };
    return await carryOut(asked, wanted, stopping, deps);
  } finally {
    await place.release();
  }
}

async function carryOut(
  asked: Run,
  target: Target,
  stopping: AbortSignal,
  service: PerformDeps,
): Promise<'done'> {
  // A worker that was given up for lost may get the same run again while its first try is still alive.
  const deps = { ...service, worker: `${service.worker}.${randomBytes(3).toString('hex')}` };
  const started = await deps.runs.change(asked.id, (run) => startRun(run, deps.worker, deps.clock.now()));
  if (started === undefined || !started.changed) return 'done';
  await announce(asked.id, deps);
  const isTakeOver = started.run.attempts > 1;
  await tellTimeline(
    asked.id,
    isTakeOver ? 'run-taken-over' : 'run-started',
    { kind: 'goodgate' },
    { run: asked.id, worker: service.worker },
    deps,
  );
  const end = watchForEnd(asked.id, stopping, deps);
  const progress = reportProgress(started.run, deps);
  try {
    const record = await deps.check(target, { signal: end.signal, onProgress: progress.tell });
    end.signal.throwIfAborted();
    progress.judging();
    const diagnoses = await deps.judge(record);
    await deps.archive.save(asked.id, record, diagnoses);
    await progress.stop();
    return await finish(started.run, diagnoses.en, deps);
  } catch (error) {
    await progress.stop();
    const why = endOf(end.signal);
    if (why === undefined) throw error;
    return await endWithout(started.run, why, deps);
  } finally {
    end.stop();
  }
}

/** The incident first: a run that is finished is not looked at again. */
async function finish(run: Run, diagnosis: Diagnosis, deps: PerformDeps): Promise<'done'> {
  const result = resultOf(diagnosis);
  const finishing = finishRun(run, deps.worker, result, deps.clock.now());
  await followIncident(finishing, deps);
  const finished = await deps.runs.change(run.id, (one) =>
    finishRun(one, deps.worker, result, deps.clock.now()),
  );
  // Where nothing changed, somebody else has it now, and will tell.
  if (finished?.changed) {
    await announce(run.id, deps);
    const cause = result.cause === undefined ? {} : { cause: result.cause.id };
    const details = { run: run.id, verdict: result.verdict, ...cause };
    await tellTimeline(run.id, 'run-finished', { kind: 'goodgate' }, details, deps);
  }
  return 'done';
}

async function endWithout(run: Run, why: EndReason, deps: PerformDeps): Promise<'done'> {
  if (why.kind === 'lost') return 'done';
  const at = deps.clock.now();
  const ended = await deps.runs.change(run.id, (one) => {
    if (one.worker !== run.worker) return one;
    return why.kind === 'cancelled' ? cancelRun(one, at) : interruptRun(one, why, at);
  });
  if (ended?.changed) {
    const kind = why.kind === 'cancelled' ? 'run-cancelled' : 'run-interrupted';
    const actor = ended.run.cancelRequestedBy ?? { kind: 'goodgate' };
    const details = why.kind === 'cancelled' ? {} : { reason: why.reason, says: why.says };
    await tellTimeline(run.id, kind, actor, { run: run.id, ...details }, deps);
    await announce(run.id, deps);
  }
  return 'done';
}
