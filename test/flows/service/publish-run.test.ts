import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '../../../src/domain/chat-message.js';
import { newRun, type Run } from '../../../src/domain/run.js';
import { type PublishDeps, publishRun, type RunPages } from '../../../src/flows/service/publish-run.js';
import { workOff } from '../../../src/flows/service/publisher.js';
import { ANNA, fakeClock, memoryBoard, memorySignals, memorySlack } from './fakes.js';

const says = (text: string): ChatMessage => ({ text, blocks: [] });
const later = { state: 'later', afterMs: 1000, says: 'slower' } as const;
const unknown = { state: 'unknown', says: 'no answer' } as const;
const refused = (code: string) => ({ state: 'refused', code, says: code }) as const;

function stage(threadTs?: string) {
  const slack = memorySlack();
  const board = memoryBoard();
  const clock = fakeClock();
  const refusals: string[] = [];
  const run: Run = newRun(
    'run-1',
    {
      target: 'docs-server',
      priority: 'person',
      requestedBy: ANNA,
      conversation: threadTs === undefined ? { channel: 'C1' } : { channel: 'C1', threadTs },
    },
    clock.now(),
  );
  let pages: RunPages = { head: says('queued'), thread: [] };
  const deps: PublishDeps = {
    board,
    clock,
    messenger: slack.messenger,
    pagesOf: async (id) => (id === run.id ? { run, pages } : undefined),
    onRefused: (_run, part, code) => refusals.push(`${part}: ${code}`),
  };
  const until = async (tries = 10) => {
    for (let i = 0; i < tries; i += 1) if ((await publishRun('run-1', deps)).settled) return;
    throw new Error('never settled');
  };
  return {
    slack,
    board,
    clock,
    deps,
    refusals,
    show: (next: RunPages) => {
      pages = next;
    },
    publish: () => publishRun('run-1', deps),
    until,
    texts: () => [...slack.held.values()].map(({ text }) => text),
  };
}

const DONE: RunPages = {
  head: says('redis-down'),
  thread: [
    { part: 'chain', message: says('the chain') },
    { part: 'rest', message: says('the rest') },
  ],
  file: { name: 'goodgate-run-1.txt', title: '', content: 'all' },
};

describe('a run’s messages', () => {
  it('are one message that is edited, and a thread at the end', async () => {
    const at = stage();
    await at.until();
    at.show({ head: says('running'), thread: [] });
    await at.until();
    at.show(DONE);
    await at.until();
    expect(at.texts()).toEqual(['redis-down', 'the chain', 'the rest']);
    expect([...at.slack.held.values()].map(({ threadTs }) => threadTs)).toEqual([undefined, '1', '1']);
    expect(at.slack.files).toEqual(['goodgate-run-1.txt']);
  });

  it('are left alone while nothing has changed', async () => {
    const at = stage();
    at.show(DONE);
    await at.until();
    await at.until();
    expect([...at.slack.held.values()].map(({ edits }) => edits)).toEqual([0, 0, 0]);
    expect(at.slack.files).toHaveLength(1);
  });

  it('stand in the thread in which the run was asked for', async () => {
    const at = stage('9.9');
    at.show(DONE);
    await at.until();
    expect([...at.slack.held.values()].map(({ threadTs }) => threadTs)).toEqual(['9.9', '9.9', '9.9']);
  });

  it('are not doubled where Slack’s answer was lost after it had posted', async () => {
    const at = stage();
    at.slack.plans.push({ method: 'post', does: 'after', sent: unknown });
    at.slack.plans.push({ method: 'upload', does: 'after', sent: unknown });
    at.show(DONE);
    await at.until();
    expect(at.texts()).toEqual(['redis-down', 'the chain', 'the rest']);
    expect(at.slack.files).toHaveLength(1);
  });

  it('are posted where Slack’s answer was lost before it had posted', async () => {
    const at = stage();
    at.slack.plans.push({ method: 'post', does: 'before', sent: unknown });
    at.show(DONE);
    await at.until();
    expect(at.texts()).toEqual(['redis-down', 'the chain', 'the rest']);
  });

  it('are posted twice rather than never where goodgate may not look', async () => {
    const at = stage();
    at.slack.plans.push({ method: 'post', does: 'before', sent: unknown });
    at.slack.plans.push({ method: 'find', does: 'before', sent: refused('missing_scope') });
    await at.until();
    expect(at.texts()).toEqual(['queued']);
  });

  it('show the newest state when Slack takes it at last', async () => {
    const at = stage();
    await at.until();
    at.show({ head: says('10 of 40'), thread: [] });
    at.slack.plans.push({ method: 'edit', does: 'before', sent: later });
    expect(await at.publish()).toEqual({ settled: false, againMs: 1000 });
    at.show({ head: says('40 of 40'), thread: [] });
    await at.until();
    expect(at.texts()).toEqual(['40 of 40']);
    expect(at.slack.held.get('1')?.edits).toBe(1);
  });

  it('go to the person who asked where goodgate may not write', async () => {
    const at = stage();
    at.slack.plans.push({ method: 'post', does: 'before', sent: refused('not_in_channel') });
    at.show(DONE);
    await at.until();
    expect([...at.slack.held.values()].map(({ channel }) => channel)).toEqual(['U0ANNA', 'U0ANNA', 'U0ANNA']);
    expect(at.refusals).toEqual(['head: not_in_channel']);
  });

  it('are given up, and said so once, where nobody can be told', async () => {
    const at = stage();
    at.slack.plans.push({ method: 'post', does: 'before', sent: refused('invalid_blocks') });
    await at.until();
    await at.until();
    expect(at.texts()).toEqual([]);
    expect(at.refusals).toEqual(['head: invalid_blocks']);
  });

  it('tell the end in the thread also where somebody has deleted the first message', async () => {
    const at = stage();
    await at.until();
    at.slack.held.delete('1');
    at.show(DONE);
    await at.until();
    expect(at.texts()).toEqual(['the chain', 'the rest']);
  });
});

describe('the publisher', () => {
  it('keeps what Slack does not take, and settles the rest', async () => {
    const at = stage();
    await at.board.touch('run-1');
    await at.board.touch('run-gone');
    at.slack.plans.push({ method: 'post', does: 'before', sent: later });
    const notBefore = new Map<string, number>();
    const deps = { ...at.deps, signals: memorySignals(), onError: () => undefined };
    await workOff(deps, notBefore);
    expect(at.board.dueNow()).toEqual(['run-1']);
    await workOff(deps, notBefore);
    expect(at.texts()).toEqual([]);
    at.clock.pass(1001);
    await workOff(deps, notBefore);
    expect(at.texts()).toEqual(['queued']);
    expect(at.board.dueNow()).toEqual([]);
  });

  it('does not lose a change that comes while it publishes', async () => {
    const at = stage();
    await at.board.touch('run-1');
    const { post } = at.slack.messenger;
    const messenger = {
      ...at.slack.messenger,
      post: async (...args: Parameters<typeof post>) => {
        await at.board.touch('run-1');
        return post(...args);
      },
    };
    await workOff({ ...at.deps, messenger, signals: memorySignals(), onError: () => undefined }, new Map());
    expect(at.board.dueNow()).toEqual(['run-1']);
  });
});
