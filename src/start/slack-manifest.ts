import { stringify } from 'yaml';
import { SLACK_PATH } from '../adapters/slack/receivers.js';
import { CALLBACKS } from '../domain/chat-actions.js';

export interface ManifestOptions {
  /** The slash command, `/502`. */
  readonly command: string;
  /** The public address of `goodgate start`, for HTTP mode; Socket Mode, which needs none, where absent. */
  readonly publicUrl?: string;
}

/** Each scope with what it is for. https://docs.slack.dev/reference/scopes */
export const SCOPES: Readonly<Record<string, string>> = {
  commands: 'the slash command and the message shortcut',
  'app_mentions:read': 'to hear when somebody mentions it',
  'chat:write': 'to post and edit its own messages',
  'chat:write.public': 'to answer in public channels that nobody has invited it to',
  'files:write': 'to attach the full output of a run',
  'users:read': 'to answer each person in their language',
  'channels:history': 'after a lost answer of Slack’s: to see whether its own message is there already',
  'groups:history': 'the same, in private channels that it was invited to',
  'im:write': 'to write to the person who asked, where it may not write in the channel',
  'im:history': 'the same as channels:history, in what it wrote to that person',
};

/** The app as Slack wants it described: https://docs.slack.dev/reference/app-manifest */
export function slackManifest({ command, publicUrl }: ManifestOptions) {
  const requestUrl = publicUrl === undefined ? {} : { request_url: `${publicUrl}${SLACK_PATH}` };
  const url = publicUrl === undefined ? {} : { url: `${publicUrl}${SLACK_PATH}` };
  return {
    _metadata: { major_version: 1, minor_version: 1 },
    display_information: {
      name: 'goodgate',
      description: 'Names the root cause of a 502 Bad Gateway, with proof, in seconds',
      background_color: '#1f2d3d',
    },
    features: {
      app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: true },
      bot_user: { display_name: 'goodgate', always_online: true },
      slash_commands: [
        {
          command,
          ...url,
          description: 'Find out why a service answers 502',
          usage_hint: 'check TARGET | status | help',
          should_escape: false,
        },
      ],
      shortcuts: [
        {
          name: 'Diagnose this',
          type: 'message',
          callback_id: CALLBACKS.diagnoseThis,
          description: 'Check the service that this message is about',
        },
      ],
    },
    oauth_config: { scopes: { bot: Object.keys(SCOPES) } },
    settings: {
      event_subscriptions: { ...requestUrl, bot_events: ['app_home_opened', 'app_mention'] },
      interactivity: {
        is_enabled: true,
        ...requestUrl,
        ...(publicUrl === undefined ? {} : { message_menu_options_url: `${publicUrl}${SLACK_PATH}` }),
      },
      org_deploy_enabled: false,
      socket_mode_enabled: publicUrl === undefined,
      token_rotation_enabled: false,
    },
  };
}

export function renderManifest(options: ManifestOptions, format: 'yaml' | 'json'): string {
  const manifest = slackManifest(options);
  return format === 'json' ? `${JSON.stringify(manifest, undefined, 2)}\n` : stringify(manifest);
}
