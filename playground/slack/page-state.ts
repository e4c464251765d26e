import type { LocalSlack } from './local-slack.js';
import type { PageSetup } from './page-acts.js';
import type { SeenMessage } from './seen-message.js';

/** Everything that the page shows to one person who looks at one place. */
export async function pageState(
  slack: LocalSlack,
  setup: PageSetup,
  asked: URLSearchParams,
): Promise<object> {
  const me = slack.people.find(({ id }) => id === asked.get('user')) ?? slack.people[0];
  if (me === undefined) return {};
  const language = me.locale.startsWith('zh') ? 'zh' : 'en';
  const direct = await slack.directChannel(me.id);
  const place = asked.get('place') ?? '';
  const known = [...slack.channels.map(({ id }) => id), direct].includes(place);
  const channel = known ? place : (slack.channels[0]?.id ?? '');
  const threadTs = asked.get('thread') ?? '';
  const whispers = slack.ephemeral(me.id, channel);
  const inChannel = await slack.channelMessages(channel);
  const thread = threadTs === '' ? [] : await slack.thread(channel, threadTs);
  const files = threadTs === '' ? [] : await slack.files(channel, threadTs);
  return {
    me: me.id,
    bot: slack.app.botUserId,
    language,
    people: [
      ...slack.people.map(({ id, name, realName }) => ({ id, name, realName, kind: 'person' })),
      { id: slack.app.botUserId, name: slack.app.botName, realName: slack.app.botName, kind: 'app' },
      { id: 'USLACKBOT', name: 'slackbot', realName: 'Slackbot', kind: 'app' },
    ],
    channels: slack.channels,
    direct,
    channel,
    command: setup.command,
    messages: inOrder([...inChannel, ...whispers.filter((one) => one.threadTs === undefined)]),
    thread: inOrder([...thread, ...whispers.filter((one) => one.threadTs === threadTs && threadTs !== '')]),
    files,
    home: slack.home(me.id) ?? null,
    modal: slack.modal(me.id) ?? null,
    modalErrors: slack.modalErrors(me.id),
    faults: setup.faults?.list(language) ?? [],
    world: setup.faults?.state() ?? { kind: 'well' },
  };
}

function inOrder(messages: readonly SeenMessage[]): object[] {
  return [...messages]
    .sort((one, other) => Number(one.ts) - Number(other.ts))
    .map(({ raw: _, metadata: __, ...shown }) => shown);
}
