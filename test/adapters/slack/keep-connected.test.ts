import { setTimeout as pause } from 'node:timers/promises';
import { WebAPIPlatformError } from '@slack/web-api';
import { describe, expect, it } from 'vitest';
import { keepConnected } from '../../../src/adapters/slack/keep-connected.js';

type Start = 'greeted' | 'ended' | Error;

function stage(...starts: Start[]) {
  const said: string[] = [];
  let gone = (): void => undefined;
  const client = {
    start: async () => {
      const next = starts.shift() ?? 'greeted';
      // As the library does where a connection ends before the greeting: a rejection without an error.
      if (next === 'ended') return Promise.reject();
      if (next instanceof Error) throw next;
      return {};
    },
    disconnect: async () => {
      said.push('disconnect');
      gone();
    },
    on: (_event: 'disconnected', listener: () => void) => {
      gone = listener;
    },
  };
  const kept = keepConnected(client, {
    trouble: (says) => void said.push(says),
    works: () => void said.push('works'),
  });
  kept.start();
  return { kept, said, cut: () => gone() };
}

describe('the connection of Socket Mode', () => {
  it('is opened again when it has ended, and not after it was told to stop', async () => {
    const at = stage();
    await expect.poll(() => at.said).toEqual(['works']);
    at.cut();
    await expect.poll(() => at.said).toEqual(['works', 'works']);
    await at.kept.stop();
    await pause(400);
    expect(at.said).toEqual(['works', 'works', 'disconnect']);
  });

  it('is tried again when it is refused, in whatever way, and each time says why', async () => {
    const at = stage(
      'ended',
      new WebAPIPlatformError({ ok: false, error: 'team_disabled' }),
      new TypeError('x'),
    );
    await expect
      .poll(() => at.said, { timeout: 8000 })
      .toEqual([
        'Slack refused the connection',
        'Slack refuses: team_disabled',
        'Slack’s answer was lost: TypeError',
        'works',
      ]);
    expect(at.kept.trouble()).toBeUndefined();
    await at.kept.stop();
  });

  it('ends also while it waits to try again', async () => {
    const at = stage(new WebAPIPlatformError({ ok: false, error: 'invalid_auth' }));
    await expect.poll(() => at.said).toEqual(['Slack answers invalid_auth']);
    await at.kept.stop();
    expect(at.said).toEqual(['Slack answers invalid_auth', 'disconnect']);
  });
});
