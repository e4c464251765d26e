import type { Json } from './json.js';
import { app, letters, type Person, team } from './workspace.js';

/** Slack's payloads, each in its documented shape. */

/** On every one of them. */
function signedBy(verificationToken: string) {
  return { token: verificationToken, api_app_id: app.appId, is_enterprise_install: false, enterprise: null };
}

const inTeam = { id: team.id, domain: team.domain };

export interface Place {
  readonly id: string;
  readonly name: string;
}

/** https://docs.slack.dev/interactivity/implementing-slash-commands#app_command_handling */
export function slashCommand(parts: {
  readonly token: string;
  readonly person: Person;
  readonly channel: Place;
  readonly command: string;
  readonly text: string;
  readonly responseUrl: string;
  readonly triggerId: string;
}): Json {
  return {
    token: parts.token,
    team_id: team.id,
    team_domain: team.domain,
    channel_id: parts.channel.id,
    channel_name: parts.channel.name,
    user_id: parts.person.id,
    user_name: parts.person.name,
    command: parts.command,
    text: parts.text,
    api_app_id: app.appId,
    is_enterprise_install: 'false',
    response_url: parts.responseUrl,
    trigger_id: parts.triggerId,
  };
}

export interface Interaction {
  readonly token: string;
  readonly person: Person;
  readonly triggerId: string;
}

function interaction({ token, person, triggerId }: Interaction) {
  const { id, name } = person;
  return {
    ...signedBy(token),
    team: inTeam,
    user: { id, username: name, name, team_id: team.id },
    trigger_id: triggerId,
  };
}

/** https://docs.slack.dev/reference/interaction-payloads/block_actions-payload, in a message. */
export function messageAction(
  by: Interaction,
  at: { readonly channel: Place; readonly ts: string; readonly threadTs?: string; readonly message?: Json },
  act: { readonly action: Json; readonly state: Json; readonly responseUrl: string },
): Json {
  return {
    type: 'block_actions',
    ...interaction(by),
    container: {
      type: 'message',
      message_ts: at.ts,
      channel_id: at.channel.id,
      is_ephemeral: at.message === undefined,
      ...(at.threadTs === undefined ? {} : { thread_ts: at.threadTs }),
    },
    channel: at.channel,
    // A message to one person does not come along: https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
    ...(at.message === undefined ? {} : { message: at.message }),
    state: { values: act.state },
    response_url: act.responseUrl,
    actions: [act.action],
  };
}

/** The same, in a view. */
export function viewAction(by: Interaction, view: Json, action: Json): Json {
  return {
    type: 'block_actions',
    ...interaction(by),
    container: { type: 'view', view_id: view['id'] },
    view,
    actions: [action],
  };
}

/** https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload */
export function viewSubmission(by: Interaction, view: Json): Json {
  return { type: 'view_submission', ...interaction(by), view, response_urls: [] };
}

export function viewClosed(by: Interaction, view: Json): Json {
  const { trigger_id: _, ...rest } = interaction(by);
  return { type: 'view_closed', ...rest, view, is_cleared: false };
}

/** https://docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload */
export function messageShortcut(
  by: Interaction,
  at: { readonly channel: Place; readonly message: Json },
  callbackId: string,
  responseUrl: string,
): Json {
  return {
    type: 'message_action',
    ...interaction(by),
    action_ts: actionTs(),
    callback_id: callbackId,
    channel: at.channel,
    message_ts: at.message['ts'],
    message: at.message,
    response_url: responseUrl,
  };
}

/** https://docs.slack.dev/reference/interaction-payloads/block_suggestion-payload */
export function blockSuggestion(by: Interaction, ask: Json): Json {
  const { trigger_id: _, ...rest } = interaction(by);
  return { type: 'block_suggestion', ...rest, ...ask };
}

/** https://docs.slack.dev/apis/events-api/#callback-field */
export function eventCallback(token: string, event: Json): Json {
  return {
    token,
    team_id: team.id,
    api_app_id: app.appId,
    event,
    type: 'event_callback',
    event_id: `Ev${letters(9).toUpperCase()}`,
    event_time: Math.floor(Date.now() / 1000),
    authorizations: [
      {
        enterprise_id: null,
        team_id: team.id,
        user_id: app.botUserId,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: false,
    event_context: `4-${letters(40)}`,
  };
}

export function actionTs(): string {
  return (Date.now() / 1000).toFixed(6);
}
