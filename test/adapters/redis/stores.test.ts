import { randomBytes } from 'node:crypto';
import { brotliCompressSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { waitUntil } from '../../../playground/world/wait-until.js';
import { createEvidenceArchive } from '../../../src/adapters/redis/evidence-archive.js';
import { createIncidentStore } from '../../../src/adapters/redis/incident-store.js';
import { createMessageBoard } from '../../../src/adapters/redis/message-board.js';
import { createSeenBefore } from '../../../src/adapters/redis/seen-before.js';
import { createSignals } from '../../../src/adapters/redis/signals.js';
import { createTimeline } from '../../../src/adapters/redis/timeline.js';
import { GOODGATE } from '../../../src/domain/actor.js';
import type { CheckRecord } from '../../../src/domain/check-record.js';
import type { Diagnosis } from '../../../src/domain/diagnosis.js';
import { openIncident, resolveIncident } from '../../../src/domain/incident.js';
import { newRun } from '../../../src/domain/run.js';
import type { TimelineEvent } from '../../../src/domain/timeline.js';
import { useRedis } from './a-redis.js';
import { ann, draftFor, noon } from './some-runs.js';

const redis = useRedis();
let broken: string[] = [];
const onBroken = (key: string, says: string) => broken.push(`${key} ${says}`);

beforeEach(async () => {
  broken = [];
  await (await redis.connect()).flushall();
});

describe('incidents', () => {
  const open = (target: string) => (id: string) =>
    openIncident(id, newRun('run-1', draftFor(target), noon), noon);

  it('opens one for a target, however many alerts come at once', async () => {
    const stores = [await redis.connect(), await redis.connect()].map((client) =>
      createIncidentStore(client, { onBroken }),
    );
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) => stores[index % 2]?.openFor('docs', open('docs'))),
    );
    expect(answers.filter((one) => one?.created)).toHaveLength(1);
    expect(new Set(answers.map((one) => one?.incident.id)).size).toBe(1);
  });

  it('opens another after the first was resolved', async () => {
    const store = createIncidentStore(await redis.connect(), { onBroken });
    const { incident } = await store.openFor('docs', open('docs'));
    expect(await store.current('docs')).toEqual(incident);
    await store.change(incident.id, (one) => resolveIncident(one, ann, noon));
    expect(await store.current('docs')).toBeUndefined();
    expect(await store.unresolved()).toEqual([]);
    const next = await store.openFor('docs', open('docs'));
    expect(next.created).toBe(true);
    expect((await store.recent(5, 'docs')).map((one) => one.id)).toEqual([next.incident.id, incident.id]);
    expect((await store.unresolved()).map((one) => one.id)).toEqual([next.incident.id]);
  });
});

describe('timelines', () => {
  const note = (text: string): TimelineEvent => ({
    at: noon.toISOString(),
    actor: GOODGATE,
    kind: 'note',
    details: { text },
  });

  it('gives the newest events, oldest first, and those of one subject only', async () => {
    const timeline = createTimeline(await redis.connect(), { onBroken });
    for (const text of ['one', 'two', 'three']) await timeline.append('run-1', note(text));
    await timeline.append('run-11', note('other'));
    expect(await timeline.read('run-1')).toEqual([note('one'), note('two'), note('three')]);
    expect((await timeline.read('run-1', 2)).map((event) => event.details['text'])).toEqual(['two', 'three']);
    expect(await timeline.read('run-2')).toEqual([]);
  });

  it('drops the oldest of very many', async () => {
    const client = await redis.connect();
    const timeline = createTimeline(client, { onBroken });
    for (let round = 0; round < 60; round += 1) {
      await Promise.all(
        Array.from({ length: 100 }, (_, index) => timeline.append('run-1', note(`${round}.${index}`))),
      );
    }
    const events = await timeline.read('run-1');
    expect(events.at(-1)?.details['text']).toBe('59.99');
    expect(await client.xlen('{goodgate}:timeline:run-1')).toBeLessThan(5_500);
  });

  it('leaves out an event that cannot be read', async () => {
    const client = await redis.connect();
    const timeline = createTimeline(client, { onBroken });
    await timeline.append('run-1', note('one'));
    await client.xadd('{goodgate}:timeline:run-1', '*', 'event', 'not json');
    expect(await timeline.read('run-1')).toEqual([note('one')]);
    expect(broken[0]).toMatch(/^\{goodgate\}:timeline:run-1 \S+ is not JSON$/u);
  });
});

describe('the board of messages', () => {
  it('keeps a run due that was touched while its message was sent', async () => {
    const board = createMessageBoard(await redis.connect(), { onBroken });
    await board.touch('run-1');
    await board.touch('run-2');
    await board.touch('run-1');
    const due = await board.due(9);
    expect(due.map((one) => one.runId)).toEqual(['run-1', 'run-2']);
    const [first, second] = due;
    await board.touch('run-2');
    await board.settle('run-1', first?.mark ?? '');
    await board.settle('run-2', second?.mark ?? '');
    expect((await board.due(9)).map((one) => one.runId)).toEqual(['run-2']);
  });

  it('an old mark settles nothing, even after the run was settled and touched again', async () => {
    const board = createMessageBoard(await redis.connect(), { onBroken });
    await board.touch('run-1');
    const [old] = await board.due(1);
    await board.settle('run-1', old?.mark ?? '');
    await board.touch('run-1');
    await board.settle('run-1', old?.mark ?? '');
    expect(await board.due(9)).toHaveLength(1);
  });

  it('keeps what was posted by run and part', async () => {
    const board = createMessageBoard(await redis.connect(), { onBroken });
    const message = { channel: 'C1', ts: '1.2', state: 'posted', at: noon.toISOString() } as const;
    await board.save('run-1', 'head', message);
    expect(await board.load('run-1', 'head')).toEqual(message);
    expect(await board.load('run-1', 'evidence')).toBeUndefined();
    expect(await board.load('run-2', 'head')).toBeUndefined();
  });
});

describe('signals between processes', () => {
  it('tell the others, until they listen no more', async () => {
    const speaker = createSignals(await redis.connect(), await redis.connect('listen'), {
      onError: () => undefined,
    });
    const hearer = createSignals(await redis.connect(), await redis.connect('listen'), {
      onError: () => undefined,
    });
    const changed: string[] = [];
    const cancelled: string[] = [];
    const stop = hearer.onRunChanged((id) => changed.push(id));
    hearer.onCancelWanted((id) => cancelled.push(id));
    await waitUntil('it is heard', async () => {
      await speaker.runChanged('run-1');
      await speaker.cancelWanted('run-2');
      return changed.includes('run-1') && cancelled.includes('run-2');
    });
    stop();
    const before = changed.length;
    const cancels = cancelled.length;
    await speaker.runChanged('run-3');
    await waitUntil('another is heard', async () => {
      await speaker.cancelWanted('run-4');
      return cancelled.length > cancels;
    });
    expect(changed.slice(before)).not.toContain('run-3');
  });
});

describe('what was seen before', () => {
  it('is first once, for any process, until it is forgotten', async () => {
    const [one, other] = [createSeenBefore(await redis.connect()), createSeenBefore(await redis.connect())];
    const answers = await Promise.all([one.isFirst('v0=abc', 60_000), other.isFirst('v0=abc', 60_000)]);
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect(await one.isFirst('v0=abd', 1)).toBe(true);
    await waitUntil('it is forgotten', () => other.isFirst('v0=abd', 60_000));
  });
});

describe('the archive of evidence', () => {
  const record: CheckRecord = {
    schema: 1,
    goodgate: '0.1.0',
    target: { name: 'docs', url: 'https://docs.example.net/', variables: {} },
    startedAt: noon.toISOString(),
    durationMs: 812,
    trace: 'abc',
    hosts: [],
    evidence: [
      {
        id: 'x',
        kind: 'x',
        host: 'docs-1',
        argv: ['x'],
        at: noon.toISOString(),
        durationMs: 1,
        output: {
          exitCode: 0,
          stdout: 'line\n'.repeat(100_000),
          stderr: '',
          truncated: false,
          timedOut: false,
        },
      },
    ],
  };
  const diagnosis = (playbook: string): Diagnosis => ({
    schema: 1,
    target: 'docs',
    url: 'https://docs.example.net/',
    playbook,
    verdict: 'healthy',
    httpStatus: 200,
    symptom: '好',
    causes: [],
    ruledOut: [{ id: 'a', because: 'b' }],
    notChecked: [{ probe: 'p', host: 'h', reason: 'timeout' }],
    path: [{ hop: 'nginx', address: 'h:80', state: 'ok', says: '' }],
    recent: [],
    startedAt: noon.toISOString(),
    durationMs: 812,
    hosts: [],
  });

  it('gives back what a run brought, in both languages, and keeps it small', async () => {
    const client = await redis.connect();
    const archive = createEvidenceArchive(client, { keepMs: 60_000, onBroken });
    await archive.save('run-1', record, { en: diagnosis('en'), zh: diagnosis('zh') });
    expect(await archive.record('run-1')).toEqual(record);
    expect(await archive.diagnosis('run-1', 'en')).toEqual(diagnosis('en'));
    expect(await archive.diagnosis('run-1', 'zh')).toEqual(diagnosis('zh'));
    expect(await archive.record('run-2')).toBeUndefined();
    expect(await client.strlen('{goodgate}:evidence:run-1')).toBeLessThan(5_000);
    expect(await client.pttl('{goodgate}:evidence:run-1')).toBeGreaterThan(0);
    expect(await client.pttl('{goodgate}:diagnosis:run-1')).toBeGreaterThan(0);
  });

  it('forgets after the time of its configuration', async () => {
    const archive = createEvidenceArchive(await redis.connect(), { keepMs: 1, onBroken });
    await archive.save('run-1', record, { en: diagnosis('en'), zh: diagnosis('zh') });
    await waitUntil('it is forgotten', async () => (await archive.record('run-1')) === undefined);
    expect(broken).toEqual([]);
  });

  it.each([
    ['noise', randomBytes(100)],
    ['another thing', brotliCompressSync('{"schema":2}')],
    ['a bomb', brotliCompressSync(Buffer.alloc(100 * 1024 * 1024))],
  ])('says that %s in its place cannot be read, and has none', async (_, bytes) => {
    const client = await redis.connect();
    await client.set('{goodgate}:evidence:run-1', bytes);
    const archive = createEvidenceArchive(client, { keepMs: 60_000, onBroken });
    expect(await archive.record('run-1')).toBeUndefined();
    expect(broken).toHaveLength(1);
    expect(broken[0]).toMatch(/^\{goodgate\}:evidence:run-1 /u);
  });
});
