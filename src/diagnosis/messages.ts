/** Texts of rules: ICU messages in the reader's language. */
import { IntlMessageFormat } from 'intl-messageformat';
import type { Message } from './findings.js';
import { inPlainWords } from './tool-words.js';

export type Language = 'en' | 'zh';

const LOCALES = { en: 'en', zh: 'zh-CN' } as const;

const formats = new Map<string, IntlMessageFormat>();

/** Nothing in a value is read as part of the message; a connecting program's complaint is put in plain words. */
export function formatMessage(message: Message, language: Language): string {
  const text = message.text[language];
  if (!text.includes('{')) return text;
  const key = `${language}:${text}`;
  const format = formats.get(key) ?? new IntlMessageFormat(text, LOCALES[language]);
  formats.set(key, format);
  const values = Object.entries(message.values).map(([name, value]) => [name, inPlainWords(value, language)]);
  return String(format.format(Object.fromEntries(values)));
}

/** What is wrong with a message's syntax, or undefined. */
export function messageProblem(text: string, names: readonly string[]): string | undefined {
  try {
    const format = new IntlMessageFormat(text, 'en');
    format.format(Object.fromEntries(names.map((name) => [name, '1'])));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
