import { randomBytes } from 'node:crypto';

/** Who and what is in the local Slack. */

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly realName: string;
  readonly locale: string;
}

export type ChannelName = 'incidents' | 'random' | 'war-room' | 'finance';

export interface Channel {
  readonly id: string;
  readonly name: ChannelName;
  readonly kind: 'public' | 'private';
}

export const people = [
  { name: 'ada', realName: 'Ada Brown', locale: 'en-US' },
  { name: 'wei', realName: '陈伟', locale: 'zh-CN' },
  { name: 'sam', realName: 'Sam Okoro', locale: 'en-GB' },
] as const;

export type PersonName = (typeof people)[number]['name'];

/** The bot is in all of them but the last. */
export const channels = [
  { name: 'incidents', kind: 'public', bot: 'in' },
  { name: 'random', kind: 'public', bot: 'in' },
  { name: 'war-room', kind: 'private', bot: 'in' },
  { name: 'finance', kind: 'public', bot: 'out' },
] as const;

export const app = {
  appId: 'A0GOODGATE1',
  botId: 'B0GOODGATE1',
  botUserId: 'U0GOODGATE1',
  botName: 'goodgate',
} as const;

export const team = { id: 'T000000001', domain: 'goodgate-demo', name: 'Goodgate demo' } as const;

export interface Secrets {
  readonly botToken: string;
  readonly appToken: string;
  readonly signingSecret: string;
  readonly verificationToken: string;
}

/** Drawn anew at each start: nothing that is written down anywhere opens the local Slack. */
export function drawSecrets(): Secrets {
  return {
    botToken: `xoxb-${letters(12)}-${letters(24)}`,
    appToken: `xapp-1-${app.appId}-${letters(24)}`,
    signingSecret: letters(32),
    verificationToken: letters(24),
  };
}

export function letters(count: number): string {
  return randomBytes(count).toString('hex').slice(0, count);
}
