import { describe, expect, it } from 'vitest';
import type { Actor } from '../../../src/domain/actor.js';
import { pagesOfRun } from '../../../src/flows/service/pages-of-run.js';
import { createVoice } from '../../../src/start/voice.js';
import { ANNA, BO, fakeClock, memoryArchive, memoryIncidents, memoryRuns } from './fakes.js';

const CHINESE = /[\u4e00-\u9fff]/u;
const ALERT: Actor = { kind: 'alert', source: 'alertmanager' };

async function isChinese(channel: string, requestedBy: Actor): Promise<boolean> {
  const clock = fakeClock();
  const runs = memoryRuns();
  const draft = {
    target: 'docs-server',
    priority: 'person',
    requestedBy,
    conversation: { channel },
  } as const;
  const { run } = await runs.claim(draft, clock.now());
  const shown = await pagesOfRun(run.id, {
    runs,
    incidents: memoryIncidents(),
    archive: memoryArchive(),
    clock,
    voice: createVoice('/502'),
    channelLanguage: () => 'en',
    languageOf: async (person) => (person === BO.id ? 'zh' : 'en'),
  });
  return CHINESE.test(JSON.stringify(shown?.pages.head));
}

describe('what is shown of a run', () => {
  it('is in the language of the channel', async () => {
    expect(await isChinese('C1', BO)).toBe(false);
  });

  it('is in the language of the person to whom alone it is written', async () => {
    expect(await isChinese(BO.id, BO)).toBe(true);
    expect(await isChinese('D1', BO)).toBe(true);
    expect(await isChinese('D1', ANNA)).toBe(false);
    expect(await isChinese('D1', ALERT)).toBe(false);
  });
});
