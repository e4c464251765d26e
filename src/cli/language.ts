import type { Language } from '../config/config.js';
import type { Io } from './io.js';

/** The first that says something: the option, the target, the file, the locale of the terminal; else English. */
export function languageOf(said: readonly (Language | undefined)[], env: Io['env']): Language {
  const locale = [env['LC_ALL'], env['LC_MESSAGES'], env['LANG']].find(
    (value) => value !== undefined && value !== '',
  );
  return said.find((language) => language !== undefined) ?? (locale?.startsWith('zh') ? 'zh' : 'en');
}
