import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '../../../src/domain/chat-message.js';
import { newRun, type Run } from '../../../src/domain/run.js';
import { type PublishDeps, publishRun, type RunPages } from '../../../src/flows/service/publish-run.js';
import { createRounds, runPublisher } from '../../../src/flows/service/publisher.js';
import { ANNA, fakeClock, memoryBoard, memorySignals, memorySlack } from './fakes.js';

const says = (text: string): ChatMessage => ({ text, blocks: [] });
const later = { state: 'later', afterMs: 1000, says: 'slower' } as const;
const unknown = { state: 'unknown', says: 'no answer' } as const;
const refused = (code: string) => ({ state: 'refused', code, says: code }) as const;

function stage(threadTs?: string, channel = 'C1') {
  const slack = memorySlack();
  const board = memoryBoard();
  const clock = fakeClock();
  const refusals: string[] = [];
  let run: Run = newRun(
    'run-1',
    {
      target: 'docs-server',
      priority: 'person',
      requestedBy: ANNA,
      conversation: threadTs === undefined ? { channel } : { channel, threadTs },
    },
    clock.now(),
  );
  let pages: RunPages = { head: says('queued'), thread: [] };
  const deps: PublishDeps = {
    board,
    clock,
    isOurs: () => true,
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
    end: () => {
      run = { ...run, state: 'finished', endedAt: clock.now().toISOString() };
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
    at.slack.plans.push({ method: 'find', does: 'before', sent: refused('not_in_channel') });
    at.slack.plans.push({ method: 'find', does: 'before', sent: refused('not_in_channel') });
    expect(await at.publish()).toMatchObject({ settled: false });
    // A call that is still under way is given time to end.
    expect(await at.publish()).toEqual({ settled: false, againMs: 10_000 });
    expect(at.texts()).toEqual([]);
    at.clock.pass(10_001);
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
    expect([...at.slack.held.values()].map(({ channel }) => channel)).toEqual([
      'D-U0ANNA',
      'D-U0ANNA',
      'D-U0ANNA',
    ]);
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

  it('are not doubled where they go to a person', async () => {
    const at = stage(undefined, 'U0ANNA');
    at.slack.plans.push({ method: 'post', does: 'after', sent: unknown });
    expect(await at.publish()).toMatchObject({ settled: false });
    expect(await at.board.load('run-1', 'head')).toMatchObject({ channel: 'D-U0ANNA', state: 'doubtful' });
    at.show(DONE);
    await at.until();
    expect(at.texts()).toEqual(['redis-down', 'the chain', 'the rest']);
  });

  it('go to a person also where goodgate may not find out that person’s channel', async () => {
    const at = stage(undefined, 'U0ANNA');
    at.slack.plans.push({ method: 'open', does: 'before', sent: refused('missing_scope') });
    await at.until();
    expect([...at.slack.held.values()].map(({ channel }) => channel)).toEqual(['U0ANNA']);
  });

  it.each(['message_not_found', 'is_archived', 'not_in_channel', 'channel_not_found'])(
    'tell the person the verdict where the last edit is refused: %s',
    async (code) => {
      const at = stage();
      await at.until();
      at.slack.plans.push({ method: 'edit', does: 'before', sent: refused(code) });
      at.show(DONE);
      at.end();
      await at.until();
      await at.until();
      expect([...at.slack.held.values()].map(({ channel, text }) => `${channel} ${text}`)).toEqual([
        'C1 queued',
        'D-U0ANNA redis-down',
        'D-U0ANNA the chain',
        'D-U0ANNA the rest',
      ]);
      expect(at.refusals).toEqual([`head: ${code}`]);
    },
  );

  it('go on in the thread where neither the channel nor the person can be told the verdict', async () => {
    const at = stage();
    await at.until();
    at.slack.held.delete('1');
    at.slack.plans.push({ method: 'post', does: 'before', sent: refused('user_not_found') });
    at.show(DONE);
    at.end();
    await at.until();
    await at.until();
    expect([...at.slack.held.values()].map(({ threadTs }) => threadTs)).toEqual(['1', '1']);
    expect(at.refusals).toEqual(['head: message_not_found', 'head-to-person: user_not_found']);
  });

  it('are edited again where an edit was refused while the run was not over', async () => {
    const at = stage();
    await at.until();
    at.slack.plans.push({ method: 'edit', does: 'before', sent: refused('not_in_channel') });
    at.show({ head: says('10 of 40'), thread: [] });
    await at.until(1);
    await at.until(1);
    expect(at.texts()).toEqual(['queued']);
    at.show(DONE);
    at.end();
    await at.until();
    expect(at.texts()).toEqual(['redis-down', 'the chain', 'the rest']);
    expect(at.refusals).toEqual(['head: not_in_channel']);
  });

  it('that Slack refuses in the thread are reported once, and the file’s place says so', async () => {
    const at = stage();
    at.slack.plans.push({ method: 'upload', does: 'before', sent: refused('not_in_channel') });
    at.show({ ...DONE, fileRefused: (code) => says(`no file: ${code}`) });
    await at.until();
    at.slack.plans.push({ method: 'edit', does: 'before', sent: refused('msg_too_long') });
    const thread = [{ part: 'chain', message: says('too long') }];
    at.show({ ...DONE, thread, fileRefused: (code) => says(`no file: ${code}`) });
    await at.until();
    await at.until();
    expect(at.texts()).toEqual(['redis-down', 'the chain', 'the rest', 'no file: not_in_channel']);
    expect(at.refusals).toEqual(['file: not_in_channel', 'chain: msg_too_long']);
  });
});

describe('the publisher', () => {
  it('keeps what Slack does not take, and settles the rest', async () => {
    const at = stage();
    await at.board.touch('run-1');
    await at.board.touch('run-gone');
    at.slack.plans.push({ method: 'post', does: 'before', sent: later });
    const rounds = createRounds(
      { ...at.deps, onError: () => undefined },
      new AbortController().signal,
      () => undefined,
    );
    const round = async () => {
      await rounds.begin();
      await rounds.ended();
    };
    await round();
    expect(at.board.dueNow()).toEqual(['run-1']);
    await round();
    expect(at.texts()).toEqual([]);
    at.clock.pass(1001);
    await round();
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
    const deps = { ...at.deps, messenger, onError: () => undefined };
    const rounds = createRounds(deps, new AbortController().signal, () => undefined);
    await rounds.begin();
    await rounds.ended();
    expect(at.board.dueNow()).toEqual(['run-1']);
  });

  it('asks nothing new of Slack once another may publish, and waits for what it has asked', async () => {
    const at = stage();
    at.show(DONE);
    await at.board.touch('run-1');
    const lost = new AbortController();
    const { post } = at.slack.messenger;
    const messenger = {
      ...at.slack.messenger,
      post: async (...args: Parameters<typeof post>) => {
        lost.abort();
        return post(...args);
      },
    };
    await runPublisher(
      { ...at.deps, messenger, signals: memorySignals(), onError: () => undefined },
      lost.signal,
    );
    expect(at.texts()).toEqual(['redis-down']);
    expect(await at.board.load('run-1', 'head')).toMatchObject({ state: 'posted', ts: '1' });
    expect(at.board.dueNow()).toEqual(['run-1']);
  });
});

describe('a message that another process may be about to post', () => {
  it('stays as that one has written it down, where a lost answer is heard of too late', async () => {
    const at = stage();
    let isOurs = true;
    const posted = { channel: 'C1', state: 'posted' as const, ts: '7', at: at.clock.now().toISOString() };
    const messenger = {
      ...at.slack.messenger,
      post: async () => {
        isOurs = false;
        await at.board.save('run-1', 'head', posted);
        return unknown;
      },
    };
    await publishRun('run-1', { ...at.deps, messenger, isOurs: () => isOurs });
    expect(await at.board.load('run-1', 'head')).toEqual(posted);
  });

  const sending = (at: string) => ({ channel: 'C1', state: 'sending' as const, at });

  it('is waited for, and then found, rather than posted a second time', async () => {
    const at = stage();
    await at.board.save('run-1', 'head', sending(at.clock.now().toISOString()));
    expect(await at.publish()).toMatchObject({ settled: false });
    expect(at.texts()).toEqual([]);
    // The other one's call ends well only now.
    await at.slack.messenger.post({ channel: 'C1' }, says('queued'), 'run-1/head', 'soon');
    at.clock.pass(10_001);
    await at.until();
    expect(at.texts()).toEqual(['queued']);
  });

  it('is posted where the other one died before it had asked', async () => {
    const at = stage();
    await at.board.save('run-1', 'head', sending(at.clock.now().toISOString()));
    at.clock.pass(10_001);
    await at.until();
    expect(at.texts()).toEqual(['queued']);
  });

  it('is not waited for when the clock was set back meanwhile', async () => {
    const at = stage();
    await at.board.save('run-1', 'head', sending('2026-12-24T00:00:00.000Z'));
    await at.until();
    expect(at.texts()).toEqual(['queued']);
  });

  it('is not uploaded again while Slack may not show it yet', async () => {
    const at = stage();
    at.show(DONE);
    at.slack.plans.push({ method: 'upload', does: 'before', sent: unknown });
    for (let i = 0; i < 6; i += 1) await at.publish();
    expect(at.slack.files).toEqual([]);
    at.clock.pass(10_001);
    await at.until();
    expect(at.slack.files).toEqual(['goodgate-run-1.txt']);
  });
});
