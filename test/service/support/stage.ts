/** A real service to look at, a real Redis, a local Slack, and eyes on all of them: what tests of trouble need. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type RunningRedis, startRedis } from '../../../playground/redis/start-redis.js';
import { type Bot, type BotSetup, startBot } from '../../../playground/service/start-bot.js';
import { type LocalSlack, startLocalSlack } from '../../../playground/slack/local-slack.js';
import type { SeenMessage } from '../../../playground/slack/seen-message.js';
import { isAlive, withDescendants } from '../../../playground/world/process-table.js';
import { waitUntil } from '../../../playground/world/wait-until.js';
import { startWorld, type World } from '../../../playground/world/world.js';
import { createLog } from '../../../src/adapters/log/logger.js';
import { parseRedisUrl } from '../../../src/adapters/redis/redis-url.js';
import type { Run } from '../../../src/domain/run.js';
import { openState, type State } from '../../../src/start/open-state.js';

export interface Stage {
  readonly world: World;
  readonly slack: LocalSlack;
  readonly redis: RunningRedis;
  /** What stands in Redis, as the bot's own stores read it. */
  readonly state: State;
  readonly target: string;
  readonly ada: string;
  readonly incidents: string;
  /** `private`: on a Redis of its own in the data folder, rather than on the stage's. */
  bot(setup?: Partial<BotSetup>, where?: 'shared' | 'private'): Promise<Bot>;
  /** Types `/502 TEXT` as Ada; gives how it was taken. */
  type(text: string, channel?: string): ReturnType<LocalSlack['typeCommand']>;
  /** The newest run, once there is one newer than `after`, or any. */
  newRun(after?: Run): Promise<Run>;
  newestRun(): Promise<Run | undefined>;
  /** The run, once it is so. */
  runIs(id: string, is: (run: Run) => boolean, timeoutMs?: number): Promise<Run>;
  /** All of the bot's messages of a run, once everything is told; each stands there once. */
  told(run: Run, timeoutMs?: number): Promise<Told>;
  /** The service's own Redis answers nothing, so that a check waits for it some seconds. */
  slowDown(): Promise<void>;
  speedUp(): Promise<void>;
  /** Process ids of what goodgate runs on the host now: everything below its sshd. */
  probesOnHost(): readonly number[];
  close(): Promise<void>;
}

export interface Told {
  readonly head: SeenMessage;
  /** Of the thread, by their marks. */
  readonly parts: readonly string[];
  readonly files: readonly string[];
}

export async function setStage(setup: {
  readonly seed: number;
  readonly mode?: 'http' | 'socket';
}): Promise<Stage> {
  const { mode = 'http' } = setup;
  const undo: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const one of undo.reverse()) await one();
  };
  try {
    const world = await startWorld({ layout: 'plain', seed: setup.seed });
    undo.push(() => world.stop());
    const redis = await startRedis();
    undo.push(() => redis.remove());
    const slack = await startLocalSlack({ mode });
    undo.push(() => slack.close());
    const parsed = parseRedisUrl(redis.url);
    if (!parsed.ok) throw new Error(parsed.says);
    const log = createLog({ level: 'silent', role: 'test' });
    const state = openState(parsed.place, { role: 'test', keepMs: 3_600_000, log });
    undo.push(() => state.close());
    const servicePid = await pidOfRedis(world);
    undo.push(async () => world.backend.signal(servicePid, 'CONT'));
    const ada = slack.person('ada').id;
    const incidents = slack.channel('incidents').id;
    const newestRun = async (): Promise<Run | undefined> => (await state.runs.recent(1).catch(() => []))[0];

    const stage: Stage = {
      world,
      slack,
      redis,
      state,
      target: world.names.target,
      ada,
      incidents,
      close,
      newestRun,
      bot: async (more = {}, where = 'shared') => {
        const bot = await startBot({
          slack,
          mode,
          configFile: world.configFile,
          folder: world.folder,
          ...(where === 'private' ? {} : { redisUrl: redis.url }),
          ...more,
        });
        undo.push(() => bot.kill());
        return bot;
      },
      type: (text, channel = incidents) => slack.typeCommand(ada, channel, '/502', text),
      newRun: async (after) => {
        let found: Run | undefined;
        await waitUntil('a new run', async () => {
          found = await newestRun();
          return found !== undefined && found.id !== after?.id;
        });
        if (found === undefined) throw new Error('unreachable');
        return found;
      },
      runIs: async (id, is, timeoutMs = 60_000) => {
        let found: Run | undefined;
        await waitUntil(
          `${id} is as it should be`,
          async () => {
            found = await state.runs.get(id).catch(() => undefined);
            return (found !== undefined && is(found)) || JSON.stringify(found ?? 'no run');
          },
          timeoutMs,
        );
        if (found === undefined) throw new Error('unreachable');
        return found;
      },
      told: async (run, timeoutMs = 60_000) => {
        await stage.runIs(run.id, ({ endedAt }) => endedAt !== undefined, timeoutMs);
        await waitUntil(
          'all is told',
          async () => JSON.stringify(await state.board.due(5).catch(String)) === '[]',
          timeoutMs,
        );
        return onceEach(run, slack);
      },
      slowDown: () => world.backend.signal(servicePid, 'STOP'),
      speedUp: () => world.backend.signal(servicePid, 'CONT'),
      probesOnHost: () => {
        const sshd = Number(
          readFileSync(join(world.paths.sshFolder, world.hosts[0]?.alias ?? '', 'sshd.pid'), 'utf8'),
        );
        return withDescendants([sshd]).filter((pid) => pid !== sshd && isAlive(pid));
      },
    };
    return stage;
  } catch (error) {
    await close();
    throw error;
  }
}

async function pidOfRedis(world: World): Promise<number> {
  const [, pid] = /process_id:(\d+)/u.exec(await world.redis.command('info', 'server')) ?? [];
  if (pid === undefined) throw new Error('The service’s Redis does not tell its process id.');
  return Number(pid);
}

/** Everything that the bot has written of a run, in whatever channel; doubles are an error. */
export async function onceEach(
  run: Pick<Run, 'id' | 'conversation' | 'requestedBy'>,
  slack: LocalSlack,
): Promise<Told> {
  const direct = await slack.directChannel(run.requestedBy.kind === 'person' ? run.requestedBy.id : '');
  const seen = new Map<string, SeenMessage>();
  for (const channel of [run.conversation.channel, direct]) {
    for (const message of await slack.channelMessages(channel)) {
      const around = message.replies > 0 ? await slack.thread(channel, message.ts) : [message];
      for (const one of around) seen.set(`${channel} ${one.ts}`, one);
    }
  }
  const ours = [...seen.values()].filter((message) => markOf(message).startsWith(`${run.id}/`));
  const marks = ours.map(markOf);
  expect(marks.toSorted()).toEqual([...new Set(marks)].toSorted());
  const heads = ours.filter((message) => /\/head(?:-to-person)?$/u.test(markOf(message)));
  expect(heads).toHaveLength(1);
  const [head] = heads;
  if (head === undefined) throw new Error('unreachable');
  const files = [...seen.values()]
    .flatMap((message) => message.files)
    .map((file) => String(file['name']))
    .filter((name) => name === `goodgate-${run.id}.txt`);
  expect(files.length).toBeLessThanOrEqual(1);
  return { head, files, parts: marks.filter((mark) => !mark.includes('/head')) };
}

function markOf(message: SeenMessage): string {
  const payload: unknown = message.metadata?.['event_payload'];
  const mark = typeof payload === 'object' && payload !== null && 'mark' in payload ? payload.mark : '';
  return typeof mark === 'string' ? mark : '';
}
