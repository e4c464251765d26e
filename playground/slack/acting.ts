import type { Delivered, Delivery, Envelope } from './delivery.js';
import { actionOf, findElement, viewState } from './elements.js';
import type { Emulator } from './emulator.js';
import { type Json, jsonObject, objectIn, objectsIn, textIn } from './json.js';
import * as payloads from './payloads.js';
import type { Reading } from './reading.js';
import type { Origin, ResponseUrls } from './response-urls.js';
import type { Seen } from './seen.js';
import type { SeenMessage } from './seen-message.js';
import { app, letters, type Person, team } from './workspace.js';

/** What people do; each answers how the app took it. */
export interface Acting {
  typeCommand(user: string, channel: string, command: string, text: string): Promise<Delivered>;
  /** A plain message, which no app is told of. */
  say(user: string, channel: string, text: string, threadTs?: string): Promise<SeenMessage>;
  mention(user: string, channel: string, text: string, threadTs?: string): Promise<Delivered>;
  /** A button by its action id; of a select or an overflow menu, `value` is what is chosen. */
  clickButton(user: string, message: SeenMessage, actionId: string, value?: string): Promise<Delivered>;
  /** The same in the open modal or in the Home tab. */
  clickInView(user: string, view: Json, actionId: string, value?: string): Promise<Delivered>;
  messageShortcut(user: string, message: SeenMessage, callbackId: string): Promise<Delivered>;
  /** Asks for the options of an external select in a view. */
  suggest(user: string, view: Json, actionId: string, typed: string): Promise<Delivered>;
  /** `chosen`: by action id, the option's value or the text. */
  submitModal(user: string, view: Json, chosen: Readonly<Record<string, string>>): Promise<Delivered>;
  closeModal(user: string): Promise<Delivered | undefined>;
  openHome(user: string): Promise<Delivered>;
  /** The same event once more, as Slack does when it was not acknowledged. */
  again(delivered: Delivered, num: number, reason: string): Promise<Delivered>;
}

export interface ActingParts {
  readonly emulator: Emulator;
  readonly delivery: () => Delivery;
  readonly responses: ResponseUrls;
  readonly seen: Seen;
  readonly reading: Reading;
  readonly verificationToken: string;
  readonly drawTrigger: (user: string, viewId?: string) => Promise<string>;
  readonly changed: () => void;
}

export function createActing(parts: ActingParts): Acting {
  const { emulator, responses, seen, reading, verificationToken: token } = parts;

  function person(id: string): Person {
    const found = emulator.people.find((one) => one.id === id);
    if (found === undefined) throw new Error(`Nobody has the id ${id}.`);
    return found;
  }

  function place(channel: string): payloads.Place {
    const name = emulator.channels.find(({ id }) => id === channel)?.name;
    return { id: channel, name: name ?? 'directmessage' };
  }

  function bring(kind: Envelope['kind'], body: Json): Promise<Delivered> {
    return parts.delivery().deliver({ kind, body });
  }

  async function by(user: string, viewId?: string): Promise<payloads.Interaction> {
    return { token, person: person(user), triggerId: await parts.drawTrigger(user, viewId) };
  }

  function originOf(user: string, message: SeenMessage): Origin {
    const { ts, shownTo, threadTs } = message;
    const about = { ts, shownTo, ...(threadTs === undefined ? {} : { threadTs }) };
    return { user, channel: message.channel, message: about };
  }

  async function say(user: string, channel: string, text: string, threadTs?: string): Promise<SeenMessage> {
    const thread = threadTs === undefined ? {} : { thread_ts: threadTs };
    const posted = await emulator.call(user, 'chat.postMessage', { channel, text, ...thread });
    const message = await reading.message(channel, textIn(posted, 'ts'));
    if (message === undefined) throw new Error(`Nothing was said: ${textIn(posted, 'error')}`);
    parts.changed();
    return message;
  }

  /** What people see of a command that failed, or of what came with its acknowledgement. */
  async function showAnswer(delivered: Delivered, origin: Origin, command: string): Promise<void> {
    if (delivered.outcome !== 'acknowledged') {
      const error = delivered.outcome === 'lost' ? 'operation_timeout' : 'dispatch_failed';
      seen.whisper(origin.user, origin.channel, {
        user: 'USLACKBOT',
        text: `${command} failed with the error "${error}"`,
      });
      return;
    }
    const fields = jsonObject(delivered.body) ?? { text: delivered.body };
    if (textIn(fields, 'text') !== '' || fields['blocks'] !== undefined)
      await responses.respond(origin, fields);
  }

  async function takeSubmission(user: string, delivered: Delivered): Promise<void> {
    const says = jsonObject(delivered.body);
    const view = objectIn(says, 'view');
    const open = seen.modal(user);
    if (delivered.outcome !== 'acknowledged') {
      seen.modalFails(user, { '': 'We had some trouble connecting. Try again?' });
      return;
    }
    switch (says?.['response_action']) {
      case 'errors':
        seen.modalFails(user, objectIn(says, 'errors') ?? {});
        return;
      case 'update':
      case 'push':
        if (view === undefined || open === undefined) return;
        if (says['response_action'] === 'update') {
          await emulator.call(app.botUserId, 'views.update', { view_id: open['id'], view });
          seen.changeModal({ ...open, ...view });
        } else {
          const pushed = await emulator.call(app.botUserId, 'views.push', {
            trigger_id: await parts.drawTrigger(user, textIn(open, 'id')),
            view,
          });
          seen.pushModal(user, objectIn(pushed, 'view') ?? view);
        }
        return;
      case 'clear':
        seen.clearModals(user);
        return;
      default:
        seen.popModal(user);
    }
  }

  return {
    say,
    async typeCommand(user, channel, command, text) {
      const origin = { user, channel };
      const triggerId = await parts.drawTrigger(user);
      const responseUrl = responses.draw(origin);
      const about = { token, person: person(user), channel: place(channel), command, text };
      const body = payloads.slashCommand({ ...about, responseUrl, triggerId });
      const delivered = await bring('slash_commands', body);
      await showAnswer(delivered, origin, command);
      return delivered;
    },
    async mention(user, channel, text, threadTs) {
      const said = await say(user, channel, `<@${app.botUserId}> ${text}`, threadTs);
      const event = {
        type: 'app_mention',
        user,
        text: said.text,
        ts: said.ts,
        client_msg_id: letters(32),
        team: team.id,
        channel,
        event_ts: said.ts,
        ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
      };
      return bring('events_api', payloads.eventCallback(token, event));
    },
    async clickButton(user, message, actionId, value) {
      const now =
        message.shownTo === 'one'
          ? message
          : ((await reading.message(message.channel, message.ts)) ?? message);
      const found = findElement(now.blocks, actionId, value);
      if (found === undefined)
        throw new Error(`The message has nothing with action id ${actionId} to click on.`);
      const raw = now.shownTo === 'one' ? {} : { message: now.raw };
      const thread = now.threadTs === undefined ? {} : { threadTs: now.threadTs };
      const body = payloads.messageAction(
        await by(user),
        { channel: place(now.channel), ts: now.ts, ...thread, ...raw },
        {
          action: actionOf(found.block, found.element, value),
          state: viewState(now.blocks, value === undefined ? {} : { [actionId]: value }),
          responseUrl: responses.draw(originOf(user, now)),
        },
      );
      return bring('interactive', body);
    },
    async clickInView(user, view, actionId, value) {
      const blocks = objectsIn(view, 'blocks');
      const found = findElement(blocks, actionId, value) ?? findElement(blocks, actionId);
      if (found === undefined)
        throw new Error(`The view has nothing with action id ${actionId} to click on.`);
      const values = viewState(blocks, value === undefined ? {} : { [actionId]: value });
      const interaction = await by(user, textIn(view, 'id'));
      const action = actionOf(found.block, found.element, value);
      return bring('interactive', payloads.viewAction(interaction, { ...view, state: { values } }, action));
    },
    async messageShortcut(user, message, callbackId) {
      const at = { channel: place(message.channel), message: message.raw };
      const url = responses.draw(originOf(user, message));
      return bring('interactive', payloads.messageShortcut(await by(user), at, callbackId, url));
    },
    async suggest(user, view, actionId, typed) {
      const found = findElement(objectsIn(view, 'blocks'), actionId);
      if (found === undefined) throw new Error(`The view has no select with action id ${actionId}.`);
      const ask = {
        action_id: actionId,
        block_id: found.block['block_id'],
        value: typed,
        container: { type: 'view', view_id: view['id'] },
        view,
      };
      return bring(
        'interactive',
        payloads.blockSuggestion({ token, person: person(user), triggerId: '' }, ask),
      );
    },
    async submitModal(user, view, chosen) {
      const values = viewState(objectsIn(view, 'blocks'), chosen);
      const body = payloads.viewSubmission(await by(user, textIn(view, 'id')), {
        ...view,
        state: { values },
      });
      const delivered = await bring('interactive', body);
      await takeSubmission(user, delivered);
      return delivered;
    },
    async closeModal(user) {
      const view = seen.modal(user);
      seen.popModal(user);
      if (view?.['notify_on_close'] !== true) return undefined;
      return bring('interactive', payloads.viewClosed({ token, person: person(user), triggerId: '' }, view));
    },
    async openHome(user) {
      const channel = await reading.directChannel(user);
      const event = { type: 'app_home_opened', user, channel, tab: 'home', event_ts: payloads.actionTs() };
      const view = seen.home(user);
      const body = payloads.eventCallback(token, { ...event, ...(view === undefined ? {} : { view }) });
      return bring('events_api', body);
    },
    again: ({ envelope }, num, reason) => parts.delivery().deliver({ ...envelope, retry: { num, reason } }),
  };
}
