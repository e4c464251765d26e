/**
 * How fast the bot answers in Slack: acknowledgements of 2,000 commands while 20 checks run, and while Redis is frozen and
 * gone; and how soon the first message of a run stands in the channel. The bot, its worker, Redis, sshd, nginx and the
 * local Slack share this machine, each in a process of its own.
 *
 * `node dist/bench/slack.js [COMMANDS]`
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { startRedis } from '../playground/redis/start-redis.js';
import { startBot } from '../playground/service/start-bot.js';
import { createHttpDelivery } from '../playground/slack/http-delivery.js';
import { slashCommand } from '../playground/slack/payloads.js';
import type { SlackProcessReady, SlackQuestion } from '../playground/slack/slack-process.js';
import { pidsOfFolder } from '../playground/world/process-table.js';
import { pause } from '../playground/world/wait-until.js';
import { startWorld, type World } from '../playground/world/world.js';

const CHECKS = 20;
const PER_SECOND = 40;
const FIRST_MESSAGES = 15;
const COMMAND = '/502';
const WORDS = ['status', 'runs', 'targets', 'help', 'explain redis-down', 'timeline'];

const configSchema = z.looseObject({ targets: z.record(z.string(), z.unknown()) });
const readySchema: z.ZodType<SlackProcessReady> = z.object({
  url: z.string(),
  secrets: z.object({ botToken: z.string(), appToken: z.string(), signingSecret: z.string() }),
  person: z.object({ id: z.string(), name: z.string() }),
  channels: z.record(z.string(), z.string()),
});

async function main(): Promise<void> {
  const commands = Number(process.argv[2] ?? 2000);
  const world = await startWorld({ layout: 'plain', seed: 5 });
  const machine = likeAnotherMachine(pidsOfFolder(world.folder));
  const redis = await startRedis();
  const slack = await startSlackProcess();
  const bot = await startBot({
    slack: { ...slack.about, http: slack.delivery },
    folder: world.folder,
    configFile: manyTargets(world),
    redisUrl: redis.url,
    runs: { atOnce: CHECKS, perHost: CHECKS },
    env: { LOG_LEVEL: 'warn' },
  });
  try {
    await bot.ready(60_000);
    print(
      '',
      machine.says,
      `acknowledgements, ${PER_SECOND} commands a second, in ms`,
      '',
      row('situation', 'n', 'p50', 'p99', 'max', 'lost'),
    );
    print(report('nothing else goes on', await slack.type(WORDS, commands / 4)));

    const checks = [...Array(CHECKS).keys()].map((number) => `check target-${number}`);
    const load = keepChecking(slack, checks);
    const busy = await slack.type(WORDS, commands);
    const runs = await load.stop();
    print(report(`${CHECKS} checks run (${runs} in all)`, busy));
    await quiet(slack);

    for (const away of ['frozen', 'gone'] as const) {
      await slack.ask({ ask: 'reload' });
      if (away === 'frozen') redis.freeze();
      else await redis.kill();
      const count = commands / 4;
      const taken = await slack.type(WORDS, count);
      await pause(5000);
      const told = (await slack.ask({ ask: 'whispers', channel: slack.about.channels['incidents'] ?? '' }))
        .length;
      if (away === 'frozen') redis.thaw();
      else await redis.start();
      print(report(`Redis is ${away} (${told} of ${count} answers so far)`, taken));
      await bot.ready(60_000);
    }
    print('goal: p99 below 100, none above 3,000', '');

    const first = await firstMessages(slack, checks);
    print(
      `first message of a run, from the command to the channel, ${first.length} runs: median ${at(first, 0.5)} ms, ` +
        `slowest ${at(first, 1)} ms (goal: below 1,000 ms)`,
    );
  } finally {
    await bot.stop();
    slack.end();
    await redis.remove();
    await world.stop();
    machine.end();
  }
}

const CPU_GROUPS = '/sys/fs/cgroup/cpu';

/**
 * In life the checked hosts are other machines; here hundreds of their looks would take the bot's processors. A control
 * group gives them what the bot leaves. (A low priority does not: each login is a group of its own, see sched(7), autogroup.)
 */
function likeAnotherMachine(pids: readonly number[]): { readonly says: string; readonly end: () => void } {
  const group = join(CPU_GROUPS, `goodgate-bench-${process.pid}`);
  try {
    if (!existsSync(join(CPU_GROUPS, 'cpu.shares'))) throw new Error('no such control group');
    mkdirSync(group);
    writeFileSync(join(group, 'cpu.shares'), '2');
    for (const pid of pids) writeFileSync(join(group, 'cgroup.procs'), String(pid));
    return {
      says: 'the checked host has the processor time that the bot leaves (a control group)',
      end: () => rmdirSync(group),
    };
  } catch {
    return { says: 'the checked host competes with the bot for the processors', end: () => undefined };
  }
}

/** One host and one service, under many names: so that many runs go on at once. */
function manyTargets(world: World): string {
  const config = configSchema.parse(parse(readFileSync(world.configFile, 'utf8')));
  const target = config.targets[world.names.target];
  const names = [...Array(CHECKS).keys()].map((number) => [`target-${number}`, target] as const);
  const file = join(world.folder, 'many.yaml');
  writeFileSync(file, stringify({ ...config, targets: Object.fromEntries(names) }));
  return file;
}

interface Taken {
  readonly ms: readonly number[];
  readonly lost: number;
}

async function startSlackProcess() {
  const child = fork(fileURLToPath(new URL('../playground/slack/slack-process.js', import.meta.url)));
  const about = readySchema.parse(await answerOf(child));
  const delivery = createHttpDelivery(about.secrets.signingSecret);
  const ask = async (question: SlackQuestion): Promise<readonly string[]> => {
    const answered = answerOf(child);
    child.send(question);
    return z.array(z.string()).parse(await answered);
  };
  let count = 0;
  const command = (text: string, channel = 'incidents') => {
    count += 1;
    const body = slashCommand({
      token: '',
      person: { ...about.person, realName: '', locale: 'en-US' },
      channel: { id: about.channels[channel] ?? '', name: channel },
      command: COMMAND,
      text,
      // Answers go by chat.postEphemeral then, as they do when the half hour of a response_url is over.
      responseUrl: new URL('/response/none', about.url).href,
      triggerId: `${Date.now()}.${count}`,
    });
    return delivery.deliver({ kind: 'slash_commands', body });
  };
  return {
    about,
    delivery,
    ask,
    command,
    /** So many a second, whether the earlier ones are answered or not. */
    async type(words: readonly string[], count: number): Promise<Taken> {
      const ms: number[] = [];
      let lost = 0;
      const all: Promise<void>[] = [];
      const started = performance.now();
      for (let number = 0; number < count; number += 1) {
        const dueMs = started + (number * 1000) / PER_SECOND - performance.now();
        if (dueMs > 0) await pause(dueMs);
        all.push(
          command(words[number % words.length] ?? 'status').then(({ outcome, tookMs }) => {
            ms.push(tookMs);
            if (outcome !== 'acknowledged') lost += 1;
          }),
        );
      }
      await Promise.all(all);
      return { ms: ms.sort((a, b) => a - b), lost };
    },
    end: () => void child.disconnect(),
  };
}

type SlackProcess = Awaited<ReturnType<typeof startSlackProcess>>;

async function answerOf(child: ChildProcess): Promise<unknown> {
  const [answer] = await once(child, 'message');
  return answer;
}

/** Each target is checked again as soon as its run is over: while it is not, the wish joins it. */
function keepChecking(slack: SlackProcess, checks: readonly string[]) {
  let stopped = false;
  const loop = (async () => {
    while (!stopped) {
      for (const check of checks) {
        if (!stopped) await slack.command(check, 'random');
      }
      await pause(1000);
    }
  })();
  return {
    stop: async (): Promise<number> => {
      stopped = true;
      await loop;
      return (await slack.ask({ ask: 'messages', channel: slack.about.channels['random'] ?? '' })).length;
    },
  };
}

/** Until no run goes on any more. */
async function quiet(slack: SlackProcess): Promise<void> {
  for (let waited = 0; waited < 120; waited += 1) {
    const texts = await slack.ask({ ask: 'messages', channel: slack.about.channels['random'] ?? '' });
    if (!texts.some((text) => /Checking|waits/u.test(text))) return;
    await pause(1000);
  }
}

async function firstMessages(slack: SlackProcess, checks: readonly string[]): Promise<number[]> {
  const channel = slack.about.channels['war-room'] ?? '';
  const took: number[] = [];
  for (const check of checks.slice(0, FIRST_MESSAGES)) {
    const before = (await slack.ask({ ask: 'messages', channel })).length;
    const started = performance.now();
    await slack.command(check, 'war-room');
    while ((await slack.ask({ ask: 'messages', channel })).length === before) await pause(5);
    took.push(performance.now() - started);
    // Its run, and its turns of a message a second in the channel, are over before the next one.
    await pause(5000);
  }
  return took.sort((a, b) => a - b);
}

function at(sorted: readonly number[], share: number): string {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return value.toFixed(value < 10 ? 1 : 0);
}

function report(what: string, { ms, lost }: Taken): string {
  return row(what, String(ms.length), at(ms, 0.5), at(ms, 0.99), at(ms, 1), String(lost));
}

function row(what: string, ...cells: readonly string[]): string {
  return `${what.padEnd(48)}${cells.map((cell) => cell.padStart(8)).join('')}`;
}

function print(...lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}

await main();
process.exit();
