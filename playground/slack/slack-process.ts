/**
 * A local Slack in a process of its own, for measuring: what it has to do must not delay what is measured. Started by
 * `fork`; answers what its parent asks.
 */
import { startLocalSlack } from './local-slack.js';

export interface SlackProcessReady {
  readonly url: string;
  readonly secrets: { readonly botToken: string; readonly appToken: string; readonly signingSecret: string };
  readonly person: { readonly id: string; readonly name: string };
  readonly channels: Readonly<Record<string, string>>;
}

/** `whispers`: texts shown to the person alone since the last `reload`. `messages`: texts in the channel. */
export type SlackQuestion =
  | { readonly ask: 'whispers' | 'messages'; readonly channel: string }
  | { readonly ask: 'reload' };

const slack = await startLocalSlack({ rate: 'none' });
const ada = slack.person('ada');
const ready: SlackProcessReady = {
  url: slack.url,
  secrets: slack.secrets,
  person: { id: ada.id, name: ada.name },
  channels: Object.fromEntries(slack.channels.map(({ name, id }) => [name, id])),
};

async function answer(question: SlackQuestion): Promise<readonly string[]> {
  switch (question.ask) {
    case 'whispers':
      return slack.ephemeral(ada.id, question.channel).map(({ text }) => text);
    case 'messages':
      return (await slack.channelMessages(question.channel)).map(({ text }) => text);
    case 'reload':
      slack.reload(ada.id);
      return [];
  }
}

process.on('message', (question: SlackQuestion) => {
  answer(question).then(
    (texts) => process.send?.(texts),
    () => process.send?.([]),
  );
});
process.once('disconnect', () => process.exit());
process.send?.(ready);
