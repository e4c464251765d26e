/**
 * What must not stand in Slack's mrkdwn, read the way Slack reads it. Written from the documentation, and knows nothing
 * of how goodgate makes its messages. https://docs.slack.dev/messaging/formatting-message-text
 */

export type PersonRule = 'people-allowed' | 'nobody';

/** Every `<…>` is one of these; anything else between angle brackets is a mention or a link that was smuggled in. */
const ALLOWED = [
  /^!date\^\d{1,12}\^[^<>|^]+\|[^<>|]+$/u,
  /^https:\/\/[^<>|\s]+\|[^<>|]+$/u,
  /^#C[A-Z0-9]{2,}$/u,
];
const PERSON = /^@[UW][A-Z0-9]{2,}$/u;

export function markupProblems(text: string, people: PersonRule = 'people-allowed'): string[] {
  const problems: string[] = [];
  const rest = text.replace(/<([^<>]*)>/gu, (token, inner: string) => {
    const isAllowed = ALLOWED.some((form) => form.test(inner));
    const isPerson = PERSON.test(inner) && people === 'people-allowed';
    if (!isAllowed && !isPerson) problems.push(`a mention or link that nobody meant: ${token}`);
    return ' ';
  });
  if (/[<>]/u.test(rest)) problems.push('an angle bracket that is not escaped');
  if (/&(?!(?:amp|lt|gt);)/u.test(rest)) problems.push('an ampersand that is not escaped');
  if (rest.split('```').length % 2 === 0) problems.push('a code block that is not closed');
  // A time of day is no emoji code.
  const prose = withoutCode(rest).replace(/(?<=\d):(?=\d\d:\d)/gu, ' ');
  if (prose.includes('`')) problems.push('a code span that is not closed');
  if (/(?<![\w.])@(?:here|channel|everyone)\b/u.test(prose)) problems.push('an announcement: @here');
  if (/:[\p{L}\p{M}\p{N}_+'’-]+:/u.test(prose)) problems.push('an emoji code');
  if (/^\s*&gt;/mu.test(prose)) problems.push('a quote that nobody meant');
  return [...problems, ...characterProblems(text)];
}

/** In any text, marked up or plain. */
export function characterProblems(text: string): string[] {
  const problems: string[] = [];
  if (/[\ud800-\udfff]/u.test(text)) problems.push('half of a surrogate pair');
  if (/(?!\n)\p{Cc}/u.test(text)) problems.push('a control character');
  if (/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u.test(text)) {
    problems.push('a character that turns the direction of reading');
  }
  if (/[\u200b-\u200d\u2060\ufeff\u{e0000}-\u{e007f}]/u.test(text)) problems.push('an invisible character');
  return problems;
}

function withoutCode(text: string): string {
  return text.replace(/```[\s\S]*?```/gu, ' ').replace(/`[^`\n]+`/gu, ' ');
}
