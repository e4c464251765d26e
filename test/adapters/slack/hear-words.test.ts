import { describe, expect, it } from 'vitest';
import { textAround } from '../../../src/adapters/slack/hear-words.js';

describe('what is said to the bot', () => {
  it.each([
    ['<@U1> check docs', 'check docs'],
    ['please <@U1> check docs', 'check docs'],
    ['check docs <@U1>', 'check docs'],
    ['<@U1> note asked <@U1> again', 'note asked <@U1> again'],
    ['<@U1>', ''],
    ['no name at all', 'no name at all'],
  ])('%s', (text, words) => {
    expect(textAround(text, '<@U1>')).toBe(words);
  });
});
