import { describe, expect, it } from 'vitest';
import { parseDurationMs } from '../../src/config/duration.js';
import { nearestNames, suggestName } from '../../src/config/nearest-name.js';

describe('a duration', () => {
  it.each([
    ['5s', 5000],
    ['500ms', 500],
    ['1.5m', 90_000],
    ['2 s', 2000],
    ['60m', 3_600_000],
  ])('%s', (text, ms) => {
    expect(parseDurationMs(text)).toBe(ms);
  });

  it.each(['', '5', '0s', '-1s', '5h', '61m', 's', '1e3s', '5s ', '0.0001ms'])('%j is none', (text) => {
    expect(parseDurationMs(text)).toBeUndefined();
  });
});

describe('the nearest names', () => {
  const names = ['docs-server', 'docs-staging', 'wiki', 'redis-down'];

  it('are those with few letters changed, and those that contain what was typed', () => {
    expect(nearestNames('doc-server', names)[0]).toBe('docs-server');
    expect(nearestNames('DOCS', names)).toEqual(['docs-server', 'docs-staging']);
    expect(nearestNames('redis', names)).toEqual(['redis-down']);
    expect(nearestNames('zzzzzzzz', names)).toEqual([]);
  });

  it('give way to a list where none is near', () => {
    expect(suggestName('zzzzzzzz', names)).toBe('there are: docs-server, docs-staging, wiki, redis-down');
    expect(suggestName('zzzzzzzz', ['wiki'])).toBe('there is: wiki');
    expect(suggestName('zzzzzzzz', [])).toBeUndefined();
  });
});
