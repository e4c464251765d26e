import { type Fault, whyNot } from '../faults/registry.js';
import { type Layout, startWorld, type World } from '../world/world.js';
import { askAsClient } from './client.js';
import type { DemoOptions } from './options.js';
import { type Conclusion, isNamed, runCheck } from './run-check.js';
import type { Voice } from './voice.js';
import type { Words } from './words.js';

/** The running world and what is told about it: the acts of the tour and of the menu. */
export interface Stage {
  readonly world: World;
  /** The fault that is there now. */
  readonly broken: Fault | undefined;
  introduce(): void;
  ask(): Promise<void>;
  check(): Promise<Conclusion>;
  /** Mends what is broken, breaks, asks, checks; true where the check named the cause. */
  breakAndCheck(fault: Fault): Promise<boolean>;
  mend(): Promise<void>;
}

/** The cheapest world that shows the fault: where the asked one does not start, one with fewer programs. */
export async function buildWorld(
  layout: Layout,
  fault: Fault,
  options: DemoOptions,
  voice: Voice,
  words: Words,
): Promise<World> {
  const seed = options.seed ?? Math.floor(Math.random() * 10_000);
  try {
    return await startWorld({ layout, seed });
  } catch (error) {
    const isChosen = options.layout !== undefined || layout !== 'onlyoffice';
    if (isChosen || !fault.layouts.includes('plain')) throw error;
    voice.remark(words.instead('plain', firstLine(error)));
    return startWorld({ layout: 'plain', seed });
  }
}

export function createStage(world: World, options: DemoOptions, voice: Voice, words: Words): Stage {
  const said = options.langIsChosen ? ['--lang', options.lang] : [];
  let broken: Fault | undefined;
  const stage: Stage = {
    world,
    get broken() {
      return broken;
    },
    introduce() {
      for (const [what, text] of factsOf(world, words, voice.ink.marks.remedy))
        voice.say(`${voice.ink.paint.dim(what)}  ${text}`);
      voice.remark(words.standIns);
      for (const line of words.running(world)) voice.remark(line);
    },
    async ask() {
      const { command, lines } = await askAsClient(world);
      voice.command(command);
      voice.printed(lines);
    },
    async check() {
      voice.command(['goodgate check', world.names.target, ...said].join(' '));
      return runCheck(world, said);
    },
    async breakAndCheck(fault) {
      const why = whyNot(fault, world);
      if (why !== undefined) {
        voice.verdict(false, words.cannotBreak(fault.name, words.notHere(why)));
        return false;
      }
      if (broken !== undefined) await stage.mend();
      voice.step(words.breaking(fault.title[words.lang], fault.name));
      try {
        await fault.break(world);
      } catch (error) {
        voice.verdict(false, words.cannotBreak(fault.name, firstLine(error)));
        return false;
      }
      broken = fault;
      await stage.ask();
      const { status } = await world.request({ timeoutMs: 15_000 });
      voice.remark(status === 200 ? words.stillAnswers : words.asks);
      return compare(fault, await stage.check(), voice, words);
    },
    async mend() {
      if (broken === undefined) return voice.say(words.nothingToMend);
      voice.step(words.mending);
      await broken.mend(world);
      broken = undefined;
      await stage.ask();
      voice.say(words.mended);
    },
  };
  return stage;
}

function compare(fault: Fault, conclusion: Conclusion, voice: Voice, words: Words): boolean {
  const good = isNamed(fault, conclusion);
  const cause = [fault.cause, ...(fault.alsoCauses ?? [])].join(' + ');
  const saidInstead = [conclusion.verdict, ...conclusion.causes].join(', ');
  const isQuiet = fault.expect.verdict === 'healthy';
  voice.verdict(
    good,
    good ? (isQuiet ? words.quiet : words.named(cause)) : words.notNamed(cause, saidInstead),
  );
  return good;
}

function factsOf(world: World, words: Words, arrow: string): readonly (readonly [string, string])[] {
  const { names, ports, url, layout, ssh } = world;
  const needs = [
    `Redis :${ports.redis}`,
    ...(world.broker === undefined ? [] : [`AMQP :${ports.broker}`]),
    ...(world.database === undefined ? [] : [`PostgreSQL :${ports.database}`]),
  ];
  const backend =
    layout === 'socket' ? `${names.program} (unix socket)` : `${names.program} :${ports.backend}`;
  return [
    [words.target, `${names.target}  ${url}`],
    [words.request, `nginx :${ports.nginx} ${arrow} ${backend} ${arrow} ${needs.join(', ')}`],
    [words.login, `ssh ${ssh.user}@${ssh.host} -p ${ssh.port}`],
  ];
}

/** What a failure says, in one line, without the full stop that the sentence around it brings. */
export function firstLine(error: unknown): string {
  const says = error instanceof Error ? error.message : String(error);
  return (says.split('\n')[0] ?? '').replace(/\.$/u, '').slice(0, 300);
}
