import { describe, it } from 'vitest';
import { tryFindings, tryHugeFindings } from './try-findings.js';

describe('whatever a host, an alert or a person writes, 10,000 times', () => {
  it('no message or view breaks a limit of Slack’s, mentions anybody or links anywhere', () => {
    tryFindings(10_000);
  });

  it('nor do thousands of causes, hops and hosts', () => {
    tryHugeFindings(20);
  });
});
