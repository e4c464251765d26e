/** A rule's text as words, for both tools: quoted text is one word, and is marked so that it can never be taken for a keyword. */
export interface RuleWord {
  readonly text: string;
  readonly quoted: boolean;
}

/** Sample: `iifname "eth0" tcp dport { 22, 80 } drop comment "x"`; braces are words of their own, commas are dropped. */
export function ruleWords(text: string): RuleWord[] {
  const words: RuleWord[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text.charAt(at);
    if (character === ' ' || character === '\t' || character === ',') {
      at += 1;
    } else if (character === '"') {
      let end = at + 1;
      while (end < text.length && text.charAt(end) !== '"') end += text.charAt(end) === '\\' ? 2 : 1;
      words.push({ text: text.slice(at + 1, end), quoted: true });
      at = end + 1;
    } else {
      let end = at + 1;
      while (end < text.length && !' \t"'.includes(text.charAt(end))) end += 1;
      words.push({ text: text.slice(at, end).replace(/,$/, ''), quoted: false });
      at = end;
    }
  }
  return words;
}

/** `8000`, `8000-8010`, iptables's `8000:8010`. */
export function portRangeOf(text: string): { first: number; last: number } | undefined {
  const shape = /^(\d{1,5})(?:[-:](\d{1,5}))?$/.exec(text);
  if (shape === null) return undefined;
  const first = Number(shape[1]);
  return { first, last: shape[2] === undefined ? first : Number(shape[2]) };
}
