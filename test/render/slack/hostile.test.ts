import { describe, it } from 'vitest';
import { tryFindings, tryHugeFindings } from './try-findings.js';

/** The same with 10,000 findings: hostile.slow.test.ts. */
describe('whatever a host, an alert or a person writes', () => {
  it('no message or view breaks a limit of Slack’s, mentions anybody or links anywhere', () => {
    tryFindings(500);
  });

  it('nor do thousands of causes, hops and hosts', () => {
    tryHugeFindings(2);
  });
});
