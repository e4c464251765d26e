/** The ports of the service in memory: what they hold can be looked at, and each can be made to fail. */
import type { ChatFile, ChatMessage } from '../../../src/domain/chat-message.js';
import type { CheckRecord } from '../../../src/domain/check-record.js';
import type { Diagnosis, Verdict } from '../../../src/domain/diagnosis.js';
import type { Incident } from '../../../src/domain/incident.js';
import { isOver, newRun, type Run, type RunDraft } from '../../../src/domain/run.js';
import type { Target } from '../../../src/domain/target.js';
import type { TimelineEvent } from '../../../src/domain/timeline.js';
import type { Messenger, Sent } from '../../../src/ports-chat.js';
import type {
  EvidenceArchive,
  HostSlots,
  IncidentStore,
  JobQueue,
  MessageBoard,
  PostedMessage,
  RunStore,
  Signals,
  Timeline,
} from '../../../src/ports-state.js';

export const ANNA = { kind: 'person', id: 'U0ANNA' } as const;
export const BO = { kind: 'person', id: 'U0BO' } as const;

export function fakeClock(start = '2026-11-25T03:00:00.000Z') {
  let ms = Date.parse(start);
  return {
    now: () => new Date(ms),
    pass: (by: number) => {
      ms += by;
    },
  };
}

export function memoryRuns(): RunStore & { readonly all: Map<string, Run> } {
  const all = new Map<string, Run>();
  const newest = () => [...all.values()].reverse();
  return {
    all,
    claim: async (draft: RunDraft, at) => {
      const there = newest().find(
        (run) =>
          !isOver(run) &&
          run.cancelRequestedBy === undefined &&
          run.target === draft.target &&
          run.playbook === draft.playbook,
      );
      if (there) return { run: there, created: false };
      const run = newRun(`run-${all.size + 1}`, draft, at);
      all.set(run.id, run);
      return { run, created: true };
    },
    get: async (id) => all.get(id),
    change: async (id, transition) => {
      const before = all.get(id);
      if (before === undefined) return undefined;
      const after = transition(before);
      if (after === before) return { run: before, changed: false };
      const run = { ...after, revision: before.revision + 1 };
      all.set(id, run);
      return { run, changed: true };
    },
    recent: async (limit, target) =>
      newest()
        .filter((run) => target === undefined || run.target === target)
        .slice(0, limit),
    unfinished: async () => [...all.values()].filter((run) => !isOver(run)),
    lastResults: async (targets) =>
      new Map(
        targets.flatMap((target) => {
          const last = newest().find((run) => run.target === target && run.state === 'finished');
          return last ? [[target, last] as const] : [];
        }),
      ),
  };
}

export function memoryIncidents(): IncidentStore & { readonly all: Map<string, Incident> } {
  const all = new Map<string, Incident>();
  const current = (target: string) =>
    [...all.values()].find((one) => one.target === target && one.state !== 'resolved');
  return {
    all,
    openFor: async (target, open) => {
      const there = current(target);
      if (there) return { incident: there, created: false };
      const incident = open(`inc-${all.size + 1}`);
      all.set(incident.id, incident);
      return { incident, created: true };
    },
    current: async (target) => current(target),
    get: async (id) => all.get(id),
    change: async (id, transition) => {
      const before = all.get(id);
      if (before === undefined) return undefined;
      const after = transition(before);
      if (after === before) return { incident: before, changed: false };
      const incident = { ...after, revision: before.revision + 1 };
      all.set(id, incident);
      return { incident, changed: true };
    },
    unresolved: async () => [...all.values()].filter(({ state }) => state !== 'resolved'),
    recent: async (limit) => [...all.values()].reverse().slice(0, limit),
  };
}

export function memoryArchive(): EvidenceArchive & { readonly saved: Map<string, unknown> } {
  const saved = new Map<
    string,
    { record: CheckRecord; diagnoses: Readonly<Record<'en' | 'zh', Diagnosis>> }
  >();
  return {
    saved,
    save: async (runId, record, diagnoses) => {
      saved.set(runId, { record, diagnoses });
    },
    record: async (runId) => saved.get(runId)?.record,
    diagnosis: async (runId, language) => saved.get(runId)?.diagnoses[language],
  };
}

export function memoryTimeline(): Timeline & { readonly kinds: (subject: string) => string[] } {
  const all = new Map<string, TimelineEvent[]>();
  return {
    kinds: (subject) => (all.get(subject) ?? []).map(({ kind }) => kind),
    append: async (subject, event) => {
      all.set(subject, [...(all.get(subject) ?? []), event]);
    },
    read: async (subject) => all.get(subject) ?? [],
  };
}

export function memoryBoard(): MessageBoard & { readonly dueNow: () => string[] } {
  const due = new Map<string, number>();
  const posted = new Map<string, PostedMessage>();
  let marks = 0;
  return {
    dueNow: () => [...due.keys()],
    touch: async (runId) => {
      marks += 1;
      due.set(runId, marks);
    },
    due: async (limit) => [...due].slice(0, limit).map(([runId, mark]) => ({ runId, mark: String(mark) })),
    settle: async (runId, mark) => {
      if (String(due.get(runId)) === mark) due.delete(runId);
    },
    load: async (runId, part) => posted.get(`${runId}/${part}`),
    save: async (runId, part, message) => {
      posted.set(`${runId}/${part}`, message);
    },
  };
}

export function memoryQueue(): JobQueue & { readonly jobs: Map<string, 'waiting' | 'active'> } {
  const jobs = new Map<string, 'waiting' | 'active'>();
  return {
    jobs,
    add: async (runId) => {
      if (!jobs.has(runId)) jobs.set(runId, 'waiting');
    },
    remove: async (runId) => jobs.get(runId) === 'waiting' && jobs.delete(runId),
    stateOf: async (runId) => jobs.get(runId) ?? 'gone',
  };
}

export function memorySignals(): Signals {
  const changed = new Set<(runId: string) => void>();
  const cancelled = new Set<(runId: string) => void>();
  const listen = (set: Set<(runId: string) => void>) => (listener: (runId: string) => void) => {
    set.add(listener);
    return () => void set.delete(listener);
  };
  return {
    runChanged: async (runId) => {
      for (const listener of changed) listener(runId);
    },
    cancelWanted: async (runId) => {
      for (const listener of cancelled) listener(runId);
    },
    onRunChanged: listen(changed),
    onCancelWanted: listen(cancelled),
  };
}

export function memorySlots(full: readonly string[] = []): HostSlots & { readonly held: Set<string> } {
  const held = new Set<string>();
  return {
    held,
    take: async (hosts, holder) => {
      const busy = hosts.filter((host) => full.includes(host));
      if (busy.length > 0) return { taken: false, full: busy };
      held.add(holder);
      return {
        taken: true,
        release: async () => {
          held.delete(holder);
        },
      };
    },
  };
}

export function target(name = 'docs-server', playbook?: string): Target {
  return {
    name,
    url: 'https://docs.example.com/',
    hosts: [
      { host: { alias: 'docs-1', transport: { kind: 'local' }, sudo: false }, roles: ['proxy', 'backend'] },
    ],
    variables: {},
    ...(playbook === undefined ? {} : { playbook }),
  };
}

export function record(name = 'docs-server'): CheckRecord {
  return {
    schema: 1,
    goodgate: 'test',
    target: { name, url: 'https://docs.example.com/', variables: {} },
    startedAt: '2026-11-25T03:00:00.000Z',
    durationMs: 1,
    trace: '0',
    hosts: [],
    evidence: [],
  };
}

export function diagnosis(verdict: Verdict, cause?: string): Diagnosis {
  return {
    schema: 1,
    target: 'docs-server',
    url: 'https://docs.example.com/',
    playbook: 'onlyoffice',
    verdict,
    httpStatus: verdict === 'healthy' ? 200 : 502,
    symptom: 'A client gets 502',
    causes:
      cause === undefined
        ? []
        : [{ id: cause, certainty: 'proven', host: 'docs-1', title: cause, chain: [], recoveries: [] }],
    ruledOut: [],
    notChecked: [],
    path: [],
    recent: [],
    startedAt: '2026-11-25T03:00:00.000Z',
    durationMs: 1,
    hosts: [],
  };
}

/** A Slack that holds what it was told; `plan` makes its next calls go wrong. */
export function memorySlack() {
  interface Held {
    readonly channel: string;
    readonly threadTs?: string;
    readonly mark: string;
    text: string;
    edits: number;
  }
  const held = new Map<string, Held>();
  const files: string[] = [];
  const plans: { method: string; does: 'before' | 'after'; sent: Exclude<Sent<never>, { state: 'done' }> }[] =
    [];
  const next = (method: string) => {
    const index = plans.findIndex((plan) => plan.method === method);
    return index < 0 ? undefined : plans.splice(index, 1)[0];
  };
  let ts = 0;
  const messenger: Messenger = {
    post: async (place, message: ChatMessage, mark) => {
      const plan = next('post');
      if (plan?.does === 'before') return plan.sent;
      ts += 1;
      held.set(String(ts), { ...place, mark, text: message.text, edits: 0 });
      return plan?.sent ?? { state: 'done', value: { channel: place.channel, ts: String(ts) } };
    },
    open: async (person) => next('open')?.sent ?? { state: 'done', value: { channel: `D-${person}` } },
    edit: async (place, message) => {
      const plan = next('edit');
      if (plan?.does === 'before') return plan.sent;
      const there = held.get(place.ts);
      if (there === undefined) return { state: 'refused', code: 'message_not_found', says: '' };
      there.text = message.text;
      there.edits += 1;
      return plan?.sent ?? { state: 'done', value: null };
    },
    upload: async (_place, file: ChatFile) => {
      const plan = next('upload');
      if (plan?.does === 'before') return plan.sent;
      files.push(file.name);
      return plan?.sent ?? { state: 'done', value: null };
    },
    find: async (place, what) => {
      const plan = next('find');
      if (plan) return plan.sent;
      if (/^[UW]/.test(place.channel)) return { state: 'refused', code: 'channel_not_found', says: '' };
      if ('file' in what) {
        return { state: 'done', value: files.includes(what.file) ? { ts: 'file' } : {} };
      }
      const found = [...held].find(([, one]) => one.channel === place.channel && one.mark === what.mark);
      return { state: 'done', value: found ? { ts: found[0] } : {} };
    },
    permalink: async ({ ts: at }) => `https://slack.example/${at}`,
    locale: async () => undefined,
  };
  return { messenger, held, files, plans };
}

/** Everything that flows keep things in, in memory. */
export function memoryService() {
  return {
    clock: fakeClock(),
    runs: memoryRuns(),
    incidents: memoryIncidents(),
    board: memoryBoard(),
    signals: memorySignals(),
    timeline: memoryTimeline(),
    queue: memoryQueue(),
  };
}
