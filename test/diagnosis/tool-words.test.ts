import { describe, expect, it } from 'vitest';
import { formatMessage } from '../../src/diagnosis/messages.js';

const text = { en: 'Redis does not answer ({says})', zh: 'Redis 无响应({says})' };
const said = (says: string, language: 'en' | 'zh' = 'en') =>
  formatMessage({ text, values: { says } }, language);

describe('what a connecting program says', () => {
  it.each([
    ['python3: connect: [Errno 111] Connection refused', 'connection refused'],
    ['perl: connect: Connection refused', 'connection refused'],
    ['bash: connect: Connection refused', 'connection refused'],
    ['python3: connect: timed out', 'no connection within the time limit'],
    ['python3: response: timed out', 'no answer within the time limit'],
    ['python3: resolve: [Errno -2] Name or service not known', 'the name does not resolve'],
    ['python3: response: closed without an answer', 'connection closed before an answer'],
    ['curl: (56) Recv failure: Connection reset by peer', 'connection reset'],
    ['python3: connect: [Errno 113] No route to host', 'no way to it through the network'],
    ['python3: something new', 'no usable answer'],
  ])('%s is told in plain words', (line, words) => {
    expect(said(line)).toBe(`Redis does not answer (${words})`);
  });

  it('is told in the reader’s language', () => {
    expect(said('python3: connect: [Errno 111] Connection refused', 'zh')).toBe('Redis 无响应(连接被拒绝)');
  });

  it('stays as it is where a server said it', () => {
    expect(said('-LOADING Redis is loading the dataset in memory')).toContain('(-LOADING Redis is loading');
  });
});
