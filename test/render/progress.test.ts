import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createProgress } from '../../src/render/progress.js';
import { texts } from '../../src/render/texts.js';

let written: string[] = [];
const sink = { write: (text: string) => written.push(text) };
const terminal = { unicode: true, width: 60 };

beforeEach(() => {
  written = [];
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

describe('progress on a terminal', () => {
  it('is one line that shows every host and moves', () => {
    const progress = createProgress('live', sink, terminal, texts.en, false);
    progress.tell({ kind: 'connecting', host: 'web-1' });
    progress.tell({ kind: 'round', host: 'docs-1', round: 2, total: 40 });
    progress.tell({ kind: 'probe', host: 'docs-1', done: 17, total: 40 });
    progress.tell({ kind: 'unreachable', host: 'web-2', says: 'refused' });
    vi.advanceTimersByTime(100);
    expect(written.at(-1)).toBe('\r\u001b[2K⠙ web-1 connecting   ⠙ docs-1 looking closer 17/40   web-2…');
    const before = written.length;
    vi.advanceTimersByTime(300);
    expect(new Set(written.slice(before)).size).toBeGreaterThan(1);
    expect(written.join('')).not.toContain('\n');
    progress.stop();
    expect(written.at(-1)).toBe('\r\u001b[2K');
  });

  it('writes nothing after it was stopped', () => {
    const progress = createProgress('live', sink, terminal, texts.en, false);
    progress.stop();
    progress.stop();
    const { length } = written;
    progress.tell({ kind: 'judging' });
    vi.advanceTimersByTime(1000);
    expect(written).toHaveLength(length);
  });

  it('never is wider than the terminal, and lets no name move the cursor', () => {
    const progress = createProgress('live', sink, terminal, texts.zh, false);
    for (const name of ['很长的主机名称', '另一个很长的主机名称', 'a\u001b[5A']) {
      progress.tell({ kind: 'connecting', host: name });
    }
    progress.stop();
    for (const line of written) {
      expect(line.replace('\r\u001b[2K', '')).not.toContain('\u001b');
      expect([...line].length).toBeLessThan(60 + 6);
    }
  });
});

describe('progress elsewhere', () => {
  it('is a line for each step, and for each probe where all is asked for', () => {
    const quiet = createProgress('lines', sink, terminal, texts.en, false);
    quiet.tell({ kind: 'unreachable', host: 'web-1', says: 'refused\u001b[2J' });
    quiet.tell({ kind: 'probe', host: 'docs-1', probe: 'net.listeners', done: 1, total: 2 });
    expect(written).toEqual(['web-1: not reachable (refused\\x1b[2J)\n']);
    createProgress('lines', sink, terminal, texts.en, true).tell({
      kind: 'probe',
      host: 'docs-1',
      probe: 'net.listeners',
    });
    expect(written.at(-1)).toBe('docs-1: net.listeners\n');
  });

  it.each([
    ['en', 'docs-1: looking at 21 things\ndocs-1: looking closer, at 1 thing\n'],
    ['zh', 'docs-1: 正在查看 21 项\ndocs-1: 进一步查看 1 项\n'],
  ] as const)('says in %s how much is looked at', (lang, said) => {
    const progress = createProgress('lines', sink, terminal, texts[lang], false);
    progress.tell({ kind: 'round', host: 'docs-1', round: 1, total: 21 });
    progress.tell({ kind: 'round', host: 'docs-1', round: 2, total: 1 });
    expect(written.join('')).toBe(said);
  });

  it('is nothing where nobody wants it', () => {
    const progress = createProgress('quiet', sink, terminal, texts.en, true);
    progress.tell({ kind: 'judging' });
    progress.stop();
    expect(written).toEqual([]);
  });
});
