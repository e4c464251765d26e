import { describe, expect, it } from 'vitest';
import type { RunView } from '../../../src/domain/answer.js';
import type { CheckRecord } from '../../../src/domain/check-record.js';
import type { Evidence } from '../../../src/domain/evidence.js';
import { renderFullOutput } from '../../../src/render/slack/full-output.js';
import { slackWords } from '../../../src/render/slack/words.js';
import { runViews } from './views.js';

const look = (more: Partial<Evidence> = {}): Evidence => ({
  id: 'redis.ping:6379',
  kind: 'redis.ping',
  host: 'docs-1',
  argv: ['sh', '-c', 'exec 3<>/dev/tcp/"$1"/"$2" &&\nprintf PING >&3', 'goodgate', '127.0.0.1', '6379'],
  at: '2026-11-20T21:06:07.537Z',
  durationMs: 12,
  output: { exitCode: 0, stdout: 'PONG\n', stderr: '', truncated: false, timedOut: false },
  ...more,
});

const record = (evidence: readonly Evidence[]): CheckRecord => ({
  schema: 1,
  goodgate: '0.1.0',
  target: { name: 'docs-server', url: 'https://docs.example.com/', variables: {} },
  startedAt: '2026-11-20T21:06:06.100Z',
  durationMs: 2312,
  trace: 'a1b2',
  hosts: [],
  evidence,
});

const output = (stdout: string) => ({ exitCode: 0, stdout, stderr: '', truncated: false, timedOut: false });
const view = runViews('en')['root-cause'] as RunView;

describe('the full output', () => {
  it.each(['en', 'zh'] as const)(
    'is the verdict as a terminal shows it, and every look, in %s',
    async (lang) => {
      const evidence = [
        look(),
        look({
          id: 'nginx.dump',
          kind: 'nginx.dump',
          host: 'web-1',
          argv: ['nginx', '-T'],
          output: {
            exitCode: null,
            stdout: '# half\u001b[2J\n',
            stderr: 'nginx: warn\n',
            truncated: true,
            timedOut: true,
          },
          missing: { reason: 'timeout', says: 'no answer within 8 s' },
        }),
        look({ id: 'host.clock', kind: 'host.clock', output: output('') }),
      ];
      const file = renderFullOutput(
        runViews(lang)['root-cause'] as RunView,
        record(evidence),
        slackWords[lang],
      );
      expect(file.name).toBe('goodgate-run-142.txt');
      await expect(file.content).toMatchFileSnapshot(`golden/full-output.${lang}.txt`);
    },
  );

  it('tells what was seen where the verdict is no longer kept', () => {
    const { diagnosis: _gone, ...rest } = view;
    const { content } = renderFullOutput(rest, record([look()]), slackWords.en);
    expect(content).toContain('The verdict is no longer kept');
    expect(content).toContain('  PONG');
  });

  it('holds at most a megabyte: the small looks whole, the large ones with a count of what was cut', () => {
    const large = (id: string) => look({ id, output: output(`${'é'.repeat(99)}\n`.repeat(20_000)) });
    const { content } = renderFullOutput(
      view,
      record([look(), large('one'), look({ id: 'small' }), large('two'), look({ id: 'last' })]),
      slackWords.en,
    );
    expect(Buffer.byteLength(content)).toBeLessThanOrEqual(1_000_000);
    expect(Buffer.byteLength(content)).toBeGreaterThan(900_000);
    expect(content.match(/^ {2}PONG$/gmu)).toHaveLength(3);
    expect(content.match(/^ {2}… \(\+\d+\)$/gmu)).toHaveLength(2);
    expect(content).toMatch(/\d+ more characters of 2 looks left out/u);
    expect(content).not.toContain('\ufffd');
  });

  it('stays within a megabyte with more looks than it can name', () => {
    const many = Array.from({ length: 20_000 }, (_, index) => look({ id: `look-${index}` }));
    const { content } = renderFullOutput(view, record(many), slackWords.zh);
    expect(Buffer.byteLength(content)).toBeLessThanOrEqual(1_000_000);
    expect(content).toMatch(/已略去 \d+ 个探针/u);
  });

  it('has a name that is no path, whatever the run was called', () => {
    const named = { ...view, run: { ...view.run, id: '../../etc/passwd\u0000' } };
    expect(renderFullOutput(named, record([]), slackWords.en).name).toBe('goodgate-------etc-passwd-.txt');
  });
});
