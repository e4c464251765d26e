import { z } from 'zod';
import type { Delivered } from './delivery.js';
import type { DemoFaults } from './demo-faults.js';
import { jsonObject, objectIn, objectsIn, textIn } from './json.js';
import type { LocalSlack } from './local-slack.js';
import type { SeenMessage } from './seen-message.js';

/** What somebody does in the page. */
const user = z.string();
const at = z.object({ channel: z.string(), ts: z.string() });
const pressed = { actionId: z.string(), value: z.string().optional() };
const inView = z.enum(['modal', 'home']);

export const pageAct = z.discriminatedUnion('act', [
  z.object({
    act: z.literal('type'),
    user,
    channel: z.string(),
    text: z.string().min(1).max(12_000),
    threadTs: z.string().optional(),
  }),
  z.object({ act: z.literal('click'), user, ...at.shape, ...pressed }),
  z.object({ act: z.literal('click-in-view'), user, view: inView, ...pressed }),
  z.object({ act: z.literal('shortcut'), user, ...at.shape }),
  z.object({ act: z.literal('suggest'), user, view: inView, actionId: z.string(), typed: z.string() }),
  z.object({ act: z.literal('submit'), user, chosen: z.record(z.string(), z.string()) }),
  z.object({ act: z.literal('close-modal'), user }),
  z.object({ act: z.literal('open-home'), user }),
  z.object({ act: z.literal('break'), name: z.string() }),
  z.object({ act: z.literal('mend') }),
]);

export type PageAct = z.infer<typeof pageAct>;

export interface PageSetup {
  readonly command: string;
  /** The callback id of "Diagnose this". */
  readonly shortcut: string;
  readonly faults?: DemoFaults;
}

/** Does it, and answers what the page shows at once. */
export async function doAct(slack: LocalSlack, setup: PageSetup, asked: PageAct): Promise<object> {
  switch (asked.act) {
    case 'type':
      return typed(slack, setup, asked);
    case 'click': {
      const message = await find(slack, asked.user, asked.channel, asked.ts);
      if (message === undefined) return { error: 'gone' };
      return told(await slack.clickButton(asked.user, message, asked.actionId, asked.value));
    }
    case 'click-in-view': {
      const view = viewOf(slack, asked.user, asked.view);
      return told(await slack.clickInView(asked.user, view, asked.actionId, asked.value));
    }
    case 'shortcut': {
      const message = await find(slack, asked.user, asked.channel, asked.ts);
      if (message === undefined) return { error: 'gone' };
      return told(await slack.messageShortcut(asked.user, message, setup.shortcut));
    }
    case 'suggest': {
      const view = viewOf(slack, asked.user, asked.view);
      const { body } = await slack.suggest(asked.user, view, asked.actionId, asked.typed);
      const says = jsonObject(body);
      const groups = objectsIn(says, 'option_groups').flatMap((group) => objectsIn(group, 'options'));
      return { options: [...objectsIn(says, 'options'), ...groups].map(optionShown) };
    }
    case 'submit':
      return told(await slack.submitModal(asked.user, slack.modal(asked.user) ?? {}, asked.chosen));
    case 'close-modal':
      await slack.closeModal(asked.user);
      return {};
    case 'open-home':
      return told(await slack.openHome(asked.user));
    case 'break':
      await setup.faults?.break(asked.name);
      return {};
    case 'mend':
      await setup.faults?.mend();
      return {};
  }
}

async function typed(
  slack: LocalSlack,
  { command }: PageSetup,
  { user, channel, text, threadTs }: Extract<PageAct, { act: 'type' }>,
): Promise<object> {
  const words = text.trim();
  const [first, ...rest] = words.split(/\s+/u);
  // Slack takes none there: https://docs.slack.dev/interactivity/implementing-slash-commands
  if (words.startsWith('/') && threadTs !== undefined) return { error: 'not-in-threads' };
  if (first === command) return told(await slack.typeCommand(user, channel, command, rest.join(' ')));
  if (words.startsWith('/')) return { error: 'no-such-command' };
  const name = `@${slack.app.botName}`;
  if (words.includes(name)) {
    return told(await slack.mention(user, channel, words.replace(name, '').trim(), threadTs));
  }
  await slack.say(user, channel, escaped(words), threadTs);
  return {};
}

/** As a chat client does before it sends: https://docs.slack.dev/messaging/formatting-message-text#escaping */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

async function find(
  slack: LocalSlack,
  person: string,
  channel: string,
  ts: string,
): Promise<SeenMessage | undefined> {
  const whispered = slack.ephemeral(person, channel).find((one) => one.ts === ts);
  return whispered ?? (await slack.message(channel, ts));
}

function viewOf(slack: LocalSlack, person: string, which: 'modal' | 'home') {
  return (which === 'modal' ? slack.modal(person) : slack.home(person)) ?? {};
}

function told(delivered: Delivered): object {
  return delivered.outcome === 'acknowledged' ? {} : { error: delivered.outcome };
}

function optionShown(option: Readonly<Record<string, unknown>>): object {
  return { value: textIn(option, 'value'), text: textIn(objectIn(option, 'text'), 'text') };
}
