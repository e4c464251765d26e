import { inkFor } from '../../src/render/ink.js';
import { terminalOf } from '../../src/render/terminal.js';
import { type Fault, faults } from '../faults/registry.js';
import { chooseLayout, findFault } from './choose-fault.js';
import { endInOrder } from './ending.js';
import { renderFaultList } from './fault-list.js';
import { runMenu } from './menu.js';
import { type DemoOptions, parseOptions, wrong } from './options.js';
import { askInSlack, runSlackPage } from './run-slack.js';
import { buildWorld, createStage, firstLine, type Stage } from './stage.js';
import { createVoice, type Voice } from './voice.js';
import { type Words, words } from './words.js';

const DEFAULT_FAULT = 'redis-down';

/** Gives the exit status: 0 all went as told, 1 the check did not name what was broken, 2 wrong usage. */
async function main(): Promise<number> {
  const asked = parseOptions(process.argv.slice(2), process.env);
  if (asked.kind === 'end') return end(asked);
  const { options } = asked;
  const says = words[options.lang];
  if (options.list) {
    const ink = inkFor(terminalOf(process.stdout, process.env));
    process.stdout.write(`${renderFaultList(faults, ink, says)}\n${says.listFoot}\n`);
    return 0;
  }
  const found = findFault(options.fault ?? DEFAULT_FAULT, faults);
  if ('problem' in found) return end(wrong(`${found.problem} (all of them: npm run demo -- --list)`));
  const chosen = chooseLayout(found.fault, options.layout);
  if ('problem' in chosen) return end(wrong(chosen.problem));

  endInOrder((what, error) => {
    if (what === 'stopping') process.stdout.write(`\n${says.stopping}\n`);
    else process.stderr.write(`goodgate demo: ${says.bug(firstLine(error))}\n`);
  });
  const voice = createVoice();
  voice.step(says.title);
  voice.say(says.starting);
  const world = await buildWorld(chosen.layout, found.fault, options, voice, says).catch((error: unknown) => {
    process.stderr.write(`goodgate demo: ${says.cannotStart(firstLine(error))}.\n`);
  });
  if (world === undefined) return 1;
  if (!options.once && !options.terminal) return (await runSlackPage(world, options, voice, says)) ? 0 : 1;
  const stage = createStage(world, options, voice, says);
  const wentWell = await runTour(stage, found.fault, options, voice, says);
  const isWatched = process.stdin.isTTY === true && process.stdout.isTTY === true;
  if (isWatched && !options.once) await runMenu(stage, faults, voice, says);
  voice.air();
  voice.remark(says.stopping);
  await world.stop();
  voice.say(says.done);
  voice.remark(says.more);
  return wentWell || !isOnlyTour(options, isWatched) ? 0 : 1;
}

async function runTour(
  stage: Stage,
  fault: Fault,
  options: DemoOptions,
  voice: Voice,
  says: Words,
): Promise<boolean> {
  stage.introduce();
  voice.step(says.healthy);
  await stage.ask();
  const before = await stage.check();
  const isHealthy = before.verdict === 'healthy';
  if (!isHealthy) voice.verdict(false, says.healthyCheckFailed);
  const isNamed = await stage.breakAndCheck(fault);
  if (options.once && isNamed) await askInSlack(stage.world, options, voice, says);
  if (stage.broken !== undefined) await stage.mend();
  return isHealthy && isNamed;
}

/** Who went on to break things by hand has seen for themselves how it went. */
function isOnlyTour(options: DemoOptions, isWatched: boolean): boolean {
  return options.once || !isWatched;
}

function end({ text, code }: { readonly text: string; readonly code: number }): number {
  (code === 0 ? process.stdout : process.stderr).write(text);
  return code;
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`goodgate demo: ${firstLine(error)}.\n`);
  return 1;
});
// Keep-alive connections and the like must not keep a finished demo from ending; what is left of a world ends with it.
process.exit();
