import { describe, expect, it } from 'vitest';
import { programEnvironment } from '../../src/adapters/program-environment.js';

describe('the environment of programs that we start', () => {
  it('has what programs need, and none of our secrets', () => {
    const env = {
      PATH: '/bin',
      LANG: 'C',
      KUBECONFIG: '/k',
      SLACK_BOT_TOKEN: 'x',
      SLACK_SIGNING_SECRET_FILE: 'x',
      REDIS_URL: 'x',
      GOODGATE_KEY_PASSPHRASE: 'x',
    };
    expect(programEnvironment(env)).toEqual({ PATH: '/bin', LANG: 'C', KUBECONFIG: '/k' });
  });
});
