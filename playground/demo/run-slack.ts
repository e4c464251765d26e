import { pause, waitUntil } from '../world/wait-until.js';
import type { World } from '../world/world.js';
import type { DemoOptions } from './options.js';
import { COMMAND, type SlackSide, startSlackSide, TARGET } from './slack-side.js';
import { spoken } from './spoken.js';
import { firstLine } from './stage.js';
import type { Voice } from './voice.js';
import type { Words } from './words.js';

/** Runs until the demo is told to stop: everything happens in the page. */
export async function runSlackPage(
  world: World,
  options: DemoOptions,
  voice: Voice,
  words: Words,
): Promise<boolean> {
  voice.say(words.slackStarting);
  const side = await startSlackSide(world, pageOptions(options));
  if (options.fault !== undefined) await breakFirst(side, options.fault, voice, words);
  voice.step(words.slackReady);
  voice.air();
  voice.address(side.slack.pageUrl);
  voice.air();
  voice.say(words.slackType(`${COMMAND} check ${TARGET}`));
  voice.remark(words.slackHow);
  voice.remark(words.slackStop);
  await untilEnded(side);
  voice.verdict(false, words.botEnded);
  return false;
}

/** The same question, asked in Slack: what stands in the channel at the end, in words. */
export async function askInSlack(
  world: World,
  options: DemoOptions,
  voice: Voice,
  words: Words,
): Promise<boolean> {
  voice.step(words.slackToo);
  const side = await startSlackSide(world, pageOptions(options));
  try {
    const { slack } = side;
    const { id } = slack.person(options.lang === 'zh' ? 'wei' : 'ada');
    const channel = slack.channel('incidents').id;
    voice.command(`${COMMAND} check ${TARGET}`);
    await slack.typeCommand(id, channel, COMMAND, `check ${TARGET}`);
    await waitUntil(
      'the thread is there',
      async () => {
        const [message] = await slack.channelMessages(channel);
        return message !== undefined && (await slack.files(channel, message.ts)).length > 0;
      },
      60_000,
      200,
    );
    const [message] = await slack.channelMessages(channel);
    if (message === undefined) return false;
    const nameOf = (person: string) => slack.people.find((one) => one.id === person)?.name ?? person;
    voice.printed(spoken(message.blocks, nameOf, voice.ink.paint));
    const thread = await slack.thread(channel, message.ts);
    voice.remark(words.slackThread(thread.length - 1));
    return true;
  } finally {
    await side.stop();
  }
}

function pageOptions(options: DemoOptions) {
  const { lang, port, listen } = options;
  return {
    lang,
    ...(port === undefined ? {} : { port }),
    ...(listen === undefined ? {} : { listen }),
  };
}

async function breakFirst(side: SlackSide, name: string, voice: Voice, words: Words): Promise<void> {
  try {
    await side.faults.break(name);
    voice.say(words.slackBroken(name));
  } catch (error) {
    voice.verdict(false, words.cannotBreak(name, firstLine(error)));
  }
}

/** Ctrl-C ends the whole program elsewhere (ending.ts). */
async function untilEnded(side: SlackSide): Promise<void> {
  while (!side.bot.ended()) await pause(500);
}
