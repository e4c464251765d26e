import { App, HTTPReceiver, LogLevel, SocketModeReceiver } from '@slack/bolt';
import type { LocalSlack } from '../../playground/slack/local-slack.js';

/** A small app of Bolt's, to show that the local Slack is one. */
export interface TinyApp {
  readonly app: App;
  /** What came, oldest first: `command`, `mention`, … */
  readonly heard: readonly string[];
  stop(): Promise<void>;
}

export const greeting = {
  text: 'Hello &lt;there&gt;',
  blocks: [
    { type: 'header', text: { type: 'plain_text', text: 'Greeting', emoji: false } },
    {
      type: 'section',
      block_id: 'said',
      text: { type: 'mrkdwn', text: 'Hello *you* &lt;there&gt; `x &amp; y`', verbatim: true },
    },
    {
      type: 'actions',
      block_id: 'act',
      elements: [
        {
          type: 'button',
          action_id: 'press',
          value: 'v1',
          style: 'danger',
          text: { type: 'plain_text', text: 'Press me', emoji: false },
          confirm: {
            title: { type: 'plain_text', text: 'Sure?', emoji: false },
            text: { type: 'plain_text', text: 'It will be pressed.', emoji: false },
            confirm: { type: 'plain_text', text: 'Press', emoji: false },
            deny: { type: 'plain_text', text: 'Leave it', emoji: false },
          },
        },
        {
          type: 'button',
          action_id: 'modal',
          text: { type: 'plain_text', text: 'Open a modal', emoji: false },
        },
      ],
    },
  ],
};

export const modal = {
  type: 'modal' as const,
  callback_id: 'ask',
  private_metadata: 'kept',
  title: { type: 'plain_text' as const, text: 'Check a target', emoji: false },
  submit: { type: 'plain_text' as const, text: 'Check', emoji: false },
  close: { type: 'plain_text' as const, text: 'Cancel', emoji: false },
  blocks: [
    {
      type: 'input' as const,
      block_id: 'where',
      label: { type: 'plain_text' as const, text: 'Target', emoji: false },
      element: {
        type: 'external_select' as const,
        action_id: 'target',
        min_query_length: 0,
        placeholder: { type: 'plain_text' as const, text: 'Which one', emoji: false },
      },
    },
    {
      type: 'input' as const,
      block_id: 'why',
      optional: true,
      label: { type: 'plain_text' as const, text: 'Note', emoji: false },
      element: { type: 'plain_text_input' as const, action_id: 'note', max_length: 100 },
    },
  ],
};

const home = {
  type: 'home' as const,
  blocks: [
    {
      type: 'section' as const,
      block_id: 'home',
      text: { type: 'mrkdwn' as const, text: 'Nothing is *open*', verbatim: true },
      accessory: {
        type: 'button' as const,
        action_id: 'press-home',
        text: { type: 'plain_text' as const, text: 'Look again', emoji: false },
      },
    },
  ],
};

export async function startTinyApp(slack: LocalSlack, mode: 'http' | 'socket'): Promise<TinyApp> {
  const heard: string[] = [];
  const clientOptions = { slackApiUrl: slack.url, retryConfig: { retries: 0 }, timeout: 5000 };
  const http = new HTTPReceiver({ signingSecret: slack.secrets.signingSecret, logLevel: LogLevel.ERROR });
  const receiver =
    mode === 'http'
      ? http
      : new SocketModeReceiver({
          appToken: slack.secrets.appToken,
          logLevel: LogLevel.ERROR,
          // The only way to the address of apps.connections.open; its retries are the reconnections.
          installerOptions: {
            clientOptions: {
              slackApiUrl: slack.url,
              retryConfig: { retries: 10, minTimeout: 50, factor: 1 },
            },
          },
        });
  const app = new App({ token: slack.secrets.botToken, receiver, clientOptions, logLevel: LogLevel.ERROR });

  app.command('/502', async ({ ack, command, client, respond }) => {
    heard.push(`command ${command.text} by ${command.user_name} in ${command.channel_name}`);
    if (command.text === 'modal') {
      await ack();
      await client.views.open({ trigger_id: command.trigger_id, view: modal });
      return;
    }
    if (command.text === 'whisper') return ack({ ...greeting, text: 'Only for you' });
    await ack();
    if (command.text === 'respond') return void (await respond({ ...greeting, text: 'By the response_url' }));
    await client.chat.postMessage({ channel: command.channel_id, ...greeting });
  });
  app.event('app_mention', async ({ event, client, body }) => {
    heard.push(`mention ${event.text} ${body.event_id}`);
    await client.chat.postMessage({ channel: event.channel, thread_ts: event.ts, ...greeting });
  });
  app.event('app_home_opened', async ({ event, client }) => {
    heard.push(`home ${event.tab}`);
    await client.views.publish({ user_id: event.user, view: home });
  });
  app.action('press', async ({ ack, body, respond }) => {
    heard.push(`press by ${body.user.id}`);
    await ack();
    await respond({ ...greeting, text: 'Pressed', replace_original: true });
  });
  app.action('modal', async ({ ack, body, client }) => {
    await ack();
    if ('trigger_id' in body) await client.views.open({ trigger_id: body.trigger_id, view: modal });
  });
  app.action('press-home', async ({ ack }) => {
    heard.push('press-home');
    await ack();
  });
  app.shortcut('diagnose', async ({ ack, shortcut }) => {
    heard.push(`shortcut on ${'message' in shortcut ? shortcut.message.text : ''}`);
    await ack();
  });
  app.options('target', async ({ ack, options }) => {
    const all = ['docs-server', 'git'].filter((name) => name.startsWith(options.value));
    await ack({
      options: all.map((value) => ({ text: { type: 'plain_text', text: value, emoji: false }, value })),
    });
  });
  app.view('ask', async ({ ack, view }) => {
    const target = view.state.values['where']?.['target']?.selected_option?.value;
    const note = view.state.values['why']?.['note']?.value;
    heard.push(`submitted ${target} ${note} ${view.private_metadata}`);
    if (target === 'git') await ack({ response_action: 'errors', errors: { where: 'Not that one' } });
    else await ack();
  });
  app.error(async (error) => void heard.push(`error ${error.message}`));
  if (mode === 'http') {
    const server = await http.start({ port: 0, host: '127.0.0.1' });
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    slack.http.setRequestUrl(`http://127.0.0.1:${port}/slack/events`);
  } else {
    await app.start();
  }
  return { app, heard, stop: async () => void (await app.stop()) };
}
