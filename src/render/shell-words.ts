/**
 * An argument vector as a person can paste it into a POSIX shell, exact. An argument with control or invisible
 * characters is written as `$'…'` (bash, zsh, ksh, BusyBox), which keeps both the bytes and the reader safe. So is one
 * with a backtick where the place in which it is shown cannot hold one.
 */
export function shellWords(argv: readonly string[], style?: 'no-backticks'): string {
  return argv.map((word) => shellWord(word, style)).join(' ');
}

/**
 * The same, for a look and not for pasting: the constant text of a snippet is left out, its values stay.
 * `['sh', '-c', '…40 lines…', 'goodgate', '/etc/hosts']` -> `sh -c … /etc/hosts`
 */
export function shortCommand(argv: readonly string[], ellipsis = '…'): string {
  const [program, flag, script, zero, ...values] = argv;
  if (/^(.*\/)?(sh|bash|ash|dash)$/u.test(program ?? '') && flag === '-c' && script !== undefined) {
    // A short snippet says more than an ellipsis.
    const text = script.length <= 60 && !script.includes('\n') ? shellWord(script) : ellipsis;
    const rest = zero === undefined || zero === 'goodgate' ? values : [zero, ...values];
    return ['sh', '-c', text, ...rest.map((word) => shellWord(word))].join(' ');
  }
  return shellWords(argv);
}

const PLAIN = /^[A-Za-z0-9_@%+=:,./-]+$/u;

function shellWord(word: string, style?: 'no-backticks'): string {
  if (PLAIN.test(word)) {
    return word;
  }
  if (style === 'no-backticks' && word.includes('`')) {
    return `$'${escaped(word).replaceAll('`', '\\x60')}'`;
  }
  return HIDDEN.test(word) ? `$'${escaped(word)}'` : `'${word.replaceAll("'", "'\\''")}'`;
}

const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

function escaped(word: string): string {
  let out = '';
  for (const character of word) {
    if (character === '\\' || character === "'") {
      out += `\\${character}`;
    } else if (HIDDEN.test(character)) {
      out += bytesOf(character);
    } else {
      out += character;
    }
  }
  return out;
}

function bytesOf(character: string): string {
  return [...Buffer.from(character, 'utf8')]
    .map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`)
    .join('');
}
