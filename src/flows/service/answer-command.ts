/** A command that a person gave -> what is answered. What it changes is written down before the answer. */
import type { Actor } from '../../domain/actor.js';
import type { Answer, CauseLesson } from '../../domain/answer.js';
import { acknowledgeIncident, type Incident, resolveIncident } from '../../domain/incident.js';
import { type Conversation, cancelRun, isOver, type Run, requestCancel } from '../../domain/run.js';
import type { Command } from '../../words/commands.js';
import { announce, tellTimeline } from './announce.js';
import { type OverviewDeps, overview, targetLines } from './overview.js';
import { type RequestDeps, requestRun } from './request-run.js';
import { storyOf } from './story.js';

export interface AnswerDeps extends RequestDeps, OverviewDeps {
  readonly lesson: (cause: string, language: 'en' | 'zh') => CauseLesson | undefined;
  /** Address of a run's message, once it is posted. */
  readonly linkTo: (run: Run) => Promise<string | undefined>;
}

export interface Asked {
  readonly by: Actor;
  readonly conversation: Conversation;
  /** Of the person who reads the answer. */
  readonly language: 'en' | 'zh';
}

/** All of them are shown. */
const LISTED = 15;
const TIMELINE_LISTED = 40;

export async function answerCommand(command: Command, asked: Asked, deps: AnswerDeps): Promise<Answer> {
  switch (command.name) {
    case 'check':
      return check(command.target, command.playbook, asked, deps);
    case 'recheck':
      return recheck(command.target, asked, deps);
    case 'status':
      return { kind: 'overview', overview: await overview(deps) };
    case 'targets':
      return { kind: 'targets', targets: await targetLines(deps) };
    case 'runs':
      return { kind: 'runs', runs: await deps.runs.recent(LISTED) };
    case 'history': {
      const runs = await deps.runs.recent(LISTED, command.target);
      return { kind: 'runs', runs, target: command.target };
    }
    case 'cancel':
      return cancel(command.run, asked.by, deps);
    case 'timeline': {
      const found = await incidentMeant('timeline', command.incident, asked, deps, 'all');
      return 'answer' in found ? found.answer : storyOf(found.incident, TIMELINE_LISTED, deps);
    }
    case 'ack':
    case 'resolve':
      return changeIncident(command.name, command.incident, asked, deps);
    case 'note':
      return note(command.incident, command.text, asked, deps);
    case 'explain': {
      const lesson = deps.lesson(command.cause, asked.language);
      return lesson === undefined
        ? { kind: 'not-understood', word: command.cause, expected: 'cause', near: [], known: [] }
        : { kind: 'lesson', lesson };
    }
    case 'help':
      return { kind: 'help' };
  }
}

async function check(
  target: string,
  playbook: string | undefined,
  asked: Asked,
  deps: AnswerDeps,
): Promise<Answer> {
  const { run, created } = await requestRun(
    {
      target,
      ...(playbook === undefined ? {} : { playbook }),
      priority: asked.by.kind === 'alert' ? 'alert' : 'person',
      requestedBy: asked.by,
      conversation: asked.conversation,
    },
    deps,
  );
  if (created) return { kind: 'run-created', run };
  const link = await deps.linkTo(run);
  return { kind: 'run-joined', run, ...(link === undefined ? {} : { link }) };
}

/** Without a name: what was checked last in this conversation, or anywhere. */
async function recheck(target: string | undefined, asked: Asked, deps: AnswerDeps): Promise<Answer> {
  const recent = await deps.runs.recent(50, target);
  const here = recent.find(({ conversation }) => conversation.channel === asked.conversation.channel);
  const last = here ?? recent[0];
  const name = target ?? last?.target;
  if (name === undefined || !deps.targets().some((one) => one.name === name)) {
    return { kind: 'usage', command: 'recheck', usage: 'TARGET' };
  }
  return check(name, last?.target === name ? last.playbook : undefined, asked, deps);
}

async function cancel(id: string, by: Actor, deps: AnswerDeps): Promise<Answer> {
  const asked = await deps.runs.change(id, (run) => requestCancel(run, by));
  if (asked === undefined) return unknownRun(id, deps);
  if (isOver(asked.run)) return { kind: 'run-over', run: asked.run };
  if (asked.changed) await tellTimeline(id, 'run-cancel-requested', by, { run: id }, deps);
  // No worker has it: nobody else would end it.
  if (await deps.queue.remove(id)) {
    // Also one that runs by its own account: its worker failed or died, and the next try would have been this job.
    const ended = await deps.runs.change(id, (run) => cancelRun(run, deps.clock.now()));
    if (ended?.changed) await tellTimeline(id, 'run-cancelled', by, { run: id }, deps);
  } else {
    await deps.signals.cancelWanted(id);
  }
  await announce(id, deps);
  return { kind: 'cancelling', run: asked.run };
}

async function changeIncident(
  name: 'ack' | 'resolve',
  id: string | undefined,
  asked: Asked,
  deps: AnswerDeps,
): Promise<Answer> {
  const found = await incidentMeant(name, id, asked, deps, 'unresolved');
  if ('answer' in found) return found.answer;
  const at = deps.clock.now();
  const transition = name === 'ack' ? acknowledgeIncident : resolveIncident;
  const told = await deps.incidents.change(found.incident.id, (one) => transition(one, asked.by, at));
  const incident = told?.incident ?? found.incident;
  const changed = told?.changed ?? false;
  if (changed) {
    const kind = name === 'ack' ? 'incident-acknowledged' : 'incident-resolved';
    await tellTimeline(incident.id, kind, asked.by, {}, deps);
    // The messages of its runs show the incident's state.
    for (const run of incident.runs.slice(-5)) await announce(run, deps);
  }
  return { kind: 'incident-changed', what: name === 'ack' ? 'acknowledged' : 'resolved', incident, changed };
}

async function note(id: string | undefined, text: string, asked: Asked, deps: AnswerDeps): Promise<Answer> {
  const found = await incidentMeant('note', id, asked, deps, 'all', text);
  if ('answer' in found) return found.answer;
  await tellTimeline(found.incident.id, 'note', asked.by, { text }, deps);
  return { kind: 'incident-changed', what: 'noted', incident: found.incident, changed: true };
}

/** The incident that was named; else the only one that there is; else the only one of this conversation. */
async function incidentMeant(
  command: string,
  id: string | undefined,
  asked: Asked,
  deps: AnswerDeps,
  among: 'all' | 'unresolved',
  rest = '',
): Promise<{ readonly incident: Incident } | { readonly answer: Answer }> {
  if (id !== undefined) {
    const incident = await deps.incidents.get(id);
    return incident === undefined ? { answer: await unknownIncident(id, command, deps) } : { incident };
  }
  const unresolved = await deps.incidents.unresolved();
  const [only, ...others] = unresolved;
  if (only !== undefined && others.length === 0) return { incident: only };
  const here = unresolved.filter(({ conversation }) => conversation.channel === asked.conversation.channel);
  const [onlyHere] = here;
  if (onlyHere !== undefined && here.length === 1) return { incident: onlyHere };
  if (only !== undefined) {
    return {
      answer: {
        kind: 'which-incident',
        incidents: unresolved,
        command: `${command} INCIDENT ${rest}`.trim(),
      },
    };
  }
  const [newest] = among === 'all' ? await deps.incidents.recent(1) : [];
  return newest === undefined ? { answer: { kind: 'no-incident' } } : { incident: newest };
}

const OFFERED = 3;

/** What can be cancelled, a click away. */
async function unknownRun(word: string, deps: AnswerDeps): Promise<Answer> {
  const unfinished = await deps.runs.unfinished();
  const near = unfinished.slice(-OFFERED).map(({ id, target }) => ({
    label: `cancel ${id} (${target})`,
    command: `cancel ${id}`,
  }));
  const known = near.length > 0 ? [] : (await deps.runs.recent(OFFERED)).map(({ id }) => id);
  return { kind: 'not-understood', word, expected: 'run', near, known };
}

/** The open ones, a click away; a note has to be typed again. */
async function unknownIncident(word: string, command: string, deps: AnswerDeps): Promise<Answer> {
  const unresolved = await deps.incidents.unresolved();
  const near =
    command === 'note'
      ? []
      : unresolved.slice(-OFFERED).map(({ id, target }) => ({
          label: `${command} ${id} (${target})`,
          command: `${command} ${id}`,
        }));
  const known = near.length > 0 ? [] : (await deps.incidents.recent(OFFERED)).map(({ id }) => id);
  return { kind: 'not-understood', word, expected: 'incident', near, known };
}
