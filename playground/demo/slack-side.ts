/** The demo's Slack: a local one with its page, and the real bot beside it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { causesFolder } from '../../src/cli/package-root.js';
import { CALLBACKS } from '../../src/domain/chat-actions.js';
import { loadCauseHeads } from '../../src/playbook/load-causes.js';
import { type Fault, faults, whyNot } from '../faults/registry.js';
import { type Bot, startBot } from '../service/start-bot.js';
import type { DemoFaults, DemoState } from '../slack/demo-faults.js';
import { type LocalSlack, startLocalSlack } from '../slack/local-slack.js';
import { servePage } from '../slack/page.js';
import type { World } from '../world/world.js';
import { firstLine } from './stage.js';

/** What people type: the same in every demo, whatever names the world has drawn. */
export const TARGET = 'docs-server';
export const COMMAND = '/502';

export interface SlackSide {
  readonly slack: LocalSlack;
  readonly bot: Bot;
  readonly faults: DemoFaults;
  stop(): Promise<void>;
}

export async function startSlackSide(
  world: World,
  options: { readonly port?: number; readonly listen?: string; readonly lang: 'en' | 'zh' },
): Promise<SlackSide> {
  const slack = await startLocalSlack(listening(options));
  const demoFaults = faultsOf(world);
  servePage(slack, { command: COMMAND, shortcut: CALLBACKS.diagnoseThis, faults: demoFaults });
  const bot = await startBot({
    slack,
    folder: world.folder,
    configFile: withPlainName(world),
    slackSection: `slack:\n  language: ${options.lang}\n`,
    name: 'goodgate-bot',
  });
  await bot.ready(60_000);
  return {
    slack,
    bot,
    faults: demoFaults,
    stop: async () => {
      await bot.stop();
      await slack.close();
    },
  };
}

function listening({ port, listen }: { readonly port?: number; readonly listen?: string }) {
  return { ...(port === undefined ? {} : { port }), ...(listen === undefined ? {} : { listen }) };
}

const targetsOf = z.looseObject({ targets: z.record(z.string(), z.unknown()) });

/** The world's own goodgate.yaml, with its one target under the name that people type. */
function withPlainName(world: World): string {
  const config = targetsOf.parse(parse(readFileSync(world.configFile, 'utf8')));
  const file = join(world.folder, 'demo.yaml');
  const renamed = { ...config, targets: { [TARGET]: config.targets[world.names.target] } };
  writeFileSync(file, stringify(renamed));
  return file;
}

/** What can be broken here, one at a time. */
function faultsOf(world: World): DemoFaults {
  const possible = faults.filter((fault) => whyNot(fault, world) === undefined);
  const titles = new Map(loadCauseHeads(causesFolder()).map((head) => [head.id, head.title]));
  let state: DemoState = { kind: 'well' };
  let broken: Fault | undefined;
  // A second click waits for the first.
  let turn: Promise<void> = Promise.resolve();

  async function mendNow(): Promise<void> {
    const last = broken;
    if (last === undefined) return;
    state = { kind: 'mending' };
    broken = undefined;
    await last.mend(world);
    state = { kind: 'well' };
  }
  async function breakNow(fault: Fault): Promise<void> {
    await mendNow();
    state = { kind: 'breaking', name: fault.name };
    broken = fault;
    await fault.break(world);
    state = { kind: 'broken', name: fault.name };
  }
  function inTurn(act: () => Promise<void>): Promise<void> {
    const next = turn.then(act);
    turn = next.catch(async () => {
      // What could not be broken as it should is made whole again.
      broken = undefined;
      state = { kind: 'mending' };
      await world.heal().catch(() => undefined);
      state = { kind: 'well' };
    });
    return next;
  }

  return {
    list: (language) =>
      possible.map((fault) => ({
        name: fault.name,
        title: fault.title[language],
        does: titles.get(fault.cause)?.[language] ?? fault.cause,
      })),
    break: (name) => {
      const fault = possible.find((one) => one.name === name);
      return fault === undefined
        ? Promise.reject(new Error(`There is no fault ${firstLine(name)} here.`))
        : inTurn(() => breakNow(fault));
    },
    mend: () => inTurn(mendNow),
    state: () => state,
  };
}
