import { describe, expect, it } from 'vitest';
import { ACTIONS } from '../../../src/domain/chat-actions.js';
import { type HearDeps, hearRequest } from '../../../src/flows/service/hear-request.js';
import { createVoice } from '../../../src/start/voice.js';
import { ANNA, memoryService, target } from './fakes.js';

function stage() {
  const told: string[] = [];
  const failures: unknown[] = [];
  const deps: HearDeps = {
    ...memoryService(),
    targets: () => [target()],
    workersSilentMs: () => 100,
    lesson: () => undefined,
    linkTo: async () => undefined,
    voice: createVoice('/502'),
    known: () => ({ targets: ['docs-server'], playbooks: [], causes: [] }),
    languageOf: async () => 'en',
    onFailure: (_reference, error) => failures.push(error),
    onUnheard: () => undefined,
  };
  const say = async (what: string) => {
    told.push(what);
    return { state: 'done', value: null } as const;
  };
  const reply = {
    whisper: ({ text }: { text: string }) => say(text),
    openDialog: () => say('dialog'),
    publishHome: () => say('home'),
  };
  const click = (channel?: string) =>
    hearRequest(
      {
        kind: 'action',
        action: ACTIONS.runCommand,
        value: 'check docs-server',
        from: { person: ANNA.id, ...(channel === undefined ? {} : { channel }) },
      },
      reply,
      deps,
    );
  return { told, failures, click, runs: deps.runs };
}

describe('a check that is begun by a click', () => {
  it('on the Home tab is seen there, and its own message says the rest', async () => {
    const { told, failures, click, runs } = stage();
    await click();
    expect(await runs.get('run-1')).toMatchObject({ conversation: { channel: ANNA.id } });
    expect({ told, failures }).toEqual({ told: ['home'], failures: [] });
  });

  it('in a channel is told by its own message alone', async () => {
    const { told, failures, click, runs } = stage();
    await click('C1');
    expect(await runs.get('run-1')).toMatchObject({ conversation: { channel: 'C1' } });
    expect({ told, failures }).toEqual({ told: [], failures: [] });
  });
});
