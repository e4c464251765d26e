import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { clipped } from '../../src/render/ink.js';
import { hasHidden, visibleLines, visibleText } from '../../src/render/visible-text.js';

describe('visible text', () => {
  it.each([
    ['an escape sequence', '\u001b[2J', '\\x1b[2J'],
    ['an 8-bit escape sequence', '\u009b2J', '\\x9b2J'],
    ['a carriage return', 'a\rb', 'a\\x0db'],
    ['a line feed', 'a\nb', 'a\\nb'],
    ['a bell and a backspace', '\u0007\b', '\\x07\\x08'],
    ['a bidirectional override', 'a\u202eb\u2066', 'a\\u{202e}b\\u{2066}'],
    ['a zero-width space', 'a\u200bb\ufeff', 'a\\u{200b}b\\u{feff}'],
    ['a soft hyphen', 'a\u00adb', 'a\\xadb'],
    ['a letter that is drawn as nothing', 'a\u3164b', 'a\\u{3164}b'],
    ['a tag character', 'a\u{e0041}', 'a\\u{e0041}'],
    ['a line separator', 'a\u2028b', 'a\\u{2028}b'],
    ['a lone surrogate', 'a\ud800b', 'a\\u{d800}b'],
    ['a private character', 'a\ue000', 'a\\u{e000}'],
  ])('shows %s', (_name, text, expected) => {
    expect(visibleText(text)).toBe(expected);
    expect(hasHidden(text)).toBe(true);
  });

  it('leaves what people write', () => {
    const text = 'connect() failed: 连接被拒绝 – größer ≥ 5 % ✓ 🚪';
    expect(visibleText(text)).toBe(text);
  });

  it('splits lines of both kinds and drops empty ones at the ends', () => {
    expect(visibleLines('\r\n\na\r\n\nb\tc\n\n')).toEqual(['a', '', 'b  c']);
    expect(visibleLines('')).toEqual([]);
    expect(visibleLines(' \n ')).toEqual([]);
  });

  it('never lets a control or format character through, whatever comes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(visibleText(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        expect(visibleText(visibleText(text))).toBe(visibleText(text));
      }),
    );
  });

  it('is cut to columns, a Chinese character counting as two', () => {
    expect(clipped('代理未运行', 7, '…')).toBe('代理未…');
    expect(clipped('代理未运行', 10, '…')).toBe('代理未运行');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (text, columns) => {
        expect(stringWidth(clipped(visibleText(text), columns, '…'))).toBeLessThanOrEqual(columns);
      }),
    );
  });
});
