import type { Overview, TargetLine } from '../../domain/answer.js';
import type { Target } from '../../domain/target.js';
import type { IncidentStore, RunStore } from '../../ports-state.js';

export interface OverviewDeps {
  readonly runs: RunStore;
  readonly incidents: IncidentStore;
  /** Those of goodgate.yaml. */
  readonly targets: () => readonly Target[];
  /** Milliseconds since a worker was last known to take jobs; undefined where none ever was. */
  readonly workersSilentMs: () => number | undefined;
}

export async function overview(deps: OverviewDeps): Promise<Overview> {
  const [incidents, unfinished, targets] = await Promise.all([
    deps.incidents.unresolved(),
    deps.runs.unfinished(),
    targetLines(deps),
  ]);
  const silentMs = deps.workersSilentMs();
  return {
    incidents,
    running: unfinished.filter(({ state }) => state === 'running'),
    waiting: unfinished.filter(({ state }) => state === 'queued'),
    targets,
    ...(silentMs === undefined ? {} : { workersSilentMs: silentMs }),
  };
}

export async function targetLines(deps: OverviewDeps): Promise<readonly TargetLine[]> {
  const targets = deps.targets();
  const last = await deps.runs.lastResults(targets.map(({ name }) => name));
  return targets.map((target) => {
    const run = last.get(target.name);
    return {
      name: target.name,
      url: target.url,
      hosts: target.hosts.map(({ host }) => host.alias),
      ...(target.playbook === undefined ? {} : { playbook: target.playbook }),
      ...(run === undefined ? {} : { last: run }),
    };
  });
}
