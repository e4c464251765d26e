import { beforeEach, describe, expect, it } from 'vitest';
import { checkRedisSettings } from '../../../src/adapters/redis/check-settings.js';
import { connectRedis, disconnectRedis, whenReady } from '../../../src/adapters/redis/connect-redis.js';
import { createIncidentStore } from '../../../src/adapters/redis/incident-store.js';
import { createMessageBoard } from '../../../src/adapters/redis/message-board.js';
import { type Migration, migrate } from '../../../src/adapters/redis/migrate.js';
import { createRunStore } from '../../../src/adapters/redis/run-store.js';
import { sweep } from '../../../src/adapters/redis/sweep.js';
import { createTimeline } from '../../../src/adapters/redis/timeline.js';
import { GOODGATE } from '../../../src/domain/actor.js';
import { openIncident, resolveIncident } from '../../../src/domain/incident.js';
import { cancelRun, newRun } from '../../../src/domain/run.js';
import { placeOf, useRedis } from './a-redis.js';
import { ann, draftFor, noon } from './some-runs.js';

const redis = useRedis();
const onBroken = () => undefined;
const onError = () => undefined;
const DAY_MS = 86_400_000;
const later = (days: number) => new Date(noon.getTime() + days * DAY_MS);

beforeEach(async () => {
  await (await redis.connect()).flushall();
});

describe('the schema of what is kept', () => {
  const step = (to: number, done: string[]): Migration => ({
    to,
    says: `to ${to}`,
    async run(client) {
      done.push(`${to}`);
      await client.append('steps', `${to};`);
    },
  });

  it('is written once where nothing stands yet, and no step is run', async () => {
    const client = await redis.connect();
    const done: string[] = [];
    expect(await migrate(client, { migrations: [step(2, done)], onError })).toEqual({
      ok: true,
      from: 2,
      to: 2,
    });
    expect(done).toEqual([]);
    expect(await client.get('{goodgate}:schema')).toBe('2');
  });

  it('goes up step by step, once, however many start at the same time', async () => {
    const clients = await Promise.all([redis.connect(), redis.connect(), redis.connect()]);
    expect(await migrate(await redis.connect(), { onError })).toMatchObject({ ok: true, to: 1 });
    const done: string[] = [];
    const told: string[] = [];
    const migrations = [step(2, done), step(3, done)];
    const answers = await Promise.all(
      clients.map((client) => migrate(client, { migrations, onStep: (says) => told.push(says), onError })),
    );
    expect(answers.every((answer) => answer.ok && answer.to === 3)).toBe(true);
    expect(done).toEqual(['2', '3']);
    expect(told).toEqual(['schema 1 to 2: to 2', 'schema 2 to 3: to 3']);
    expect(await clients[0]?.get('steps')).toBe('2;3;');
  });

  it('goes on after the step that a crash left it at', async () => {
    const client = await redis.connect();
    await migrate(client, { onError });
    const done: string[] = [];
    const fails: Migration = {
      to: 3,
      says: 'fails',
      run: () => Promise.reject(new Error('killed')),
    };
    await expect(migrate(client, { migrations: [step(2, done), fails], onError })).rejects.toThrow('killed');
    expect(await client.get('{goodgate}:schema')).toBe('2');
    expect(await migrate(client, { migrations: [step(2, done), step(3, done)], onError })).toMatchObject({
      from: 2,
    });
    expect(done).toEqual(['2', '3']);
  });

  it.each([
    ['9', /have schema 9; this goodgate knows 1/u],
    ['hello', /is not the number of a schema/u],
  ])('refuses %s, says why, and changes nothing', async (found, says) => {
    const client = await redis.connect();
    await client.set('{goodgate}:schema', found);
    const answer = await migrate(client, { onError });
    expect(answer).toMatchObject({
      ok: false,
      says: expect.stringMatching(says),
      remedy: expect.any(String),
    });
    expect(await client.get('{goodgate}:schema')).toBe(found);
  });
});

describe('what is old', () => {
  it('is removed with all that belongs to it; what is not over, or of an open incident, is kept', async () => {
    const client = await redis.connect();
    const runs = createRunStore(client, { onBroken });
    const incidents = createIncidentStore(client, { onBroken });
    const timeline = createTimeline(client, { onBroken });
    const board = createMessageBoard(client, { onBroken });
    const message = { channel: 'C1', ts: '1.2', state: 'posted', at: noon.toISOString() } as const;
    const note = { at: noon.toISOString(), actor: GOODGATE, kind: 'note', details: {} } as const;
    const open = (target: string) =>
      incidents.openFor(target, (id) => openIncident(id, newRun('run-1', draftFor(target), noon), noon));
    const add = async (target: string, incident: string | undefined, endAt: Date | undefined) => {
      const { run } = await runs.claim(
        { ...draftFor(target), ...(incident === undefined ? {} : { incident }) },
        noon,
      );
      await timeline.append(run.id, note);
      await board.save(run.id, 'head', message);
      await board.touch(run.id);
      if (endAt !== undefined) await runs.change(run.id, (one) => cancelRun(one, endAt));
      return run.id;
    };
    const { incident: resolved } = await open('a');
    const { incident: unresolved } = await open('b');
    await incidents.change(resolved.id, (one) => resolveIncident(one, ann, later(1)));
    await timeline.append(resolved.id, note);
    await timeline.append(unresolved.id, note);
    await add('a', resolved.id, later(1));
    await add('plain', undefined, later(1));
    const ofOpen = await add('b', unresolved.id, later(1));
    const endedLate = await add('c', undefined, later(20));
    const waiting = await add('d', undefined, undefined);

    const swept = await sweep(client, { now: later(40), keepMs: 30 * DAY_MS, onBroken });
    expect(swept).toEqual({ runs: 2, incidents: 1, more: false });
    expect((await runs.recent(9)).map((run) => run.id)).toEqual([waiting, endedLate, ofOpen]);
    expect((await incidents.recent(9)).map((one) => one.id)).toEqual([unresolved.id]);
    expect((await board.due(9)).map((one) => one.runId)).toEqual([ofOpen, endedLate, waiting]);
    expect(await runs.recent(9, 'a')).toEqual([]);
    const names = await client.keys('*:run-*');
    expect(names.filter((name) => /run-[12]$/u.test(name))).toEqual([]);
    expect(await timeline.read(ofOpen)).toHaveLength(1);
    expect(await timeline.read(unresolved.id)).toHaveLength(1);
    expect(await timeline.read(resolved.id)).toEqual([]);
  });

  it('is removed bit by bit, past what is kept, and stops at what is young', async () => {
    const client = await redis.connect();
    const runs = createRunStore(client, { onBroken });
    await runs.claim(draftFor('kept'), noon);
    for (let index = 0; index < 250; index += 1) {
      const { run } = await runs.claim(draftFor('docs'), noon);
      await runs.change(run.id, (one) => cancelRun(one, noon));
    }
    await runs.claim(draftFor('young'), later(40));
    const options = { now: later(40), keepMs: 30 * DAY_MS, onBroken };
    expect(await sweep(client, { ...options, atMost: 120 })).toEqual({ runs: 119, incidents: 0, more: true });
    expect(await sweep(client, options)).toEqual({ runs: 131, incidents: 0, more: false });
    expect((await runs.recent(9)).map((run) => run.target)).toEqual(['young', 'kept']);
  });
});

describe('the settings of Redis', () => {
  it('are fine where they are as goodgate needs them', async () => {
    const findings = await checkRedisSettings(await redis.connect());
    expect(findings.map(({ setting, state }) => `${setting} ${state}`)).toEqual([
      'version ok',
      'maxmemory-policy ok',
      'appendonly ok',
    ]);
  });

  it('are told with what they would do and how they are mended', async () => {
    const client = await redis.connect();
    await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
    await client.config('SET', 'appendonly', 'no');
    const findings = await checkRedisSettings(client);
    await client.config('SET', 'maxmemory-policy', 'noeviction');
    await client.config('SET', 'appendonly', 'yes');
    const wrong = findings.filter((finding) => finding.state === 'wrong');
    expect(wrong.map(({ setting, got }) => `${setting} ${got}`)).toEqual([
      'maxmemory-policy allkeys-lru',
      'appendonly no',
    ]);
    for (const { says, remedy } of wrong) {
      expect(says.en).toMatch(/expected (?:noeviction|yes)\./u);
      expect(remedy?.zh).toMatch(/^请设置/u);
    }
  });

  it('are unknown, never fine, where Redis does not tell them', async () => {
    const client = await redis.connect();
    await client.acl('SETUSER', 'managed', 'on', '>pass', '~*', '+@all', '-config', '-info');
    const place = placeOf(redis.server.url.replace('://', '://managed:pass@'));
    const other = connectRedis(place, { purpose: 'request', name: 'managed', onError });
    try {
      await whenReady(other, 10_000);
      const findings = await checkRedisSettings(other);
      expect(findings.map(({ state }) => state)).toEqual(['unknown', 'unknown', 'unknown']);
      expect(findings[1]?.says.en).toContain('must be noeviction');
    } finally {
      await disconnectRedis(other);
    }
  });
});
