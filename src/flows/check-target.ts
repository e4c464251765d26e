/** The whole check: look at every host in up to three rounds, ask from outside, and record what came. */
import { randomBytes } from 'node:crypto';
import { evidenceStore } from '../diagnosis/looked.js';
import { type Planned, planRound, type Round } from '../diagnosis/walk/plan-rounds.js';
import type { WalkTarget } from '../diagnosis/walk/walk.js';
import type { CheckRecord, RecordedHost } from '../domain/check-record.js';
import type { Evidence, ProbeCommand } from '../domain/evidence.js';
import { containerAt } from '../domain/place.js';
import type { Target } from '../domain/target.js';
import { withinContainer } from '../domain/within-container.js';
import type { Playbook } from '../playbook/playbook-schema.js';
import type { Clock, HostRunner, HostSession } from '../ports.js';
import type { OutsideRequester } from '../ports-outside.js';
import { choosePlaybook, withDefaults } from './choose-playbook.js';
import { evidenceOf } from './evidence-of.js';
import { maskSentence } from './mask-output.js';
import { startOutsideViews } from './outside-views.js';

export type ProgressEvent =
  | { readonly kind: 'connecting'; readonly host: string }
  | { readonly kind: 'connected'; readonly host: string; readonly says: string }
  | { readonly kind: 'unreachable'; readonly host: string; readonly says: string }
  | { readonly kind: 'round'; readonly host: string; readonly round: Round; readonly total: number }
  | {
      readonly kind: 'probe';
      readonly host: string;
      readonly probe: string;
      readonly done: number;
      readonly total: number;
    }
  | { readonly kind: 'outside'; readonly says: string };

export interface CheckDeps {
  readonly hostRunner: HostRunner;
  readonly outside: OutsideRequester;
  readonly clock: Clock;
  readonly playbooks: ReadonlyMap<string, Playbook>;
  readonly version: string;
  readonly connectTimeoutMs?: number;
  readonly onProgress?: (event: ProgressEvent) => void;
  readonly signal?: AbortSignal;
}

interface OpenHost {
  readonly alias: string;
  readonly session: HostSession;
}

const CONNECT_TIMEOUT_MS = 10_000;

/** Never rejects for what a host does; rejects with the signal's reason where the caller has ended the check. */
export async function checkTarget(target: Target, deps: CheckDeps): Promise<CheckRecord> {
  const startedAt = deps.clock.now();
  const trace = randomBytes(8).toString('hex');
  const named: WalkTarget = {
    name: target.name,
    url: target.url,
    variables: target.variables,
    hosts: target.hosts.map(({ host, roles }) => ({ alias: host.alias, roles })),
    trace,
  };
  const outside = startOutsideViews(target.url, trace, deps);
  const opened = await openHosts(target, deps);
  try {
    const evidence: Evidence[] = [];
    const counts = new Map<string, number>();
    let asked = named;
    for (const round of [1, 2, 3, 4] as const) {
      // The marked requests of the outside view must be in the logs before the last round reads them.
      if (round === 3) evidence.push(...(await outside.all()));
      const playbook =
        round === 1
          ? undefined
          : choosePlaybook(deps.playbooks, target.playbook, evidenceStore(evidence), asked);
      if (round === 2) {
        asked = await outside.follow(evidenceStore(evidence), withDefaults(named, playbook));
      }
      const planned = planRound(round, evidenceStore(evidence), asked, playbook?.looks ?? []);
      const brought = await Promise.all(opened.open.map((host) => runRound(host, round, planned, deps)));
      for (const [index, host] of opened.open.entries()) {
        const fresh = brought[index] ?? [];
        evidence.push(...fresh);
        counts.set(host.alias, (counts.get(host.alias) ?? 0) + fresh.length);
      }
      deps.signal?.throwIfAborted();
    }
    const chosen = choosePlaybook(deps.playbooks, target.playbook, evidenceStore(evidence), asked);
    return {
      schema: 1,
      goodgate: deps.version,
      target: {
        name: target.name,
        url: target.url,
        ...(asked.url === target.url ? {} : { asked: { url: asked.url, evidence: asked.outsideId ?? '' } }),
        variables: target.variables,
        ...(chosen ? { playbook: chosen.name } : {}),
      },
      startedAt: startedAt.toISOString(),
      durationMs: deps.clock.now().getTime() - startedAt.getTime(),
      trace,
      hosts: target.hosts.map(({ host, roles }): RecordedHost => {
        const open = opened.open.find((one) => one.alias === host.alias);
        const failure = opened.failures.get(host.alias);
        return {
          alias: host.alias,
          roles,
          ...(failure ? { failure } : {}),
          ...(open ? accountOf(open.session) : {}),
          connections: open?.session.counts().connections ?? 0,
          channels: open?.session.counts().channels ?? 0,
          probes: counts.get(host.alias) ?? 0,
        };
      }),
      evidence,
    };
  } finally {
    await Promise.all(opened.open.map(({ session }) => session.close()));
  }
}

function accountOf(session: HostSession): Pick<RecordedHost, 'user' | 'root' | 'sudo'> {
  const { user, root, sudo } = session.account();
  return { user, root, sudo };
}

interface OpenedHosts {
  readonly open: readonly OpenHost[];
  readonly failures: ReadonlyMap<string, NonNullable<RecordedHost['failure']>>;
}

async function openHosts(target: Target, deps: CheckDeps): Promise<OpenedHosts> {
  const results = await Promise.all(
    target.hosts.map(async ({ host }) => {
      deps.onProgress?.({ kind: 'connecting', host: host.alias });
      const opened = await deps.hostRunner.open(host, {
        connectTimeoutMs: deps.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
        ...(deps.signal ? { signal: deps.signal } : {}),
      });
      const result = opened.ok
        ? opened
        : { ok: false as const, failure: { ...opened.failure, says: maskSentence(opened.failure.says) } };
      if (result.ok) deps.onProgress?.({ kind: 'connected', host: host.alias, says: host.transport.kind });
      else deps.onProgress?.({ kind: 'unreachable', host: host.alias, says: result.failure.says });
      return { alias: host.alias, result };
    }),
  );
  const open: OpenHost[] = [];
  const failures = new Map<string, NonNullable<RecordedHost['failure']>>();
  for (const { alias, result } of results) {
    if (result.ok) open.push({ alias, session: result.session });
    else failures.set(alias, result.failure);
  }
  return { open, failures };
}

async function runRound(
  host: OpenHost,
  round: Round,
  planned: readonly Planned[],
  deps: CheckDeps,
): Promise<Evidence[]> {
  const looks = planned.flatMap((one) => {
    const command = commandOn(host.alias, one);
    return command ? [{ one, command }] : [];
  });
  if (looks.length === 0) return [];
  const commands = looks.map(({ command }) => command);
  deps.onProgress?.({ kind: 'round', host: host.alias, round, total: commands.length });
  const arrived = new Map<string, string>();
  const report = (command: ProbeCommand): void => {
    arrived.set(command.id, deps.clock.now().toISOString());
    deps.onProgress?.({
      kind: 'probe',
      host: host.alias,
      probe: command.kind,
      done: arrived.size,
      total: commands.length,
    });
  };
  const results = await host.session.run(commands, report);
  return looks.map(({ one, command }) =>
    evidenceOf(
      one.host,
      { ...command, id: one.command.id },
      results.get(command.id),
      arrived.get(command.id) ?? deps.clock.now().toISOString(),
    ),
  );
}

/** What this host is asked: a look of its own, or one into a container of its. */
function commandOn(host: string, { host: place, command, outside }: Planned): ProbeCommand | undefined {
  if (place === host) return command;
  const container = containerAt(place, host);
  if (container === undefined) return undefined;
  return outside ? { ...command, id: `${container}/${command.id}` } : withinContainer(command, container);
}
