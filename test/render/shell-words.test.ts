import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shellWords, shortCommand } from '../../src/render/shell-words.js';

describe('a command to copy', () => {
  it.each([
    [['systemctl', 'restart', 'redis-server'], 'systemctl restart redis-server'],
    [['cat', '/etc/a b'], "cat '/etc/a b'"],
    [['echo', "it's"], "echo 'it'\\''s'"],
    [['echo', ''], "echo ''"],
    [['echo', '$(id)', '~', '*', '#'], "echo '$(id)' '~' '*' '#'"],
    [['echo', 'a\u001b[2J\n'], "echo $'a\\x1b[2J\\x0a'"],
  ])('%j', (argv, expected) => {
    expect(shellWords(argv)).toBe(expected);
  });

  it('means the same to a shell as the argument vector', () => {
    const word = fc
      .string({ unit: 'binary', maxLength: 12 })
      .filter((text) => !text.includes('\0') && !/\p{Cs}/u.test(text));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), (words) => {
        const out = execFileSync('bash', ['-c', `printf '%s\\0' ${shellWords(words)}`], { encoding: 'utf8' });
        expect(out).toBe(`${words.join('\0')}\0`);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a command to look at', () => {
  it('leaves a snippet out and keeps its values', () => {
    expect(shortCommand(['sh', '-c', 'set -u\ncat "$1"', 'goodgate', '/etc/hosts'])).toBe(
      'sh -c … /etc/hosts',
    );
    expect(shortCommand(['sh', '-c', 'id -u', 'goodgate'])).toBe("sh -c 'id -u'");
    expect(shortCommand(['nginx', '-T'])).toBe('nginx -T');
    expect(shortCommand([])).toBe('');
  });
});
