import type { SlackView } from './ask-slack.js';
import type { DoctorLine } from './judge-examination.js';
import { slackWords } from './slack-words.js';

/** What Slack answered, as things that are right, wrong or worth knowing. `scopes`: each that is needed, and for what. Pure. */
export function judgeSlack(
  view: SlackView,
  scopes: Readonly<Record<string, string>>,
  lang: 'en' | 'zh',
): DoctorLine[] {
  const words = slackWords[lang];
  const about = 'slack' as const;
  const wrong = (which: 'bot' | 'socket', answer: SlackView['bot'] | SlackView['socket']): DoctorLine[] => {
    switch (answer?.state) {
      case 'refused':
        return [
          {
            state: 'problem',
            about,
            says: words.refused[which](answer.code),
            remedy: words.remedies[which](answer.code),
          },
        ];
      case 'silent':
        return [{ state: 'problem', about, says: words.silent(answer.says), remedy: words.silentRemedy }];
      case 'answered':
      case undefined:
        return [];
    }
  };
  const { bot, socket } = view;
  return [
    ...(bot.state === 'answered'
      ? [
          { state: 'ok' as const, about, says: words.bot(bot.value.user, bot.value.team) },
          ...judgeScopes(bot.value.scopes, scopes, lang),
        ]
      : wrong('bot', bot)),
    ...(socket === undefined
      ? [{ state: 'note' as const, about, says: words.http }]
      : socket.state === 'answered'
        ? [{ state: 'ok' as const, about, says: words.socket }]
        : // Both are asked at the same address: one line says that it is silent.
          bot.state === 'silent' && socket.state === 'silent'
          ? []
          : wrong('socket', socket)),
  ];
}

function judgeScopes(
  there: readonly string[] | undefined,
  needed: Readonly<Record<string, string>>,
  lang: 'en' | 'zh',
): DoctorLine[] {
  const words = slackWords[lang];
  if (there === undefined) return [{ state: 'note', about: 'slack', says: words.scopesUnknown }];
  const missing = Object.entries(needed).filter(([scope]) => !there.includes(scope));
  if (missing.length === 0) {
    return [{ state: 'ok', about: 'slack', says: words.scopes(Object.keys(needed).length) }];
  }
  return missing.map(([scope, use]) => ({
    state: 'problem',
    about: 'slack',
    says: words.missingScope(scope, words.uses[scope] ?? use),
    remedy: words.scopeRemedy,
  }));
}
