/** Redis is away for a while: people are told at once, nothing that was acknowledged is lost, and all goes on by itself. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bot } from '../../playground/service/start-bot.js';
import { waitUntil } from '../../playground/world/wait-until.js';
import { type Stage, setStage } from './support/stage.js';

/** Seconds. The long ones where there is time for them. */
const GONE_FOR = process.env['GOODGATE_LONG'] === '1' ? [1, 10, 60, 300] : [1, 10];

let stage: Stage;
let bot: Bot;

beforeAll(async () => {
  stage = await setStage({ seed: 43 });
  await stage.world.redis.stop();
  bot = await stage.bot();
  await bot.ready();
});
afterAll(async () => {
  await bot?.stop();
  await stage?.close();
});

const ways = {
  killed: { go: () => stage.redis.kill(), comeBack: () => stage.redis.start() },
  frozen: { go: async () => stage.redis.freeze(), comeBack: async () => stage.redis.thaw() },
};

/** Typed as somebody else, so that nothing is mixed up with the runs; gives when the answer was there, in ms. */
async function isToldAtOnce(text: string): Promise<number> {
  const { slack, incidents } = stage;
  const sam = slack.person('sam').id;
  slack.reload(sam);
  const asked = performance.now();
  const { outcome } = await slack.typeCommand(sam, incidents, '/502', text);
  expect(outcome).toBe('acknowledged');
  await waitUntil(
    'sam is told',
    async () => {
      const said = JSON.stringify(slack.ephemeral(sam, incidents).map(({ blocks }) => blocks));
      return said.includes('(Redis) does not answer') || said;
    },
    10_000,
    10,
  );
  return Math.round(performance.now() - asked);
}

async function isReadyAgain(): Promise<void> {
  await waitUntil('readyz answers 200', async () => (await bot.readiness()).status === 200, 60_000);
}

describe.each(['killed', 'frozen'] as const)('Redis, %s', (way) => {
  it.each(GONE_FOR)('for %i s', { timeout: 600_000 }, async (seconds) => {
    const { slack, target } = stage;
    const before = await stage.newestRun();
    await stage.type(`check ${target}`);
    const kept = await stage.newRun(before);
    const linesBefore = bot.log().length;
    await ways[way].go();
    const goneAt = Date.now();
    const toldMs = [await isToldAtOnce(`check ${target}`)];
    if (seconds >= 10) {
      toldMs.push(await isToldAtOnce('status'), await isToldAtOnce(`history ${target}`));
      const seen = await bot.readiness();
      expect(seen).toMatchObject({ status: 503, body: { checks: { redis: { ok: false } } } });
      // Whoever is asked at length must not be slower than at first.
      await waitUntil('it is nearly over', async () => Date.now() - goneAt > seconds * 1000 - 2500, 400_000);
      toldMs.push(await isToldAtOnce(`check ${target}`));
    }
    await waitUntil('it is over', async () => Date.now() - goneAt >= seconds * 1000, 400_000);
    await ways[way].comeBack();
    const backAt = Date.now();
    const lines = bot.log().length - linesBefore;

    // Until one is taken, as a person would.
    await waitUntil(
      'a new run is begun',
      async () => {
        await stage.type(`check ${target} nginx-upstream`, slack.channel('random').id);
        const newest = await stage.newestRun();
        return (
          newest?.playbook === 'nginx-upstream' &&
          Date.parse(newest.createdAt) > backAt - 1000 &&
          newest.startedAt !== undefined
        );
      },
      30_000,
      200,
    );
    const fresh = await stage.newestRun();
    const consumedMs = Date.parse(fresh?.startedAt ?? '') - backAt;
    console.info(
      `${way} for ${seconds} s: told after ${toldMs.join(', ')} ms; consuming ${consumedMs} ms after its return; ${lines} log lines`,
    );
    expect(consumedMs).toBeLessThan(8000);
    for (const run of [kept, fresh]) {
      if (run === undefined) throw new Error('unreachable');
      const ended = await stage.runIs(run.id, ({ endedAt }) => endedAt !== undefined, 90_000);
      expect(ended.state).toBe('finished');
      expect((await stage.told(ended)).head.text).toContain('redis-down');
    }
    await isReadyAgain();
    expect(bot.ended()).toBe(false);
    expect(bot.workers()).toHaveLength(1);
    expect(slack.violations).toEqual([]);
    // One outage does not fill the log, however long it is, and the operator reads when it was over.
    expect(lines).toBeLessThan(25);
    await waitUntil('the log says that it is over', async () =>
      bot
        .log()
        .slice(linesBefore)
        .some(({ msg }) => msg === 'Redis answers again'),
    );
  });
});
