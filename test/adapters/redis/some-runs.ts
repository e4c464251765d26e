import type { Actor } from '../../../src/domain/actor.js';
import type { RunDraft, RunResult } from '../../../src/domain/run.js';

export const ann: Actor = { kind: 'person', id: 'U024BE7LH' };
export const ben: Actor = { kind: 'person', id: 'U024BE7LI' };
export const noon = new Date('2026-11-25T12:00:00.000Z');
export const healthy: RunResult = { verdict: 'healthy', httpStatus: 200, probes: 41 };

export function draftFor(target: string, playbook?: string): RunDraft {
  return {
    target,
    priority: 'person',
    requestedBy: ann,
    conversation: { channel: 'C024BE91L' },
    ...(playbook === undefined ? {} : { playbook }),
  };
}
